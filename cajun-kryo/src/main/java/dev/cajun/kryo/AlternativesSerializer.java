package dev.cajun.kryo;

import java.util.HashMap;
import java.util.Map;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import dev.cajun.serialization.SerializationException;
import dev.cajun.serialization.SerializationException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A value of one of several declared classes, such as those of a sealed interface, behind
 * the number of its class.
 */
final class AlternativesSerializer extends ValueSerializer {

	private final Class<?> declared;

	private final Map<Class<?>, ValueSerializer> alternatives = new HashMap<>();

	AlternativesSerializer(Class<?> declared) {
		this.declared = declared;
	}

	/** Adds a class; only while the serializer is made. */
	void add(Class<?> type, ValueSerializer serializer) {
		this.alternatives.put(type, serializer);
	}

	@Override
	String label() {
		return "a";
	}

	@Override
	public void write(Kryo kryo, Output output, Object value) {
		Class<?> type = (value instanceof Enum<?> constant) ? constant.getDeclaringClass() : value.getClass();
		ValueSerializer serializer = this.alternatives.get(type);
		if (serializer == null) {
			throw new SerializationException(Kind.NOT_SERIALIZABLE, type.getName() + " is not declared as a "
					+ this.declared.getName() + ": use a declared class itself, or make its base type sealed");
		}
		kryo.writeClass(output, type);
		serializer.write(kryo, output, value);
	}

	@Override
	public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
		Class<?> found = kryo.readClass(input).getType();
		@Nullable ValueSerializer serializer = this.alternatives.get(found);
		if (serializer == null) {
			throw new KryoException("a " + found.getName() + " stands for a " + this.declared.getName());
		}
		return serializer.read(kryo, input, Object.class);
	}

}
