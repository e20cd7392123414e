package dev.cajun.embedded;

import java.util.zip.CRC32C;

/**
 * The two checksums at the head of every value: CRC32C over key and payload, then CRC32C
 * over the key alone. The first finds damage; SQLite has no checksum of its own in the
 * file. The second tells whether the key is the one that was written when only the
 * payload is damaged, so that damage of one actor is not mistaken for a lost other one.
 * <p>
 * Not thread-safe.
 */
final class Checksum {

	/** The room it takes in a value. */
	static final int BYTES = 8;

	private final CRC32C crc = new CRC32C();

	/** Fills in the checksums. */
	void seal(byte[] key, byte[] value) {
		this.crc.reset();
		this.crc.update(key);
		set(value, 4, (int) this.crc.getValue());
		this.crc.update(value, BYTES, value.length - BYTES);
		set(value, 0, (int) this.crc.getValue());
	}

	/** Whether key and payload are what was written. */
	boolean isIntact(byte[] key, byte[] value) {
		if (value.length < BYTES) {
			return false;
		}
		this.crc.reset();
		this.crc.update(key);
		this.crc.update(value, BYTES, value.length - BYTES);
		return get(value, 0) == (int) this.crc.getValue();
	}

	/** Whether the key is what was written, whatever became of the payload. */
	boolean isKeyIntact(byte[] key, byte[] value) {
		if (value.length < BYTES) {
			return false;
		}
		this.crc.reset();
		this.crc.update(key);
		return get(value, 4) == (int) this.crc.getValue() || isIntact(key, value);
	}

	private static void set(byte[] value, int at, int crc) {
		for (int i = 0; i < 4; i++) {
			value[at + i] = (byte) (crc >>> (24 - 8 * i));
		}
	}

	private static int get(byte[] value, int at) {
		int crc = 0;
		for (int i = 0; i < 4; i++) {
			crc = (crc << 8) | (value[at + i] & 0xff);
		}
		return crc;
	}

}
