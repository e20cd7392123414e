package dev.cajun.time;

import java.time.Duration;
import java.time.Instant;

/**
 * The only source of time in the runtime.
 * <p>
 * Thread-safe.
 */
public interface Scheduler {

	/**
	 * The monotonic clock: for deadlines and durations.
	 * @return nanoseconds from an arbitrary origin
	 */
	long nanoTime();

	/**
	 * The wall clock: for reminders and what people read.
	 * @return now
	 */
	Instant now();

	/**
	 * Runs a task once, not before the delay has passed on the monotonic clock.
	 * @param delay from now; zero or less means as soon as possible
	 * @param task short and never blocking: all tasks share a thread
	 * @return cancels the task
	 */
	default Cancellable schedule(Duration delay, Runnable task) {
		return schedule(Durations.nanos(delay), task);
	}

	/**
	 * As {@link #schedule(Duration, Runnable)}.
	 * @param delayNanos nanoseconds from now
	 * @param task short and never blocking
	 * @return cancels the task
	 */
	Cancellable schedule(long delayNanos, Runnable task);

	/** A task that may be cancelled. */
	@FunctionalInterface
	interface Cancellable {

		/** Prevents the task from running, unless it already runs or ran. Idempotent. */
		void cancel();

	}

}
