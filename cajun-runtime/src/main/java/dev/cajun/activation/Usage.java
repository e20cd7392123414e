package dev.cajun.activation;

/**
 * What one activation had to do of late: messages and time in handlers, over the last ten
 * to twenty seconds. Each drain adds to the present window of ten seconds; of the window
 * before that counts which the present one does not cover yet.
 * <p>
 * Written by whoever runs the activation; whoever reads it meanwhile may see values of
 * two drains mixed, which is as good for an operator.
 */
final class Usage {

	static final long WINDOW_NANOS = 10_000_000_000L;

	private long window = Long.MIN_VALUE;

	private int handled;

	private int handledBefore;

	private long nanos;

	private long nanosBefore;

	void add(int count, long handlerNanos, long nanoTime) {
		long now = Math.floorDiv(nanoTime, WINDOW_NANOS);
		if (now != this.window) {
			boolean follows = now == this.window + 1;
			this.handledBefore = follows ? this.handled : 0;
			this.nanosBefore = follows ? this.nanos : 0;
			this.handled = 0;
			this.nanos = 0;
			this.window = now;
		}
		this.handled += count;
		this.nanos += handlerNanos;
	}

	/** Messages a second. */
	double messagesPerSecond(long nanoTime) {
		return 1e9 * average(this.handled, this.handledBefore, nanoTime);
	}

	/** The part of the time that the handler ran. */
	double busy(long nanoTime) {
		return Math.min(1, average(this.nanos, this.nanosBefore, nanoTime));
	}

	private double average(double present, double before, long nanoTime) {
		long age = Math.floorDiv(nanoTime, WINDOW_NANOS) - this.window;
		double passed = (double) Math.floorMod(nanoTime, WINDOW_NANOS) / WINDOW_NANOS;
		if (age > 1 || age < 0) {
			return 0;
		}
		double sum = (age == 0) ? present + (1 - passed) * before : (1 - passed) * present;
		return sum / WINDOW_NANOS;
	}

}
