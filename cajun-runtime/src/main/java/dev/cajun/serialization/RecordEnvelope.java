package dev.cajun.serialization;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

import dev.cajun.serialization.SerializationException.Kind;

/**
 * The binary layout of a record, version 1:
 *
 * <pre>
 *  0  1  layout, 0xC1
 *  1  4  CRC32C of all other bytes, big-endian
 *  5  1  what it is: 0 value, 1 reply, 2 error; plus 16 if there is no payload
 *  6  8  epoch, big-endian
 * 14  4  schema version, big-endian
 * 18  1  length of the serializer's format name, then the name
 *     2  length of the type name, big-endian, then the name in UTF-8
 *     2  length of the message id, big-endian, then the id in UTF-8
 *     .  payload
 * </pre>
 *
 * The checksum is looked at before anything else, so that a flipped bit anywhere is
 * {@link Kind#CORRUPT}. No length is believed beyond the bytes that are there.
 *
 * @param what one of {@link #VALUE}, {@link #REPLY}, {@link #ERROR}
 * @param empty whether there is no payload because there is no value
 * @param epoch the epoch of the owner that wrote it
 * @param version the version of the type
 * @param format the format of the payload; empty if the payload is text or nothing
 * @param typeName the logical name
 * @param messageId the message that caused it
 * @param payloadOffset where the payload starts in the record; it ends with the record
 */
record RecordEnvelope(byte what, boolean empty, long epoch, int version, String format, String typeName,
		String messageId, int payloadOffset) {

	static final byte VALUE = 0;

	static final byte REPLY = 1;

	static final byte ERROR = 2;

	private static final byte LAYOUT = (byte) 0xC1;

	private static final int EMPTY = 0x10;

	private static final int FIXED_BYTES = 18;

	/** Nothing shorter is a record: the fixed part and three lengths. */
	private static final int MIN_BYTES = FIXED_BYTES + 5;

	private static final int MAX_TEXT_BYTES = 0xFFFF;

	/** Names reach logs and people. */
	private static final int MAX_NAME_BYTES = 512;

	private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

	private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

	/** Writes a record, whose texts are given as UTF-8. */
	static byte[] write(int what, boolean empty, long epoch, int version, byte[] format, byte[] typeName,
			String messageId, byte[] payload) {
		byte[] id = messageId.getBytes(StandardCharsets.UTF_8);
		if (id.length > MAX_TEXT_BYTES || typeName.length > MAX_NAME_BYTES) {
			throw new SerializationException(Kind.NOT_SERIALIZABLE, "A message id of " + id.length
					+ " bytes or a type name of " + typeName.length + " bytes does not fit into a record");
		}
		byte[] bytes = new byte[Math.addExact(MIN_BYTES + format.length + typeName.length + id.length, payload.length)];
		bytes[0] = LAYOUT;
		bytes[5] = (byte) (what | (empty ? EMPTY : 0));
		LONG.set(bytes, 6, epoch);
		INT.set(bytes, 14, version);
		int at = FIXED_BYTES;
		bytes[at++] = (byte) format.length;
		at = put(bytes, at, format);
		at = putText(bytes, at, typeName);
		at = putText(bytes, at, id);
		put(bytes, at, payload);
		INT.set(bytes, 1, checksum(bytes));
		return bytes;
	}

	private static int putText(byte[] bytes, int at, byte[] text) {
		bytes[at] = (byte) (text.length >>> 8);
		bytes[at + 1] = (byte) text.length;
		return put(bytes, at + 2, text);
	}

	private static int put(byte[] bytes, int at, byte[] part) {
		System.arraycopy(part, 0, bytes, at, part.length);
		return at + part.length;
	}

	private static int checksum(byte[] bytes) {
		CRC32C crc = new CRC32C();
		crc.update(bytes, 0, 1);
		crc.update(bytes, 5, bytes.length - 5);
		return (int) crc.getValue();
	}

	/**
	 * Reads the envelope of a record.
	 * @throws SerializationException if it is damaged, or of a later layout
	 */
	static RecordEnvelope read(byte[] bytes) {
		if (bytes.length < MIN_BYTES) {
			throw corrupt("it has " + bytes.length + " bytes");
		}
		if ((int) INT.get(bytes, 1) != checksum(bytes)) {
			throw corrupt("its checksum does not match its " + bytes.length + " bytes");
		}
		if (bytes[0] != LAYOUT) {
			throw new SerializationException(Kind.UNKNOWN_FORMAT,
					"Record of layout 0x" + Integer.toHexString(bytes[0] & 0xFF) + ": this node knows only 0x"
							+ Integer.toHexString(LAYOUT & 0xFF) + "; a newer version may have written it");
		}
		int what = bytes[5] & ~EMPTY;
		if (what < VALUE || what > ERROR) {
			throw corrupt("it is neither value, reply nor error");
		}
		if (bytes[5] == (VALUE | EMPTY)) {
			throw corrupt("it is a value without a payload");
		}
		int version = (int) INT.get(bytes, 14);
		if (version < 1) {
			throw corrupt("its version is " + version);
		}
		int at = FIXED_BYTES;
		int formatLength = bytes[at++] & 0xFF;
		String format = name(bytes, at, formatLength);
		at += formatLength;
		int nameLength = length(bytes, at);
		String name = name(bytes, at + 2, nameLength);
		at += 2 + nameLength;
		int idLength = length(bytes, at);
		String id = text(bytes, at + 2, idLength);
		at += 2 + idLength;
		return new RecordEnvelope((byte) what, (bytes[5] & EMPTY) != 0, (long) LONG.get(bytes, 6), version, format,
				name, id, at);
	}

	private static int length(byte[] bytes, int at) {
		if (at + 2 > bytes.length) {
			throw corrupt("it ends within its header");
		}
		return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
	}

	private static String name(byte[] bytes, int at, int length) {
		if (length > MAX_NAME_BYTES) {
			throw corrupt("it has a name of " + length + " bytes");
		}
		String name = text(bytes, at, length);
		for (int i = 0; i < name.length(); i++) {
			if (Character.isISOControl(name.charAt(i))) {
				throw corrupt("it has a name with control characters");
			}
		}
		return name;
	}

	private static String text(byte[] bytes, int at, int length) {
		if (length > bytes.length - at) {
			throw corrupt("it ends within its header");
		}
		return new String(bytes, at, length, StandardCharsets.UTF_8);
	}

	private static SerializationException corrupt(String why) {
		return new SerializationException(Kind.CORRUPT, "Not an intact record: " + why);
	}

	/** The text that is the payload of an error. */
	String payloadText(byte[] bytes) {
		return new String(bytes, this.payloadOffset, bytes.length - this.payloadOffset, StandardCharsets.UTF_8);
	}

	/** As much of a text as fits into a number of bytes of UTF-8. */
	static byte[] truncate(String text, int maxBytes) {
		String cut = text;
		if (text.length() > maxBytes) {
			int end = Character.isHighSurrogate(text.charAt(maxBytes - 1)) ? maxBytes - 1 : maxBytes;
			cut = text.substring(0, end);
		}
		byte[] utf8 = cut.getBytes(StandardCharsets.UTF_8);
		int end = Math.min(utf8.length, maxBytes);
		while (end < utf8.length && end > 0 && (utf8[end] & 0xC0) == 0x80) {
			end--;
		}
		return (end == utf8.length) ? utf8 : Arrays.copyOf(utf8, end);
	}

}
