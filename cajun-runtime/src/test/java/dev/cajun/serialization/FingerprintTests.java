package dev.cajun.serialization;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.cajun.Request;
import dev.cajun.TypeName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FingerprintTests {

	record Order(Set<String> tags, Map<String, Set<Integer>> sizes, List<String> lines,
			Map<Key, Integer> byKey) implements Request<Void> {

	}

	record Key(String a, Set<String> b) {

	}

	private static RecordCodec codec(Class<?> message, boolean cbor) {
		TypeRegistry types = TypeRegistry.builder().actor("a", message, String.class, null).build();
		return cbor ? Samples.cborCodec(types) : Samples.codec(types);
	}

	private static Order order(boolean reverse) {
		List<String> texts = new ArrayList<>(List.of("a", "b", "c"));
		List<Integer> numbers = new ArrayList<>(List.of(1, 2, 30));
		if (reverse) {
			Collections.reverse(texts);
			Collections.reverse(numbers);
		}
		Map<String, Set<Integer>> sizes = new LinkedHashMap<>();
		Map<Key, Integer> byKey = new LinkedHashMap<>();
		for (String text : texts) {
			sizes.put(text, new LinkedHashSet<>(numbers));
			byKey.put(new Key(text, new LinkedHashSet<>(texts)), 1);
		}
		return new Order(new LinkedHashSet<>(texts), sizes, List.of("x", "y"), byKey);
	}

	@Test
	void doesNotDependOnTheOrderOfSetsAndMapsNorOnTheFormat() {
		String json = codec(Order.class, false).fingerprint(order(false));
		assertThat(json).matches("[A-Za-z0-9_-]{22}");
		assertThat(codec(Order.class, false).fingerprint(order(true))).isEqualTo(json);
		assertThat(codec(Order.class, true).fingerprint(order(true))).isEqualTo(json);
	}

	@Test
	void dependsOnTheContent() {
		RecordCodec codec = codec(Order.class, false);
		Order one = new Order(Set.of("a"), Map.of(), List.of("x", "y"), Map.of());
		assertThat(List.of(codec.fingerprint(one),
				codec.fingerprint(new Order(Set.of("b"), Map.of(), List.of("x", "y"), Map.of())),
				codec.fingerprint(new Order(Set.of("a"), Map.of(), List.of("y", "x"), Map.of())),
				codec.fingerprint(new Order(Set.of("a"), Map.of("a", Set.of()), List.of("x", "y"), Map.of()))))
			.doesNotHaveDuplicates();
	}

	static final class V1 {

		@TypeName("Pay")
		record Pay(long amount, String to) implements Request<Void> {

		}

	}

	static final class V2 {

		@TypeName("Pay")
		record Pay(@Nullable String note, @JsonProperty("to") String receiver, long amount,
				Optional<String> more) implements Request<Void> {

		}

	}

	@Test
	void staysTheSameWhenAClassGetsOptionalProperties() {
		assertThat(codec(V2.Pay.class, false).fingerprint(new V2.Pay(null, "bob", 5, Optional.empty())))
			.isEqualTo(codec(V1.Pay.class, false).fingerprint(new V1.Pay(5, "bob")));
	}

	@Test
	void tellsRequestsOfOtherTypesApart() {
		RecordCodec codec = Samples.codec(Samples.accounts().build());
		assertThat(codec.fingerprint(new Samples.GetBalance()))
			.isNotEqualTo(codec.fingerprint(new Samples.Settle(Map.of())));
	}

}
