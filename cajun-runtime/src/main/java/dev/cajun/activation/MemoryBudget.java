package dev.cajun.activation;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The estimated bytes of unhandled messages over all mailboxes of a node. A mailbox is
 * charged in granules of 4 KiB, so that small ones cost no shared write; the sum is exact
 * to one granule a mailbox.
 */
public final class MemoryBudget {

	private static final int GRANULE_BITS = 12;

	private final AtomicLong granules = new AtomicLong();

	private final long limit;

	/**
	 * Creates a budget.
	 * @param maxBytes the bytes that all mailboxes together may hold
	 */
	public MemoryBudget(long maxBytes) {
		this.limit = Math.max(1, maxBytes >>> GRANULE_BITS);
	}

	/**
	 * Whether no more should be taken.
	 * @return whether the limit is reached
	 */
	public boolean isExhausted() {
		return this.granules.get() >= this.limit;
	}

	/**
	 * The bytes of one queue have changed.
	 * @param bytesBefore what it held
	 * @param bytesAfter what it holds
	 */
	public void changed(long bytesBefore, long bytesAfter) {
		long change = (bytesAfter >>> GRANULE_BITS) - (bytesBefore >>> GRANULE_BITS);
		if (change != 0) {
			this.granules.addAndGet(change);
		}
	}

	/**
	 * The bytes charged now.
	 * @return bytes, in steps of 4,096
	 */
	public long bytes() {
		return this.granules.get() << GRANULE_BITS;
	}

}
