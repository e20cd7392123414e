package dev.cajun.routing;

import java.time.Duration;

import dev.cajun.store.ActorStore;
import dev.cajun.store.Fence;
import dev.cajun.time.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the store works, by what it did last. Reading and writing fail by themselves: a
 * full disk is still read. Logs when that changes, not at every call.
 * <p>
 * A node that is taken for ill gets no work, and so would never find out that it is well.
 * Hence a failure is forgotten after {@link #MEMORY} in which no other came, and the
 * store can be asked although nobody needs it.
 * <p>
 * Thread-safe.
 */
final class StoreHealth {

	static final Duration MEMORY = Duration.ofSeconds(10);

	/** Between two questions. */
	static final Duration INTERVAL = Duration.ofSeconds(1);

	/** Within which a question is answered by a store that works. */
	static final Duration PATIENCE = Duration.ofSeconds(2);

	private static final Logger logger = LoggerFactory.getLogger(StoreHealth.class);

	private final ActorStore store;

	private final Scheduler scheduler;

	private volatile @Nullable Failure read;

	private volatile @Nullable Failure write;

	private volatile Question question;

	StoreHealth(ActorStore store, Scheduler scheduler) {
		this.store = store;
		this.scheduler = scheduler;
		this.question = new Question(scheduler.nanoTime() - INTERVAL.toNanos(), true, null);
	}

	@Nullable Throwable error() {
		Throwable error = recent(this.write);
		if (error == null) {
			error = recent(this.read);
		}
		return (error != null) ? error : this.question.error(this.scheduler.nanoTime());
	}

	private @Nullable Throwable recent(@Nullable Failure failure) {
		return (failure != null && this.scheduler.nanoTime() - failure.at() < MEMORY.toNanos()) ? failure.error()
				: null;
	}

	/** Asks it now, unless it was asked lately or has not answered yet. Does not wait. */
	void ask() {
		long now = this.scheduler.nanoTime();
		synchronized (this) {
			Question last = this.question;
			if (!last.answered() || now - last.at() < INTERVAL.toNanos()) {
				return;
			}
			this.question = new Question(now, false, last.error());
		}
		var unused = this.store.wakeSet(Fence.NOBODY)
			.whenComplete((answer, error) -> this.question = new Question(now, true, error));
	}

	void read(@Nullable Throwable error) {
		if (error != null || this.read != null) {
			this.read = changed("read", this.read, error);
		}
	}

	void wrote(@Nullable Throwable error) {
		if (error != null || this.write != null) {
			this.write = changed("write", this.write, error);
		}
	}

	private @Nullable Failure changed(String what, @Nullable Failure before, @Nullable Throwable error) {
		if (error == null) {
			logger.info("The store {} can {} again", this.store.description(), what);
			return null;
		}
		if (recent(before) == null) {
			logger.error("The store {} cannot {}; actors that need it refuse messages", this.store.description(), what,
					error);
		}
		return new Failure(error, this.scheduler.nanoTime());
	}

	private record Failure(Throwable error, long at) {

	}

	/**
	 * A question.
	 *
	 * @param at when it was asked
	 * @param answered whether it was answered, if only with an error
	 * @param error the error; until it is answered, that of the one before
	 */
	private record Question(long at, boolean answered, @Nullable Throwable error) {

		@Nullable Throwable error(long now) {
			if (!this.answered && this.error == null && now - this.at > PATIENCE.toNanos()) {
				return new IllegalStateException("It has not answered for " + (now - this.at) / 1_000_000_000 + " s");
			}
			return this.error;
		}

	}

}
