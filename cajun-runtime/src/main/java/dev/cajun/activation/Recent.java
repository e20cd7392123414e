package dev.cajun.activation;

/**
 * How many messages an activation dealt with lately, and how long its handlers took: two
 * sums that decay, so that no window has to be turned over and an idle actor costs
 * nothing. What is a minute old hardly counts.
 * <p>
 * Written by one thread at a time; others may read figures that are a moment old.
 */
public final class Recent {

	/** After so long {@code 1/e} of a sum is left. */
	private static final double DECAY_NANOS = 15e9;

	/** Sums are made to decay no more often than this, which keeps a drain cheap. */
	private static final long STEP_NANOS = 500_000_000L;

	// An activation is small: a float counts to 16 million, which is a million a second

	private float messages;

	private float nanos;

	private long decayedAt;

	Recent(long now) {
		this.decayedAt = now;
	}

	/** Adds what a drain did. */
	void add(long now, int messages, long nanos) {
		if (now - this.decayedAt >= STEP_NANOS) {
			float left = (float) left(now);
			this.messages *= left;
			this.nanos *= left;
			this.decayedAt = now;
		}
		this.messages += messages;
		this.nanos += nanos;
	}

	/**
	 * Messages dealt with per second, averaged over the last half minute or so.
	 * @param now the monotonic time
	 * @return messages per second
	 */
	public double messagesPerSecond(long now) {
		return this.messages * left(now) * 1e9 / DECAY_NANOS;
	}

	/**
	 * Which part of the time handlers ran, averaged as the messages are.
	 * @param now the monotonic time
	 * @return 0 to 1
	 */
	public double busy(long now) {
		return Math.min(1, this.nanos * left(now) / DECAY_NANOS);
	}

	private double left(long now) {
		return Math.exp(-Math.max(0, now - this.decayedAt) / DECAY_NANOS);
	}

}
