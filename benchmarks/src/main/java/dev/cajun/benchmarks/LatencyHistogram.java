package dev.cajun.benchmarks;

import java.util.Arrays;

/**
 * Counts durations in buckets that are less than 2 % wide, as HdrHistogram does: 64
 * linear buckets for each power of two. Not thread-safe; one per thread, added up at the
 * end.
 */
final class LatencyHistogram {

	private static final int SUB_BITS = 6;

	private static final int SUB_BUCKETS = 1 << SUB_BITS;

	/** Up to here every duration has a bucket of its own. */
	private static final int EXACT = 2 * SUB_BUCKETS;

	private final long[] counts = new long[(Long.SIZE - SUB_BITS) * SUB_BUCKETS + SUB_BUCKETS];

	void record(long nanos) {
		this.counts[index(Math.max(0, nanos))]++;
	}

	void add(LatencyHistogram other) {
		Arrays.setAll(this.counts, (i) -> this.counts[i] + other.counts[i]);
	}

	/**
	 * The duration that a part of all durations does not exceed.
	 * @param part 0 to 1
	 * @return nanoseconds; 0 when nothing was recorded
	 */
	double quantile(double part) {
		long total = Arrays.stream(this.counts).sum();
		long rank = Math.max(1, (long) Math.ceil(part * total));
		long seen = 0;
		for (int i = 0; i < this.counts.length; i++) {
			seen += this.counts[i];
			if (seen >= rank) {
				return middle(i);
			}
		}
		return 0;
	}

	private static int index(long nanos) {
		if (nanos < EXACT) {
			return (int) nanos;
		}
		int shift = Long.SIZE - Long.numberOfLeadingZeros(nanos) - SUB_BITS - 1;
		return shift * SUB_BUCKETS + (int) (nanos >>> shift);
	}

	private static double middle(int index) {
		if (index < EXACT) {
			return index;
		}
		int shift = index / SUB_BUCKETS - 1;
		long first = (long) (index - shift * SUB_BUCKETS) << shift;
		return first + ((1L << shift) - 1) / 2.0;
	}

}
