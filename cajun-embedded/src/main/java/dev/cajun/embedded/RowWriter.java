package dev.cajun.embedded;

import java.util.Arrays;

/**
 * Builds a key or a value byte by byte. Numbers are big-endian, and long ones have their
 * sign bit flipped, so that bytes compared as unsigned sort as the numbers do.
 * <p>
 * Text is written as modified UTF-8: one to three bytes for each {@code char}, none of
 * which is zero. That keeps any string, unpaired surrogates included, sorts as
 * {@link String#compareTo} does (but for the zero {@code char}), and lets a zero byte end
 * it: no text in a key can run into what follows.
 */
final class RowWriter {

	private byte[] bytes;

	private int length;

	private RowWriter(int length, int capacity) {
		this.length = length;
		this.bytes = new byte[capacity];
	}

	/** Starts a key. */
	static RowWriter key(int capacity) {
		return new RowWriter(0, capacity);
	}

	/** Starts a value, leaving room for its checksums. */
	static RowWriter value(int capacity) {
		return new RowWriter(Checksum.BYTES, Checksum.BYTES + capacity);
	}

	RowWriter int8(int value) {
		reserve(1);
		this.bytes[this.length++] = (byte) value;
		return this;
	}

	RowWriter int32(int value) {
		reserve(4);
		for (int shift = 24; shift >= 0; shift -= 8) {
			this.bytes[this.length++] = (byte) (value >>> shift);
		}
		return this;
	}

	RowWriter int64(long value) {
		reserve(8);
		long flipped = value ^ Long.MIN_VALUE;
		for (int shift = 56; shift >= 0; shift -= 8) {
			this.bytes[this.length++] = (byte) (flipped >>> shift);
		}
		return this;
	}

	/** Text that more follows. */
	RowWriter text(String text) {
		return lastText(text).int8(0);
	}

	/** Text that nothing follows. */
	RowWriter lastText(String text) {
		int chars = text.length();
		reserve(3 * chars);
		byte[] target = this.bytes;
		int at = this.length;
		for (int i = 0; i < chars; i++) {
			char c = text.charAt(i);
			if (c < 0x80 && c != 0) {
				target[at++] = (byte) c;
			}
			else if (c < 0x800) {
				target[at++] = (byte) (0xc0 | (c >> 6));
				target[at++] = (byte) (0x80 | (c & 0x3f));
			}
			else {
				target[at++] = (byte) (0xe0 | (c >> 12));
				target[at++] = (byte) (0x80 | ((c >> 6) & 0x3f));
				target[at++] = (byte) (0x80 | (c & 0x3f));
			}
		}
		this.length = at;
		return this;
	}

	/** Bytes that nothing follows. */
	RowWriter lastBytes(byte[] value) {
		reserve(value.length);
		System.arraycopy(value, 0, this.bytes, this.length, value.length);
		this.length += value.length;
		return this;
	}

	byte[] toBytes() {
		return (this.length == this.bytes.length) ? this.bytes : Arrays.copyOf(this.bytes, this.length);
	}

	private void reserve(int more) {
		if (this.bytes.length - this.length < more) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(this.length + more, 2 * this.bytes.length));
		}
	}

}
