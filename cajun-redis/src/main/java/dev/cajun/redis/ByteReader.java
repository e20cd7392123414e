package dev.cajun.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what a {@link ByteWriter} wrote; out of anything else, something, or an
 * {@link IndexOutOfBoundsException}. Not thread-safe.
 */
final class ByteReader {

	private final byte[] bytes;

	private int at;

	ByteReader(byte[] bytes) {
		this(bytes, 0);
	}

	ByteReader(byte[] bytes, int from) {
		this.bytes = bytes;
		this.at = from;
	}

	int int8() {
		return this.bytes[this.at++] & 0xff;
	}

	int int32() {
		return (int8() << 24) | (int8() << 16) | (int8() << 8) | int8();
	}

	long int64() {
		return ((long) int32() << 32) | (int32() & 0xffffffffL);
	}

	long sorted() {
		return int64() ^ Long.MIN_VALUE;
	}

	/** Text up to a zero byte, or to the end. */
	String text() {
		int end = this.at;
		boolean ascii = true;
		while (end < this.bytes.length && this.bytes[end] != 0) {
			ascii &= this.bytes[end] > 0;
			end++;
		}
		String text = ascii ? ascii(end) : decode(end);
		this.at = end + 1;
		return text;
	}

	private String ascii(int end) {
		return new String(this.bytes, this.at, end - this.at, StandardCharsets.ISO_8859_1);
	}

	private String decode(int end) {
		StringBuilder text = new StringBuilder(end - this.at);
		int from = this.at;
		while (from < end) {
			int first = this.bytes[from++];
			if (first >= 0) {
				text.append((char) first);
			}
			else if ((first & 0xe0) == 0xc0) {
				text.append((char) (((first & 0x1f) << 6) | (this.bytes[from++] & 0x3f)));
			}
			else {
				text.append((char) (((first & 0xf) << 12) | ((this.bytes[from++] & 0x3f) << 6)
						| (this.bytes[from++] & 0x3f)));
			}
		}
		return text.toString();
	}

	/** All that is left. */
	byte[] rest() {
		return (this.at == 0) ? this.bytes : Arrays.copyOfRange(this.bytes, this.at, this.bytes.length);
	}

}
