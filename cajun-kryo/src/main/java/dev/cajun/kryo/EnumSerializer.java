package dev.cajun.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/** Constants of an enum by name, so that their order may change. */
final class EnumSerializer extends ValueSerializer {

	private final Class<?> type;

	EnumSerializer(Class<?> type) {
		this.type = type;
	}

	@Override
	String label() {
		return "e";
	}

	@Override
	boolean leaf() {
		return true;
	}

	@Override
	public void write(Kryo kryo, Output output, Object value) {
		Frames.text(output, ((Enum<?>) value).name());
	}

	@Override
	public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
		String name = Frames.text(input);
		for (Object constant : this.type.getEnumConstants()) {
			if (((Enum<?>) constant).name().equals(name)) {
				return constant;
			}
		}
		throw new KryoException(this.type.getName() + " has no such constant");
	}

}
