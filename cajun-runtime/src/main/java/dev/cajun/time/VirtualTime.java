package dev.cajun.time;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * Time that passes only when told to, for tests. Tasks run on the thread that advances,
 * in the order of their deadlines, those of one deadline in the order scheduled.
 * <p>
 * Thread-safe.
 */
public final class VirtualTime implements Scheduler {

	private final ReentrantLock lock = new ReentrantLock();

	private final PriorityQueue<Task> tasks = new PriorityQueue<>();

	private final Instant origin;

	private volatile long nanos;

	private long scheduled;

	/** Starts at 2026-01-01T00:00:00Z. */
	public VirtualTime() {
		this(Instant.parse("2026-01-01T00:00:00Z"));
	}

	/**
	 * Starts at a time.
	 * @param origin what {@link #now()} says before the first advance
	 */
	public VirtualTime(Instant origin) {
		this.origin = origin;
	}

	@Override
	public long nanoTime() {
		return this.nanos;
	}

	@Override
	public Instant now() {
		return this.origin.plusNanos(this.nanos);
	}

	@Override
	public Cancellable schedule(long delayNanos, Runnable action) {
		this.lock.lock();
		try {
			long delay = Math.min(Math.max(0, delayNanos), Durations.FOREVER_NANOS);
			Task task = new Task(this.nanos + delay, this.scheduled++, action);
			this.tasks.add(task);
			return () -> cancel(task);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The time of the next task.
	 * @return how long from now, or {@code null} when nothing is scheduled
	 */
	public @Nullable Duration untilNext() {
		this.lock.lock();
		try {
			Task next = this.tasks.peek();
			return (next == null) ? null : Duration.ofNanos(Math.max(0, next.at - this.nanos));
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Lets time pass and runs what falls due, each task at its own time.
	 * @param duration how much, not negative
	 */
	public void advance(Duration duration) {
		long end = this.nanos + Durations.nanos(duration);
		for (Task task = takeDue(end); task != null; task = takeDue(end)) {
			task.action.run();
		}
	}

	private @Nullable Task takeDue(long end) {
		this.lock.lock();
		try {
			Task next = this.tasks.peek();
			if (next == null || next.at > end) {
				this.nanos = Math.max(this.nanos, end);
				return null;
			}
			this.nanos = Math.max(this.nanos, next.at);
			return this.tasks.poll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void cancel(Task task) {
		this.lock.lock();
		try {
			this.tasks.remove(task);
		}
		finally {
			this.lock.unlock();
		}
	}

	private record Task(long at, long order, Runnable action) implements Comparable<Task> {

		@Override
		public int compareTo(Task other) {
			int byTime = Long.compare(this.at, other.at);
			return (byTime != 0) ? byTime : Long.compare(this.order, other.order);
		}

	}

}
