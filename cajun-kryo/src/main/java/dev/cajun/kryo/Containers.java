package dev.cajun.kryo;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Queue;
import java.util.SequencedCollection;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/** Which collections there are, and how an empty one is made. */
@SuppressWarnings("JdkObsolete") // LinkedList: an application may declare it
final class Containers {

	private static final Map<Class<?>, Supplier<Collection<Object>>> COLLECTIONS = new HashMap<>();

	private static final Map<Class<?>, Supplier<Map<Object, Object>>> MAPS = new HashMap<>();

	static {
		collections(ArrayList::new, Collection.class, SequencedCollection.class, List.class, ArrayList.class);
		collections(LinkedHashSet::new, Set.class, SequencedSet.class, LinkedHashSet.class);
		collections(TreeSet::new, SortedSet.class, NavigableSet.class, TreeSet.class);
		collections(HashSet::new, HashSet.class);
		collections(ArrayDeque::new, Deque.class, Queue.class, ArrayDeque.class);
		collections(LinkedList::new, LinkedList.class);
		collections(ConcurrentSkipListSet::new, ConcurrentSkipListSet.class);
		collections(ConcurrentLinkedQueue::new, ConcurrentLinkedQueue.class);
		collections(ConcurrentLinkedDeque::new, ConcurrentLinkedDeque.class);
		collections(CopyOnWriteArrayList::new, CopyOnWriteArrayList.class);
		collections(CopyOnWriteArraySet::new, CopyOnWriteArraySet.class);
		maps(LinkedHashMap::new, Map.class, SequencedMap.class, LinkedHashMap.class);
		maps(TreeMap::new, SortedMap.class, NavigableMap.class, TreeMap.class);
		maps(HashMap::new, HashMap.class);
		maps(ConcurrentHashMap::new, ConcurrentMap.class, ConcurrentHashMap.class);
		maps(ConcurrentSkipListMap::new, ConcurrentSkipListMap.class);
	}

	/** Interfaces whose decoded instances are made unmodifiable in immutable values. */
	private static final Set<Class<?>> VIEWS = Set.of(Collection.class, SequencedCollection.class, List.class,
			Set.class, SequencedSet.class, SortedSet.class, NavigableSet.class, Map.class, SequencedMap.class,
			SortedMap.class, NavigableMap.class);

	private Containers() {
	}

	private static void collections(Supplier<Collection<Object>> empty, Class<?>... types) {
		for (Class<?> type : types) {
			COLLECTIONS.put(type, empty);
		}
	}

	private static void maps(Supplier<Map<Object, Object>> empty, Class<?>... types) {
		for (Class<?> type : types) {
			MAPS.put(type, empty);
		}
	}

	static boolean view(Class<?> type) {
		return VIEWS.contains(type);
	}

	/** Whether elements or keys must be comparable. */
	static boolean sorted(Class<?> type) {
		return SortedSet.class.isAssignableFrom(type) || SortedMap.class.isAssignableFrom(type);
	}

	/** Makes empty collections of a type. */
	@SuppressWarnings({ "unchecked", "rawtypes" })
	static @Nullable Supplier<Collection<Object>> collection(Class<?> type, Class<?> element) {
		if (type == EnumSet.class) {
			return () -> EnumSet.noneOf((Class) element);
		}
		return COLLECTIONS.get(type);
	}

	/** Makes empty maps of a type. */
	@SuppressWarnings({ "unchecked", "rawtypes" })
	static @Nullable Supplier<Map<Object, Object>> map(Class<?> type, Class<?> key) {
		if (type == EnumMap.class) {
			return () -> new EnumMap(key);
		}
		return MAPS.get(type);
	}

}
