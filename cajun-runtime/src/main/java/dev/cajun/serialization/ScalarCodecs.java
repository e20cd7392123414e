package dev.cajun.serialization;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.serialization.SerializationException.Kind;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdScalarDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleDeserializers;
import tools.jackson.databind.module.SimpleKeyDeserializers;
import tools.jackson.databind.module.SimpleSerializers;
import tools.jackson.databind.ser.std.StdScalarSerializer;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Values that are one token: ids and references as text, numbers with a limit, records as
 * keys.
 */
final class ScalarCodecs {

	/** About 9,000 digits; a reader refuses numbers of more than 10,000. */
	private static final int MAX_NUMBER_BITS = 30_000;

	private final TypeRegistry types;

	ScalarCodecs(TypeRegistry types) {
		this.types = types;
	}

	SimpleSerializers serializers() {
		return new SimpleSerializers().addSerializer(new RefSerializer())
			.addSerializer(ActorId.class, new IdSerializer())
			.addSerializer(BigInteger.class, new BigIntegerSerializer())
			.addSerializer(BigDecimal.class, new BigDecimalSerializer());
	}

	SimpleDeserializers deserializers() {
		SimpleDeserializers deserializers = new SimpleDeserializers();
		deserializers.addDeserializer(ActorRef.class, new RefDeserializer(this.types));
		deserializers.addDeserializer(ActorId.class, new IdDeserializer());
		return deserializers;
	}

	SimpleSerializers keySerializers() {
		return new SimpleSerializers().addSerializer(new RefKeySerializer())
			.addSerializer(ActorId.class, new IdKeySerializer());
	}

	SimpleKeyDeserializers keyDeserializers() {
		return new SimpleKeyDeserializers()
			.addDeserializer(ActorRef.class, new IdKeyDeserializer((id) -> this.types.ref(id)))
			.addDeserializer(ActorId.class, new IdKeyDeserializer((id) -> id));
	}

	private static ActorId id(String text) {
		try {
			return ActorId.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw new SerializationException(Kind.UNREADABLE, "Not an actor id: " + ex.getMessage(), ex);
		}
	}

	private static final class RefSerializer extends StdScalarSerializer<ActorRef<?>> {

		RefSerializer() {
			super(ActorRef.class, false);
		}

		@Override
		public void serialize(ActorRef<?> value, JsonGenerator generator, SerializationContext context) {
			generator.writeString(value.id().toString());
		}

	}

	private static final class RefDeserializer extends StdScalarDeserializer<ActorRef<?>> {

		private final TypeRegistry types;

		RefDeserializer(TypeRegistry types) {
			super(ActorRef.class);
			this.types = types;
		}

		@Override
		public ActorRef<?> deserialize(JsonParser parser, DeserializationContext context) {
			return this.types.ref(id(parser.getValueAsString("")));
		}

	}

	private static final class IdSerializer extends StdScalarSerializer<ActorId> {

		IdSerializer() {
			super(ActorId.class);
		}

		@Override
		public void serialize(ActorId value, JsonGenerator generator, SerializationContext context) {
			generator.writeString(value.toString());
		}

	}

	private static final class IdDeserializer extends StdScalarDeserializer<ActorId> {

		IdDeserializer() {
			super(ActorId.class);
		}

		@Override
		public ActorId deserialize(JsonParser parser, DeserializationContext context) {
			return id(parser.getValueAsString(""));
		}

	}

	private static final class RefKeySerializer extends StdScalarSerializer<ActorRef<?>> {

		RefKeySerializer() {
			super(ActorRef.class, false);
		}

		@Override
		public void serialize(ActorRef<?> value, JsonGenerator generator, SerializationContext context) {
			generator.writeName(value.id().toString());
		}

	}

	private static final class IdKeySerializer extends StdScalarSerializer<ActorId> {

		IdKeySerializer() {
			super(ActorId.class);
		}

		@Override
		public void serialize(ActorId value, JsonGenerator generator, SerializationContext context) {
			generator.writeName(value.toString());
		}

	}

	private static final class IdKeyDeserializer extends KeyDeserializer {

		private final Function<ActorId, Object> key;

		IdKeyDeserializer(Function<ActorId, Object> key) {
			this.key = key;
		}

		@Override
		public Object deserializeKey(String text, DeserializationContext context) {
			return this.key.apply(id(text));
		}

	}

	private static final class BigIntegerSerializer extends StdScalarSerializer<BigInteger> {

		BigIntegerSerializer() {
			super(BigInteger.class);
		}

		@Override
		public void serialize(BigInteger value, JsonGenerator generator, SerializationContext context) {
			checkNumber(value);
			generator.writeNumber(value);
		}

	}

	private static final class BigDecimalSerializer extends StdScalarSerializer<BigDecimal> {

		BigDecimalSerializer() {
			super(BigDecimal.class);
		}

		@Override
		public void serialize(BigDecimal value, JsonGenerator generator, SerializationContext context) {
			checkNumber(value.unscaledValue());
			generator.writeNumber(value);
		}

	}

	private static void checkNumber(BigInteger value) {
		if (value.bitLength() > MAX_NUMBER_BITS) {
			throw new SerializationException(Kind.NOT_SERIALIZABLE, "A number of " + value.bitLength()
					+ " bits could not be read again; at most " + MAX_NUMBER_BITS + " are allowed");
		}
	}

	/** Stands for the serializer of a class that is not declared. */
	static final class Refusal extends StdSerializer<Object> {

		Refusal(Class<?> type) {
			super(type);
		}

		@Override
		public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
			throw new SerializationException(Kind.NOT_SERIALIZABLE, value.getClass().getName()
					+ " is not declared: use the declared class itself, or make its base type sealed");
		}

		@Override
		public void serializeWithType(Object value, JsonGenerator generator, SerializationContext context,
				TypeSerializer typeSerializer) {
			serialize(value, generator, context);
		}

	}

	/** Writes a record as the name of a property. */
	static final class RecordKeySerializer extends StdSerializer<Object> {

		private final JavaType type;

		private final Supplier<JsonMapper> text;

		RecordKeySerializer(JavaType type, Supplier<JsonMapper> text) {
			super(type);
			this.type = type;
			this.text = text;
		}

		@Override
		public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
			generator.writeName(this.text.get().writerFor(this.type).writeValueAsString(value));
		}

	}

	/** Reads a record from the name of a property. */
	static final class RecordKeyDeserializer extends KeyDeserializer {

		private final JavaType type;

		private final Supplier<JsonMapper> text;

		RecordKeyDeserializer(JavaType type, Supplier<JsonMapper> text) {
			this.type = type;
			this.text = text;
		}

		@Override
		public Object deserializeKey(String key, DeserializationContext context) {
			return this.text.get().readerFor(this.type).readValue(key);
		}

	}

}
