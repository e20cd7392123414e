package dev.cajun.routing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

import dev.cajun.ActorId;

/** Writes one frame. Not thread-safe. */
final class FrameWriter {

	private byte[] bytes;

	private int length;

	FrameWriter(byte kind, int expected) {
		this.bytes = new byte[Math.max(16, expected)];
		this.bytes[0] = kind;
		this.bytes[1] = Frames.VERSION;
		this.length = 2;
	}

	FrameWriter(byte kind) {
		this(kind, 64);
	}

	private void room(int more) {
		if (this.bytes.length - this.length < more) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(this.bytes.length * 2, this.length + more));
		}
	}

	FrameWriter flag(boolean value) {
		room(1);
		this.bytes[this.length++] = (byte) (value ? 1 : 0);
		return this;
	}

	FrameWriter octet(int value) {
		room(1);
		this.bytes[this.length++] = (byte) value;
		return this;
	}

	/** An unsigned number; a negative one takes ten bytes. */
	FrameWriter number(long value) {
		room(10);
		long rest = value;
		while ((rest & ~0x7FL) != 0) {
			this.bytes[this.length++] = (byte) (rest | 0x80);
			rest >>>= 7;
		}
		this.bytes[this.length++] = (byte) rest;
		return this;
	}

	FrameWriter text(String text) {
		return octets(text.getBytes(StandardCharsets.UTF_8));
	}

	FrameWriter octets(byte[] octets) {
		number(octets.length);
		return rest(octets);
	}

	/** What ends with the frame needs no length. */
	FrameWriter rest(byte[] octets) {
		room(octets.length);
		System.arraycopy(octets, 0, this.bytes, this.length, octets.length);
		this.length += octets.length;
		return this;
	}

	FrameWriter actor(ActorId actor) {
		return text(actor.type()).text(actor.key());
	}

	FrameWriter context(Map<String, String> context) {
		number(context.size());
		context.forEach((key, value) -> text(key).text(value));
		return this;
	}

	byte[] toBytes() {
		return (this.length == this.bytes.length) ? this.bytes : Arrays.copyOf(this.bytes, this.length);
	}

}
