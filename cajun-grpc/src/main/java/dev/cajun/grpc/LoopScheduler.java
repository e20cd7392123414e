package dev.cajun.grpc;

import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import dev.cajun.time.Scheduler;
import io.netty.channel.EventLoop;

/**
 * One network thread: what it schedules runs there, one task at a time. The clocks are
 * the machine's, as a network's are.
 */
final class LoopScheduler implements Scheduler {

	private final EventLoop loop;

	LoopScheduler(EventLoop loop) {
		this.loop = loop;
	}

	EventLoop loop() {
		return this.loop;
	}

	/** Runs a task on the thread: now, when this is it. */
	void run(Runnable task) {
		if (this.loop.inEventLoop()) {
			task.run();
		}
		else {
			this.loop.execute(task);
		}
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
	public Cancellable schedule(long delayNanos, Runnable task) {
		if (delayNanos > 0) {
			Future<?> future = this.loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
			return () -> future.cancel(false);
		}
		Immediate immediate = new Immediate(task);
		this.loop.execute(immediate);
		return immediate;
	}

	private static final class Immediate implements Runnable, Cancellable {

		private final Runnable task;

		private volatile boolean cancelled;

		Immediate(Runnable task) {
			this.task = task;
		}

		@Override
		public void run() {
			if (!this.cancelled) {
				this.task.run();
			}
		}

		@Override
		public void cancel() {
			this.cancelled = true;
		}

	}

}
