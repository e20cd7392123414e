package dev.cajun.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the values of one declared type. Immutable once made, and shared by
 * all sessions.
 */
abstract class ValueSerializer extends Serializer<Object> {

	/**
	 * What the bytes are, so that a component whose type has changed is refused and never
	 * misread. Kept in records: it must not change.
	 */
	abstract String label();

	/** Whether there is nothing in a value, so that it does not count as a level. */
	boolean leaf() {
		return false;
	}

	/** What a component is when it does not stand in the bytes. */
	@Nullable Object absent() {
		return null;
	}

	void writeFramed(Kryo kryo, Output output, @Nullable Object value) {
		if (value == null) {
			output.writeByte(0);
			return;
		}
		int start = Frames.open(output);
		if (leaf()) {
			write(kryo, output, value);
		}
		else {
			// Through Kryo, which counts the levels.
			kryo.writeObject(output, value, this);
		}
		Frames.close(output, start);
	}

	@Nullable Object readFramed(Kryo kryo, Input input) {
		int length = Frames.length(input);
		if (length < 0) {
			return null;
		}
		int outer = input.limit();
		input.setLimit(input.position() + length);
		Object value = leaf() ? read(kryo, input, Object.class) : kryo.readObject(input, Object.class, this);
		if (Frames.remaining(input) != 0) {
			throw new KryoException("a value is shorter than its frame");
		}
		input.setLimit(outer);
		return value;
	}

}
