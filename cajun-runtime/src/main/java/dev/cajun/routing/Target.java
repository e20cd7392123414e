package dev.cajun.routing;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Where a lane has sent messages since it last knew that nothing was left there: a
 * process and the epoch that its messages carried. Told apart by identity.
 */
final class Target {

	/** The process; {@code null} for this one. */
	final @Nullable PeerLink peer;

	final long epoch;

	/** Messages that the link has neither acknowledged nor reported lost. */
	final AtomicInteger unacknowledged = new AtomicInteger();

	/**
	 * The process is gone: once nothing is unacknowledged, everything that comes back has
	 * come.
	 */
	volatile boolean gone;

	/** The lane went on without an answer: what still comes back is too late. */
	volatile boolean abandoned;

	Target(@Nullable PeerLink peer, long epoch) {
		this.peer = peer;
		this.epoch = epoch;
	}

	boolean isHere() {
		return this.peer == null;
	}

	@Override
	public String toString() {
		return (this.peer == null) ? "this node" : this.peer.toString();
	}

}
