package dev.cajun.kryo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SequencedMap;
import java.util.function.Supplier;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/** The entries of a map, in its order. */
final class MapSerializer extends ValueSerializer {

	private final Supplier<Map<Object, Object>> empty;

	private final ValueSerializer key;

	private final ValueSerializer value;

	private final boolean unmodifiable;

	MapSerializer(Supplier<Map<Object, Object>> empty, ValueSerializer key, ValueSerializer value,
			boolean unmodifiable) {
		this.empty = empty;
		this.key = key;
		this.value = value;
		this.unmodifiable = unmodifiable;
	}

	@Override
	String label() {
		return "{" + this.key.label() + "," + this.value.label();
	}

	@Override
	public void write(Kryo kryo, Output output, Object value) {
		List<Map.Entry<?, ?>> entries = new ArrayList<>(((Map<?, ?>) value).entrySet());
		output.writeVarInt(entries.size(), true);
		for (Map.Entry<?, ?> entry : entries) {
			this.key.writeFramed(kryo, output, entry.getKey());
			this.value.writeFramed(kryo, output, entry.getValue());
		}
	}

	@Override
	public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
		int count = Frames.count(input);
		Map<Object, Object> made = this.empty.get();
		for (int i = 0; i < count; i++) {
			Object next = this.key.readFramed(kryo, input);
			put(made, next, this.value.readFramed(kryo, input));
		}
		return this.unmodifiable ? view(made) : made;
	}

	@SuppressWarnings("NullAway") // Some maps take null, others throw
	private static void put(Map<Object, Object> map, @Nullable Object key, @Nullable Object value) {
		map.put(key, value);
	}

	private static Object view(Map<Object, Object> made) {
		return switch (made) {
			case NavigableMap<Object, Object> map -> Collections.unmodifiableNavigableMap(map);
			case SequencedMap<Object, Object> map -> Collections.unmodifiableSequencedMap(map);
			default -> Collections.unmodifiableMap(made);
		};
	}

}
