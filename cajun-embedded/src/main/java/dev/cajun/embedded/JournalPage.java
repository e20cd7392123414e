package dev.cajun.embedded;

import java.util.ArrayList;
import java.util.List;

/** Journal records in order, without gaps, up to a limit. */
final class JournalPage {

	/** Journal records given at a time. */
	private static final int RECORDS = 512;

	private static final int BYTES = 1 << 20;

	private final byte[] prefix;

	private final List<byte[]> records = new ArrayList<>();

	private long last;

	private long size;

	private boolean full;

	JournalPage(byte[] prefix, long after) {
		this.prefix = prefix;
		this.last = after;
	}

	List<byte[]> records() {
		return this.records;
	}

	/** Returns whether there is room for more. */
	boolean add(byte[] key, byte[] record) throws DamagedException {
		long sequence = Keys.suffix(this.prefix, key).int64();
		if (sequence != this.last + 1) {
			throw new DamagedException("journal record " + (this.last + 1) + " is missing");
		}
		this.last = sequence;
		this.records.add(record);
		this.size += record.length;
		this.full = this.records.size() == RECORDS || this.size >= BYTES;
		return !this.full;
	}

	/** To be called at the end of the journal. */
	void checkEnd(long sequence) throws DamagedException {
		if (!this.full && this.last != sequence) {
			throw new DamagedException("journal record " + (this.last + 1) + " is missing");
		}
	}

}
