package dev.cajun.cluster;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import dev.cajun.time.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the tasks of the control plane one at a time, in the order given, on threads of
 * the node: what only they touch needs no lock.
 * <p>
 * Thread-safe.
 */
final class EventLoop {

	private static final Logger logger = LoggerFactory.getLogger(EventLoop.class);

	/** After so many tasks the loop lets others have the thread. */
	private static final int BATCH = 256;

	private static final Duration AGAIN = Duration.ofMillis(100);

	private final Executor executor;

	private final Scheduler scheduler;

	private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	private final AtomicInteger pending = new AtomicInteger();

	private volatile boolean stopped;

	EventLoop(Executor executor, Scheduler scheduler) {
		this.executor = executor;
		this.scheduler = scheduler;
	}

	long nanoTime() {
		return this.scheduler.nanoTime();
	}

	Scheduler scheduler() {
		return this.scheduler;
	}

	void execute(Runnable task) {
		this.tasks.add(task);
		if (this.pending.getAndIncrement() == 0) {
			start();
		}
	}

	/** What waits here must not wait for ever because a thread could not be made. */
	private void start() {
		try {
			this.executor.execute(this::run);
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			logger.error("The control plane has no thread; it tries again", ex);
			this.scheduler.schedule(AGAIN, this::start);
		}
	}

	Scheduler.Cancellable after(Duration delay, Runnable task) {
		return this.scheduler.schedule(delay, () -> execute(task));
	}

	/** Runs one of two tasks in the loop when a stage has completed. */
	<T> void when(CompletionStage<T> stage, Consumer<T> done, Consumer<Throwable> failed) {
		stage.whenComplete((value, error) -> execute(() -> {
			if (error == null) {
				done.accept(value);
			}
			else {
				failed.accept(cause(error));
			}
		}));
	}

	<T> void when(CompletionStage<T> stage, BiConsumer<@Nullable T, @Nullable Throwable> done) {
		stage.whenComplete((value, error) -> execute(() -> done.accept(value, (error == null) ? null : cause(error))));
	}

	private static Throwable cause(Throwable error) {
		return (error instanceof CompletionException && error.getCause() != null) ? error.getCause() : error;
	}

	/** No task runs any more; those under way end. */
	void stop() {
		this.stopped = true;
	}

	private void run() {
		int left = 1;
		for (int done = 0; left > 0 && done < BATCH; done++) {
			Runnable task = this.tasks.poll();
			if (task != null && !this.stopped) {
				runSafely(task);
			}
			// Only who takes it to zero lets the next one start a run.
			left = this.pending.decrementAndGet();
		}
		if (left > 0) {
			start();
		}
	}

	private static void runSafely(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException ex) {
			logger.error("A task of the control plane failed; what it was about is tried again", ex);
		}
	}

}
