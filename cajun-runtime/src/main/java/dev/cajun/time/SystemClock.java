package dev.cajun.time;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's clocks, and a hashed timing wheel (Varghese and Lauck, 1987, scheme 6)
 * for delayed tasks: scheduling and cancelling cost the same however many tasks wait,
 * because nearly every task, an ask's timeout, is cancelled. One daemon thread sleeps
 * until the earliest deadline; it does not tick while nothing is due.
 * <p>
 * A bucket is a doubly linked list under its own lock. A task belongs to its bucket while
 * {@code bucket} is set, and whoever clears it, by cancelling or by expiry, decides
 * whether it runs.
 */
public final class SystemClock implements Scheduler, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(SystemClock.class);

	/** About 1 ms: how late a task may be. */
	private static final int TICK_BITS = 20;

	private static final int BUCKETS = 8192;

	private final Bucket[] buckets = new Bucket[BUCKETS];

	private final long origin = System.nanoTime();

	/** The tick at which the thread wakes next, or {@code Long.MAX_VALUE}. */
	private final AtomicLong wakeTick = new AtomicLong(Long.MAX_VALUE);

	/**
	 * Buckets up to this tick are, or are being, emptied; nothing is added at or below.
	 */
	private volatile long passed = -1;

	private final Thread thread;

	private volatile boolean closed;

	/** Starts the thread. */
	public SystemClock() {
		for (int i = 0; i < BUCKETS; i++) {
			this.buckets[i] = new Bucket();
		}
		this.thread = Thread.ofPlatform().name("cajun-clock").daemon().unstarted(this::run);
		this.thread.start();
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public Instant now() {
		return Instant.now();
	}

	@Override
	public Cancellable schedule(long delayNanos, Runnable action) {
		long deadline = System.nanoTime() - this.origin + Math.min(Math.max(0, delayNanos), Durations.FOREVER_NANOS);
		for (;;) {
			long tick = Math.max(deadline >> TICK_BITS, this.passed) + 1;
			Bucket bucket = this.buckets[(int) (tick & (BUCKETS - 1))];
			Task task = new Task(action, tick, bucket);
			bucket.add(task);
			if (tick <= this.passed && bucket.remove(task)) {
				// The thread may have gone by between the choice of the bucket and the
				// add.
				continue;
			}
			if (tick < this.wakeTick.get()) {
				LockSupport.unpark(this.thread);
			}
			return task;
		}
	}

	/**
	 * Ends the thread. Tasks that wait run at once, so that nobody waits for ever for a
	 * timeout; tasks scheduled later never run.
	 */
	@Override
	public void close() {
		this.closed = true;
		LockSupport.unpark(this.thread);
	}

	private void runEverything() {
		for (Bucket bucket : this.buckets) {
			bucket.expire(Long.MAX_VALUE);
		}
	}

	private void run() {
		long from = 0;
		while (!this.closed) {
			long now = (System.nanoTime() - this.origin) >> TICK_BITS;
			this.wakeTick.set(Long.MIN_VALUE);
			this.passed = now;
			for (long tick = Math.max(from, now - BUCKETS + 1); tick <= now; tick++) {
				this.buckets[(int) (tick & (BUCKETS - 1))].expire(now);
			}
			from = now + 1;
			this.wakeTick.set(Long.MAX_VALUE);
			long next = earliestAfter(now);
			this.wakeTick.set(next);
			if (next == Long.MAX_VALUE) {
				LockSupport.park(this);
			}
			else {
				long wait = (next << TICK_BITS) - (System.nanoTime() - this.origin);
				if (wait > 0) {
					LockSupport.parkNanos(this, wait);
				}
			}
		}
		runEverything();
	}

	/**
	 * The earliest tick with a task; a task more than a turn away counts as a turn away.
	 */
	private long earliestAfter(long now) {
		boolean any = false;
		for (long tick = now + 1; tick <= now + BUCKETS; tick++) {
			long earliest = this.buckets[(int) (tick & (BUCKETS - 1))].earliest();
			if (earliest <= tick) {
				return tick;
			}
			any |= earliest != Long.MAX_VALUE;
		}
		return any ? now + BUCKETS : Long.MAX_VALUE;
	}

	private static final class Bucket {

		private final ReentrantLock lock = new ReentrantLock();

		private volatile @Nullable Task first;

		void add(Task task) {
			this.lock.lock();
			try {
				Task head = this.first;
				task.next = head;
				if (head != null) {
					head.previous = task;
				}
				this.first = task;
			}
			finally {
				this.lock.unlock();
			}
		}

		boolean remove(Task task) {
			this.lock.lock();
			try {
				if (task.bucket == null) {
					return false;
				}
				unlink(task);
				return true;
			}
			finally {
				this.lock.unlock();
			}
		}

		private void unlink(Task task) {
			Task before = task.previous;
			Task after = task.next;
			if (before == null) {
				this.first = after;
			}
			else {
				before.next = after;
			}
			if (after != null) {
				after.previous = before;
			}
			task.next = null;
			task.previous = null;
			task.bucket = null;
		}

		void expire(long now) {
			for (Task task : takeDue(now)) {
				try {
					Runnable action = task.action;
					if (action != null) {
						action.run();
					}
				}
				catch (Throwable ex) {
					logger.error("A timer task failed", ex);
				}
			}
		}

		/** The due tasks, in the order they were added. */
		private List<Task> takeDue(long now) {
			if (this.first == null) {
				return List.of();
			}
			ArrayList<Task> due = new ArrayList<>();
			this.lock.lock();
			try {
				for (Task task = this.first; task != null;) {
					Task following = task.next;
					if (task.tick <= now) {
						unlink(task);
						due.add(task);
					}
					task = following;
				}
			}
			finally {
				this.lock.unlock();
			}
			Collections.reverse(due);
			return due;
		}

		long earliest() {
			if (this.first == null) {
				return Long.MAX_VALUE;
			}
			this.lock.lock();
			try {
				long earliest = Long.MAX_VALUE;
				for (Task task = this.first; task != null; task = task.next) {
					earliest = Math.min(earliest, task.tick);
				}
				return earliest;
			}
			finally {
				this.lock.unlock();
			}
		}

	}

	private static final class Task implements Cancellable {

		/** {@code null} when the task was cancelled after it was taken to run. */
		private volatile @Nullable Runnable action;

		private final long tick;

		private final Bucket home;

		/** Where the task waits; {@code null} once it was taken or cancelled. */
		private @Nullable Bucket bucket;

		private @Nullable Task next;

		private @Nullable Task previous;

		Task(Runnable action, long tick, Bucket home) {
			this.action = action;
			this.tick = tick;
			this.home = home;
			this.bucket = home;
		}

		@Override
		public void cancel() {
			if (!this.home.remove(this)) {
				this.action = null;
			}
		}

	}

}
