package dev.cajun.kryo;

import java.lang.reflect.Array;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/** The elements of an array. Bytes stand for themselves. */
final class ArraySerializer extends ValueSerializer {

	private final Class<?> component;

	private final ValueSerializer element;

	ArraySerializer(Class<?> component, ValueSerializer element) {
		this.component = component;
		this.element = element;
	}

	/** Arrays of bytes. */
	static ValueSerializer bytes() {
		return new Scalar("b", (output, value) -> output.writeBytes((byte[]) value), Frames::bytes);
	}

	@Override
	String label() {
		return "[" + this.element.label();
	}

	@Override
	public void write(Kryo kryo, Output output, Object value) {
		int length = Array.getLength(value);
		output.writeVarInt(length, true);
		for (int i = 0; i < length; i++) {
			this.element.writeFramed(kryo, output, Array.get(value, i));
		}
	}

	@Override
	public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
		int length = Frames.count(input);
		Object made = Array.newInstance(this.component, length);
		for (int i = 0; i < length; i++) {
			Object next = this.element.readFramed(kryo, input);
			if (next != null || !this.component.isPrimitive()) {
				Array.set(made, i, next);
			}
		}
		return made;
	}

}
