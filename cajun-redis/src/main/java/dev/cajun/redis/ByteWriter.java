package dev.cajun.redis;

import java.util.Arrays;

/**
 * Writes keys, members and values. Numbers are big-endian. Text is UTF-8, but that each
 * half of a surrogate pair and the character 0 are encoded by themselves, as class files
 * do: any Java string has bytes of its own, bytes are sorted as strings are, and a zero
 * byte ends a text. Not thread-safe.
 */
final class ByteWriter {

	private byte[] bytes;

	private int length;

	ByteWriter(int capacity) {
		this.bytes = new byte[capacity];
	}

	ByteWriter int8(int value) {
		reserve(1);
		this.bytes[this.length++] = (byte) value;
		return this;
	}

	ByteWriter int32(int value) {
		return int16(value >>> 16).int16(value);
	}

	private ByteWriter int16(int value) {
		reserve(2);
		this.bytes[this.length++] = (byte) (value >>> 8);
		this.bytes[this.length++] = (byte) value;
		return this;
	}

	ByteWriter int64(long value) {
		reserve(8);
		int at = this.length;
		for (int shift = 56; shift >= 0; shift -= 8) {
			this.bytes[at++] = (byte) (value >>> shift);
		}
		this.length = at;
		return this;
	}

	/** A signed number whose bytes are sorted as the numbers are. */
	ByteWriter sorted(long value) {
		return int64(value ^ Long.MIN_VALUE);
	}

	/** Text that nothing follows. */
	ByteWriter text(String text) {
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

	/** Text that more follows. */
	ByteWriter textEnd(String text) {
		return text(text).int8(0);
	}

	ByteWriter bytes(byte[] value) {
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

	/** The bound behind a member of a set that is sorted by bytes. */
	static byte[] behind(byte[] member) {
		return new ByteWriter(1 + member.length).int8('(').bytes(member).toBytes();
	}

	/** The bytes of a text. */
	static byte[] of(String text) {
		return new ByteWriter(text.length()).text(text).toBytes();
	}

}
