package dev.cajun.kryo;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

import dev.cajun.serialization.SerializationException;
import dev.cajun.serialization.SerializationException.Kind;
import dev.cajun.serialization.TypeRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The number of each declared class, and the class of each number. A class with a pin is
 * also found by the number that follows from its name: records written before it was
 * pinned stay readable.
 *
 * @param written the number that is written, by class
 * @param read the class, by any of its numbers
 */
record ClassIds(Map<Class<?>, Integer> written, Map<Integer, Class<?>> read) {

	/** Numbers made of names: four bytes as a variable length integer. */
	private static final int DERIVED_RANGE = (1 << 28) - KryoIds.MAX - 4;

	/**
	 * Numbers the declared classes.
	 * @param types the declared classes
	 * @param ids the pins
	 * @param strict whether a class that cannot have a number is an error; otherwise it
	 * has none
	 */
	static ClassIds of(TypeRegistry types, KryoIds ids, boolean strict) {
		Map<String, Class<?>> byName = new TreeMap<>();
		List<String> ambiguous = new ArrayList<>();
		for (Class<?> type : types.classes()) {
			String name = types.typeName(type);
			Class<?> other = byName.putIfAbsent(name, type);
			if (other != null && strict) {
				throw failure(other.getName() + " and " + type.getName() + " have one name, '" + name
						+ "', and so one Kryo id; name one of them with @TypeName");
			}
			if (other != null) {
				ambiguous.add(name);
			}
		}
		ambiguous.forEach(byName::remove);
		Map<String, Integer> pins = ids.pins();
		if (strict && !pins.isEmpty()) {
			checkComplete(byName, pins);
		}
		Map<Class<?>, Integer> written = new LinkedHashMap<>();
		Map<Integer, Class<?>> read = new HashMap<>();
		byName.forEach((name, type) -> {
			int derived = derived(name);
			Integer pin = pins.get(name);
			written.put(type, (pin != null) ? pin : derived);
			if (pin != null) {
				read.put(pin, type);
			}
			Class<?> other = read.putIfAbsent(derived, type);
			if (other != null && strict && pins.isEmpty()) {
				throw failure(other.getName() + " and " + type.getName() + " happen to get one Kryo id from their "
						+ "names; pin the ids of all types in " + KryoIds.LOCATION + ":\n"
						+ lines(byName, KryoIds.MIN));
			}
		});
		return new ClassIds(Map.copyOf(written), Map.copyOf(read));
	}

	private static void checkComplete(Map<String, Class<?>> byName, Map<String, Integer> pins) {
		Map<String, Class<?>> missing = new TreeMap<>(byName);
		missing.keySet().removeAll(pins.keySet());
		if (!missing.isEmpty()) {
			int next = pins.values().stream().mapToInt(Integer::intValue).max().orElse(KryoIds.MIN - 1) + 1;
			throw failure("There are pinned Kryo ids, and none for " + missing.keySet() + "; add to " + KryoIds.LOCATION
					+ ", and leave what is there as it is:\n" + lines(missing, next));
		}
	}

	private static String lines(Map<String, Class<?>> byName, int first) {
		int[] next = { first };
		return byName.keySet().stream().map((name) -> name + "=" + next[0]++).collect(Collectors.joining("\n"));
	}

	private static int derived(String name) {
		CRC32C hash = new CRC32C();
		hash.update(name.getBytes(StandardCharsets.UTF_8));
		return KryoIds.MAX + 1 + (int) (hash.getValue() % DERIVED_RANGE);
	}

	/** The class of a number, if it has one. */
	@Nullable Class<?> find(int id) {
		return this.read.get(id);
	}

	private static SerializationException failure(String text) {
		return new SerializationException(Kind.NOT_SERIALIZABLE, text);
	}

}
