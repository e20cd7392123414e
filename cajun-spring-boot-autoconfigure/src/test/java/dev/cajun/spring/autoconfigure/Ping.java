package dev.cajun.spring.autoconfigure;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.Actors;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.spring.Actor;

/** Two actors that refer to each other, for tests. */
final class Ping {

	private Ping() {
	}

	record Count(long value) {

		Count next() {
			return new Count(this.value + 1);
		}

	}

	public sealed interface PingMessage {

	}

	record Hit() implements PingMessage, Request<Long> {

	}

	record HitOther(String key) implements PingMessage {

	}

	record Get() implements PingMessage, Request<Long> {

	}

	record Fail(String text) implements PingMessage, Request<Long> {

	}

	record Publish(String text) implements PingMessage {

	}

	sealed interface PongMessage {

	}

	record HitPong() implements PongMessage, Request<Long> {

	}

	record Greeting(String text) {

	}

	@Actor("ping")
	static class PingActor implements StatefulActor<Count, PingMessage> {

		private final Actors<PongMessage> pongs;

		PingActor(Actors<PongMessage> pongs) {
			this.pongs = pongs;
		}

		@Override
		public Count initialState(ActorId id) {
			return new Count(0);
		}

		@Override
		public Count receive(Count count, PingMessage message, ActorContext<PingMessage> context) {
			return switch (message) {
				case Hit hit -> {
					context.reply(hit, count.next().value());
					yield count.next();
				}
				case HitOther other -> {
					this.pongs.get(other.key()).tell(new HitPong());
					yield count;
				}
				case Get get -> {
					context.reply(get, count.value());
					yield count;
				}
				case Fail fail -> throw new IllegalStateException(fail.text());
				case Publish publish -> {
					context.publish(new Greeting(publish.text()));
					yield count;
				}
			};
		}

	}

	@Actor("pong")
	static class PongActor implements StatefulActor<Count, PongMessage> {

		private final Actors<PingMessage> pings;

		PongActor(Actors<PingMessage> pings) {
			this.pings = pings;
		}

		@Override
		public Count initialState(ActorId id) {
			return new Count(this.pings.type().length());
		}

		@Override
		public Count receive(Count count, PongMessage message, ActorContext<PongMessage> context) {
			context.reply((HitPong) message, count.next().value());
			return count.next();
		}

	}

}
