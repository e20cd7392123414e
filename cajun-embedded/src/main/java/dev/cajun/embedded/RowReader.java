package dev.cajun.embedded;

import java.util.Arrays;

/** Reads what a {@link RowWriter} wrote, in the same order. */
final class RowReader {

	private final byte[] bytes;

	private int at;

	private RowReader(byte[] bytes, int at) {
		this.bytes = bytes;
		this.at = at;
	}

	/** Reads a key from its beginning. */
	static RowReader key(byte[] key) {
		return new RowReader(key, 0);
	}

	/** Reads a value whose checksum was compared. */
	static RowReader value(byte[] value) {
		return new RowReader(value, Checksum.BYTES);
	}

	int int8() {
		return this.bytes[this.at++] & 0xff;
	}

	int int32() {
		int value = 0;
		for (int i = 0; i < 4; i++) {
			value = (value << 8) | int8();
		}
		return value;
	}

	long int64() {
		long value = 0;
		for (int i = 0; i < 8; i++) {
			value = (value << 8) | int8();
		}
		return value ^ Long.MIN_VALUE;
	}

	/** Text up to its zero byte. */
	String text() {
		int end = this.at;
		while (this.bytes[end] != 0) {
			end++;
		}
		String text = text(end);
		this.at = end + 1;
		return text;
	}

	/** Text up to the end. */
	String lastText() {
		String text = text(this.bytes.length);
		this.at = this.bytes.length;
		return text;
	}

	private String text(int end) {
		char[] chars = new char[end - this.at];
		int length = 0;
		for (int i = this.at; i < end;) {
			int first = this.bytes[i++];
			if (first >= 0) {
				chars[length++] = (char) first;
			}
			else if ((first & 0x20) == 0) {
				chars[length++] = (char) (((first & 0x1f) << 6) | (this.bytes[i++] & 0x3f));
			}
			else {
				chars[length++] = (char) (((first & 0x0f) << 12) | ((this.bytes[i++] & 0x3f) << 6)
						| (this.bytes[i++] & 0x3f));
			}
		}
		return new String(chars, 0, length);
	}

	/** Bytes up to the end. */
	byte[] lastBytes() {
		return Arrays.copyOfRange(this.bytes, this.at, this.bytes.length);
	}

}
