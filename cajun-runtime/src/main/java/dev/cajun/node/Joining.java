package dev.cajun.node;

import org.jspecify.annotations.Nullable;

/**
 * The attempts of a node to open its store: one is under way, or the next one is waited
 * for. A stop during an attempt is carried out after it, a stop in between at once.
 * <p>
 * Thread-safe.
 */
final class Joining {

	private static final long FIRST_DELAY_NANOS = 200_000_000;

	private static final long LONGEST_DELAY_NANOS = 5_000_000_000L;

	private @Nullable Throwable error;

	private boolean waiting;

	private boolean stopRequested;

	/** How long to wait after so many attempts. */
	static long delayNanos(int attempts) {
		return (attempts > 6) ? LONGEST_DELAY_NANOS
				: Math.min(LONGEST_DELAY_NANOS, FIRST_DELAY_NANOS << (attempts - 1));
	}

	/** An attempt has failed; answers whether there is to be another. */
	synchronized boolean pause(Throwable failure) {
		this.error = failure;
		this.waiting = !this.stopRequested;
		return this.waiting;
	}

	/** An attempt has failed, and there is no other. */
	synchronized void fail(Throwable failure) {
		this.error = failure;
		this.waiting = false;
	}

	/** The next attempt begins, unless the node was stopped meanwhile. */
	synchronized boolean resume() {
		boolean resumed = this.waiting && !this.stopRequested;
		this.waiting = false;
		return resumed;
	}

	/** An attempt has worked. */
	synchronized void joined() {
		this.error = null;
	}

	/**
	 * Asks for a stop; answers whether the caller has to carry it out because no attempt
	 * is under way that would.
	 */
	synchronized boolean requestStop() {
		boolean first = !this.stopRequested;
		this.stopRequested = true;
		return first && this.waiting;
	}

	synchronized boolean isStopRequested() {
		return this.stopRequested;
	}

	/** What the last attempt failed with. */
	synchronized @Nullable Throwable error() {
		return this.error;
	}

}
