package dev.cajun.kryo;

import java.util.Optional;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/** What an {@link Optional} holds; an empty one is as null. */
final class OptionalSerializer extends ValueSerializer {

	private final ValueSerializer content;

	OptionalSerializer(ValueSerializer content) {
		this.content = content;
	}

	@Override
	String label() {
		return this.content.label();
	}

	@Override
	Object absent() {
		return Optional.empty();
	}

	@Override
	void writeFramed(Kryo kryo, Output output, @Nullable Object value) {
		this.content.writeFramed(kryo, output, (value != null) ? ((Optional<?>) value).orElse(null) : null);
	}

	@Override
	Object readFramed(Kryo kryo, Input input) {
		return Optional.ofNullable(this.content.readFramed(kryo, input));
	}

	@Override
	public void write(Kryo kryo, Output output, Object value) {
		writeFramed(kryo, output, value);
	}

	@Override
	public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
		return readFramed(kryo, input);
	}

}
