package dev.cajun.kryo;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/**
 * The numbers and truth values that stand without a frame when their type is primitive. A
 * boxed one has the same bytes within a frame, so that {@code long} may become
 * {@code Long} and {@code int} may become {@code long}.
 */
enum Primitive {

	/** Truth. */
	BOOLEAN('Z') {

		@Override
		void write(Output output, Object value) {
			output.writeBoolean((Boolean) value);
		}

		@Override
		Object read(Input input, Class<?> type) {
			byte value = input.readByte();
			if (value != 0 && value != 1) {
				throw new KryoException("neither true nor false");
			}
			return value == 1;
		}

	},

	/** Whole numbers of all sizes, and characters. */
	INTEGRAL('J') {

		@Override
		void write(Output output, Object value) {
			output.writeVarLong((value instanceof Character c) ? c : ((Number) value).longValue(), false);
		}

		@Override
		Object read(Input input, Class<?> type) {
			return narrow(input.readVarLong(false), type);
		}

	},

	/** Floating point in four bytes. */
	FLOAT('F') {

		@Override
		void write(Output output, Object value) {
			output.writeFloat((Float) value);
		}

		@Override
		Object read(Input input, Class<?> type) {
			return input.readFloat();
		}

	},

	/** Floating point in eight bytes. */
	DOUBLE('D') {

		@Override
		void write(Output output, Object value) {
			output.writeDouble((Double) value);
		}

		@Override
		Object read(Input input, Class<?> type) {
			return input.readDouble();
		}

	};

	private final String label;

	private final String boxedLabel;

	Primitive(char label) {
		this.label = String.valueOf(label);
		this.boxedLabel = String.valueOf(Character.toLowerCase(label));
	}

	/** Says that there is no frame. */
	String label() {
		return this.label;
	}

	/** Says that there is a frame. */
	String boxedLabel() {
		return this.boxedLabel;
	}

	abstract void write(Output output, Object value);

	/** Reads a value as the primitive type, or as the class that boxes it. */
	abstract Object read(Input input, Class<?> type);

	/** Those of a primitive type or of the class that boxes it. */
	static @Nullable Primitive of(Class<?> type) {
		if (type == boolean.class || type == Boolean.class) {
			return BOOLEAN;
		}
		if (type == float.class || type == Float.class) {
			return FLOAT;
		}
		if (type == double.class || type == Double.class) {
			return DOUBLE;
		}
		boolean integral = type == long.class || type == Long.class || type == int.class || type == Integer.class
				|| type == short.class || type == Short.class || type == byte.class || type == Byte.class
				|| type == char.class || type == Character.class;
		return integral ? INTEGRAL : null;
	}

	/** Those that a label stands for, if there is no frame. */
	static @Nullable Primitive unframed(String label) {
		return switch (label) {
			case "Z" -> BOOLEAN;
			case "J" -> INTEGRAL;
			case "F" -> FLOAT;
			case "D" -> DOUBLE;
			default -> null;
		};
	}

	/** What a primitive type has when nothing was written. */
	static @Nullable Object zero(Class<?> type) {
		if (type == boolean.class) {
			return false;
		}
		if (type == float.class) {
			return 0f;
		}
		if (type == double.class) {
			return 0d;
		}
		return type.isPrimitive() ? narrow(0, type) : null;
	}

	private static Object narrow(long value, Class<?> type) {
		if (type == long.class || type == Long.class) {
			return value;
		}
		if ((type == int.class || type == Integer.class) && value == (int) value) {
			return (int) value;
		}
		if ((type == short.class || type == Short.class) && value == (short) value) {
			return (short) value;
		}
		if ((type == byte.class || type == Byte.class) && value == (byte) value) {
			return (byte) value;
		}
		if ((type == char.class || type == Character.class) && value == (char) value) {
			return (char) value;
		}
		throw new KryoException("a number is too large for " + type.getSimpleName());
	}

}
