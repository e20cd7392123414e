package dev.cajun.activation;

import java.time.Duration;

import dev.cajun.time.Durations;

/**
 * How often and when a message is handled again under
 * {@link dev.cajun.FailurePolicy#RETRY}.
 *
 * @param maxAttempts attempts in all, from 1; default 3
 * @param delay before the second attempt; default 100 ms
 * @param multiplier of the delay from attempt to attempt, from 1; default 2
 * @param maxDelay the longest delay; default 5 s
 */
public record RetrySettings(int maxAttempts, Duration delay, double multiplier, Duration maxDelay) {

	/** The defaults. */
	public static final RetrySettings DEFAULTS = new RetrySettings(3, Duration.ofMillis(100), 2, Duration.ofSeconds(5));

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	public RetrySettings {
		if (maxAttempts < 1 || delay.isNegative() || !(multiplier >= 1) || maxDelay.compareTo(delay) < 0) {
			throw new IllegalArgumentException(
					"Retry needs max-attempts >= 1, delay >= 0, multiplier >= 1, max-delay >= delay; was " + maxAttempts
							+ ", " + delay + ", " + multiplier + ", " + maxDelay);
		}
	}

	long delayNanos(int failedAttempts) {
		double nanos = Durations.nanos(this.delay) * Math.pow(this.multiplier, failedAttempts - 1d);
		return (long) Math.min(nanos, (double) Durations.nanos(this.maxDelay));
	}

}
