package dev.cajun.serialization;

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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Currency;
import java.util.Date;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.SequencedCollection;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.ReplyTo;

/**
 * The types that are not the application's and may be part of messages and state. A type
 * of the JDK that is not listed here is refused when the node starts.
 */
final class ValueTypes {

	/** Values without parts, that never change. */
	private static final Set<Class<?>> IMMUTABLE = Set.of(boolean.class, byte.class, short.class, char.class, int.class,
			long.class, float.class, double.class, Boolean.class, Byte.class, Short.class, Character.class,
			Integer.class, Long.class, Float.class, Double.class, Void.class, String.class, BigDecimal.class,
			BigInteger.class, UUID.class, URI.class, Locale.class, Currency.class, OptionalInt.class,
			OptionalLong.class, OptionalDouble.class, Instant.class, Duration.class, Period.class, LocalDate.class,
			LocalTime.class, LocalDateTime.class, OffsetDateTime.class, OffsetTime.class, ZonedDateTime.class,
			Year.class, YearMonth.class, MonthDay.class, ZoneId.class, ZoneOffset.class, DayOfWeek.class, Month.class,
			ActorId.class, ActorRef.class, ReplyTo.class);

	/** Values without parts, that may change. */
	private static final Set<Class<?>> MUTABLE = Set.of(Date.class, AtomicBoolean.class, AtomicInteger.class,
			AtomicLong.class);

	/** Interfaces whose decoded instances can be made unmodifiable. */
	private static final Set<Class<?>> VIEWS = Set.of(Collection.class, SequencedCollection.class, List.class,
			Set.class, SequencedSet.class, SortedSet.class, NavigableSet.class, Map.class, SequencedMap.class,
			SortedMap.class, NavigableMap.class);

	/** Other collections, which stay as modifiable as they are. */
	private static final Set<Class<?>> COLLECTIONS = Set.of(ArrayList.class, LinkedList.class, ArrayDeque.class,
			HashSet.class, LinkedHashSet.class, TreeSet.class, EnumSet.class, HashMap.class, LinkedHashMap.class,
			TreeMap.class, EnumMap.class, Queue.class, Deque.class, ConcurrentMap.class, ConcurrentHashMap.class,
			ConcurrentSkipListMap.class, ConcurrentSkipListSet.class, ConcurrentLinkedQueue.class,
			ConcurrentLinkedDeque.class, CopyOnWriteArrayList.class, CopyOnWriteArraySet.class);

	private ValueTypes() {
	}

	/** Whether the type is a value without parts. */
	static boolean leaf(Class<?> type) {
		return IMMUTABLE.contains(type) || MUTABLE.contains(type);
	}

	/** Whether the type is a value without parts that never changes. */
	static boolean immutableLeaf(Class<?> type) {
		return IMMUTABLE.contains(type);
	}

	/** Whether decoded instances of this collection type can be made unmodifiable. */
	static boolean view(Class<?> type) {
		return VIEWS.contains(type);
	}

	/** Whether the collection or map type can be read back. */
	static boolean readableCollection(Class<?> type) {
		return VIEWS.contains(type) || COLLECTIONS.contains(type) || !ofTheJdk(type);
	}

	/** Whether the class belongs to the JDK. */
	static boolean ofTheJdk(Class<?> type) {
		return type.isPrimitive() || ofTheJdk(type.getName());
	}

	/** Whether a class or package name belongs to the JDK. */
	static boolean ofTheJdk(String name) {
		return name.startsWith("java.") || name.startsWith("javax.") || name.startsWith("jdk.")
				|| name.startsWith("sun.") || name.startsWith("com.sun.");
	}

}
