package dev.cajun.routing;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.cajun.ActorId;
import dev.cajun.serialization.SerializationException;
import dev.cajun.serialization.SerializationException.Kind;

/**
 * Reads one frame, which may be anything at all: what does not fit fails with a
 * {@link SerializationException}, and no length is believed beyond the bytes that are
 * there. Not thread-safe.
 */
final class FrameReader {

	private final byte[] bytes;

	private int position;

	FrameReader(byte[] bytes) {
		this.bytes = bytes;
		if (bytes.length < 2) {
			throw corrupt("it has " + bytes.length + " bytes");
		}
		this.position = 2;
	}

	byte kind() {
		return this.bytes[0];
	}

	void checkVersion() {
		if (this.bytes[1] != Frames.VERSION) {
			throw new SerializationException(Kind.NEWER_VERSION, "A message of another node has layout " + this.bytes[1]
					+ ", this node reads " + Frames.VERSION + "; update this node");
		}
	}

	private static SerializationException corrupt(String why) {
		return new SerializationException(Kind.CORRUPT, "A message of another node cannot be read: " + why);
	}

	int octet() {
		if (this.position >= this.bytes.length) {
			throw corrupt("it is cut off");
		}
		return this.bytes[this.position++] & 0xFF;
	}

	boolean flag() {
		return octet() != 0;
	}

	long number() {
		long value = 0;
		for (int shift = 0; shift < 64; shift += 7) {
			int octet = octet();
			value |= (long) (octet & 0x7F) << shift;
			if (octet < 0x80) {
				return value;
			}
		}
		throw corrupt("a number has more than ten bytes");
	}

	/** A number from 0 to a limit. */
	int count(int limit) {
		long value = number();
		if (value < 0 || value > limit) {
			throw corrupt("a count is " + value + ", at most " + limit + " is possible");
		}
		return (int) value;
	}

	/** The length of what follows, which must be there. */
	private int length() {
		long length = number();
		if (length < 0 || length > remaining()) {
			throw corrupt("something has " + length + " bytes, " + remaining() + " are left");
		}
		return (int) length;
	}

	private int remaining() {
		return this.bytes.length - this.position;
	}

	byte[] octets() {
		int length = length();
		byte[] octets = Arrays.copyOfRange(this.bytes, this.position, this.position + length);
		this.position += length;
		return octets;
	}

	byte[] rest() {
		byte[] octets = Arrays.copyOfRange(this.bytes, this.position, this.bytes.length);
		this.position = this.bytes.length;
		return octets;
	}

	String text() {
		int length = length();
		if (isAscii(this.position, length)) {
			String text = new String(this.bytes, this.position, length, StandardCharsets.ISO_8859_1);
			this.position += length;
			return text;
		}
		try {
			String text = StandardCharsets.UTF_8.newDecoder()
				.decode(ByteBuffer.wrap(this.bytes, this.position, length))
				.toString();
			this.position += length;
			return text;
		}
		catch (CharacterCodingException ex) {
			throw corrupt("a text is no UTF-8");
		}
	}

	/** Most texts are, and a decoder that refuses what is no UTF-8 is slow. */
	private boolean isAscii(int from, int length) {
		for (int i = from; i < from + length; i++) {
			if (this.bytes[i] < 0) {
				return false;
			}
		}
		return true;
	}

	ActorId actor() {
		String type = text();
		String key = text();
		try {
			return new ActorId(type, key);
		}
		catch (IllegalArgumentException ex) {
			throw corrupt("it names no actor: " + ex.getMessage());
		}
	}

	Map<String, String> context() {
		int entries = count(remaining());
		if (entries == 0) {
			return Map.of();
		}
		Map<String, String> context = new LinkedHashMap<>();
		for (int i = 0; i < entries; i++) {
			String key = text();
			context.put(key, text());
		}
		return context;
	}

}
