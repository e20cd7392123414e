package dev.cajun.metadata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

import dev.cajun.metadata.MetadataException.Kind;
import dev.cajun.time.Scheduler.Cancellable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store of one node, over a road that {@link FaultyMetadata} makes bad. */
final class FaultyMetadataStore implements MetadataStore {

	private static final Logger logger = LoggerFactory.getLogger(FaultyMetadataStore.class);

	private final FaultyMetadata metadata;

	private final String node;

	private final FaultyMetadata.Road road;

	/** What closing does to the calls under way. */
	private final Map<Long, Runnable> pending = new LinkedHashMap<>();

	private long calls;

	private final List<Follower> followers = new ArrayList<>();

	private int generation;

	private long history = 1;

	private boolean closed;

	FaultyMetadataStore(FaultyMetadata metadata, String node, FaultyMetadata.Road road) {
		this.metadata = metadata;
		this.node = node;
		this.road = road;
	}

	@Override
	public CompletionStage<Listing> list(String prefix) {
		return call(Kind.NOT_APPLIED, (server) -> server.list(prefix),
				(listing, history) -> new Listing(history, listing.revision(), listing.documents()));
	}

	@Override
	public CompletionStage<TransactionResult> commit(Transaction transaction) {
		return call(Kind.UNKNOWN, (server) -> this.metadata.isFull() ? full() : server.commit(transaction), (result,
				history) -> new TransactionResult(result.applied(), history, result.revision(), result.found()));
	}

	@Override
	public CompletionStage<Lease> grant(Duration ttl) {
		return call(Kind.UNKNOWN, (server) -> this.metadata.isFull() ? full() : server.grant(ttl),
				(lease, history) -> new Lease(lease.id(), lease.ttl(), history));
	}

	@Override
	public CompletionStage<Lease> keepAlive(long lease) {
		return call(Kind.UNKNOWN, (server) -> server.keepAlive(lease),
				(kept, history) -> new Lease(kept.id(), kept.ttl(), history));
	}

	@Override
	public CompletionStage<Void> revoke(long lease) {
		return call(Kind.UNKNOWN, (server) -> server.revoke(lease), (done, history) -> null);
	}

	private <T> CompletionStage<T> full() {
		return CompletableFuture.failedStage(failure(Kind.NOT_APPLIED, "has no space"));
	}

	/**
	 * The request goes to the server, which may be another one when it arrives, and the
	 * answer comes back; either may get lost, and then the call fails when its time is
	 * over.
	 */
	private <T> CompletionStage<T> call(Kind whenLost, Function<MetadataStore, CompletionStage<T>> operation,
			BiFunction<T, Long, T> seen) {
		CompletableFuture<T> result = new CompletableFuture<>();
		if (this.closed) {
			result.completeExceptionally(failure(Kind.CLOSED, "is closed"));
			return result;
		}
		Cancellable deadline = this.metadata.time.schedule(FaultyMetadata.REQUEST_TIMEOUT, () -> result
			.completeExceptionally(failure(whenLost, "did not answer in " + FaultyMetadata.REQUEST_TIMEOUT)));
		long id = ++this.calls;
		this.pending.put(id, () -> result.completeExceptionally(failure(Kind.CLOSED, "is closed")));
		CompletionStage<T> answered = result;
		answered.whenComplete((answer, error) -> {
			deadline.cancel();
			this.pending.remove(id);
		});
		if (!this.road.losesRequest()) {
			Runnable arrive = () -> arrive(operation, seen, result);
			Runnable travel = () -> this.metadata.time.schedule(this.metadata.latencyNanos(), arrive);
			if (this.road.held) {
				this.road.waiting.add(travel);
			}
			else {
				travel.run();
			}
		}
		return answered;
	}

	private <T> void arrive(Function<MetadataStore, CompletionStage<T>> operation, BiFunction<T, Long, T> seen,
			CompletableFuture<T> result) {
		switch (this.metadata.state()) {
			case PAUSED -> this.metadata.stalled.add(() -> arrive(operation, seen, result));
			case STOPPED -> result.completeExceptionally(failure(Kind.NOT_APPLIED, "refuses connections"));
			case RUNNING -> {
				int answered = this.metadata.generation();
				operation.apply(this.metadata.direct()).whenComplete((answer, error) -> {
					if (!this.road.losesReply()) {
						this.metadata.time.schedule(this.metadata.latencyNanos(),
								() -> complete(answered, answer, error, seen, result));
					}
				});
			}
		}
	}

	private <T> void complete(int answered, T answer, @Nullable Throwable error, BiFunction<T, Long, T> seen,
			CompletableFuture<T> result) {
		if (error != null) {
			result.completeExceptionally((error instanceof CompletionException) ? error.getCause() : error);
		}
		else if (!result.isDone() && answered >= this.generation) {
			if (answered > this.generation) {
				this.history += (this.generation == 0) ? 0 : 1;
				this.generation = answered;
			}
			result.complete(seen.apply(answer, this.history));
		}
	}

	@Override
	public Watch watch(String prefix, Listener listener) {
		if (this.closed) {
			throw failure(Kind.CLOSED, "is closed");
		}
		Follower follower = new Follower(prefix, listener);
		this.followers.add(follower);
		follower.connect();
		return follower;
	}

	/** From now on nothing may be heard: watches find out after a while. */
	void silent() {
		this.followers.forEach((follower) -> this.metadata.time.schedule(FaultyMetadata.SILENCE, follower::read));
	}

	/** The connection was reset: watches connect anew. */
	void broken() {
		List.copyOf(this.followers).forEach(Follower::connect);
	}

	@Override
	public String description() {
		return "memory (" + this.node + ")";
	}

	@Override
	public void close() {
		if (!this.closed) {
			this.closed = true;
			List.copyOf(this.followers).forEach(Follower::close);
			List.copyOf(this.pending.values()).forEach(Runnable::run);
			this.metadata.forget(this.node, this);
		}
	}

	private MetadataException failure(Kind kind, String what) {
		return new MetadataException(kind, "The metadata store of " + this.node + " " + what, null);
	}

	/** Reads everything at every change that it hears of, and from time to time. */
	private final class Follower implements Watch {

		private final String prefix;

		private final Listener listener;

		private @Nullable Watch hints;

		private @Nullable Cancellable next;

		private @Nullable Listing given;

		private boolean reading;

		private boolean again;

		private boolean failed;

		private boolean ended;

		Follower(String prefix, Listener listener) {
			this.prefix = prefix;
			this.listener = listener;
		}

		void connect() {
			if (this.hints != null) {
				this.hints.close();
			}
			this.hints = FaultyMetadataStore.this.metadata.direct().watch(this.prefix, (listing) -> changed());
			read();
		}

		private void changed() {
			FaultyMetadata.Road road = FaultyMetadataStore.this.road;
			boolean heard = !road.cut && !road.held && !road.deaf
					&& FaultyMetadataStore.this.metadata.state() == FaultyMetadata.State.RUNNING;
			if (heard) {
				read();
			}
		}

		void read() {
			if (this.ended) {
				return;
			}
			if (this.reading) {
				this.again = true;
				return;
			}
			this.reading = true;
			list(this.prefix).whenComplete((listing, error) -> {
				this.reading = false;
				if (this.ended) {
					return;
				}
				if (error != null) {
					fail(error);
				}
				else {
					give(listing);
				}
			});
		}

		private void fail(Throwable error) {
			this.again = false;
			if (!this.failed) {
				this.failed = true;
				this.listener.followed(error);
			}
			readIn(FaultyMetadata.RETRY);
		}

		private void give(Listing listing) {
			Listing before = this.given;
			boolean newer = before == null || before.history() != listing.history()
					|| before.revision() < listing.revision();
			if (newer && (before == null || before.history() != listing.history()
					|| !before.documents().equals(listing.documents()))) {
				this.given = listing;
				try {
					this.listener.changed(listing);
				}
				catch (RuntimeException ex) {
					logger.error("A listener failed", ex);
				}
			}
			if (this.failed && !this.ended) {
				this.failed = false;
				this.listener.followed(null);
			}
			if (this.again) {
				this.again = false;
				read();
			}
			else {
				readIn(FaultyMetadata.REREAD);
			}
		}

		private void readIn(Duration delay) {
			if (this.next != null) {
				this.next.cancel();
			}
			this.next = FaultyMetadataStore.this.metadata.time.schedule(delay, this::read);
		}

		@Override
		public void close() {
			this.ended = true;
			if (this.next != null) {
				this.next.cancel();
			}
			if (this.hints != null) {
				this.hints.close();
			}
			FaultyMetadataStore.this.followers.remove(this);
		}

	}

}
