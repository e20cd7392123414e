package dev.cajun.serialization;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.Collections;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.ReplyTo;
import dev.cajun.serialization.Samples.Bean;
import dev.cajun.serialization.Samples.Ref;
import dev.cajun.serialization.Samples.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ParameterizedClass(name = "cbor={0}")
@ValueSource(booleans = { false, true })
class RoundTripTests {

	private final boolean cbor;

	RoundTripTests(boolean cbor) {
		this.cbor = cbor;
	}

	private Object roundTrip(Type type, Object state) {
		RecordCodec codec = Samples.stateCodec(type, this.cbor);
		Object value = codec.decode(codec.encodeState("a", state, "m", 1)).value();
		assertThat(value).isNotNull();
		return value;
	}

	private <T> T same(Class<T> type, T state) {
		Object value = roundTrip(type, state);
		assertThat(value).isEqualTo(state);
		return type.cast(value);
	}

	private <T> T same(TypeReference<T> type, T state) {
		@SuppressWarnings("unchecked")
		T value = (T) roundTrip(type.getType(), state);
		assertThat(value).isEqualTo(state);
		return value;
	}

	record Values(boolean flag, byte b, short s, char c, int i, long l, float f, double d, Integer boxed, String text,
			BigDecimal decimal, BigInteger integer, UUID id, URI uri, Locale locale, Currency currency,
			OptionalInt number, Status status) {

	}

	@Test
	void keepsValues() {
		same(Values.class,
				new Values(true, (byte) -1, Short.MIN_VALUE, '\u00e4', Integer.MIN_VALUE, Long.MAX_VALUE, -0.0f,
						Double.NaN, 7, "a\"\\\u0000\ud83d\ude00", new BigDecimal("1.10"), BigInteger.ONE.shiftLeft(200),
						UUID.randomUUID(), URI.create("http://example.org/a?b=c"), Locale.GERMANY,
						Currency.getInstance("EUR"), OptionalInt.of(3), Status.CLOSED));
	}

	record Floats(double a, double b, double c, float d, double e) {

	}

	@Test
	void keepsFloatingPointExactly() {
		same(Floats.class, new Floats(Double.NEGATIVE_INFINITY, -0.0, Double.MIN_VALUE, Float.MAX_VALUE, 0.1 + 0.2));
	}

	record Decimals(List<BigDecimal> values) {

	}

	@Test
	void keepsDecimalsExactly() {
		same(Decimals.class,
				new Decimals(List.of(new BigDecimal("1.0"), new BigDecimal("1.00"), new BigDecimal("-0.00"),
						new BigDecimal("1E+30"), new BigDecimal("1E-30"), new BigDecimal("9".repeat(3000) + ".1"),
						BigDecimal.valueOf(1, 100_000), BigDecimal.valueOf(1, -100_000))));
	}

	record Times(Instant instant, Duration duration, Period period, LocalDate date, LocalTime time,
			LocalDateTime dateTime, OffsetDateTime offset, ZonedDateTime zoned, Year year, YearMonth month, ZoneId zone,
			ZoneOffset zoneOffset) {

	}

	@Test
	void keepsTimes() {
		same(Times.class,
				new Times(Samples.NOW, Duration.ofNanos(-1), Period.of(1, 2, 3), LocalDate.of(2026, 2, 28),
						LocalTime.of(1, 2, 3, 4), LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6),
						OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 6, ZoneOffset.ofHours(5)),
						ZonedDateTime.of(2026, 10, 25, 2, 30, 0, 0, ZoneId.of("Europe/Berlin"))
							.withLaterOffsetAtOverlap(),
						Year.of(1), YearMonth.of(2026, 12), ZoneId.of("UTC"), ZoneOffset.ofHoursMinutes(-3, -30)));
		same(new TypeReference<List<Instant>>() {
		}, List.of(Instant.MIN, Instant.MAX, Instant.EPOCH));
	}

	record Holder(@Nullable String text, @Nullable List<String> list, Optional<Status> status, @Nullable Long number) {

	}

	@Test
	void keepsNullComponents() {
		same(Holder.class, new Holder(null, null, Optional.empty(), null));
		same(Holder.class, new Holder("", List.of(), Optional.of(Status.OPEN), 0L));
	}

	sealed interface Shape {

	}

	record Circle(double radius) implements Shape {

	}

	record Group(List<Shape> shapes, Map<String, Shape> named, Optional<Shape> best, Shape first) implements Shape {

	}

	enum Unit implements Shape {

		POINT, LINE {
		}

	}

	record Drawing(Shape shape, Circle exact) {

	}

	@Test
	void keepsSealedTypesWhereverTheyAre() {
		Shape circle = new Circle(2);
		Group group = new Group(List.of(circle, Unit.POINT, Unit.LINE), Map.of("a", circle), Optional.of(Unit.LINE),
				new Group(List.of(), Map.of(), Optional.empty(), circle));
		same(Drawing.class, new Drawing(group, new Circle(1)));
		same(Shape.class, group);
		same(Shape.class, Unit.LINE);
		same(new TypeReference<Map<String, List<Shape>>>() {
		}, Map.of("a", List.of(circle, group)));
	}

	sealed interface Expr<T> {

	}

	record Literal<T>(T value) implements Expr<T> {

	}

	record Pair<A, B>(A first, B second) {

	}

	record Both<T>(Expr<T> left, Expr<T> right) implements Expr<T> {

	}

	record Program(Expr<LocalDate> dates, Pair<Instant, List<Circle>> pair) {

	}

	@Test
	void keepsGenericRecords() {
		Expr<LocalDate> literal = new Literal<>(LocalDate.EPOCH);
		same(Program.class, new Program(new Both<>(literal, literal), new Pair<>(Samples.NOW, List.of(new Circle(1)))));
		same(new TypeReference<Pair<Circle, Expr<Instant>>>() {
		}, new Pair<>(new Circle(1), new Literal<>(Samples.NOW)));
	}

	record Tree(String name, List<Tree> children, @Nullable Tree left) {

	}

	@Test
	void keepsRecursiveRecords() {
		same(Tree.class, new Tree("a", List.of(new Tree("b", List.of(), null)), new Tree("c", List.of(), null)));
	}

	record Maps(Map<Status, Integer> byEnum, Map<UUID, String> byId, Map<Integer, String> byInt,
			Map<Long, List<String>> byLong, Map<Circle, String> byRecord, Map<Pair<String, Status>, Integer> byPair,
			Map<ActorId, Integer> byActor, Map<LocalDate, String> byDate) {

	}

	@Test
	void keepsMapsWithManyKindsOfKeys() {
		same(Maps.class,
				new Maps(Map.of(Status.CLOSED, 1), Map.of(UUID.randomUUID(), "x"), Map.of(-1, "y"),
						Map.of(Long.MIN_VALUE, List.of("z")), Map.of(new Circle(1.5), "circle"),
						Map.of(new Pair<>("a\"b", Status.CLOSED), 4), Map.of(new ActorId("account", "a/b \u00e4"), 1),
						Map.of(LocalDate.EPOCH, "d")));
	}

	record Collections1(Collection<String> collection, List<String> list, Set<Status> set, SortedSet<String> sorted,
			SequencedMap<String, Integer> sequenced, NavigableMap<String, Integer> navigable,
			Map<String, List<Set<Integer>>> nested) {

	}

	private static Collections1 collections() {
		SequencedMap<String, Integer> sequenced = new LinkedHashMap<>();
		sequenced.put("z", 1);
		sequenced.put("a", 2);
		return new Collections1(List.of("c", "a"), List.of("b", "a"),
				new LinkedHashSet<>(List.of(Status.CLOSED, Status.OPEN)), new TreeSet<>(Set.of("b", "a")), sequenced,
				new TreeMap<>(sequenced), Map.of("k", List.of(new LinkedHashSet<>(List.of(9, 1, 5)))));
	}

	@Test
	void keepsTheOrderOfCollections() {
		Collections1 read = same(Collections1.class, collections());
		assertThat(read.set()).containsExactly(Status.CLOSED, Status.OPEN);
		assertThat(read.sequenced().keySet()).containsExactly("z", "a");
		assertThat(read.nested().get("k")).singleElement().satisfies((set) -> assertThat(set).containsExactly(9, 1, 5));
	}

	@Test
	void makesCollectionsOfImmutableTypesUnmodifiable() {
		Collections1 read = same(Collections1.class, collections());
		assertUnmodifiable(() -> read.collection().clear());
		assertUnmodifiable(() -> read.list().add("x"));
		assertUnmodifiable(() -> read.set().clear());
		assertUnmodifiable(() -> read.sorted().removeFirst());
		assertUnmodifiable(() -> read.sequenced().put("x", 1));
		assertUnmodifiable(() -> read.navigable().clear());
		assertUnmodifiable(() -> read.nested().clear());
		assertUnmodifiable(() -> nested(read).clear());
		assertUnmodifiable(() -> nested(read).getFirst().clear());
		Map<String, List<String>> map = same(new TypeReference<Map<String, List<String>>>() {
		}, Map.of("a", List.of()));
		assertUnmodifiable(() -> map.put("b", List.of()));
		assertUnmodifiable(() -> list(map).add(""));
	}

	private static List<Set<Integer>> nested(Collections1 read) {
		return java.util.Objects.requireNonNull(read.nested().get("k"));
	}

	private static List<String> list(Map<String, List<String>> map) {
		return java.util.Objects.requireNonNull(map.get("a"));
	}

	private static void assertUnmodifiable(org.assertj.core.api.ThrowableAssert.ThrowingCallable change) {
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(change);
	}

	@SuppressWarnings("ArrayRecordComponent")
	record WithArray(byte[] bytes, List<String> list) {

	}

	@Test
	void leavesCollectionsOfMutableTypesModifiable() {
		Bean bean = new Bean();
		bean.setName("n");
		bean.items().add("x");
		Bean read = same(Bean.class, bean);
		read.items().add("y");
		assertThat(read.items()).containsExactly("x", "y");
		WithArray array = (WithArray) roundTrip(WithArray.class, new WithArray(new byte[] { 1, -1 }, List.of("a")));
		assertThat(array.bytes()).containsExactly(1, -1);
		array.list().add("b");
	}

	@Test
	void keepsNullElements() {
		same(new TypeReference<List<@Nullable String>>() {
		}, Collections.singletonList(null));
	}

	static final class Point {

		private final int x;

		private final List<String> names;

		Point(int x, List<String> names) {
			this.x = x;
			this.names = names;
		}

		int getTwice() {
			return 2 * this.x;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Point point && point.x == this.x && point.names.equals(this.names);
		}

		@Override
		public int hashCode() {
			return this.x;
		}

	}

	@Test
	void keepsClassesWithFinalFieldsAndOneConstructor() {
		same(Point.class, new Point(3, List.of("a")));
	}

	@Test
	void keepsClassesByTheirFields() {
		Bean bean = new Bean();
		bean.setName("n");
		bean.setNumbers(1, 2);
		same(Bean.class, bean);
		same(new TypeReference<Map<String, Bean>>() {
		}, Map.of("a", bean));
	}

	record Money(@JsonValue String text) {

		@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
		Money {
		}

	}

	record Priced(Money price, Map<Money, Integer> counts, @JsonIgnore @Nullable Thread thread) {

	}

	@Test
	void respectsAnnotationsOfJackson() {
		same(Priced.class, new Priced(new Money("3 EUR"), Map.of(new Money("1 EUR"), 1), null));
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
	@JsonSubTypes({ @JsonSubTypes.Type(value = Cat.class, name = "cat") })
	interface Animal {

	}

	record Cat(int lives) implements Animal {

	}

	@JsonSubTypes(@JsonSubTypes.Type(Bike.class))
	interface Vehicle {

	}

	record Bike(int gears) implements Vehicle {

	}

	record Zoo(List<Animal> animals, Vehicle vehicle) {

	}

	@Test
	void respectsSubtypesThatJacksonKnowsByName() {
		same(Zoo.class, new Zoo(List.of(new Cat(9)), new Bike(3)));
	}

	record Refs(ActorRef<String> one, List<ActorRef<String>> many, Map<ActorRef<String>, Integer> byRef, ActorId id,
			ReplyTo<Long> replyTo) {

	}

	@Test
	@SuppressWarnings({ "unchecked", "rawtypes" })
	void bindsReferencesAgain() {
		ActorRef ref = new Ref(new ActorId("account", "al/ice"));
		Refs refs = new Refs(ref, List.of(ref), Map.of(ref, 1), ref.id(), new ReplyTo<>("n#1", 7, "GetBalance", null));
		assertThat(roundTrip(Refs.class, refs)).isEqualTo(refs);
	}

	@SuppressWarnings("EqualsGetClass")
	static class Base {

		private int a;

		Base() {
		}

		Base(int a) {
			this.a = a;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other != null && other.getClass() == getClass() && ((Base) other).a == this.a;
		}

		@Override
		public int hashCode() {
			return this.a;
		}

	}

	static final class Derived extends Base {

		private int b;

		Derived() {
		}

		Derived(int a, int b) {
			super(a);
			this.b = b;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return super.equals(other) && ((Derived) other).b == this.b;
		}

		@Override
		public int hashCode() {
			return super.hashCode() + this.b;
		}

	}

	record Bases(Base base, List<Base> list, Derived derived) {

	}

	@Test
	void keepsSubclassesThatAreDeclared() {
		same(Bases.class, new Bases(new Derived(1, 2), List.of(new Base(3), new Derived(4, 5)), new Derived(6, 7)));
	}

	@Test
	void keepsValuesOfTheJdkAsState() {
		same(Long.class, Long.MIN_VALUE);
		same(String.class, "text");
		same(new TypeReference<Optional<List<Status>>>() {
		}, Optional.of(List.of(Status.OPEN)));
		assertThat((int[]) roundTrip(int[].class, new int[] { 1, 2 })).containsExactly(1, 2);
	}

	@Test
	void readsTheDeepestValueThatItWrites() {
		RecordCodec codec = Samples.stateCodec(Tree.class, this.cbor);
		Tree tree = new Tree("leaf", List.of(), null);
		int depth = 1;
		while (true) {
			byte[] record;
			try {
				record = codec.encodeState("a", tree, "m", 1);
			}
			catch (SerializationException ex) {
				assertThat(ex.kind()).isEqualTo(SerializationException.Kind.NOT_SERIALIZABLE);
				break;
			}
			assertThat(codec.decode(record).value()).isEqualTo(tree);
			tree = new Tree("", List.of(), tree);
			depth++;
		}
		assertThat(depth).isBetween(60, 64);
	}

	@Test
	void refusesNumbersThatItCouldNotRead() {
		RecordCodec codec = Samples.stateCodec(BigInteger.class, this.cbor);
		BigInteger large = BigInteger.ONE.shiftLeft(29_999);
		assertThat(codec.decode(codec.encodeState("a", large, "m", 1)).value()).isEqualTo(large);
		assertThatExceptionOfType(SerializationException.class)
			.isThrownBy(() -> codec.encodeState("a", large.shiftLeft(1), "m", 1))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(SerializationException.Kind.NOT_SERIALIZABLE));
	}

}
