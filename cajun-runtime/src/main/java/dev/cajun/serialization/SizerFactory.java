package dev.cajun.serialization;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.ReplyTo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;

/**
 * Makes a {@link Sizer} for each type, once. What has a fixed size collapses into one
 * number, so that a record of numbers and times costs nothing to measure. Fields are read
 * through method handles, never through accessors: no code of the application runs.
 * <p>
 * A value counts what it takes in bytes, about: text its length, a number or time
 * {@link #VALUE_BYTES}, an object {@link #OBJECT_BYTES} and its fields, a field that
 * cannot be read {@link #UNKNOWN_BYTES}. Each visited value adds at least one byte and
 * counting stops past a limit, so that the time is bounded by it; cyclic graphs end at
 * {@link #MAX_DEPTH}.
 */
final class SizerFactory {

	static final int VALUE_BYTES = 16;

	static final int OBJECT_BYTES = 16;

	static final int UNKNOWN_BYTES = 64;

	static final int MAX_DEPTH = 64;

	private static final Sizer UNKNOWN = new Sizer.Fixed(UNKNOWN_BYTES);

	private static final Map<Class<?>, Sizer> LEAVES = Map.of(String.class, text((value) -> ((String) value).length()),
			URI.class, text((value) -> ((URI) value).toString().length()), BigInteger.class,
			text((value) -> ((BigInteger) value).bitLength() / 3), BigDecimal.class,
			text((value) -> ((BigDecimal) value).unscaledValue().bitLength() / 3), ActorId.class,
			text((value) -> length((ActorId) value)), ActorRef.class,
			text((value) -> length(((ActorRef<?>) value).id())), ReplyTo.class, new Sizer.Fixed(96));

	private final TypeGraph graph;

	private final Map<JavaType, Sizer> sizers = new HashMap<>();

	SizerFactory(TypeGraph graph) {
		this.graph = graph;
	}

	/** The sizer of a type. */
	synchronized Sizer of(JavaType type) {
		Sizer known = this.sizers.get(type);
		if (known != null) {
			return known;
		}
		Recursive recursive = new Recursive();
		this.sizers.put(type, recursive);
		Sizer sizer = create(type);
		recursive.sizer = sizer;
		this.sizers.put(type, sizer);
		return sizer;
	}

	private Sizer create(JavaType type) {
		Class<?> raw = type.getRawClass();
		Sizer leaf = LEAVES.get(raw);
		if (leaf != null) {
			return leaf;
		}
		if (ValueTypes.leaf(raw) || raw.isEnum()) {
			return new Sizer.Fixed(VALUE_BYTES);
		}
		if (raw == Optional.class) {
			return optional(of(content(type)));
		}
		if (raw.isArray()) {
			return array(raw.getComponentType(), of(content(type)));
		}
		if (Map.class.isAssignableFrom(raw)) {
			return map(of(key(type)), of(content(type)));
		}
		if (Collection.class.isAssignableFrom(raw)) {
			return collection(of(content(type)));
		}
		if (ValueTypes.ofTheJdk(raw)) {
			return UNKNOWN;
		}
		return this.graph.polymorphic(raw) ? alternatives(type) : fields(type);
	}

	private JavaType content(JavaType type) {
		JavaType content = type.getContentType();
		return (content != null) ? content : this.graph.types().constructType(Object.class);
	}

	private JavaType key(JavaType type) {
		JavaType key = type.getKeyType();
		return (key != null) ? key : this.graph.types().constructType(Object.class);
	}

	private static Sizer text(ToLongFunction<Object> length) {
		return (value, total, limit, depth) -> total + 8 + ((value != null) ? length.applyAsLong(value) : 0);
	}

	private static long length(ActorId id) {
		return id.type().length() + 1L + id.key().length();
	}

	private static Sizer optional(Sizer content) {
		if (content instanceof Sizer.Fixed fixed) {
			return new Sizer.Fixed(1 + fixed.bytes());
		}
		return (value, total, limit, depth) -> (value instanceof Optional<?> optional && optional.isPresent())
				? content.add(optional.get(), total + 1, limit, depth + 1) : total + 1;
	}

	private static Sizer array(Class<?> componentType, Sizer element) {
		if (element instanceof Sizer.Fixed fixed) {
			long bytes = (componentType == byte.class || componentType == boolean.class) ? 1
					: componentType.isPrimitive() ? 8 : fixed.bytes();
			return (value, total, limit, depth) -> total + OBJECT_BYTES
					+ ((value != null) ? bytes * Array.getLength(value) : 0);
		}
		return (value, total, limit, depth) -> (value instanceof Object[] array)
				? elements(List.of(), array, element, total + OBJECT_BYTES, limit, depth + 1) : total + OBJECT_BYTES;
	}

	private static Sizer collection(Sizer element) {
		if (element instanceof Sizer.Fixed fixed) {
			return (value, total, limit, depth) -> total + OBJECT_BYTES
					+ ((value instanceof Collection<?> values) ? fixed.bytes() * values.size() : 0);
		}
		return (value, total, limit, depth) -> (value instanceof Collection<?> values)
				? elements(values, new Object[0], element, total + OBJECT_BYTES, limit, depth + 1)
				: total + OBJECT_BYTES;
	}

	private static long elements(Collection<?> values, @Nullable Object[] array, Sizer element, long start, long limit,
			int depth) {
		long total = start;
		if (depth > MAX_DEPTH) {
			return total + UNKNOWN_BYTES;
		}
		for (Object value : values) {
			total = element.add(value, total, limit, depth);
			if (total > limit) {
				return total;
			}
		}
		for (Object value : array) {
			total = element.add(value, total, limit, depth);
			if (total > limit) {
				return total;
			}
		}
		return total;
	}

	private static Sizer map(Sizer key, Sizer content) {
		if (key instanceof Sizer.Fixed fixedKey && content instanceof Sizer.Fixed fixedContent) {
			long entry = fixedKey.bytes() + fixedContent.bytes();
			return (value, total, limit, depth) -> total + OBJECT_BYTES
					+ ((value instanceof Map<?, ?> values) ? entry * values.size() : 0);
		}
		return (value, start, limit, depth) -> {
			long total = start + OBJECT_BYTES;
			if (!(value instanceof Map<?, ?> values)) {
				return total;
			}
			if (depth > MAX_DEPTH) {
				return total + UNKNOWN_BYTES;
			}
			for (Map.Entry<?, ?> entry : values.entrySet()) {
				total = key.add(entry.getKey(), total, limit, depth + 1);
				total = content.add(entry.getValue(), total, limit, depth + 1);
				if (total > limit) {
					return total;
				}
			}
			return total;
		};
	}

	private Sizer alternatives(JavaType type) {
		Map<Class<?>, Sizer> alternatives = new HashMap<>();
		for (Class<?> alternative : this.graph.concreteClasses(type.getRawClass())) {
			JavaType specialized = this.graph.specialize(type, alternative);
			alternatives.put(alternative, specialized.equals(type) ? fields(type) : of(specialized));
		}
		if (!alternatives.isEmpty() && !TypeGraph.open(type.getRawClass())
				&& alternatives.values().stream().allMatch(Sizer.Fixed.class::isInstance)) {
			return new Sizer.Fixed(alternatives.values()
				.stream()
				.mapToLong((sizer) -> ((Sizer.Fixed) sizer).bytes())
				.max()
				.orElse(UNKNOWN_BYTES));
		}
		Map<Class<?>, Sizer> byClass = Map.copyOf(alternatives);
		return (value, total, limit, depth) -> (value == null) ? total + 8
				: byClass.getOrDefault(value.getClass(), UNKNOWN).add(value, total, limit, depth);
	}

	private Sizer fields(JavaType type) {
		Class<?> raw = type.getRawClass();
		long fixed = OBJECT_BYTES;
		List<MethodHandle> getters = new ArrayList<>();
		List<Sizer> sizers = new ArrayList<>();
		for (Field field : TypeGraph.instanceFields(raw)) {
			JavaType owner = type.findSuperType(field.getDeclaringClass());
			Sizer sizer = of(this.graph.types().resolveMemberType(field.getGenericType(), owner.getBindings()));
			MethodHandle getter = (sizer instanceof Sizer.Fixed) ? null : getter(field);
			if (sizer instanceof Sizer.Fixed size) {
				fixed += size.bytes();
			}
			else if (getter == null) {
				fixed += UNKNOWN_BYTES;
			}
			else {
				getters.add(getter);
				sizers.add(sizer);
			}
		}
		return sizers.isEmpty() ? new Sizer.Fixed(fixed)
				: new Fields(fixed, getters.toArray(MethodHandle[]::new), sizers.toArray(Sizer[]::new));
	}

	private static @Nullable MethodHandle getter(Field field) {
		try {
			return MethodHandles.privateLookupIn(field.getDeclaringClass(), MethodHandles.lookup())
				.unreflectGetter(field)
				.asType(MethodType.methodType(Object.class, Object.class));
		}
		catch (IllegalAccessException | LinkageError ex) {
			return null;
		}
	}

	/** The fields of a record or class. */
	private static final class Fields implements Sizer {

		private final long fixed;

		private final MethodHandle[] getters;

		private final Sizer[] sizers;

		Fields(long fixed, MethodHandle[] getters, Sizer[] sizers) {
			this.fixed = fixed;
			this.getters = getters;
			this.sizers = sizers;
		}

		@Override
		public long add(@Nullable Object value, long start, long limit, int depth) {
			long total = start + this.fixed;
			if (value == null || total > limit) {
				return total;
			}
			if (depth > MAX_DEPTH) {
				return total + UNKNOWN_BYTES;
			}
			for (int i = 0; i < this.sizers.length && total <= limit; i++) {
				total = this.sizers[i].add(read(this.getters[i], value), total, limit, depth + 1);
			}
			return total;
		}

		private static @Nullable Object read(MethodHandle getter, Object value) {
			try {
				return (@Nullable Object) getter.invokeExact(value);
			}
			catch (Throwable ex) {
				throw new IllegalStateException("A field could not be read", ex);
			}
		}

	}

	/** Stands for the sizer of a type that contains itself, while that is being made. */
	private static final class Recursive implements Sizer {

		private Sizer sizer = UNKNOWN;

		@Override
		public long add(@Nullable Object value, long total, long limit, int depth) {
			return this.sizer.add(value, total, limit, depth);
		}

	}

	/**
	 * Estimates the bytes of values of one declared type.
	 */
	interface Sizer {

		/**
		 * Adds the size of a value.
		 * @param value the value
		 * @param total what has been counted before
		 * @param limit counting stops when the total is larger
		 * @param depth how deep the value is nested
		 * @return the new total
		 */
		long add(@Nullable Object value, long total, long limit, int depth);

		/**
		 * All values of the type count the same.
		 *
		 * @param bytes the size of one
		 */
		record Fixed(long bytes) implements Sizer {

			@Override
			public long add(@Nullable Object value, long total, long limit, int depth) {
				return total + this.bytes;
			}

		}

	}

}
