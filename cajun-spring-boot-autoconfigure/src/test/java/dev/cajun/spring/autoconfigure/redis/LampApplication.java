package dev.cajun.spring.autoconfigure.redis;

import java.util.concurrent.Semaphore;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.Actors;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.spring.Actor;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application with a REST interface, whose actors count. */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({ LampApplication.LampActor.class, LampApplication.LampController.class })
class LampApplication {

	/** As many messages that wait are let go as it has permits. */
	static final Semaphore HELD = new Semaphore(0);

	/** Starts it on a free port, with these properties. */
	static ConfigurableApplicationContext start(String... arguments) {
		return start(LampApplication.class, arguments);
	}

	/** As above, with a configuration beside its own. */
	static ConfigurableApplicationContext start(Class<?> configuration, String... arguments) {
		return new SpringApplicationBuilder(LampApplication.class).sources(configuration)
			.properties("server.port=0", "spring.application.name=lamps", "spring.jmx.enabled=false",
					"spring.docker.compose.enabled=false", "cajun.persistence.store=redis", "cajun.cluster.shards=32",
					"cajun.persistence.redis.place-ttl=1s",
					"management.endpoints.web.exposure.include=health,cluster,metrics",
					"management.endpoint.health.show-details=always", "management.endpoint.health.probes.enabled=true")
			.run(arguments);
	}

	/** As a process of its own, until it is killed. */
	public static void main(String[] arguments) {
		start(arguments);
	}

	/** A message. */
	sealed interface LampMessage {

	}

	/** Switches. */
	record Press() implements LampMessage, Request<Integer> {

	}

	/** Asks. */
	record Look() implements LampMessage, Request<Integer> {

	}

	/** Waits until {@link #HELD} lets it go. */
	record Hold() implements LampMessage, Request<Integer> {

	}

	/** As {@link Hold}, but never rests meanwhile. */
	record Spin() implements LampMessage, Request<Integer> {

	}

	/** Fails. */
	record Smash() implements LampMessage, Request<Integer> {

	}

	/** A state. */
	record Lamp(int presses) {

	}

	/** Counts. */
	@Actor("lamp")
	static class LampActor implements StatefulActor<Lamp, LampMessage> {

		@Override
		public Lamp initialState(ActorId id) {
			return new Lamp(0);
		}

		@Override
		public Lamp receive(Lamp lamp, LampMessage message, ActorContext<LampMessage> context) {
			return switch (message) {
				case Press press -> {
					Lamp next = new Lamp(lamp.presses() + 1);
					context.reply(press, next.presses());
					yield next;
				}
				case Look look -> {
					context.reply(look, lamp.presses());
					yield lamp;
				}
				case Hold hold -> {
					HELD.acquireUninterruptibly();
					context.reply(hold, lamp.presses());
					yield lamp;
				}
				case Spin spin -> {
					while (!HELD.tryAcquire()) {
						Thread.onSpinWait();
					}
					context.reply(spin, lamp.presses());
					yield lamp;
				}
				case Smash smash -> throw new IllegalStateException("smashed");
			};
		}

	}

	/** The interface. */
	@RestController
	static class LampController {

		private final Actors<LampMessage> lamps;

		LampController(Actors<LampMessage> lamps) {
			this.lamps = lamps;
		}

		@PostMapping("/lamps/{name}")
		int press(@PathVariable String name) {
			return this.lamps.get(name).call(new Press());
		}

		@DeleteMapping("/lamps/{name}")
		int smash(@PathVariable String name) {
			return this.lamps.get(name).call(new Smash());
		}

		@GetMapping("/lamps/{name}")
		int look(@PathVariable String name) {
			return this.lamps.get(name).call(new Look());
		}

	}

}
