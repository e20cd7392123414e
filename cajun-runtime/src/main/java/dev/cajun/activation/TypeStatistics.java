package dev.cajun.activation;

import java.util.concurrent.atomic.LongAdder;

/**
 * The figures of one actor type on one node, counted from the start of the node. Times
 * are sums of nanoseconds.
 * <p>
 * Thread-safe: written by the runtime, read by whoever publishes metrics.
 */
public final class TypeStatistics {

	final LongAdder handled = new LongAdder();

	final LongAdder failed = new LongAdder();

	final LongAdder refused = new LongAdder();

	final LongAdder expired = new LongAdder();

	final LongAdder undelivered = new LongAdder();

	final LongAdder duplicates = new LongAdder();

	final LongAdder handlerNanos = new LongAdder();

	final LongAdder asks = new LongAdder();

	final LongAdder askNanos = new LongAdder();

	final LongAdder asksFailed = new LongAdder();

	final LongAdder asksTimedOut = new LongAdder();

	final LongAdder commits = new LongAdder();

	final LongAdder commitNanos = new LongAdder();

	final LongAdder commitsFailed = new LongAdder();

	final LongAdder fenced = new LongAdder();

	final LongAdder unknown = new LongAdder();

	final LongAdder loads = new LongAdder();

	final LongAdder loadNanos = new LongAdder();

	final LongAdder activated = new LongAdder();

	final LongAdder ended = new LongAdder();

	final LongAdder quarantined = new LongAdder();

	final LongAdder violations = new LongAdder();

	/**
	 * Messages whose handler returned.
	 * @return how many
	 */
	public long handled() {
		return this.handled.sum();
	}

	/**
	 * Messages whose handler threw, after all attempts.
	 * @return how many
	 */
	public long failed() {
		return this.failed.sum();
	}

	/**
	 * Messages refused because a mailbox, or the node, was full.
	 * @return how many
	 */
	public long refused() {
		return this.refused.sum();
	}

	/**
	 * Requests whose time was up before their handler started.
	 * @return how many
	 */
	public long expired() {
		return this.expired.sum();
	}

	/**
	 * Messages accepted and dropped.
	 * @return how many
	 */
	public long undelivered() {
		return this.undelivered.sum();
	}

	/**
	 * Messages recognised as duplicates and not handled again.
	 * @return how many
	 */
	public long duplicates() {
		return this.duplicates.sum();
	}

	/**
	 * Time spent in handlers.
	 * @return nanoseconds
	 */
	public long handlerNanos() {
		return this.handlerNanos.sum();
	}

	/**
	 * Asks answered, made on this node.
	 * @return how many
	 */
	public long asks() {
		return this.asks.sum();
	}

	/**
	 * Time from ask to answer of those answered.
	 * @return nanoseconds
	 */
	public long askNanos() {
		return this.askNanos.sum();
	}

	/**
	 * Asks that failed otherwise than by time.
	 * @return how many
	 */
	public long asksFailed() {
		return this.asksFailed.sum();
	}

	/**
	 * Asks that were not answered in time.
	 * @return how many
	 */
	public long asksTimedOut() {
		return this.asksTimedOut.sum();
	}

	/**
	 * Commits applied.
	 * @return how many
	 */
	public long commits() {
		return this.commits.sum();
	}

	/**
	 * Time from sending to answer of those applied.
	 * @return nanoseconds
	 */
	public long commitNanos() {
		return this.commitNanos.sum();
	}

	/**
	 * Commits that the store failed or refused.
	 * @return how many
	 */
	public long commitsFailed() {
		return this.commitsFailed.sum();
	}

	/**
	 * Commits and confirmations refused because another node owns the shard.
	 * @return how many
	 */
	public long fenced() {
		return this.fenced.sum();
	}

	/**
	 * Commits whose outcome was unknown at first.
	 * @return how many
	 */
	public long unknown() {
		return this.unknown.sum();
	}

	/**
	 * Actors read from the store.
	 * @return how many
	 */
	public long loads() {
		return this.loads.sum();
	}

	/**
	 * Time spent reading them.
	 * @return nanoseconds
	 */
	public long loadNanos() {
		return this.loadNanos.sum();
	}

	/**
	 * Activations begun.
	 * @return how many
	 */
	public long activated() {
		return this.activated.sum();
	}

	/**
	 * Activations ended.
	 * @return how many
	 */
	public long ended() {
		return this.ended.sum();
	}

	/**
	 * Activations alive now.
	 * @return how many
	 */
	public long active() {
		return Math.max(0, this.activated.sum() - this.ended.sum());
	}

	/**
	 * Activations that refuse messages now.
	 * @return how many
	 */
	public long quarantined() {
		return this.quarantined.sum();
	}

	/**
	 * Activations that an error of the runtime ended: something held that must not.
	 * @return how many
	 */
	public long violations() {
		return this.violations.sum();
	}

}
