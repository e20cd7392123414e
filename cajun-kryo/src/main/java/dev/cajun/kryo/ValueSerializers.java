package dev.cajun.kryo;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import dev.cajun.serialization.SerializationException;
import dev.cajun.serialization.SerializationException.Kind;
import dev.cajun.serialization.TypeRegistry;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.type.TypeFactory;

/**
 * Makes the serializer of each declared type, with everything that can be reached from
 * it. What cannot be written fails, with the path to the field. No code of the
 * application runs. Jackson resolves type arguments, as it does for the registry.
 * <p>
 * Thread-safe.
 */
final class ValueSerializers {

	private final TypeRegistry types;

	private final ClassIds ids;

	private final Scalars scalars;

	private final TypeFactory factory = TypeFactory.createDefaultInstance();

	private final Map<Type, ValueSerializer> roots = new ConcurrentHashMap<>();

	private final Map<Key, ValueSerializer> complete = new HashMap<>();

	ValueSerializers(TypeRegistry types, ClassIds ids) {
		this.types = types;
		this.ids = ids;
		this.scalars = new Scalars(types);
	}

	/** The serializer of a type. */
	ValueSerializer of(Type type) {
		ValueSerializer known = this.roots.get(type);
		return (known != null) ? known : make(type.getTypeName(), type);
	}

	/**
	 * Makes the serializer of a type.
	 * @param role says which one it is, for the text of a failure
	 */
	synchronized ValueSerializer make(String role, Type type) {
		Assembly assembly = new Assembly(new HashMap<>(this.complete));
		ValueSerializer made = assembly.of(new Place(role, ""), this.factory.constructType(type), true);
		this.complete.putAll(assembly.known());
		this.roots.put(type, made);
		return made;
	}

	/** One run. What it made counts only when all of it could be made. */
	private final class Assembly {

		/** What there is so far, unfinished ones included: types may hold themselves. */
		private final Map<Key, ValueSerializer> known;

		Assembly(Map<Key, ValueSerializer> known) {
			this.known = known;
		}

		Map<Key, ValueSerializer> known() {
			return this.known;
		}

		/**
		 * The serializer of a type.
		 * @param shared whether it belongs to a value that never changes
		 */
		ValueSerializer of(Place place, JavaType type, boolean shared) {
			Class<?> raw = type.getRawClass();
			Scalar scalar = ValueSerializers.this.scalars.of(raw);
			if (scalar != null) {
				return scalar;
			}
			if (raw == Void.class) {
				return new Scalar("v", (output, value) -> {
				}, (input) -> {
					throw new SerializationException(Kind.UNREADABLE, "Void has no value");
				});
			}
			Key key = new Key(type, shared);
			ValueSerializer found = this.known.get(key);
			if (found == null) {
				found = make(place, type, key);
				this.known.put(key, found);
			}
			return found;
		}

		private ValueSerializer make(Place place, JavaType type, Key key) {
			Class<?> raw = type.getRawClass();
			if (raw.isEnum()) {
				return new EnumSerializer(raw);
			}
			if (type.isArrayType()) {
				JavaType content = content(type);
				return (content.getRawClass() == byte.class) ? ArraySerializer.bytes()
						: new ArraySerializer(content.getRawClass(), of(place.child("[]"), content, key.shared()));
			}
			if (raw == Optional.class) {
				return new OptionalSerializer(of(place, content(type), key.shared()));
			}
			if (type.isMapLikeType()) {
				return map(place, type, key.shared());
			}
			if (type.isContainerType()) {
				return collection(place, type, key.shared());
			}
			if (type.isReferenceType() || ofTheJdk(raw)) {
				throw place.failure(raw.getName() + " cannot be written by Kryo");
			}
			List<Class<?>> alternatives = ValueSerializers.this.types.alternatives(raw);
			if (ValueSerializers.this.types.open(raw) && !raw.isAnnotationPresent(JsonSubTypes.class)) {
				throw place
					.failure(raw.getName() + " leaves open which classes there are, and Kryo must know all: make "
							+ "it, and the interfaces below it, sealed");
			}
			return alternatives.isEmpty() ? members(place, type, key) : alternatives(place, type, alternatives, key);
		}

		private static JavaType content(JavaType type) {
			JavaType content = type.getContentType();
			if (content == null) {
				throw new IllegalArgumentException(type + " holds nothing");
			}
			return content;
		}

		private ValueSerializer collection(Place place, JavaType type, boolean shared) {
			Class<?> raw = type.getRawClass();
			JavaType content = content(type);
			Supplier<Collection<Object>> empty = Containers.collection(raw, content.getRawClass());
			if (empty == null) {
				throw place.failure(raw.getName() + " cannot be written by Kryo; use List or Set");
			}
			checkComparable(place, raw, content);
			return new CollectionSerializer(empty, of(place.child("[]"), content, shared), unmodifiable(type, shared));
		}

		private ValueSerializer map(Place place, JavaType type, boolean shared) {
			Class<?> raw = type.getRawClass();
			JavaType key = type.getKeyType();
			Supplier<Map<Object, Object>> empty = (key != null) ? Containers.map(raw, key.getRawClass()) : null;
			if (key == null || empty == null) {
				throw place.failure(raw.getName() + " cannot be written by Kryo; use Map");
			}
			checkComparable(place, raw, key);
			return new MapSerializer(empty, of(place.child("(key)"), key, shared),
					of(place.child("[]"), content(type), shared), unmodifiable(type, shared));
		}

		private static void checkComparable(Place place, Class<?> raw, JavaType element) {
			if (Containers.sorted(raw) && !Comparable.class.isAssignableFrom(element.getRawClass())) {
				throw place.failure(element.getRawClass().getName() + " is not Comparable, so that a "
						+ raw.getSimpleName() + " of it cannot be read back");
			}
		}

		private boolean unmodifiable(JavaType type, boolean shared) {
			return shared && Containers.view(type.getRawClass()) && ValueSerializers.this.types.immutable(type);
		}

		private ValueSerializer alternatives(Place place, JavaType type, List<Class<?>> alternatives, Key key) {
			AlternativesSerializer made = new AlternativesSerializer(type.getRawClass());
			this.known.put(key, made);
			for (Class<?> alternative : alternatives) {
				Place child = place.child("<" + alternative.getSimpleName() + ">");
				if (!ValueSerializers.this.ids.written().containsKey(alternative)) {
					throw child.failure(alternative.getName() + " has no Kryo id");
				}
				JavaType specialized = specialize(type, alternative);
				made.add(alternative, (alternative == type.getRawClass()) ? members(child, specialized, null)
						: of(child, specialized, key.shared()));
			}
			return made;
		}

		private JavaType specialize(JavaType base, Class<?> type) {
			if (base.hasRawClass(type)) {
				return base;
			}
			try {
				return ValueSerializers.this.factory.constructSpecializedType(base, type);
			}
			catch (IllegalArgumentException ex) {
				return ValueSerializers.this.factory.constructType(type);
			}
		}

		private ValueSerializer members(Place place, JavaType type, @Nullable Key key) {
			Class<?> raw = type.getRawClass();
			List<Field> fields = fields(raw);
			MembersSerializer made = new MembersSerializer(raw, constructor(place, raw));
			if (key != null) {
				this.known.put(key, made);
			}
			boolean shared = raw.isRecord() && ValueSerializers.this.types.immutable(type);
			List<Member> members = new ArrayList<>();
			int[] parameters = new int[fields.size()];
			Set<String> names = new HashSet<>();
			for (int i = 0; i < parameters.length; i++) {
				Field field = fields.get(i);
				parameters[i] = -1;
				if (ignored(field)) {
					continue;
				}
				Place child = place.child(field.getName());
				if (!names.add(field.getName())) {
					throw child.failure(raw.getName() + " has two fields of this name");
				}
				parameters[i] = members.size();
				JavaType owner = type.findSuperType(field.getDeclaringClass());
				JavaType resolved = ValueSerializers.this.factory.resolveMemberType(field.getGenericType(),
						owner.getBindings());
				members.add(Member.of(accessible(child, field), of(child, resolved, shared)));
			}
			made.members(members, parameters);
			return made;
		}

		private static Field accessible(Place place, Field field) {
			if (!field.trySetAccessible()) {
				throw place.failure(field + " cannot be reached; open its package to dev.cajun.kryo");
			}
			return field;
		}

		private static Constructor<?> constructor(Place place, Class<?> raw) {
			Class<?>[] parameters = raw.isRecord()
					? Arrays.stream(raw.getRecordComponents()).map(RecordComponent::getType).toArray(Class<?>[]::new)
					: new Class<?>[0];
			try {
				Constructor<?> constructor = raw.getDeclaredConstructor(parameters);
				constructor.setAccessible(true);
				return constructor;
			}
			catch (NoSuchMethodException ex) {
				throw place.failure(raw.getName() + " has no constructor that Kryo can use; make it a record, or add "
						+ "a constructor without parameters");
			}
		}

		private static boolean ignored(Field field) {
			JsonIgnore annotation = field.getAnnotation(JsonIgnore.class);
			return annotation != null && annotation.value();
		}

		/** Components of a record, or fields, those of superclasses first. */
		private static List<Field> fields(Class<?> raw) {
			List<Field> fields = new ArrayList<>();
			for (Class<?> c = raw; c != null && !ofTheJdk(c); c = c.getSuperclass()) {
				List<Field> own = Arrays.stream(c.getDeclaredFields()).filter((field) -> {
					int modifiers = field.getModifiers();
					return !Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers) && !field.isSynthetic();
				}).toList();
				fields.addAll(0, own);
			}
			return fields;
		}

		private static boolean ofTheJdk(Class<?> type) {
			String name = type.getName();
			return name.startsWith("java.") || name.startsWith("javax.") || name.startsWith("jdk.")
					|| name.startsWith("sun.") || name.startsWith("com.sun.");
		}

	}

	/**
	 * What a serializer is made for.
	 *
	 * @param type the type
	 * @param shared whether it belongs to a value that never changes
	 */
	private record Key(JavaType type, boolean shared) {

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

}
