package dev.cajun.etcd;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's thread: all of its state is touched there, and nothing that may block is
 * done there.
 */
final class Loop {

	private static final Logger logger = LoggerFactory.getLogger(Loop.class);

	private final ScheduledThreadPoolExecutor executor;

	private volatile @Nullable Thread thread;

	Loop() {
		this.executor = new ScheduledThreadPoolExecutor(1,
				(task) -> this.thread = Thread.ofPlatform().name("cajun-etcd").daemon().unstarted(task));
		this.executor.setRemoveOnCancelPolicy(true);
		this.executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
	}

	/**
	 * Runs a task on the thread.
	 * @return false when the loop has ended
	 */
	boolean execute(Runnable task) {
		try {
			this.executor.execute(() -> run(task));
			return true;
		}
		catch (RejectedExecutionException ex) {
			return false;
		}
	}

	/** Runs a task later; never once the loop has ended. */
	Timer schedule(Duration delay, Runnable task) {
		return schedule(delay.toNanos(), task);
	}

	Timer schedule(long delayNanos, Runnable task) {
		try {
			var future = this.executor.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
			return () -> future.cancel(false);
		}
		catch (RejectedExecutionException ex) {
			return () -> {
			};
		}
	}

	/** Ends after the tasks that were given to {@link #execute}. */
	void end() {
		this.executor.shutdown();
	}

	/** Waits for the end, except on the thread itself. */
	void awaitEnd(Duration atMost) {
		if (!Thread.currentThread().equals(this.thread)) {
			try {
				if (!this.executor.awaitTermination(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
					logger.warn("A listener of the etcd client still runs after {}", atMost);
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException | Error ex) {
			logger.error("A task of the etcd client failed", ex);
		}
	}

	/** A task that waits for its time. */
	@FunctionalInterface
	interface Timer {

		void cancel();

	}

}
