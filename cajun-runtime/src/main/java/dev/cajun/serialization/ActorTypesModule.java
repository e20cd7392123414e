package dev.cajun.serialization;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

import com.fasterxml.jackson.annotation.JsonFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.Version;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.Deserializers;
import tools.jackson.databind.deser.KeyDeserializers;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.ser.Serializers;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.type.CollectionType;
import tools.jackson.databind.type.MapType;
import tools.jackson.databind.util.TokenBuffer;

/**
 * What Jackson must know about actors: references and ids as text, collections that
 * cannot be modified, records as keys of maps, and the refusal of classes that are not
 * declared.
 */
final class ActorTypesModule extends JacksonModule {

	private final TypeRegistry types;

	private final Supplier<JsonMapper> text;

	private final boolean canonical;

	/**
	 * Creates the module of one mapper.
	 * @param types the allowed types
	 * @param text gives the JSON mapper for keys, once it is made
	 * @param canonical whether sets and maps are sorted
	 */
	ActorTypesModule(TypeRegistry types, Supplier<JsonMapper> text, boolean canonical) {
		this.types = types;
		this.text = text;
		this.canonical = canonical;
	}

	@Override
	public String getModuleName() {
		return "cajun-actor-types";
	}

	@Override
	public Version version() {
		return Version.unknownVersion();
	}

	@Override
	public void setupModule(SetupContext context) {
		ScalarCodecs scalars = new ScalarCodecs(this.types);
		context.addSerializers(scalars.serializers());
		context.addDeserializers(scalars.deserializers());
		context.addDeserializers(new Views(this.types.graph()));
		context.addKeySerializers(scalars.keySerializers());
		context.addKeyDeserializers(scalars.keyDeserializers());
		context.addKeySerializers(new RecordKeySerializers(this.text));
		context.addKeyDeserializers(new RecordKeyDeserializers(this.text));
		context.addSerializerModifier(new DeclaredOnly(this.types.graph(), this.canonical));
	}

	/** Replaces the deserializers of collection interfaces. */
	private static final class Views implements Deserializers {

		private final TypeGraph graph;

		Views(TypeGraph graph) {
			this.graph = graph;
		}

		@Override
		public @Nullable ValueDeserializer<?> findCollectionDeserializer(CollectionType type,
				DeserializationConfig config, BeanDescription.Supplier description,
				@Nullable TypeDeserializer typeDeserializer, @Nullable ValueDeserializer<?> deserializer) {
			return (deserializer == null && ValueTypes.view(type.getRawClass()))
					? new ViewDeserializer(this.graph, type) : null;
		}

		@Override
		public @Nullable ValueDeserializer<?> findMapDeserializer(MapType type, DeserializationConfig config,
				BeanDescription.Supplier description, @Nullable KeyDeserializer keyDeserializer,
				@Nullable TypeDeserializer typeDeserializer, @Nullable ValueDeserializer<?> deserializer) {
			return (deserializer == null && keyDeserializer == null && ValueTypes.view(type.getRawClass()))
					? new ViewDeserializer(this.graph, type) : null;
		}

		@Override
		public boolean hasDeserializerFor(DeserializationConfig config, Class<?> valueType) {
			return ValueTypes.view(valueType);
		}

	}

	/** Refuses to write classes that are not declared, and sorts where that is asked. */
	private static final class DeclaredOnly extends ValueSerializerModifier {

		private static final long serialVersionUID = 1L;

		private final transient TypeGraph graph;

		private final boolean canonical;

		DeclaredOnly(TypeGraph graph, boolean canonical) {
			this.graph = graph;
			this.canonical = canonical;
		}

		@Override
		public ValueSerializer<?> modifySerializer(SerializationConfig config, BeanDescription.Supplier description,
				ValueSerializer<?> serializer) {
			Class<?> type = description.getBeanClass();
			boolean writable = this.graph.writable(type) || ValueTypes.leaf(type);
			return (writable || !(serializer instanceof BeanSerializerBase)) ? serializer
					: new ScalarCodecs.Refusal(type);
		}

		@Override
		public ValueSerializer<?> modifyCollectionSerializer(SerializationConfig config, CollectionType type,
				BeanDescription.Supplier description, ValueSerializer<?> serializer) {
			return Set.class.isAssignableFrom(type.getRawClass()) ? sorted(serializer) : serializer;
		}

		@Override
		public ValueSerializer<?> modifyMapSerializer(SerializationConfig config, MapType type,
				BeanDescription.Supplier description, ValueSerializer<?> serializer) {
			return sorted(serializer);
		}

		@SuppressWarnings("unchecked")
		private ValueSerializer<?> sorted(ValueSerializer<?> serializer) {
			return this.canonical ? new CanonicalSerializer((ValueSerializer<Object>) serializer) : serializer;
		}

	}

	/** Writes a record that is the key of a map as the text of its JSON. */
	private record RecordKeySerializers(Supplier<JsonMapper> text) implements Serializers {

		@Override
		public @Nullable ValueSerializer<?> findSerializer(SerializationConfig config, JavaType type,
				BeanDescription.Supplier description, JsonFormat.@Nullable Value format) {
			return plainRecord(type, description) ? new ScalarCodecs.RecordKeySerializer(type, this.text) : null;
		}

	}

	/** Reads a record that is the key of a map. */
	private record RecordKeyDeserializers(Supplier<JsonMapper> text) implements KeyDeserializers {

		@Override
		public @Nullable KeyDeserializer findKeyDeserializer(JavaType type, DeserializationConfig config,
				BeanDescription.Supplier description) {
			return plainRecord(type, description) ? new ScalarCodecs.RecordKeyDeserializer(type, this.text) : null;
		}

	}

	/** Whether the type is a record that does not say itself how it is a key. */
	static boolean plainRecord(JavaType type, BeanDescription.Supplier description) {
		return type.getRawClass().isRecord() && description.get().findJsonValueAccessor() == null
				&& description.get().findJsonKeyAccessor() == null;
	}

	/**
	 * Writes a set or map in an order that depends on its content only: the JDK's own
	 * orders differ from one JVM to the next.
	 */
	private static final class CanonicalSerializer extends ValueSerializer<Object> {

		/** Reads back what the delegate wrote. */
		private static final JsonMapper TREES = JsonMapper.shared();

		private final ValueSerializer<Object> delegate;

		CanonicalSerializer(ValueSerializer<Object> delegate) {
			this.delegate = delegate;
		}

		@Override
		public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
			return new CanonicalSerializer(context.handleSecondaryContextualization(this.delegate, property));
		}

		@Override
		public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
			try (TokenBuffer buffer = new TokenBuffer(context, false)) {
				this.delegate.serialize(value, buffer, context);
				write(TREES.readTree(buffer.asParser()), generator);
			}
		}

		@Override
		public void serializeWithType(Object value, JsonGenerator generator, SerializationContext context,
				TypeSerializer typeSerializer) {
			serialize(value, generator, context);
		}

		private static void write(JsonNode tree, JsonGenerator generator) {
			if (tree.isArray()) {
				List<JsonNode> elements = new ArrayList<>(tree.values());
				elements.sort((a, b) -> a.toString().compareTo(b.toString()));
				generator.writeStartArray();
				elements.forEach(generator::writeTree);
				generator.writeEndArray();
				return;
			}
			Map<String, JsonNode> sorted = new TreeMap<>();
			tree.properties().forEach((entry) -> sorted.put(entry.getKey(), entry.getValue()));
			generator.writeStartObject();
			sorted.forEach((name, node) -> {
				generator.writeName(name);
				generator.writeTree(node);
			});
			generator.writeEndObject();
		}

		@Override
		public boolean isEmpty(SerializationContext context, Object value) {
			return this.delegate.isEmpty(context, value);
		}

	}

}
