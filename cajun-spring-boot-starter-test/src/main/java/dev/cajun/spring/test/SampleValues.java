package dev.cajun.spring.test;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.ReplyTo;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Makes a value of a type: the given one of its class, else one whose every component has
 * something in it, so that nothing gets lost unnoticed.
 */
final class SampleValues {

	/** A type may hold itself; at this depth what may be absent is. */
	private static final int DEPTH = 4;

	private static final Map<Class<?>, Object> FIXED = fixed();

	private final Map<Class<?>, Object> given = new LinkedHashMap<>();

	private final Supplier<ActorRef<?>> ref;

	SampleValues(Supplier<ActorRef<?>> ref) {
		this.ref = ref;
	}

	private static Map<Class<?>, Object> fixed() {
		Map<Class<?>, Object> values = new LinkedHashMap<>();
		for (Object value : List.of("text", true, 'c', (byte) 1, (short) 2, 3, 4L, 5.5f, 6.5, new BigDecimal("7.25"),
				new BigInteger("12345678901234567890"), UUID.fromString("00000000-0000-4000-8000-00000000002a"),
				Duration.ofSeconds(90, 5), Instant.parse("2026-02-03T04:05:06.789012345Z"), LocalDate.of(2026, 2, 3),
				LocalTime.of(4, 5, 6), LocalDateTime.of(2026, 2, 3, 4, 5, 6),
				OffsetDateTime.of(2026, 2, 3, 4, 5, 6, 0, ZoneOffset.ofHours(2)),
				OffsetTime.of(4, 5, 6, 0, ZoneOffset.ofHours(2)),
				ZonedDateTime.of(2026, 2, 3, 4, 5, 6, 0, ZoneId.of("Europe/Paris")), Period.ofDays(3), Year.of(2026),
				YearMonth.of(2026, 2), MonthDay.of(2, 3), ZoneOffset.ofHours(2), URI.create("https://example.com/a"),
				Currency.getInstance("EUR"), Locale.FRANCE, OptionalInt.of(8), OptionalLong.of(9L),
				OptionalDouble.of(10.5), new ActorId("sample", "key"), DayOfWeek.MONDAY, Month.MAY)) {
			values.put(value.getClass(), value);
		}
		values.put(ZoneId.class, ZoneId.of("Europe/Paris"));
		values.put(CharSequence.class, "text");
		values.put(Number.class, 3);
		return values;
	}

	void give(Object sample) {
		this.given.put(sample.getClass(), sample);
	}

	Object of(Type type) {
		return required(ResolvableType.forType(type), 0);
	}

	private Object required(ResolvableType type, int depth) {
		Object value = of(type, depth);
		if (value == null) {
			throw new IllegalStateException(
					"No sample of " + type + " can be made; give one of the class that holds it");
		}
		return value;
	}

	private @Nullable Object of(ResolvableType type, int depth) {
		Class<?> raw = ClassUtils.resolvePrimitiveIfNecessary(type.resolve(Object.class));
		Object known = this.given.containsKey(raw) ? this.given.get(raw) : FIXED.get(raw);
		if (known != null) {
			return known;
		}
		if (raw == ActorRef.class) {
			return this.ref.get();
		}
		if (raw == ReplyTo.class) {
			return new ReplyTo<>("node#0", 1, "Sample", null);
		}
		if (raw == Optional.class) {
			return (depth > DEPTH) ? Optional.empty() : Optional.ofNullable(of(type.getGeneric(), depth + 1));
		}
		if (raw.isArray()) {
			return array(type, raw, depth);
		}
		if (Map.class.isAssignableFrom(raw)) {
			return map(type, raw, depth);
		}
		if (Collection.class.isAssignableFrom(raw) || raw == Iterable.class) {
			return collection(type, raw, depth);
		}
		if (raw.isEnum()) {
			return raw.getEnumConstants()[0];
		}
		if (raw.isSealed()) {
			return ofSealed(raw, depth);
		}
		return raw.isRecord() ? record(type, raw, depth) : null;
	}

	private Object array(ResolvableType type, Class<?> raw, int depth) {
		if (depth > DEPTH) {
			return Array.newInstance(raw.getComponentType(), 0);
		}
		Object array = Array.newInstance(raw.getComponentType(), 1);
		Array.set(array, 0, required(type.getComponentType(), depth + 1));
		return array;
	}

	private Object map(ResolvableType type, Class<?> raw, int depth) {
		Map<Object, Object> entries = (depth > DEPTH) ? Map.of()
				: Map.of(required(type.getGeneric(0), depth + 1), required(type.getGeneric(1), depth + 1));
		return SortedMap.class.isAssignableFrom(raw) ? new TreeMap<>(entries) : entries;
	}

	private Object collection(ResolvableType type, Class<?> raw, int depth) {
		List<Object> elements = (depth > DEPTH) ? List.of() : List.of(required(type.getGeneric(), depth + 1));
		if (SortedSet.class.isAssignableFrom(raw)) {
			return new TreeSet<>(elements);
		}
		return Set.class.isAssignableFrom(raw) ? Set.copyOf(elements) : elements;
	}

	private @Nullable Object ofSealed(Class<?> raw, int depth) {
		if (depth > DEPTH) {
			return null;
		}
		for (Class<?> permitted : raw.getPermittedSubclasses()) {
			Object value = of(ResolvableType.forClass(permitted), depth + 1);
			if (value != null) {
				return value;
			}
		}
		return null;
	}

	private @Nullable Object record(ResolvableType type, Class<?> raw, int depth) {
		if (depth > DEPTH) {
			return null;
		}
		RecordComponent[] components = raw.getRecordComponents();
		@Nullable Object[] arguments = new Object[components.length];
		for (int i = 0; i < components.length; i++) {
			arguments[i] = of(ResolvableType.forType(components[i].getGenericType(), type), depth + 1);
			if (arguments[i] == null && components[i].getType().isPrimitive()) {
				return null;
			}
		}
		try {
			Constructor<?> constructor = raw.getDeclaredConstructor(
					Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
			constructor.setAccessible(true);
			return constructor.newInstance(arguments);
		}
		catch (InvocationTargetException ex) {
			throw new IllegalStateException("The sample of " + raw.getName() + " was refused by its constructor: "
					+ ex.getCause() + "; give one with SerializationCheck.with(...)", ex.getCause());
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException("No sample of " + raw.getName() + " can be made", ex);
		}
	}

}
