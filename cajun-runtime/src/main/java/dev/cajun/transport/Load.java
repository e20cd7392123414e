package dev.cajun.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a link holds: messages in the low 24 bits, bytes above. Raised by compare-and-set
 * after the bounds were checked, so it only ever counts messages that are there.
 */
final class Load {

	private static final int COUNT_BITS = 24;

	private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

	private final AtomicLong value = new AtomicLong();

	private final int maxMessages;

	private final long maxBytes;

	Load(int maxMessages, long maxBytes) {
		this.maxMessages = maxMessages;
		this.maxBytes = maxBytes;
	}

	static long of(Link.Parcel parcel) {
		return 1L | ((long) parcel.bytes().length << COUNT_BITS);
	}

	boolean admit(int bytes) {
		long unit = 1L | ((long) bytes << COUNT_BITS);
		long before;
		do {
			before = this.value.get();
			long held = before >>> COUNT_BITS;
			if ((before & COUNT_MASK) >= this.maxMessages || (held > 0 && held + bytes > this.maxBytes)) {
				return false;
			}
		}
		while (!this.value.compareAndSet(before, before + unit));
		return true;
	}

	void release(long load) {
		this.value.addAndGet(-load);
	}

	long messages() {
		return this.value.get() & COUNT_MASK;
	}

	long bytes() {
		return this.value.get() >>> COUNT_BITS;
	}

}
