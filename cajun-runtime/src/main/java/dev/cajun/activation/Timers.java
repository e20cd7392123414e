package dev.cajun.activation;

import java.util.HashMap;
import java.util.Map;

import dev.cajun.time.Scheduler.Cancellable;
import org.jspecify.annotations.Nullable;

/** The volatile timers of one activation. Consumer only. */
final class Timers {

	private final Activation activation;

	private final Map<String, Timer> timers = new HashMap<>();

	Timers(Activation activation) {
		this.activation = activation;
	}

	void set(String name, long delayNanos, Object message) {
		cancel(name);
		Timer timer = new Timer(name, message, this.activation.host().scheduler().nanoTime() + delayNanos);
		this.timers.put(name, timer);
		timer.task = this.activation.host()
			.scheduler()
			.schedule(delayNanos, () -> this.activation.offerUnbounded(new TimerFired(timer)));
	}

	void cancel(String name) {
		Timer timer = this.timers.remove(name);
		if (timer != null) {
			timer.cancel();
		}
	}

	/** Whether a timer that fired was neither cancelled nor replaced meanwhile. */
	boolean fired(Timer timer) {
		return this.timers.remove(timer.name, timer);
	}

	boolean isEmpty() {
		return this.timers.isEmpty();
	}

	boolean has(String name) {
		return this.timers.containsKey(name);
	}

	/**
	 * Gives every timer to the activation's next owner, with what is left of its time.
	 */
	void handOver() {
		long now = this.activation.host().scheduler().nanoTime();
		for (Timer timer : this.timers.values()) {
			this.activation.handTimer(timer.name, Math.max(0, timer.dueNanos - now), timer.message);
		}
	}

	void cancelAll() {
		this.timers.values().forEach(Timer::cancel);
		this.timers.clear();
	}

	static final class Timer {

		private final String name;

		private final Object message;

		private final long dueNanos;

		private @Nullable Cancellable task;

		Timer(String name, Object message, long dueNanos) {
			this.name = name;
			this.message = message;
			this.dueNanos = dueNanos;
		}

		String name() {
			return this.name;
		}

		Object message() {
			return this.message;
		}

		private void cancel() {
			if (this.task != null) {
				this.task.cancel();
			}
		}

	}

}
