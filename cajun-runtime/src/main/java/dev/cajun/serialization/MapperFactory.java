package dev.cajun.serialization;

import java.util.Objects;
import java.util.function.Supplier;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.databind.DatabindContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.PolymorphicTypeValidator;

/**
 * Makes the private mappers of a serializer. They share nothing with the mappers of the
 * application: those may have default typing. What is written must be readable, so every
 * limit of reading is also one of writing.
 */
final class MapperFactory {

	/** As deep as a value may be nested. */
	static final int MAX_DEPTH = 64;

	private static final int MAX_NUMBER_LENGTH = 10_000;

	private final TypeRegistry types;

	private final StreamReadConstraints read;

	private final StreamWriteConstraints write = StreamWriteConstraints.builder().maxNestingDepth(MAX_DEPTH).build();

	MapperFactory(TypeRegistry types, int maxBytes) {
		this.types = types;
		this.read = StreamReadConstraints.builder()
			.maxNestingDepth(MAX_DEPTH)
			.maxDocumentLength(maxBytes)
			.maxStringLength(maxBytes)
			.maxNameLength(maxBytes)
			.maxNumberLength(MAX_NUMBER_LENGTH)
			.build();
	}

	JsonMapper json() {
		KeyMapper keys = new KeyMapper();
		return keys.set(new Configuration(this.types, keys, false).apply(JsonMapper.builder(jsonFactory())).build());
	}

	ObjectMapper cbor() {
		KeyMapper keys = new KeyMapper();
		keys.set(json());
		return CborMappers.mapper(this.read, this.write, new Configuration(this.types, keys, false));
	}

	/** Writes equal values as equal text. */
	JsonMapper canonical() {
		KeyMapper keys = new KeyMapper();
		return keys.set(new Configuration(this.types, keys, true).apply(JsonMapper.builder(jsonFactory()))
			.disable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
			.changeDefaultPropertyInclusion((inclusion) -> inclusion.withValueInclusion(JsonInclude.Include.NON_ABSENT))
			.build());
	}

	private JsonFactory jsonFactory() {
		// Not per thread: each drain has a virtual thread of its own.
		return JsonFactory.builder()
			.streamReadConstraints(this.read)
			.streamWriteConstraints(this.write)
			.recyclerPool(JsonRecyclerPools.sharedBoundedPool())
			.build();
	}

	/**
	 * What all mappers have in common.
	 *
	 * @param types the allowed types
	 * @param keys the mapper for keys
	 * @param canonical whether sets and maps are sorted
	 */
	record Configuration(TypeRegistry types, Supplier<JsonMapper> keys, boolean canonical) {

		<M extends ObjectMapper, B extends MapperBuilder<M, B>> B apply(MapperBuilder<M, B> builder) {
			return builder.addModule(new ActorTypesModule(this.types, this.keys, this.canonical))
				.typeFactory(this.types.graph().types())
				.annotationIntrospector(new RegisteredTypeIntrospector(this.types.graph()))
				.polymorphicTypeValidator(new NoClassNames())
				.changeDefaultVisibility(
						(visibility) -> visibility.withVisibility(PropertyAccessor.ALL, Visibility.NONE)
							.withVisibility(PropertyAccessor.FIELD, Visibility.ANY)
							.withVisibility(PropertyAccessor.CREATOR, Visibility.ANY))
				.disable(MapperFeature.INFER_PROPERTY_MUTATORS)
				// A class with a constructor without parameters: "final List<Item> items
				// =
				// new ArrayList<>()".
				.enable(MapperFeature.ALLOW_FINAL_FIELDS_AS_MUTATORS)
				.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
						DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
				.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
				.disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE,
						DateTimeFeature.NORMALIZE_DESERIALIZED_ZONE_ID,
						DateTimeFeature.WRITE_DATES_WITH_CONTEXT_TIME_ZONE)
				.enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
				.disable(EnumFeature.READ_ENUMS_USING_TO_STRING, EnumFeature.WRITE_ENUMS_USING_TO_STRING)
				.enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS);
		}

	}

	/** Writes and reads the records that are keys; a mapper needs itself for that. */
	private static final class KeyMapper implements Supplier<JsonMapper> {

		private volatile @Nullable JsonMapper mapper;

		JsonMapper set(JsonMapper made) {
			this.mapper = made;
			return made;
		}

		@Override
		public JsonMapper get() {
			return Objects.requireNonNull(this.mapper);
		}

	}

	/**
	 * Denies every class name. The check at the start refuses such types already; this is
	 * the second lock.
	 */
	private static final class NoClassNames extends PolymorphicTypeValidator {

		private static final long serialVersionUID = 1L;

		@Override
		public Validity validateBaseType(DatabindContext context, JavaType baseType) {
			return Validity.DENIED;
		}

		@Override
		public Validity validateSubClassName(DatabindContext context, JavaType baseType, String className) {
			return Validity.DENIED;
		}

		@Override
		public Validity validateSubType(DatabindContext context, JavaType baseType, JavaType subType) {
			return Validity.DENIED;
		}

	}

}
