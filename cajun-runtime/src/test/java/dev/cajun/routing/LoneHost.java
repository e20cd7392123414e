package dev.cajun.routing;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

import dev.cajun.Delivery;
import dev.cajun.MessageUndelivered;
import dev.cajun.placement.Shards;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.time.Scheduler;
import dev.cajun.transport.Address;
import dev.cajun.transport.Link;
import dev.cajun.transport.Transport;
import dev.cajun.transport.TransportStatistics;
import org.jspecify.annotations.Nullable;

/**
 * A host without actors and codec, and a transport that takes everything and brings it
 * nowhere.
 */
final class LoneHost {

	private LoneHost() {
	}

	static NodeHost create(Scheduler scheduler, Executor executor) {
		return new NodeHost(
				new RouterSettings("n1#0", "boot1", 1, new Shards(2), 10, 1 << 20, 1 << 20, Delivery.AT_MOST_ONCE, 10,
						Duration.ofMinutes(1)),
				Map.of(), new InMemoryActorStore(), null, scheduler, executor, executor, new Router.Listener() {

					@Override
					public void published(Object event) {
						// Nobody listens.
					}

					@Override
					public void undelivered(MessageUndelivered message) {
						// Nobody listens.
					}

				});
	}

	/** Links that take everything. */
	static final class Nowhere implements Transport {

		@Override
		public CompletionStage<Address> start(Self self, Receiver receiver) {
			return CompletableFuture.completedFuture(new Address("n1", 1));
		}

		@Override
		public Link link(Peer peer) {
			return new Link() {

				@Override
				public Peer peer() {
					return peer;
				}

				@Override
				public int streams() {
					return 1;
				}

				@Override
				public Sent send(int stream, Parcel parcel) {
					return Sent.QUEUED;
				}

				@Override
				public void giveUp(String reason) {
					// Nothing is on its way.
				}

				@Override
				public @Nullable String trouble() {
					return null;
				}

			};
		}

		@Override
		public CompletionStage<Probe> probe(Address address, Duration timeout) {
			return CompletableFuture.completedFuture(new Probe.Silent("nowhere"));
		}

		@Override
		public String description() {
			return "nowhere";
		}

		@Override
		public TransportStatistics statistics() {
			return TransportStatistics.NONE;
		}

		@Override
		public void close() {
			// Nothing is open.
		}

	}

}
