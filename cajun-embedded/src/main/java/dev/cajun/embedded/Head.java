package dev.cajun.embedded;

import dev.cajun.store.BatchId;
import org.jspecify.annotations.Nullable;

/**
 * How far an actor is: what a commit is checked against.
 *
 * @param row the row it is stored in, 0 when it is not
 * @param sequence the sequence that the last commit left
 * @param batch the last commit, or {@code null}
 * @param stateSequence the sequence that the state stands for
 * @param form where the state is
 * @param wake whether the actor is in the wake set of its shard
 */
record Head(long row, long sequence, @Nullable BatchId batch, long stateSequence, Form form, boolean wake) {

	/** The head of an actor that was never written. */
	static final Head NONE = new Head(0, 0, null, 0, Form.NONE, false);

	/**
	 * The largest state that is kept in the head, so that most commits write one row.
	 * Above it, a commit that leaves the state alone should not write it again.
	 */
	static final int INLINE_BYTES = 1024;

	private static final int FIXED_BYTES = 33;

	private static final int WAKE = 4;

	private static final int BATCH = 8;

	private static final int FORM = 3;

	/** Whether there are journal records. */
	boolean hasJournal() {
		return this.sequence > this.stateSequence;
	}

	Head inRow(long row) {
		return new Head(row, this.sequence, this.batch, this.stateSequence, this.form, this.wake);
	}

	byte[] encode(byte @Nullable [] inline) {
		BatchId id = this.batch;
		int flags = this.form.code | (this.wake ? WAKE : 0) | ((id != null) ? BATCH : 0);
		RowWriter writer = RowWriter.value(FIXED_BYTES + ((inline != null) ? inline.length : 0))
			.int8(flags)
			.int64(this.sequence)
			.int64(this.stateSequence)
			.int64((id != null) ? id.incarnation() : 0)
			.int64((id != null) ? id.counter() : 0);
		return ((inline != null) ? writer.lastBytes(inline) : writer).toBytes();
	}

	/** Decodes a head and leaves the reader at the inline state. */
	static Head decode(long row, RowReader reader) {
		int flags = reader.int8();
		long sequence = reader.int64();
		long stateSequence = reader.int64();
		BatchId batch = new BatchId(reader.int64(), reader.int64());
		return new Head(row, sequence, ((flags & BATCH) != 0) ? batch : null, stateSequence, Form.of(flags & FORM),
				(flags & WAKE) != 0);
	}

	/** Where a state is kept. */
	enum Form {

		/** There is none: the initial state. */
		NONE(0),

		/** In the head. */
		INLINE(1),

		/** In a row of its own. */
		ROW(2);

		private final int code;

		Form(int code) {
			this.code = code;
		}

		private static Form of(int code) {
			for (Form form : values()) {
				if (form.code == code) {
					return form;
				}
			}
			throw new IllegalArgumentException("There is no form " + code);
		}

	}

}
