package dev.cajun.routing;

import java.util.concurrent.atomic.LongAdder;

/**
 * What happened between this node and others, counted from the start of the node.
 * <p>
 * Thread-safe: written by the runtime, read by whoever publishes metrics.
 */
public final class RoutingStatistics {

	final LongAdder sent = new LongAdder();

	final LongAdder received = new LongAdder();

	final LongAdder returned = new LongAdder();

	final LongAdder unreadable = new LongAdder();

	final LongAdder answersDropped = new LongAdder();

	final LongAdder flushesMissed = new LongAdder();

	RoutingStatistics() {
	}

	/**
	 * Messages given to links.
	 * @return how many
	 */
	public long sent() {
		return this.sent.sum();
	}

	/**
	 * Messages to actors that came from links.
	 * @return how many
	 */
	public long received() {
		return this.received.sum();
	}

	/**
	 * Messages that came back because their actor had gone elsewhere, and were sent
	 * again.
	 * @return how many
	 */
	public long returned() {
		return this.returned.sum();
	}

	/**
	 * Messages of other nodes that could not be read.
	 * @return how many
	 */
	public long unreadable() {
		return this.unreadable.sum();
	}

	/**
	 * Answers dropped because a link took none for long.
	 * @return how many
	 */
	public long answersDropped() {
		return this.answersDropped.sum();
	}

	/**
	 * Changes of owner at which the former owner did not say in time what it had not run.
	 * @return how many
	 */
	public long flushesMissed() {
		return this.flushesMissed.sum();
	}

}
