package dev.cajun.kryo;

import java.lang.reflect.Field;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/**
 * A component of a record, or a field of another class.
 *
 * @param field where it is
 * @param serializer writes its values
 * @param primitive how it is written without a frame, if its type is primitive
 * @param header its name and label, as in a layout
 */
record Member(Field field, ValueSerializer serializer, @Nullable Primitive primitive, byte[] header) {

	static Member of(Field field, ValueSerializer serializer) {
		Primitive primitive = field.getType().isPrimitive() ? Primitive.of(field.getType()) : null;
		String label = (primitive != null) ? primitive.label() : serializer.label();
		return new Member(field, serializer, primitive, Layouts.header(field.getName(), label));
	}

	String name() {
		return this.field.getName();
	}

	/** Whether bytes of this label can be read; those of a boxed value may be framed. */
	boolean reads(String label) {
		Primitive written = Primitive.unframed(label);
		return (written != null) ? written == Primitive.of(this.field.getType())
				: label.equals(this.serializer.label());
	}

	@Nullable Object absent() {
		return this.serializer.absent();
	}

	void write(Kryo kryo, Output output, Object owner) {
		try {
			if (this.primitive == null) {
				this.serializer.writeFramed(kryo, output, this.field.get(owner));
			}
			else if (this.primitive == Primitive.INTEGRAL) {
				output.writeVarLong(
						(this.field.getType() == char.class) ? this.field.getChar(owner) : this.field.getLong(owner),
						false);
			}
			else {
				this.primitive.write(output, this.field.get(owner));
			}
		}
		catch (IllegalAccessException ex) {
			throw new KryoException(this.field + " cannot be read", ex);
		}
	}

	@Nullable Object read(Kryo kryo, Input input, String label) {
		Primitive written = Primitive.unframed(label);
		if (written != null) {
			return written.read(input, this.field.getType());
		}
		Object value = this.serializer.readFramed(kryo, input);
		return (value == null) ? absent() : value;
	}

	/** Steps over a value that no member is for. */
	static void skip(Input input, String label) {
		Primitive written = Primitive.unframed(label);
		if (written != null) {
			written.read(input, (written == Primitive.INTEGRAL) ? long.class : Object.class);
			return;
		}
		Frames.skip(input);
	}

}
