package dev.cajun.history;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * One append or read, from the moment it was called. Until something is said of its end,
 * its outcome is unknown: that is also what a timeout and a lost answer are, never a
 * failure. Thread-safe.
 */
public final class Operation {

	private final AtomicLong clock;

	private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();

	/** The actor. */
	final String actor;

	/** What was to be appended; {@code null} for a read. */
	final @Nullable String id;

	/** When it was called, on the clock of the history. */
	final long called;

	Operation(AtomicLong clock, String actor, @Nullable String id) {
		this.clock = clock;
		this.actor = actor;
		this.id = id;
		this.called = clock.incrementAndGet();
	}

	/**
	 * The append was acknowledged.
	 * @param index where the answer says the id is, from 0
	 */
	public void appended(long index) {
		if (this.id == null) {
			throw new IllegalStateException(this + " is a read");
		}
		end(new Outcome.Appended(this.clock.incrementAndGet(), index));
	}

	/**
	 * The read was answered.
	 * @param ids the whole list
	 */
	public void saw(List<String> ids) {
		if (this.id != null) {
			throw new IllegalStateException(this + " is an append");
		}
		end(Outcome.Saw.of(this.clock.incrementAndGet(), ids));
	}

	/** The answer says that nothing was done. */
	public void failed() {
		end(new Outcome.Failed());
	}

	/** The answer says that it may have been done. */
	public void unknown() {
		end(new Outcome.Unknown());
	}

	private void end(Outcome outcome) {
		if (!this.outcome.compareAndSet(null, outcome)) {
			throw new IllegalStateException(this + " ended before");
		}
	}

	Outcome outcome() {
		Outcome outcome = this.outcome.get();
		return (outcome != null) ? outcome : new Outcome.Unknown();
	}

	@Override
	public String toString() {
		String what = (this.id == null) ? "read of " + this.actor : "append of " + this.id + " to " + this.actor;
		return what + " called at " + this.called + ": " + outcome();
	}

	/** What is known of the end of an operation. */
	sealed interface Outcome {

		/** The append is done, and its id is at the index. */
		record Appended(long at, long index) implements Outcome {

		}

		/** The read gave so many ids; a digest of them, because histories are long. */
		record Saw(long at, int length, String last, long digest) implements Outcome {

			static final long NOTHING = 1;

			static Saw of(long at, List<String> ids) {
				long digest = NOTHING;
				for (String id : ids) {
					digest = digest(digest, id);
				}
				return new Saw(at, ids.size(), ids.isEmpty() ? "" : ids.getLast(), digest);
			}

			static long digest(long before, String id) {
				return before * 0x9E3779B97F4A7C15L + id.hashCode();
			}

		}

		/** Nothing was done. */
		record Failed() implements Outcome {

		}

		/** It was done once or not at all, at any moment since it was called. */
		record Unknown() implements Outcome {

		}

	}

}
