package dev.cajun.kryo;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/**
 * The bytes of a value behind their number, so that a reader may skip them and can never
 * read beyond them: 0 is null, otherwise 1 is added.
 */
final class Frames {

	static final byte[] NOTHING = {};

	private Frames() {
	}

	/** Starts a frame and gives its place. */
	static int open(Output output) {
		int start = output.position();
		output.writeByte(0);
		return start;
	}

	/**
	 * Ends a frame: sets its length, moving what was written if that takes more bytes.
	 */
	static void close(Output output, int start) {
		int length = output.position() - start - 1;
		int more = Output.varIntLength(length + 1, true) - 1;
		for (int i = 0; i < more; i++) {
			output.writeByte(0);
		}
		byte[] buffer = output.getBuffer();
		if (more > 0) {
			System.arraycopy(buffer, start + 1, buffer, start + 1 + more, length);
		}
		int end = output.position();
		output.setPosition(start);
		output.writeVarInt(length + 1, true);
		output.setPosition(end);
	}

	/** The number of bytes of the next frame, all of them there; -1 for null. */
	static int length(Input input) {
		int length = input.readVarInt(true) - 1;
		if (length < -1 || length > remaining(input)) {
			throw new KryoException("a value is longer than what is left");
		}
		return length;
	}

	static void skip(Input input) {
		int length = length(input);
		input.setPosition(input.position() + Math.max(0, length));
	}

	static int remaining(Input input) {
		return input.limit() - input.position();
	}

	/** A number of things that take a byte each at least. */
	static int count(Input input) {
		int count = input.readVarInt(true);
		if (count < 0 || count > remaining(input)) {
			throw new KryoException("more elements than bytes");
		}
		return count;
	}

	/** All of the frame, as bytes. */
	static byte[] bytes(Input input) {
		return input.readBytes(remaining(input));
	}

	/** All of the frame, as text. */
	static String text(Input input) {
		int length = remaining(input);
		String text = new String(input.getBuffer(), input.position(), length, StandardCharsets.UTF_8);
		if (text.indexOf('\uFFFD') >= 0) {
			check(ByteBuffer.wrap(input.getBuffer(), input.position(), length));
		}
		input.setPosition(input.position() + length);
		return text;
	}

	private static void check(ByteBuffer bytes) {
		try {
			StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT).decode(bytes);
		}
		catch (CharacterCodingException ex) {
			throw new KryoException("a text is no UTF-8");
		}
	}

	/** Writes text to the end of the frame. */
	static void text(Output output, String text) {
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (Character.isSurrogate(c)) {
				if (!Character.isHighSurrogate(c) || i + 1 == text.length()
						|| !Character.isLowSurrogate(text.charAt(i + 1))) {
					throw new KryoException("a text holds half a surrogate pair");
				}
				i++;
			}
		}
		output.writeBytes(text.getBytes(StandardCharsets.UTF_8));
	}

}
