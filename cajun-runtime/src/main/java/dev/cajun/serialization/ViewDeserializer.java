package dev.cajun.serialization;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.jsontype.TypeDeserializer;

/**
 * Reads a collection that is declared by an interface, in the order of the bytes, and
 * makes it unmodifiable where its owner is immutable: a state is shared between turns,
 * and a change in place would never be written.
 */
final class ViewDeserializer extends ValueDeserializer<Object> {

	private final TypeGraph graph;

	private final JavaType type;

	private final boolean unmodifiable;

	private final @Nullable ValueDeserializer<Object> delegate;

	ViewDeserializer(TypeGraph graph, JavaType type) {
		this(graph, type, false, null);
	}

	private ViewDeserializer(TypeGraph graph, JavaType type, boolean unmodifiable,
			@Nullable ValueDeserializer<Object> delegate) {
		this.graph = graph;
		this.type = type;
		this.unmodifiable = unmodifiable;
		this.delegate = delegate;
	}

	@Override
	public ValueDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty property) {
		JavaType target = this.graph.types()
			.constructSpecializedType(this.type, implementation(this.type.getRawClass()));
		return new ViewDeserializer(this.graph, this.type, this.graph.immutable(this.type) && immutableOwner(property),
				context.findContextualValueDeserializer(target, property));
	}

	private boolean immutableOwner(@Nullable BeanProperty property) {
		if (property == null || property.getMember() == null) {
			return true;
		}
		Class<?> owner = property.getMember().getDeclaringClass();
		return owner.isRecord() && !this.graph.mutable(owner);
	}

	private static Class<?> implementation(Class<?> type) {
		if (SortedMap.class.isAssignableFrom(type)) {
			return TreeMap.class;
		}
		if (Map.class.isAssignableFrom(type)) {
			return LinkedHashMap.class;
		}
		if (SortedSet.class.isAssignableFrom(type)) {
			return TreeSet.class;
		}
		return Set.class.isAssignableFrom(type) ? LinkedHashSet.class : ArrayList.class;
	}

	@Override
	public Object deserialize(JsonParser parser, DeserializationContext context) {
		return view(delegate().deserialize(parser, context));
	}

	@Override
	public Object deserializeWithType(JsonParser parser, DeserializationContext context,
			TypeDeserializer typeDeserializer) {
		return view(delegate().deserializeWithType(parser, context, typeDeserializer));
	}

	private ValueDeserializer<Object> delegate() {
		if (this.delegate == null) {
			throw new IllegalStateException("Not contextualized: " + this.type);
		}
		return this.delegate;
	}

	private Object view(Object value) {
		if (!this.unmodifiable) {
			return value;
		}
		return switch (value) {
			case List<?> list -> list.isEmpty() ? Collections.emptyList() : Collections.unmodifiableList(list);
			case NavigableSet<?> set -> Collections.unmodifiableNavigableSet(set);
			case SequencedSet<?> set -> Collections.unmodifiableSequencedSet(set);
			case NavigableMap<?, ?> map -> Collections.unmodifiableNavigableMap(map);
			case SequencedMap<?, ?> map -> Collections.unmodifiableSequencedMap(map);
			case Collection<?> collection -> Collections.unmodifiableCollection(collection);
			case Map<?, ?> map -> Collections.unmodifiableMap(map);
			default -> value;
		};
	}

}
