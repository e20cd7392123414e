package dev.cajun.kryo;

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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.ReplyTo;
import dev.cajun.kryo.Samples.Account;
import dev.cajun.kryo.Samples.Bean;
import dev.cajun.kryo.Samples.Control;
import dev.cajun.kryo.Samples.Deposit;
import dev.cajun.kryo.Samples.Ref;
import dev.cajun.kryo.Samples.Refused;
import dev.cajun.kryo.Samples.Settle;
import dev.cajun.serialization.JacksonActorSerializer;
import dev.cajun.serialization.RecordCodec;
import dev.cajun.serialization.SerializationException;
import dev.cajun.serialization.SerializationException.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RoundTripTests {

	private static Object roundTrip(Type type, Object state) {
		RecordCodec codec = Samples.codec(type);
		Object value = codec.decode(codec.encodeState("a", state, "m", 1)).value();
		assertThat(value).isNotNull();
		return value;
	}

	private static <T> T same(Class<T> type, T state) {
		Object value = roundTrip(type, state);
		assertThat(value).isEqualTo(state);
		return type.cast(value);
	}

	private static <T> T same(TypeReference<T> type, T state) {
		@SuppressWarnings("unchecked")
		T value = (T) roundTrip(type.getType(), state);
		assertThat(value).isEqualTo(state);
		return value;
	}

	record Values(boolean flag, byte b, short s, char c, int i, long l, float f, double d, Integer boxed, String text,
			BigDecimal decimal, BigInteger integer, UUID id, URI uri, Locale locale, Currency currency,
			OptionalInt number, OptionalLong none, OptionalDouble real, Control status, DayOfWeek day, Month month) {

	}

	@Test
	void keepsValues() {
		same(Values.class,
				new Values(true, (byte) -1, Short.MIN_VALUE, '\uFFFF', Integer.MIN_VALUE, Long.MIN_VALUE, -0.0f,
						Double.NaN, 7, "a\"\\\u0000\u00e4\ud83d\ude00", new BigDecimal("-1.10"),
						BigInteger.ONE.shiftLeft(200), UUID.randomUUID(), URI.create("http://example.org/a?b=c"),
						Locale.GERMANY, Currency.getInstance("EUR"), OptionalInt.of(-3), OptionalLong.empty(),
						OptionalDouble.of(0.5), Control.THAW, DayOfWeek.SUNDAY, Month.MAY));
		same(String.class, "");
		same(String.class, "\uFFFD");
		same(new TypeReference<List<BigDecimal>>() {
		}, List.of(new BigDecimal("1.00"), BigDecimal.valueOf(1, 100_000), BigDecimal.valueOf(1, -100_000)));
	}

	record Times(Instant instant, Duration duration, Period period, LocalDate date, LocalTime time,
			LocalDateTime dateTime, OffsetDateTime offset, OffsetTime offsetTime, ZonedDateTime zoned, Year year,
			YearMonth month, MonthDay day, ZoneId zone, ZoneOffset zoneOffset) {

	}

	@Test
	void keepsTimes() {
		same(Times.class,
				new Times(Samples.NOW, Duration.ofNanos(-1), Period.of(1, -2, 3), LocalDate.of(2026, 2, 28),
						LocalTime.MAX, LocalDateTime.of(1, 1, 2, 3, 4, 5, 6),
						OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 6, ZoneOffset.ofHours(5)),
						OffsetTime.of(LocalTime.MIN, ZoneOffset.MIN),
						ZonedDateTime.of(2026, 10, 25, 2, 30, 0, 0, ZoneId.of("Europe/Berlin"))
							.withLaterOffsetAtOverlap(),
						Year.of(-1), YearMonth.of(2026, 12), MonthDay.of(2, 29), ZoneId.of("UTC"),
						ZoneOffset.ofHoursMinutes(-3, -30)));
		same(new TypeReference<List<Instant>>() {
		}, List.of(Instant.MIN, Instant.MAX, Instant.EPOCH));
	}

	record Holder(@Nullable String text, @Nullable List<@Nullable String> list, Optional<Control> status,
			@Nullable Long number, @Nullable Holder inner) {

	}

	@Test
	void keepsNullsAndNesting() {
		Holder empty = new Holder(null, null, Optional.empty(), null, null);
		same(Holder.class, empty);
		same(Holder.class, new Holder("", Arrays.asList("a", null), Optional.of(Control.THAW), 0L,
				new Holder("x".repeat(300), List.of(), Optional.empty(), Long.MAX_VALUE, empty)));
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

	record Generics(Expr<Long> number, Expr<String> text, Pair<Control, List<Pair<Long, String>>> pair) {

	}

	@Test
	void keepsTypeArguments() {
		same(Generics.class, new Generics(new Both<>(new Literal<>(1L), new Literal<>(2L)), new Literal<>("t"),
				new Pair<>(Control.THAW, List.of(new Pair<>(1L, "x")))));
	}

	record Key(String name, int number) {

	}

	record Collections(Set<String> set, SortedSet<Integer> sorted, NavigableMap<String, Integer> map,
			Map<Key, Control> byKey, Collection<Long> collection, EnumSet<Control> controls,
			EnumMap<Control, String> texts, LinkedList<String> linked, CopyOnWriteArrayList<String> copied,
			ConcurrentHashMap<String, Long> concurrent) {

	}

	@Test
	@SuppressWarnings("JdkObsolete")
	void keepsCollections() {
		EnumMap<Control, String> texts = new EnumMap<>(Control.class);
		texts.put(Control.THAW, "t");
		same(Collections.class,
				new Collections(new LinkedHashSet<>(List.of("b", "a")), new TreeSet<>(Set.of(3, 1)),
						new TreeMap<>(Map.of("k", 1)), Map.of(new Key("a", 1), Control.FREEZE), List.of(1L, 2L),
						EnumSet.of(Control.THAW), texts, new LinkedList<>(List.of("x")),
						new CopyOnWriteArrayList<>(List.of("y")), new ConcurrentHashMap<>(Map.of("z", 1L))));
		ArrayDeque<String> queue = new ArrayDeque<>(List.of("1", "2"));
		assertThat((Collection<?>) roundTrip(new TypeReference<ArrayDeque<String>>() {
		}.getType(), queue)).hasToString("[1, 2]");
	}

	@Test
	void keepsOrderOfMaps() {
		Map<String, Integer> map = new LinkedHashMap<>();
		for (int i = 20; i > 0; i--) {
			map.put("k" + i, i);
		}
		assertThat(same(new TypeReference<Map<String, Integer>>() {
		}, map).keySet()).containsExactlyElementsOf(map.keySet());
	}

	@SuppressWarnings("ArrayRecordComponent")
	record Arrays3(byte[] bytes, long[] longs, boolean[] flags, String[] texts, int[][] grid) {

	}

	@Test
	void keepsArrays() {
		Arrays3 arrays = (Arrays3) roundTrip(Arrays3.class,
				new Arrays3(new byte[] { 1, 2 }, new long[] { -1, 1L << 60 }, new boolean[] { true, false },
						new String[] { "a", "" }, new int[][] { { 1 }, {}, { 2, 3 } }));
		assertThat(arrays.bytes()).containsExactly(1, 2);
		assertThat(arrays.longs()).containsExactly(-1, 1L << 60);
		assertThat(arrays.flags()).containsExactly(true, false);
		assertThat(arrays.texts()).containsExactly("a", "");
		assertThat(arrays.grid()).isDeepEqualTo(new int[][] { { 1 }, {}, { 2, 3 } });
	}

	@Test
	void keepsObjectsByTheirFields() {
		Bean bean = new Bean().name("n").numbers(1, 2);
		bean.items().add("x");
		same(Bean.class, bean);
	}

	record Refs(ActorRef<Object> ref, List<ActorRef<Object>> refs, Map<ActorRef<Object>, Integer> counts, ActorId id,
			ReplyTo<Long> replyTo, ReplyTo<Long> keyed) {

	}

	@Test
	void bindsReferencesAgain() {
		ActorRef<Object> ref = new Ref(new ActorId("account", "al/ice"));
		same(Refs.class, new Refs(ref, List.of(ref), Map.of(ref, 1), ref.id(),
				new ReplyTo<>("n#1", -7, "GetBalance", null), new ReplyTo<>("n#1", 7, "GetBalance", "key")));
	}

	@Test
	void keepsMessagesAndReplies() {
		RecordCodec codec = Samples.codec(Account.class);
		for (Object message : List.of(new Deposit(5, null), new Settle(Map.of("a", 1)), Control.THAW)) {
			assertThat(codec.decode(codec.encode(message, "m", 1)).value()).isEqualTo(message);
		}
		Refused refused = new Refused("no", Duration.ofDays(1));
		assertThat(codec.decode(codec.encodeReply("Settle", refused, "m", 1)).value()).isEqualTo(refused);
		assertThat(codec.decode(codec.encodeReply("Deposit", 3L, "m", 1)).value()).isEqualTo(3L);
	}

	@Test
	void makesCollectionsOfImmutableValuesUnmodifiable() {
		Account account = same(Account.class, Samples.account());
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> account.tags().add("x"));
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> account.outcomes().values().iterator().next().clear());
		assertThat(same(new TypeReference<ArrayList<String>>() {
		}, new ArrayList<>(List.of("a"))).add("b")).isTrue();
	}

	@Test
	void fingerprintsRequestsAsOtherFormatsDo() {
		Settle settle = new Settle(Map.of("a", 1, "b", 2, "c", 3));
		RecordCodec json = Samples.codec(Samples.types(Account.class), JacksonActorSerializer.json());
		assertThat(Samples.codec(Account.class).fingerprint(settle)).isEqualTo(json.fingerprint(settle));
	}

	@Test
	void servesManyThreadsAtOnce() throws Exception {
		RecordCodec codec = Samples.codec(Account.class);
		try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
			List<Callable<Integer>> tasks = new ArrayList<>();
			for (int thread = 0; thread < 8; thread++) {
				String name = "t" + thread;
				tasks.add(() -> {
					int same = 0;
					for (int i = 0; i < 1000; i++) {
						Account account = new Account(name + i, i, Samples.NOW, List.of(name, "" + i), Control.FREEZE,
								Map.of(name, List.of(new Samples.Settled(i), new Refused(name, Duration.ofMillis(i)))),
								(i % 2 == 0) ? Optional.empty() : Optional.of(new Samples.Settled(i)));
						if (account.equals(codec.decode(codec.encodeState("a", account, "m", 1)).value())) {
							same++;
						}
					}
					return same;
				});
			}
			for (Future<Integer> result : threads.invokeAll(tasks)) {
				assertThat(result.get()).isEqualTo(1000);
			}
		}
	}

	@Test
	void isSmallerThanJsonWhereThereAreManyObjects() {
		Type type = new TypeReference<List<Key>>() {
		}.getType();
		List<Key> keys = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			keys.add(new Key("name" + i, i));
		}
		RecordCodec json = Samples.codec(Samples.types(type), JacksonActorSerializer.json());
		assertThat(Samples.codec(type).encodeState("a", keys, "m", 1).length)
			.isLessThan(json.encodeState("a", keys, "m", 1).length / 2);
	}

	@Test
	void refusesValuesThatAreTooLargeOrTooDeep() {
		assertThatExceptionOfType(SerializationException.class)
			.isThrownBy(() -> Samples.codec(String.class).encodeState("a", "x".repeat(2 * Samples.MAX_BYTES), "m", 1))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.TOO_LARGE));
		assertThat(roundTrip(Holder.class, nested(64))).isEqualTo(nested(64));
		assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> roundTrip(Holder.class, nested(65)))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.NOT_SERIALIZABLE));
	}

	private static Holder nested(int depth) {
		Holder holder = new Holder("", null, Optional.empty(), null, null);
		for (int i = 1; i < depth; i++) {
			holder = new Holder("", null, Optional.empty(), null, holder);
		}
		return holder;
	}

	@Test
	void keepsLargeValues() {
		assertThat(roundTrip(String.class, "x".repeat(700_000))).isEqualTo("x".repeat(700_000));
		assertThat(roundTrip(String.class, "y")).isEqualTo("y");
	}

	@Test
	void refusesHalfASurrogatePair() {
		for (String text : List.of("\ud83d", "a\ude00", "\ud83dx")) {
			assertThatExceptionOfType(SerializationException.class).isThrownBy(() -> roundTrip(String.class, text))
				.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.NOT_SERIALIZABLE));
		}
	}

}
