package dev.cajun.kryo;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.SequencedSet;
import java.util.function.Supplier;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/** The elements of a collection, in its order. */
final class CollectionSerializer extends ValueSerializer {

	private final Supplier<Collection<Object>> empty;

	private final ValueSerializer element;

	private final boolean unmodifiable;

	CollectionSerializer(Supplier<Collection<Object>> empty, ValueSerializer element, boolean unmodifiable) {
		this.empty = empty;
		this.element = element;
		this.unmodifiable = unmodifiable;
	}

	@Override
	String label() {
		return "[" + this.element.label();
	}

	@Override
	public void write(Kryo kryo, Output output, Object value) {
		// A concurrent collection may change meanwhile; its copy does not.
		Object[] elements = ((Collection<?>) value).toArray();
		output.writeVarInt(elements.length, true);
		for (Object next : elements) {
			this.element.writeFramed(kryo, output, next);
		}
	}

	@Override
	public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
		int count = Frames.count(input);
		Collection<Object> made = this.empty.get();
		if (made instanceof ArrayList<?> list) {
			list.ensureCapacity(count);
		}
		for (int i = 0; i < count; i++) {
			add(made, this.element.readFramed(kryo, input));
		}
		return this.unmodifiable ? view(made) : made;
	}

	@SuppressWarnings("NullAway") // Some collections take null, others throw
	private static void add(Collection<Object> collection, @Nullable Object element) {
		collection.add(element);
	}

	private static Object view(Collection<Object> made) {
		return switch (made) {
			case List<Object> list -> list.isEmpty() ? Collections.emptyList() : Collections.unmodifiableList(list);
			case NavigableSet<Object> set -> Collections.unmodifiableNavigableSet(set);
			case SequencedSet<Object> set -> Collections.unmodifiableSequencedSet(set);
			default -> Collections.unmodifiableCollection(made);
		};
	}

}
