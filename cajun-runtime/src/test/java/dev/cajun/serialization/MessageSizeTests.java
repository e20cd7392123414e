package dev.cajun.serialization;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.AbstractList;
import java.util.UUID;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.serialization.Samples.Ref;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MessageSizeTests {

	private static final long LIMIT = 100_000;

	private static long size(Object message) {
		return size(message.getClass(), message);
	}

	private static long size(Type type, Object message) {
		TypeRegistry types = TypeRegistry.builder()
			.sizeLimit(LIMIT)
			.actor("a", type, String.class, null)
			.refs(Ref::new)
			.build();
		MessageType found = types.message("a", message.getClass());
		assertThat(found).isNotNull();
		return found.size(message);
	}

	record Fixed(int a, @Nullable Long b, Instant c, Optional<UUID> d, Samples.@Nullable Status e) {

	}

	@Test
	void isOneNumberForFixedSizes() {
		assertThat(size(new Fixed(1, 2L, Instant.EPOCH, Optional.empty(), Samples.Status.OPEN))).isBetween(20L, 200L);
	}

	@SuppressWarnings("ArrayRecordComponent")
	record Texts(@Nullable String text, byte @Nullable [] bytes, Optional<String> optional, List<String> list,
			Map<String, byte[]> map, @Nullable Texts nested, BigDecimal number) {

	}

	private static Texts texts(String text, byte[] bytes, String optional, List<String> list, Map<String, byte[]> map,
			@Nullable Texts nested) {
		return new Texts(text, bytes, Optional.of(optional), list, map, nested, BigDecimal.ONE);
	}

	@Test
	void growsWithTextsBytesAndElements() {
		String kilo = "x".repeat(1000);
		byte[] bytes = new byte[1000];
		Texts nothing = texts("", new byte[0], "", List.of(), Map.of(), null);
		long least = size(nothing);
		assertThat(least).isLessThan(500);
		assertGrowth(least, texts(kilo, new byte[0], "", List.of(), Map.of(), null), 1000);
		assertGrowth(least, texts("", bytes, "", List.of(), Map.of(), null), 1000);
		assertGrowth(least, texts("", new byte[0], kilo, List.of(), Map.of(), null), 1000);
		assertGrowth(least, texts("", new byte[0], "", List.of(kilo, kilo), Map.of(), null), 2000);
		assertGrowth(least, texts("", new byte[0], "", List.of(), Map.of(kilo, bytes), null), 2000);
		assertGrowth(least,
				texts("", new byte[0], "", List.of(), Map.of(), texts(kilo, bytes, "", List.of(), Map.of(), null)),
				2000);
	}

	private static void assertGrowth(long least, Texts texts, long bytes) {
		assertThat(size(texts) - least).isBetween(bytes, bytes + 300);
	}

	@Test
	void acceptsNullEverywhere() {
		assertThat(size(new Texts(null, null, Optional.empty(), Collections.singletonList(null), new HashMap<>(), null,
				BigDecimal.ZERO)))
			.isPositive();
		assertThat(size(new Fixed(1, null, Instant.EPOCH, Optional.empty(), null))).isPositive();
	}

	record Refs(ActorId id, ActorRef<String> ref) {

	}

	@Test
	@SuppressWarnings({ "unchecked", "rawtypes" })
	void countsReferencesByTheirKeys() {
		ActorId shortId = new ActorId("a", "k");
		ActorId longId = new ActorId("a", "k".repeat(201));
		ActorRef shortRef = new Ref(shortId);
		ActorRef longRef = new Ref(longId);
		assertThat(size(new Refs(longId, longRef)) - size(new Refs(shortId, shortRef))).isEqualTo(400);
	}

	record Many(List<String> values) {

	}

	@Test
	void stopsCountingPastTheLimit() {
		List<String> endless = new AbstractList<>() {

			@Override
			public String get(int index) {
				return "0123456789";
			}

			@Override
			public int size() {
				return Integer.MAX_VALUE;
			}

		};
		assertThat(size(new Many(endless))).isBetween(LIMIT, LIMIT + 1000);
	}

	record Numbers(List<Long> values) {

	}

	@Test
	void doesNotOverflow() {
		assertThat(size(new Numbers(Collections.nCopies(Integer.MAX_VALUE, 1L)))).isGreaterThan(Integer.MAX_VALUE);
	}

	static final class Node {

		@SuppressWarnings("UnusedVariable")
		private @Nullable Node next;

		private final List<Node> others = new ArrayList<>();

		private String name = "n";

	}

	@Test
	void endsForCyclicGraphs() {
		Node node = new Node();
		node.next = node;
		node.others.add(node);
		node.others.add(node);
		assertThat(node.name).isEqualTo("n");
		assertThat(size(node)).isBetween(64L, 2 * LIMIT);
	}

	@Test
	void doesNotThrowWhenACollectionDoes() {
		List<String> broken = new AbstractList<>() {

			@Override
			public String get(int index) {
				throw new IllegalStateException();
			}

			@Override
			public Iterator<String> iterator() {
				throw new IllegalStateException();
			}

			@Override
			public int size() {
				return 1;
			}

		};
		assertThat(size(new Many(broken))).isPositive();
	}

	sealed interface Command {

	}

	record Small(int a) implements Command {

	}

	record Large(String text) implements Command {

	}

	record Batch(List<Command> commands) implements Command {

	}

	@Test
	void countsWhatStandsForASealedType() {
		Batch batch = new Batch(
				List.of(new Small(1), new Large("x".repeat(500)), new Batch(List.of(new Large("y".repeat(500))))));
		assertThat(size(Command.class, batch)).isBetween(1000L, 1300L);
	}

}
