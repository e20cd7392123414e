package dev.cajun.transport;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

import dev.cajun.time.Scheduler;

/**
 * The time of one process of an {@link InMemoryNetwork}: clocks that go on, and tasks
 * that wait while the process is paused and vanish when it is killed.
 */
public final class ProcessTime implements Scheduler {

	private final Scheduler time;

	/** Tasks that fell due while paused. Touched by the scheduler's tasks only. */
	private final Deque<Task> held = new ArrayDeque<>();

	private volatile boolean paused;

	private volatile boolean killed;

	ProcessTime(Scheduler time) {
		this.time = time;
	}

	@Override
	public long nanoTime() {
		return this.time.nanoTime();
	}

	@Override
	public Instant now() {
		return this.time.now();
	}

	@Override
	public Cancellable schedule(long delayNanos, Runnable action) {
		Task task = new Task(action);
		Cancellable scheduled = this.time.schedule(delayNanos, () -> run(task));
		return () -> {
			task.cancelled = true;
			scheduled.cancel();
		};
	}

	private void run(Task task) {
		if (this.killed || task.cancelled) {
			return;
		}
		if (this.paused) {
			this.held.add(task);
		}
		else {
			task.action.run();
		}
	}

	boolean isPaused() {
		return this.paused;
	}

	boolean isKilled() {
		return this.killed;
	}

	void pause() {
		this.paused = true;
	}

	void resume() {
		this.paused = false;
		while (!this.held.isEmpty() && !this.paused) {
			run(this.held.removeFirst());
		}
	}

	void kill() {
		this.killed = true;
	}

	private static final class Task {

		private final Runnable action;

		private volatile boolean cancelled;

		Task(Runnable action) {
			this.action = action;
		}

	}

}
