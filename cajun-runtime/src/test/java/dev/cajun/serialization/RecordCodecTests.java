package dev.cajun.serialization;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Request;
import dev.cajun.TypeName;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.serialization.Samples.Account;
import dev.cajun.serialization.Samples.Bean;
import dev.cajun.serialization.Samples.Control;
import dev.cajun.serialization.Samples.Deposit;
import dev.cajun.serialization.Samples.Deposited;
import dev.cajun.serialization.Samples.GetBalance;
import dev.cajun.serialization.Samples.Owner;
import dev.cajun.serialization.Samples.Ping;
import dev.cajun.serialization.Samples.Refused;
import dev.cajun.serialization.Samples.Rename;
import dev.cajun.serialization.Samples.Renamed;
import dev.cajun.serialization.Samples.Settled;
import dev.cajun.serialization.SerializationException.Kind;
import dev.cajun.serialization.plugin.Plugin;
import dev.cajun.serialization.plugin.Square;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class RecordCodecTests {

	private final RecordCodec codec = Samples.codec(Samples.accounts().build());

	private static void assertKind(Kind kind, ThrowingCallable action, String... texts) {
		assertThatExceptionOfType(SerializationException.class).isThrownBy(action).satisfies((ex) -> {
			assertThat(ex.kind()).isEqualTo(kind);
			assertThat(ex).hasMessageContainingAll(texts);
		});
	}

	@Test
	void carriesMessagesAndEventsWithTheirEnvelope() {
		Owner owner = new Owner("Zo\u00eb", UUID.randomUUID());
		for (Object value : List.of(new Deposit(5, null), new GetBalance(), new Rename(owner, Optional.of("x")),
				Control.FREEZE, Control.THAW, new Deposited(7))) {
			DecodedRecord record = this.codec.decode(this.codec.encode(value, "m-\u20ac", -3));
			assertThat(record)
				.isEqualTo(new DecodedRecord(DecodedRecord.Kind.VALUE, name(value), 1, "m-\u20ac", -3, value));
			assertThat(record.error()).isFalse();
		}
		assertThat(this.codec.decode(this.codec.encode(new Renamed(owner), "", 0)).typeName())
			.isEqualTo("account.renamed");
	}

	private static String name(Object value) {
		return (value instanceof Control) ? "Control" : value.getClass().getSimpleName();
	}

	@Test
	void carriesStates() {
		Account account = Samples.account();
		DecodedRecord record = this.codec.decode(this.codec.encodeState("account", account, "m", 9));
		assertThat(record).isEqualTo(new DecodedRecord(DecodedRecord.Kind.VALUE, "Account", 1, "m", 9, account));
		RecordCodec maps = Samples.stateCodec(Samples.type(new TypeReference<Map<String, Owner>>() {
		}), false);
		Map<String, Owner> map = Map.of("a", new Owner("o", UUID.randomUUID()));
		DecodedRecord named = maps.decode(maps.encodeState("a", map, "m", 1));
		assertThat(named.value()).isEqualTo(map);
		assertThat(named.typeName()).isEqualTo("a/state");
	}

	sealed interface Phase {

	}

	record Draft(String text) implements Phase {

	}

	record Sent(int count) implements Phase {

	}

	@Test
	void namesTheConcreteClassOfASealedState() {
		RecordCodec phases = Samples.stateCodec(Phase.class, false);
		byte[] record = phases.encodeState("a", new Sent(4), "m", 1);
		assertThat(phases.decode(record).typeName()).isEqualTo("Sent");
		assertThat(phases.decode(record).value()).isEqualTo(new Sent(4));
		assertThat(new String(record, StandardCharsets.UTF_8)).doesNotContain("@type");
		assertThat(Samples.stateCodec(Sent.class, false).decode(record).value()).isEqualTo(new Sent(4));
	}

	@Test
	void carriesReplies() {
		assertReply("Deposit", 12L);
		assertReply("Rename", null);
		assertReply("Deposit", null);
		assertReply("FindOwners", List.of(new Owner("o", UUID.randomUUID())));
		assertReply("Settle", new Settled(new BigDecimal("1.50")));
		assertReply("Settle", new Refused("r", Duration.ofSeconds(3)));
	}

	private void assertReply(String request, @Nullable Object reply) {
		assertThat(this.codec.decode(this.codec.encodeReply(request, reply, "m", 2)))
			.isEqualTo(new DecodedRecord(DecodedRecord.Kind.REPLY, request, 1, "m", 2, reply));
	}

	@Test
	void refusesRepliesOfAnotherType() {
		assertKind(Kind.NOT_SERIALIZABLE, () -> this.codec.encodeReply("Deposit", 12, "m", 1), "Deposit",
				"java.lang.Integer", "java.lang.Long");
		assertKind(Kind.NOT_SERIALIZABLE, () -> this.codec.encodeReply("Rename", "x", "m", 1), "Rename");
		assertKind(Kind.UNKNOWN_TYPE, () -> this.codec.encodeReply("Control", "x", "m", 1), "Control");
		assertKind(Kind.UNKNOWN_TYPE, () -> this.codec.encodeReply("Nothing", "x", "m", 1), "Nothing");
	}

	@Test
	void carriesErrors() {
		DecodedRecord record = this.codec.decode(this.codec.encodeError("com.acme.NotAllowed", "no \u20ac"));
		assertThat(record.error()).isTrue();
		assertThat(record.typeName()).isEqualTo("com.acme.NotAllowed");
		assertThat(record.value()).isEqualTo("no \u20ac");
		assertThat(this.codec.decode(this.codec.encodeError("x", null)).value()).isNull();
		assertThat(this.codec.decode(this.codec.encodeError("x", "")).value()).isEqualTo("");
	}

	@Test
	void cutsLongErrors() {
		String text = "\u20ac\ud83d\ude00".repeat(100_000);
		String read = String.valueOf(this.codec.decode(this.codec.encodeError("x".repeat(1000), text)).value());
		assertThat(text).startsWith(read);
		assertThat(read.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(8 * 1024 - 8, 8 * 1024);
	}

	@Test
	void refusesClassesThatAreNotDeclared() {
		assertKind(Kind.NOT_SERIALIZABLE, () -> this.codec.encode(new Ping(), "m", 1), "Ping");
		assertKind(Kind.NOT_SERIALIZABLE, () -> this.codec.encode("text", "m", 1), "java.lang.String");
		assertKind(Kind.NOT_SERIALIZABLE, () -> this.codec.encodeState("account", new Ping(), "m", 1), "Ping");
		assertKind(Kind.NOT_SERIALIZABLE, () -> this.codec.fingerprint(new Ping()), "Ping");
	}

	static class Parent {

		private String name = "p";

		String name() {
			return this.name;
		}

	}

	static final class Child extends Parent {

		private int more = 1;

		int more() {
			return this.more;
		}

	}

	record Family(List<Parent> members) {

	}

	@Test
	void refusesSubclassesThatAreNotDeclared() {
		RecordCodec parents = Samples.stateCodec(Parent.class, false);
		assertKind(Kind.NOT_SERIALIZABLE, () -> parents.encodeState("a", new Child(), "m", 1), "Child");
		RecordCodec families = Samples.stateCodec(Family.class, false);
		assertKind(Kind.NOT_SERIALIZABLE, () -> families.encodeState("a", new Family(List.of(new Child())), "m", 1),
				"Child", "members[]");
		assertThat(new Child().more()).isEqualTo(1);
	}

	@Test
	void refusesWhatIsTooLarge() {
		RecordCodec small = new RecordCodec(Samples.accounts().build(), JacksonActorSerializer.json(), List.of(),
				List.of(), 2048);
		assertKind(Kind.TOO_LARGE, () -> small.encode(new Deposit(1, "x".repeat(2048)), "m", 1), "max-message-size");
		assertKind(Kind.TOO_LARGE, () -> small.encode(new Deposit(1, "x".repeat(2000)), "m", 1), "max-message-size");
		assertKind(Kind.TOO_LARGE, () -> small.encodeReply("Rename", null, "x".repeat(2048), 1), "max-message-size");
		byte[] large = this.codec.encode(new Deposit(1, "x".repeat(2000)), "m", 1);
		assertKind(Kind.TOO_LARGE, () -> small.decode(large), "2048");
		Deposit fits = new Deposit(1, "x".repeat(1950));
		assertThat(small.decode(small.encode(fits, "m", 1)).value()).isEqualTo(fits);
	}

	@Test
	void refusesCyclicValues() {
		RecordCodec nodes = Samples.stateCodec(Node.class, false);
		Node node = new Node();
		node.next = node;
		assertKind(Kind.NOT_SERIALIZABLE, () -> nodes.encodeState("a", node, "m", 1), "Node");
		Node other = new Node();
		other.next = node;
		node.next = other;
		assertKind(Kind.NOT_SERIALIZABLE, () -> nodes.encodeState("a", node, "m", 1), "Node");
	}

	static final class Node {

		@SuppressWarnings("UnusedVariable")
		private @Nullable Node next;

	}

	@Test
	void readsWhatWasWrittenInAnotherFormat() {
		TypeRegistry types = Samples.accounts().build();
		RecordCodec cbor = Samples.cborCodec(types);
		RecordCodec json = new RecordCodec(types, JacksonActorSerializer.json(), List.of(JacksonActorSerializer.cbor()),
				List.of(), Samples.MAX_BYTES);
		byte[] old = cbor.encodeState("account", Samples.account(), "m", 1);
		assertThat(json.decode(old).value()).isEqualTo(Samples.account());
		assertThat(new String(json.encodeState("account", Samples.account(), "m", 1), StandardCharsets.UTF_8))
			.contains("\"owner\":\"alice\"");
		assertKind(Kind.UNKNOWN_FORMAT, () -> Samples.codec(types).decode(old), "cbor", "json");
	}

	@Test
	void refusesTwoSerializersOfOneFormat() {
		assertThatIllegalArgumentException().isThrownBy(() -> new RecordCodec(Samples.accounts().build(),
				JacksonActorSerializer.json(), List.of(JacksonActorSerializer.json()), List.of(), 4096));
	}

	@Test
	void refusesASerializerThatServesAnotherNode() {
		JacksonActorSerializer serializer = JacksonActorSerializer.json();
		TypeRegistry types = Samples.accounts().build();
		assertThat(new RecordCodec(types, serializer, List.of(serializer), List.of(), 4096)).isNotNull();
		assertThatIllegalStateException()
			.isThrownBy(() -> new RecordCodec(types, serializer, List.of(), List.of(), 4096));
	}

	/** Writes one kind of value as its text. */
	private static final class TextSerializer implements ActorSerializer {

		@Override
		public String format() {
			return "text";
		}

		@Override
		public byte[] serialize(Object value, Type type) {
			return String.valueOf(((Deposited) value).amount()).getBytes(StandardCharsets.UTF_8);
		}

		@Override
		public Object deserialize(byte[] bytes, int offset, int length, Type type, String typeName, int version) {
			return new Deposited(Long.parseLong(new String(bytes, offset, length, StandardCharsets.UTF_8)));
		}

	}

	@Test
	void usesASerializerOfTheApplication() {
		TypeRegistry types = Samples.accounts().build();
		RecordCodec text = new RecordCodec(types, new TextSerializer(), List.of(JacksonActorSerializer.json()),
				List.of(), Samples.MAX_BYTES);
		byte[] record = text.encode(new Deposited(42), "m", 1);
		assertThat(text.decode(record).value()).isEqualTo(new Deposited(42));
		byte[] json = Samples.codec(types).encode(new Deposit(1, null), "m", 1);
		assertThat(text.decode(json).value()).isEqualTo(new Deposit(1, null));
		assertKind(Kind.NOT_SERIALIZABLE, () -> text.encode(new Deposit(1, null), "m", 1), "Deposit", "text");
		byte[] broken = RecordEnvelope.write(RecordEnvelope.VALUE, false, 1, 1, "text".getBytes(StandardCharsets.UTF_8),
				"Deposited".getBytes(StandardCharsets.UTF_8), "m", new byte[] { 'x' });
		assertKind(Kind.UNREADABLE, () -> text.decode(broken), "Deposited", "text");
	}

	@Test
	void namesThatReachPeopleAreShortAndOnOneLine() {
		RecordCodec codec = Samples.codec(Samples.accounts().build());
		for (String name : List.of("a\nforged line", "a\u001b[31m", "x".repeat(513))) {
			byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
			byte[] record = codec.encode(new Deposit(1, null), "m", 1);
			byte[] named = Arrays.copyOf(record, record.length + bytes.length - "Deposit".length());
			int at = new String(record, StandardCharsets.ISO_8859_1).indexOf("Deposit");
			System.arraycopy(bytes, 0, named, at, bytes.length);
			System.arraycopy(record, at + "Deposit".length(), named, at + bytes.length,
					record.length - at - "Deposit".length());
			named[at - 2] = (byte) (bytes.length >>> 8);
			named[at - 1] = (byte) bytes.length;
			CRC32C crc = new CRC32C();
			crc.update(named, 0, 1);
			crc.update(named, 5, named.length - 5);
			ByteBuffer.wrap(named).putInt(1, (int) crc.getValue());
			assertKind(Kind.CORRUPT, () -> codec.decode(named), "name");
			assertThat(codec.typeName(named)).isEmpty();
		}
		assertThat(codec.typeName(codec.encode(new Deposit(1, null), "m", 1))).isEqualTo("Deposit");
	}

	static final class V1 {

		@TypeName("Order")
		record Order(String customer, int cents) {

		}

	}

	static final class V2 {

		@TypeName(value = "Order", version = 2)
		record Order(String customer, long amount) {

		}

	}

	static final class V3 {

		@TypeName(value = "Order", version = 3)
		record Order(Customer customer, long amount, Optional<String> note, int priority, @Nullable List<String> tags) {

		}

		record Customer(String name) {

		}

	}

	private static RecordCodec orders(Class<?> type, boolean cbor, Upcaster... upcasters) {
		TypeRegistry types = TypeRegistry.builder().actor("order", Ping.class, type, null).build();
		return new RecordCodec(types, cbor ? JacksonActorSerializer.cbor() : JacksonActorSerializer.json(), List.of(),
				List.of(upcasters), Samples.MAX_BYTES);
	}

	private record Step(int fromVersion, java.util.function.Function<ObjectNode, JsonNode> step) implements Upcaster {

		@Override
		public String typeName() {
			return "Order";
		}

		@Override
		public JsonNode upcast(JsonNode tree) {
			return this.step.apply((ObjectNode) tree);
		}

	}

	private static final Upcaster CENTS = new Step(1,
			(tree) -> tree.put("amount", tree.required("cents").intValue()).without("cents"));

	private static final Upcaster CUSTOMER = new Step(2, (tree) -> {
		String name = tree.required("customer").stringValue();
		tree.putObject("customer").put("name", name);
		return tree;
	});

	@Test
	void liftsOlderVersionsStepByStep() {
		for (boolean cbor : new boolean[] { false, true }) {
			byte[] first = orders(V1.Order.class, cbor).encodeState("order", new V1.Order("bob", 5), "m", 1);
			byte[] second = orders(V2.Order.class, cbor, CENTS).encodeState("order", new V2.Order("bob", 5), "m", 1);
			RecordCodec current = orders(V3.Order.class, cbor, CUSTOMER, CENTS);
			V3.Order expected = new V3.Order(new V3.Customer("bob"), 5, Optional.empty(), 0, null);
			assertThat(current.decode(first).value()).isEqualTo(expected);
			assertThat(current.decode(first).version()).isEqualTo(1);
			assertThat(current.decode(second).value()).isEqualTo(expected);
			assertThat(current.decode(current.encodeState("order", expected, "m", 1)).value()).isEqualTo(expected);
		}
	}

	@Test
	void readsAnOlderVersionAsItIsWithoutAnUpcaster() {
		byte[] first = orders(V1.Order.class, false).encodeState("order", new V1.Order("bob", 5), "m", 1);
		assertThat(orders(V2.Order.class, false).decode(first).value()).isEqualTo(new V2.Order("bob", 0));
		assertKind(Kind.UNREADABLE, () -> orders(V3.Order.class, false).decode(first), "Order");
	}

	@Test
	void neverReadsANewerVersion() {
		byte[] third = orders(V3.Order.class, false).encodeState("order",
				new V3.Order(new V3.Customer("bob"), 1, Optional.empty(), 0, null), "m", 1);
		assertKind(Kind.NEWER_VERSION, () -> orders(V2.Order.class, false).decode(third), "Order", "3", "2");
	}

	@Test
	void refusesUpcastersThatNeverRun() {
		assertKind(Kind.NOT_SERIALIZABLE, () -> orders(V1.Order.class, false, CENTS), "Order", "version");
		assertKind(Kind.NOT_SERIALIZABLE, () -> orders(V3.Order.class, false, CENTS, CENTS), "Order", "another");
		assertKind(Kind.NOT_SERIALIZABLE, () -> new RecordCodec(Samples.accounts().build(),
				JacksonActorSerializer.json(), List.of(), List.of(CENTS), 4096), "Order", "Deposit");
	}

	@Test
	void refusesWhatAFailingUpcasterLeaves() {
		byte[] first = orders(V1.Order.class, false).encodeState("order", new V1.Order("bob", 5), "m", 1);
		Upcaster failing = new Step(1, (tree) -> {
			throw new IllegalStateException("broken");
		});
		assertKind(Kind.UNREADABLE, () -> orders(V2.Order.class, false, failing).decode(first), "broken");
		Upcaster strange = new Step(1, (tree) -> tree.arrayNode());
		assertKind(Kind.UNREADABLE, () -> orders(V2.Order.class, false, strange).decode(first), "Order");
	}

	@TypeName(value = "Answer", version = 2)
	record Answer(String text) {

	}

	record Question() implements Request<Answer> {

	}

	@Test
	void refusesNewerReplies() {
		byte[] reply = questions(Question.class).encodeReply("Question", new Answer("a"), "m", 1);
		assertThat(questions(Question.class).decode(reply).value()).isEqualTo(new Answer("a"));
		assertKind(Kind.NEWER_VERSION, () -> questions(Old.Question.class).decode(reply), "Question");
	}

	static final class Old {

		record Question() implements Request<Old.Answer> {

		}

		record Answer(String text) {

		}

	}

	private static RecordCodec questions(Class<?> message) {
		return Samples.codec(TypeRegistry.builder().actor("q", message, Account.class, null).build());
	}

	record Outside() implements Plugin {

	}

	record Holder(Plugin plugin, List<Plugin> plugins) {

	}

	@Test
	void carriesClassesOfAllowedPackages() {
		Holder holder = new Holder(new Square(1), List.of(new Square(2)));
		byte[] state = plugins().encodeState("a", holder, "m", 1);
		assertThat(plugins().decode(state).value()).isEqualTo(holder);
		byte[] message = plugins().encode(new Square(3), "m", 1);
		DecodedRecord record = plugins().decode(message);
		assertThat(record.value()).isEqualTo(new Square(3));
		assertThat(record.typeName()).isEqualTo(Square.class.getName());
		assertKind(Kind.NOT_SERIALIZABLE,
				() -> plugins().encodeState("a", new Holder(new Outside(), List.of()), "m", 1), "Outside");
	}

	private static RecordCodec plugins() {
		return Samples.codec(TypeRegistry.builder()
			.allowPackage("dev.cajun.serialization.plugin")
			.actor("a", Plugin.class, Holder.class, null)
			.build());
	}

	record Knows(ActorRef<Ping> friend) {

	}

	@Test
	void refusesReferencesThatCannotBeBound() {
		RecordCodec bound = Samples.stateCodec(Knows.class, false);
		@SuppressWarnings({ "unchecked", "rawtypes" })
		Knows knows = new Knows((ActorRef) new Samples.Ref(new ActorId("a", "k")));
		byte[] record = bound.encodeState("a", knows, "m", 1);
		assertThat(bound.decode(record).value()).isEqualTo(knows);
		RecordCodec unbound = Samples.codec(TypeRegistry.builder().actor("a", Ping.class, Knows.class, null).build());
		assertKind(Kind.UNREADABLE, () -> unbound.decode(record), "a/k");
		RecordCodec failing = Samples.codec(TypeRegistry.builder().refs((id) -> {
			throw new UnknownActorTypeException("gone");
		}).actor("a", Ping.class, Knows.class, null).build());
		assertKind(Kind.UNREADABLE, () -> failing.decode(record), "gone");
	}

	@Test
	void servesManyThreads() throws Exception {
		RecordCodec shared = Samples
			.codec(Samples.accounts().actor("b", Bean.class, Samples.type(new TypeReference<Map<String, Owner>>() {
			}), null).build());
		Owner owner = new Owner("o", UUID.randomUUID());
		try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
			List<Callable<Integer>> tasks = new ArrayList<>();
			for (int thread = 0; thread < 8; thread++) {
				int number = thread;
				tasks.add(() -> {
					for (int i = 0; i < 1000; i++) {
						Deposit deposit = new Deposit(i, "t" + number);
						assertThat(shared.decode(shared.encode(deposit, "m" + i, i)).value()).isEqualTo(deposit);
						Map<String, Owner> state = Map.of("k" + number + i, owner);
						assertThat(shared.decode(shared.encodeState("b", state, "m", i)).value()).isEqualTo(state);
						shared.fingerprint(deposit);
					}
					return 1000;
				});
			}
			for (Future<Integer> done : threads.invokeAll(tasks)) {
				assertThat(done.get()).isEqualTo(1000);
			}
		}
	}

}
