package dev.cajun.time;

import java.time.Duration;

/** Arithmetic on durations that saturates where {@link Duration} throws. */
public final class Durations {

	/**
	 * About 146 years: an end that is never reached, and that may be added to a clock.
	 */
	public static final long FOREVER_NANOS = Long.MAX_VALUE / 2;

	private Durations() {
	}

	/**
	 * A duration in nanoseconds.
	 * @param duration any duration
	 * @return its nanoseconds, at most {@link #FOREVER_NANOS}
	 */
	public static long nanos(Duration duration) {
		if (duration.toSeconds() >= FOREVER_NANOS / 1_000_000_000L) {
			return FOREVER_NANOS;
		}
		return duration.isNegative() ? 0 : duration.toNanos();
	}

}
