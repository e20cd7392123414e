package dev.cajun.serialization;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.cajun.serialization.SerializationException.Kind;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.annotation.JsonTypeIdResolver;
import tools.jackson.databind.annotation.JsonTypeResolver;
import tools.jackson.databind.deser.BeanDeserializerBuilder;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedField;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.introspect.ClassIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * Looks, before a type is first used, whether everything that can be reached from it can
 * be written and read back, and whether nothing lets bytes choose a class. What it finds
 * fails the start, with the path to the field. No code of the application runs.
 */
final class JacksonTypeCheck {

	/** Ways of naming a subtype that do not come from bytes alone. */
	private static final Set<JsonTypeInfo.Id> SAFE_IDS = Set.of(JsonTypeInfo.Id.NONE, JsonTypeInfo.Id.NAME,
			JsonTypeInfo.Id.SIMPLE_NAME, JsonTypeInfo.Id.DEDUCTION);

	private final TypeGraph graph;

	private final boolean allowsPackages;

	private final JsonMapper mapper;

	private final Shapes shapes = new Shapes();

	private final Set<JavaType> seen = new HashSet<>();

	JacksonTypeCheck(TypeRegistry types, JsonMapper mapper) {
		this.graph = types.graph();
		this.allowsPackages = types.allowsPackages();
		this.mapper = mapper.rebuild()
			.addModule(new SimpleModule("cajun-type-check").setDeserializerModifier(this.shapes))
			.build();
	}

	/**
	 * Checks a declared type.
	 * @param role says which one it is
	 * @param type the type
	 * @throws SerializationException if it cannot be used
	 */
	synchronized void checkRoot(String role, JavaType type) {
		check(new Place(role, ""), type);
	}

	private void check(Place place, JavaType type) {
		Class<?> raw = type.getRawClass();
		if (raw.isEnum() || ValueTypes.leaf(raw) || !this.seen.add(type)) {
			return;
		}
		if (type.isJavaLangObject()) {
			throw place.failure("java.lang.Object does not say what is to be read; use a record or a sealed interface");
		}
		if (type.isArrayType() || type.isContainerType() || type.isReferenceType()) {
			checkContainer(place, type);
			return;
		}
		if (ValueTypes.ofTheJdk(raw)) {
			throw place.failure(raw.getName() + " cannot be serialized");
		}
		ClassIntrospector introspector = this.mapper.serializationConfig().classIntrospectorInstance();
		AnnotatedClass annotations = introspector.introspectClassAnnotations(type);
		checkTypeInfo(place, annotations);
		if (hasOwnCodec(annotations)) {
			return;
		}
		if (this.graph.polymorphic(raw)) {
			checkAlternatives(place, type);
		}
		if (TypeGraph.instantiable(raw)) {
			checkBean(place, type, introspector.introspectForSerialization(type, annotations));
		}
	}

	private void checkContainer(Place place, JavaType type) {
		Class<?> raw = type.getRawClass();
		if (type.isReferenceType() && raw != Optional.class) {
			throw place.failure(raw.getName() + " cannot be serialized; use Optional");
		}
		if (!type.isArrayType() && !type.isReferenceType() && !ValueTypes.readableCollection(raw)) {
			throw place.failure(raw.getName() + " cannot be read back; use List, Set or Map");
		}
		JavaType key = type.getKeyType();
		if (key != null) {
			checkKey(place, key);
		}
		JavaType content = type.getContentType();
		JavaType sorted = SortedMap.class.isAssignableFrom(raw) ? key
				: SortedSet.class.isAssignableFrom(raw) ? content : null;
		if (sorted != null && !Comparable.class.isAssignableFrom(sorted.getRawClass())) {
			throw place.failure(sorted.getRawClass().getName() + " is not Comparable, so that a " + raw.getSimpleName()
					+ " of it cannot be read back");
		}
		if (content != null) {
			check(type.isReferenceType() ? place : place.child("[]"), content);
		}
	}

	private void checkKey(Place place, JavaType key) {
		Class<?> raw = key.getRawClass();
		if (raw.isEnum() || ValueTypes.leaf(raw)) {
			return;
		}
		if (!raw.isRecord()) {
			throw place
				.failure(raw.getName() + " cannot be the key of a map; use text, a number, an enum, an id or a record");
		}
		check(place.child("(key)"), key);
	}

	private void checkAlternatives(Place place, JavaType type) {
		Class<?> raw = type.getRawClass();
		List<Class<?>> classes = this.graph.concreteClasses(raw);
		if ((classes.isEmpty() || TypeGraph.open(raw)) && !this.allowsPackages && !closedByAnnotation(raw)) {
			throw place.failure(raw.getName() + " leaves open which classes there are; make it, and the interfaces "
					+ "below it, sealed, or set cajun.serialization.allowed-packages");
		}
		this.graph.names(raw);
		for (Class<?> alternative : classes) {
			if (alternative != raw) {
				check(place.child("<" + alternative.getSimpleName() + ">"), this.graph.specialize(type, alternative));
			}
		}
	}

	/** Whether the classes below are listed by annotations, though none is sealed. */
	private static boolean closedByAnnotation(Class<?> raw) {
		return raw.isAnnotationPresent(JsonSubTypes.class);
	}

	private void checkBean(Place place, JavaType type, BeanDescription description) {
		if (description.isNonStaticInnerClass()) {
			throw place.failure(type.getRawClass().getName() + " is an inner class; make it static");
		}
		AnnotatedMember jsonValue = description.findJsonValueAccessor();
		if (jsonValue != null) {
			checkMember(place, jsonValue);
			probe(place, type);
			return;
		}
		List<BeanPropertyDefinition> written = description.findProperties();
		for (BeanPropertyDefinition property : written) {
			checkMember(place.child(property.getName()), property.getAccessor());
		}
		ClassIntrospector introspector = this.mapper.deserializationConfig().classIntrospectorInstance();
		BeanDescription read = introspector.introspectForDeserialization(type,
				introspector.introspectClassAnnotations(type));
		for (BeanPropertyDefinition property : read.findProperties()) {
			if (!read.getIgnoredPropertyNames().contains(property.getName())) {
				checkMember(place.child(property.getName()), property.getMutator());
			}
		}
		Shape shape = probe(place, type);
		if (shape == null) {
			return;
		}
		if (!shape.instantiable()) {
			throw place
				.failure(type.getRawClass().getName() + " has no constructor that can be used; make it a record, "
						+ "or add a constructor without parameters or one with @JsonCreator");
		}
		for (BeanPropertyDefinition property : written) {
			if (property.getAccessor() instanceof AnnotatedField && !shape.reads(property.getName())
					&& property.getMetadata() != null && !writeOnly(property)) {
				throw place.child(property.getName())
					.failure("is written but cannot be read back; make " + type.getRawClass().getName()
							+ " a record, or the field a constructor parameter or not final");
			}
		}
	}

	private boolean writeOnly(BeanPropertyDefinition property) {
		AnnotationIntrospector introspector = this.mapper.serializationConfig().getAnnotationIntrospector();
		return introspector.findPropertyAccess(this.mapper.serializationConfig(),
				property.getAccessor()) == JsonProperty.Access.READ_ONLY;
	}

	private void checkMember(Place place, @Nullable AnnotatedMember member) {
		if (member != null) {
			checkTypeInfo(place, member);
			if (!hasOwnCodec(member)) {
				check(place, member.getType());
			}
		}
	}

	private void checkTypeInfo(Place place, Annotated annotated) {
		SerializationConfig config = this.mapper.serializationConfig();
		AnnotationIntrospector introspector = config.getAnnotationIntrospector();
		JsonTypeInfo.Value info = introspector.findPolymorphicTypeInfo(config, annotated);
		boolean ownResolver = annotated.hasAnnotation(JsonTypeResolver.class)
				|| annotated.hasAnnotation(JsonTypeIdResolver.class);
		if (ownResolver || (info != null && !SAFE_IDS.contains(info.getIdType()))) {
			throw place.failure("@JsonTypeInfo on " + annotated.getName()
					+ " lets bytes choose a class; use a sealed interface without it, or Id.NAME");
		}
	}

	/** Whether the application gave a serializer and a deserializer of its own. */
	private boolean hasOwnCodec(Annotated annotated) {
		SerializationConfig config = this.mapper.serializationConfig();
		AnnotationIntrospector introspector = config.getAnnotationIntrospector();
		return introspector.findSerializer(config, annotated) != null
				|| introspector.findDeserializer(this.mapper.deserializationConfig(), annotated) != null;
	}

	/** Lets Jackson make the deserializer, without reading a value. */
	private @Nullable Shape probe(Place place, JavaType type) {
		try {
			this.mapper.readerFor(type).readValue("null");
		}
		catch (JacksonException ex) {
			throw place.failure(type.getRawClass().getName() + " cannot be read back: " + ex.getOriginalMessage());
		}
		return this.shapes.of(type.getRawClass());
	}

	/** The path to a field as text. */
	static String path(List<JacksonException.Reference> references) {
		StringBuilder path = new StringBuilder();
		for (JacksonException.Reference reference : references) {
			String name = reference.getPropertyName();
			if (name == null) {
				path.append("[]");
			}
			else {
				path.append(path.isEmpty() ? "" : ".").append(name);
			}
		}
		return path.toString();
	}

	/**
	 * Where the check is.
	 *
	 * @param role which declared type it started from
	 * @param field the path from there
	 */
	private record Place(String role, String field) {

		Place child(String name) {
			boolean first = this.field.isEmpty() || !Character.isJavaIdentifierStart(name.charAt(0));
			return new Place(this.role, this.field + (first ? "" : ".") + name);
		}

		SerializationException failure(String why) {
			String path = this.field.isEmpty() ? "" : "field " + this.field + ": ";
			return new SerializationException(Kind.NOT_SERIALIZABLE, this.role + ": " + path + why);
		}

	}

	/**
	 * How Jackson reads a class.
	 *
	 * @param instantiable whether it can make an instance
	 * @param anything whether it takes a value as a whole
	 * @param properties what it reads
	 */
	private record Shape(boolean instantiable, boolean anything, Set<String> properties) {

		boolean reads(String property) {
			return this.anything || this.properties.contains(property);
		}

	}

	/** Remembers how Jackson reads each class. */
	private static final class Shapes extends ValueDeserializerModifier {

		private static final long serialVersionUID = 1L;

		private final transient Map<Class<?>, Shape> byClass = new HashMap<>();

		@Nullable Shape of(Class<?> type) {
			return this.byClass.get(type);
		}

		@Override
		public BeanDeserializerBuilder updateBuilder(DeserializationConfig config, BeanDescription.Supplier description,
				BeanDeserializerBuilder builder) {
			Set<String> properties = new HashSet<>();
			builder.getProperties().forEachRemaining((property) -> properties.add(property.getName()));
			this.byClass.put(builder.getType().getRawClass(),
					new Shape(builder.getValueInstantiator().canInstantiate(),
							builder.getValueInstantiator().canCreateUsingDelegate() || builder.getAnySetter() != null,
							properties));
			return builder;
		}

	}

}
