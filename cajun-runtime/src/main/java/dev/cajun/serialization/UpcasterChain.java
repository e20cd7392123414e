package dev.cajun.serialization;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.cajun.serialization.SerializationException.Kind;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The upcasters of a node, by type and version. Immutable.
 */
final class UpcasterChain {

	private final Map<String, Map<Integer, Upcaster>> steps = new HashMap<>();

	UpcasterChain(Collection<? extends Upcaster> upcasters) {
		for (Upcaster upcaster : upcasters) {
			Upcaster other = this.steps.computeIfAbsent(upcaster.typeName(), (key) -> new HashMap<>())
				.putIfAbsent(upcaster.fromVersion(), upcaster);
			if (other != null) {
				throw failure(upcaster, "there is another one, " + other.getClass().getName());
			}
		}
	}

	/** Fails if a step can never run, or is not clear. */
	void check(TypeRegistry types) {
		Map<String, Set<RecordType>> known = types.upcastable();
		this.steps.forEach((name, versions) -> {
			Set<RecordType> named = known.getOrDefault(name, Set.of());
			for (Upcaster upcaster : versions.values()) {
				check(upcaster, named, known.keySet());
			}
		});
	}

	private static void check(Upcaster upcaster, Set<RecordType> named, Set<String> known) {
		if (named.isEmpty()) {
			throw failure(upcaster, "no message, event, state or reply has this name; known are " + known);
		}
		Set<Class<?>> classes = named.stream()
			.map((type) -> type.type().getRawClass())
			.collect(Collectors.toCollection(LinkedHashSet::new));
		if (classes.size() > 1) {
			throw failure(upcaster, "several classes have this name, " + classes + "; name them with @TypeName");
		}
		int version = named.iterator().next().version();
		if (upcaster.fromVersion() < 1 || upcaster.fromVersion() >= version) {
			throw failure(upcaster, "the version of the class is " + version + ", so that the step never runs; raise "
					+ "@TypeName(version) of " + classes);
		}
	}

	/** Whether there is a step for a value of this version or a newer one. */
	boolean applies(String typeName, int version) {
		Map<Integer, Upcaster> versions = this.steps.get(typeName);
		return versions != null && versions.keySet().stream().anyMatch((from) -> from >= version);
	}

	/** Applies the steps from a version on. */
	JsonNode upcast(String typeName, int version, JsonNode tree) {
		Map<Integer, Upcaster> versions = this.steps.getOrDefault(typeName, Map.of());
		int last = versions.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
		JsonNode lifted = tree;
		for (int from = version; from <= last; from++) {
			Upcaster upcaster = versions.get(from);
			if (upcaster != null) {
				lifted = apply(upcaster, lifted);
			}
		}
		return lifted;
	}

	private static JsonNode apply(Upcaster upcaster, JsonNode tree) {
		@Nullable JsonNode lifted;
		try {
			lifted = upcaster.upcast(tree);
		}
		catch (RuntimeException ex) {
			throw new SerializationException(Kind.UNREADABLE, text(upcaster, "it failed: " + ex), ex);
		}
		if (lifted == null) {
			throw new SerializationException(Kind.UNREADABLE, text(upcaster, "it returned null"));
		}
		return lifted;
	}

	private static SerializationException failure(Upcaster upcaster, String why) {
		return new SerializationException(Kind.NOT_SERIALIZABLE, text(upcaster, why));
	}

	private static String text(Upcaster upcaster, String why) {
		return "Upcaster " + upcaster.getClass().getName() + " of '" + upcaster.typeName() + "' from version "
				+ upcaster.fromVersion() + ": " + why;
	}

}
