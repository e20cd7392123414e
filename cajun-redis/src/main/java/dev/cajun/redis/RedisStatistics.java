package dev.cajun.redis;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/** What a Redis store counted since it was created. Thread-safe. */
public final class RedisStatistics {

	final LongAdder commits = new LongAdder();

	final LongAdder commitNanos = new LongAdder();

	final LongAdder loads = new LongAdder();

	final LongAdder loadNanos = new LongAdder();

	final LongAdder bytesWritten = new LongAdder();

	final LongAdder bytesRead = new LongAdder();

	final LongAdder queued = new LongAdder();

	final LongAdder reconnects = new LongAdder();

	final LongAdder fenced = new LongAdder();

	final LongAdder mismatches = new LongAdder();

	final LongAdder unknown = new LongAdder();

	final LongAdder retries = new LongAdder();

	final LongAdder rollbacks = new LongAdder();

	final LongAdder lostWrites = new LongAdder();

	RedisStatistics() {
	}

	void read(byte @Nullable [] state, List<byte[]> records) {
		this.bytesRead.add(bytes(state, records));
	}

	void written(byte @Nullable [] state, List<byte[]> records) {
		this.bytesWritten.add(bytes(state, records));
	}

	private static long bytes(byte @Nullable [] state, List<byte[]> records) {
		long bytes = (state != null) ? state.length : 0;
		for (byte[] record : records) {
			bytes += record.length;
		}
		return bytes;
	}

	/**
	 * Commits that were answered, refused ones included.
	 * @return the count
	 */
	public long commits() {
		return this.commits.sum();
	}

	/**
	 * Time that these took, from call to answer.
	 * @return the sum, nanoseconds
	 */
	public long commitNanos() {
		return this.commitNanos.sum();
	}

	/**
	 * Loads that were answered.
	 * @return the count
	 */
	public long loads() {
		return this.loads.sum();
	}

	/**
	 * Time that these took, from call to answer.
	 * @return the sum, nanoseconds
	 */
	public long loadNanos() {
		return this.loadNanos.sum();
	}

	/**
	 * Bytes of states, snapshots and records sent.
	 * @return the sum
	 */
	public long bytesWritten() {
		return this.bytesWritten.sum();
	}

	/**
	 * Bytes of states and records received.
	 * @return the sum
	 */
	public long bytesRead() {
		return this.bytesRead.sum();
	}

	/**
	 * Commands under way now.
	 * @return the number
	 */
	public long queued() {
		return this.queued.sum();
	}

	/**
	 * Connections that were lost and made again.
	 * @return the count
	 */
	public long reconnects() {
		return this.reconnects.sum();
	}

	/**
	 * Operations refused because the shard is somebody else's.
	 * @return the count
	 */
	public long fenced() {
		return this.fenced.sum();
	}

	/**
	 * Writes refused because the actor is at another sequence.
	 * @return the count
	 */
	public long mismatches() {
		return this.mismatches.sum();
	}

	/**
	 * Operations whose outcome was not known.
	 * @return the count
	 */
	public long unknown() {
		return this.unknown.sum();
	}

	/**
	 * Operations that were refused for the moment and sent again by the store.
	 * @return the count
	 */
	public long retries() {
		return this.retries.sum();
	}

	/**
	 * Actors and fences that were found behind what Redis had acknowledged.
	 * @return the count
	 */
	public long rollbacks() {
		return this.rollbacks.sum();
	}

	/**
	 * Acknowledged writes found missing: places in the sequence of actors that this store
	 * used lately.
	 * @return the count
	 */
	public long lostWrites() {
		return this.lostWrites.sum();
	}

	@Override
	public String toString() {
		return "commits " + commits() + ", loads " + loads() + ", queued " + queued() + ", reconnects " + reconnects()
				+ ", fenced " + fenced() + ", mismatches " + mismatches() + ", unknown " + unknown() + ", retries "
				+ retries() + ", rollbacks " + rollbacks() + ", lost writes " + lostWrites();
	}

}
