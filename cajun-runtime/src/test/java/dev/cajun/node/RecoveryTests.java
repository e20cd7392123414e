package dev.cajun.node;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorQuarantinedException;
import dev.cajun.ActorRef;
import dev.cajun.EventSourcedActor;
import dev.cajun.HandlerException;
import dev.cajun.Persistence;
import dev.cajun.ReplyTo;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.TypeName;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Notes;
import dev.cajun.node.TestActor.Query;
import dev.cajun.serialization.ActorSerializer;
import dev.cajun.serialization.JacksonActorSerializer;
import dev.cajun.serialization.RecordCodec;
import dev.cajun.serialization.TypeRegistry;
import dev.cajun.store.BatchId;
import dev.cajun.store.Commit;
import dev.cajun.store.FaultyStore;
import dev.cajun.store.Fence;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredActor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What comes back of what was stored, or was damaged since. */
class RecoveryTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final ActorId X = new ActorId("a", "x");

	private final TestActor actor = new TestActor();

	private final AtomicLong batches = new AtomicLong();

	private TestNode node;

	@AfterEach
	void close() {
		if (this.node != null) {
			this.node.close();
		}
	}

	private ActorDefinition definition(Persistence persistence, int snapshotEvery) {
		ActorSettings settings = ActorSettings.defaults().withPersistence(persistence).withSnapshotEvery(snapshotEvery);
		return (persistence == Persistence.EVENTS) ? Tally.definition(settings) : this.actor.definition("a", settings);
	}

	private void start(Persistence persistence, int snapshotEvery) {
		startOn(new FaultyStore(), JacksonActorSerializer::json, definition(persistence, snapshotEvery));
	}

	private void startOn(FaultyStore store, Supplier<ActorSerializer> serializer, ActorDefinition... definitions) {
		this.node = TestNode.start(store, (settings) -> settings, (builder) -> builder.serializer(serializer.get()),
				definitions);
	}

	/** Stops the node; the next one may have other types on the same data. */
	private void next(Supplier<ActorSerializer> serializer, ActorDefinition... definitions) {
		this.node.stop();
		startOn(this.node.store().die(), serializer, definitions);
	}

	private ActorRef<Message> ref() {
		return this.node.ref("a", "x");
	}

	private ActorRef<Command> tally() {
		return this.node.ref("a", "x");
	}

	/** Adds in the way of the persistence. */
	private long add(Persistence persistence, long amount) {
		return (persistence == Persistence.EVENTS) ? tally().call(new Raise(List.of(amount)))
				: ref().call(new Add(amount));
	}

	private long sum(Persistence persistence) {
		return (persistence == Persistence.EVENTS) ? tally().call(new Total()) : ref().call(new Get()).sum();
	}

	private Fence fence(ActorId actor) {
		ActivationInfo info = this.node.node().management().explain(actor);
		return new Fence(info.shard(), info.epoch(), info.node());
	}

	private StoredActor stored(ActorId actor) {
		LoadResult result = this.node.store().load(fence(actor), actor).toCompletableFuture().join();
		return ((LoadResult.Loaded) result).actor();
	}

	/** Puts bytes into the store, as if the actor had written them. */
	private void put(ActorId actor, byte[] state, byte[]... records) {
		StoreResult result = this.node.store()
			.commit(fence(actor),
					new Commit(actor, stored(actor).sequence(), new BatchId(1, this.batches.incrementAndGet()), true,
							state, List.of(records), Map.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
							List.of(), List.of(), false))
			.toCompletableFuture()
			.join();
		assertThat(result).isInstanceOf(StoreResult.Applied.class);
	}

	/** The codec of an application whose only actor type has these types. */
	private static RecordCodec codec(Type message, Type state, Type event) {
		return new RecordCodec(TypeRegistry.builder().actor("a", message, state, event).build(),
				JacksonActorSerializer.json(), List.of(), List.of(), 1 << 20);
	}

	private static byte[] flipped(byte[] bytes) {
		byte[] flipped = bytes.clone();
		flipped[flipped.length - 1] ^= 1;
		return flipped;
	}

	private void assertQuarantined(ActorRef<Message> ref, String... reason) {
		assertThatExceptionOfType(ActorQuarantinedException.class).isThrownBy(() -> ref.call(new Get()))
			.withMessageContaining(ref.id().toString());
		ActivationInfo info = this.node.node().management().explain(ref.id());
		assertThat(info.quarantine()).contains(reason);
		assertThat(info.phase()).isEqualTo("quarantined");
	}

	private void release(ActorId actor) {
		assertThat(this.node.node().management().release(actor)).isTrue();
		this.node.settle();
	}

	// ---- recovery

	@ParameterizedTest
	@EnumSource(names = { "STATE", "EVENTS", "MESSAGES" })
	void stateIsAsBeforeAfterRestartAndCrash(Persistence persistence) {
		start(persistence, 3);
		for (int i = 1; i <= 10; i++) {
			assertThat(add(persistence, i)).isEqualTo(i * (i + 1) / 2);
			if (i % 3 == 0) {
				this.node.restart();
			}
			else if (i % 3 == 1) {
				this.node.crash();
			}
			assertThat(sum(persistence)).isEqualTo(i * (i + 1) / 2);
		}
	}

	// ---- clear

	@ParameterizedTest
	@EnumSource(names = { "STATE", "EVENTS", "MESSAGES" })
	void clearedActorIsAsIfItHadNeverBeenWritten(Persistence persistence) {
		clearSteps();
		start(persistence, 4);
		for (int i = 0; i < 6; i++) {
			add(persistence, 1);
		}
		clear(persistence);
		assertThat(sum(persistence)).isZero();
		this.node.crash();
		assertThat(sum(persistence)).isZero();
		assertThat(stored(X).state()).isNull();

		for (int i = 1; i <= 6; i++) {
			assertThat(add(persistence, 1)).isEqualTo(i);
			this.node.crash();
			assertThat(sum(persistence)).isEqualTo(i);
		}
		clear(persistence);
		add(persistence, 3);
		this.node.restart();
		assertThat(sum(persistence)).isEqualTo(3);
	}

	private void clearSteps() {
		this.actor.on("clear", (state, message, context) -> {
			context.clear();
			context.reply((Query) message, "cleared");
			return state.plus(1000);
		});
	}

	private void clear(Persistence persistence) {
		if (persistence == Persistence.EVENTS) {
			tally().call(new Clear());
		}
		else {
			ref().call(new Query("clear"));
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "EVENTS", "MESSAGES" })
	void clearBetweenOtherMessagesOfOneWrite(Persistence persistence) {
		clearSteps();
		start(persistence, 100);
		add(persistence, 1);
		this.node.store().freeze();
		List<CompletableFuture<?>> answers = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			if (persistence == Persistence.EVENTS) {
				answers.add(tally().ask(new Raise(List.of(10L))));
				answers.add(tally().ask(new Clear()));
				answers.add(tally().ask(new Raise(List.of(100L, 1000L))));
			}
			else {
				answers.add(ref().ask(new Add(10)));
				answers.add(ref().ask(new Query("clear")));
				answers.add(ref().ask(new Add(1100)));
			}
		}
		this.node.rest();
		this.node.store().thaw();
		assertThat(answers).allSatisfy((answer) -> assertThat(answer).succeedsWithin(SOON));
		assertThat(answers.get(2).join()).isEqualTo(1100L);
		assertThat(answers.get(3).join()).isEqualTo(1110L);
		assertThat(sum(persistence)).isEqualTo(1100);
		this.node.crash();

		assertThat(sum(persistence)).isEqualTo(1100);
	}

	// ---- journaled messages

	@Test
	void placeOfLateAnswerIsTheSameInReplay() {
		List<ReplyTo<String>> places = new CopyOnWriteArrayList<>();
		this.actor.on("waits", (state, message, context) -> {
			places.add(context.replyTo((Query) message));
			return state.plus(1);
		});
		start(Persistence.MESSAGES, 100);
		CompletableFuture<String> waiting = ref().ask(new Query("waits"));
		this.node.settle();
		this.actor.run("passivate", (message, context) -> context.passivate());
		this.node.store().failSnapshots(FaultyStore.Fault.NOT_APPLIED);
		ref().tell(new Do("passivate"));
		this.node.settle();
		assertThat(this.node.isActive("a", "x")).isFalse();
		this.actor.run("answers", (message, context) -> context.reply(places.get(1), "late"));
		ref().tell(new Do("answers"));

		assertThat(waiting).succeedsWithin(SOON).isEqualTo("late");
		assertThat(places).hasSize(2).containsOnly(places.get(0));
	}

	@Test
	void replayThatClearsQuarantines() {
		AtomicBoolean clears = new AtomicBoolean();
		this.actor.on("step", (state, message, context) -> {
			if (clears.get()) {
				context.clear();
			}
			return state.plus(5);
		});
		start(Persistence.MESSAGES, 100);
		add(Persistence.MESSAGES, 1);
		ref().tell(new Do("step"));
		assertThat(sum(Persistence.MESSAGES)).isEqualTo(6);
		clears.set(true);
		this.node.crash();

		assertQuarantined(ref(), "journal record 2");
		assertThat(this.node.<Message>ref("a", "other").call(new Add(1))).as("others go on").isEqualTo(1);
		clears.set(false);
		release(X);
		assertThat(sum(Persistence.MESSAGES)).isEqualTo(6);
	}

	// ---- formats and modes

	@ParameterizedTest
	@EnumSource(names = { "STATE", "EVENTS", "MESSAGES" })
	void formatMayBeSwitchedBackAndForth(Persistence persistence) {
		start(persistence, 1000);
		add(persistence, 1);
		next(JacksonActorSerializer::cbor, definition(persistence, 1000));
		assertThat(add(persistence, 10)).isEqualTo(11);
		this.node.store().failSnapshots(FaultyStore.Fault.NOT_APPLIED);
		next(JacksonActorSerializer::json, definition(persistence, 1000));
		assertThat(add(persistence, 100)).isEqualTo(111);
		next(JacksonActorSerializer::cbor, definition(persistence, 1000));

		assertThat(sum(persistence)).isEqualTo(111);
	}

	@Test
	void typeThatWasJournaledKeepsItsStateWhenItIsNotAnyMore() {
		start(Persistence.MESSAGES, 1_000_000);
		for (int i = 0; i < 600; i++) {
			ref().tell(new Add(1));
		}
		ref().call(new Add(1));
		this.node.store().failSnapshots(FaultyStore.Fault.NOT_APPLIED);
		next(JacksonActorSerializer::json, definition(Persistence.STATE, 100));

		assertThat(sum(Persistence.STATE)).isEqualTo(601);
		assertThat(this.node.store().recordPages()).isEqualTo(1);
		assertThat(stored(X).records()).isEmpty();
		assertThat(add(Persistence.STATE, 1)).isEqualTo(602);
		this.node.crash();
		assertThat(sum(Persistence.STATE)).isEqualTo(602);
		next(JacksonActorSerializer::json, definition(Persistence.MESSAGES, 100));
		assertThat(add(Persistence.MESSAGES, 1)).isEqualTo(603);
		this.node.crash();
		assertThat(sum(Persistence.MESSAGES)).isEqualTo(603);
	}

	@Test
	void clearedActorOfTypeThatWasJournaledIsStillEmpty() {
		clearSteps();
		start(Persistence.MESSAGES, 100);
		add(Persistence.MESSAGES, 5);
		clear(Persistence.MESSAGES);
		next(JacksonActorSerializer::json, definition(Persistence.STATE, 100));

		assertThat(sum(Persistence.STATE)).isZero();
	}

	@Test
	void journalOfMessagesIsNoJournalOfEvents() {
		start(Persistence.MESSAGES, 1000);
		add(Persistence.MESSAGES, 5);
		this.node.store().failSnapshots(FaultyStore.Fault.NOT_APPLIED);
		next(JacksonActorSerializer::json,
				Tally.definition(ActorSettings.defaults().withPersistence(Persistence.EVENTS)));

		assertThatExceptionOfType(ActorQuarantinedException.class).isThrownBy(() -> tally().call(new Total()))
			.withMessageContaining("journal record 1");
	}

	// ---- what cannot be read

	@ParameterizedTest
	@ValueSource(strings = { "CORRUPT", "UNKNOWN_TYPE", "NEWER_VERSION", "UNREADABLE", "no state" })
	void stateThatCannotBeReadQuarantinesThatActorOnly(String kind) {
		start(Persistence.STATE, 100);
		this.node.<Message>ref("a", "other").call(new Add(1));
		byte[] good = codec(Message.class, Notes.class, null).encodeState("a", new Notes(42, List.of()), "", 1);
		byte[] bad = switch (kind) {
			case "CORRUPT" -> flipped(good);
			case "UNKNOWN_TYPE" -> codec(Message.class, Gone.class, null).encodeState("a", new Gone(1), "", 1);
			case "NEWER_VERSION" -> codec(Message.class, Newer.class, null).encodeState("a", new Newer(1), "", 1);
			case "UNREADABLE" -> codec(Message.class, Other.class, null).encodeState("a", new Other("text"), "", 1);
			default -> codec(Message.class, Notes.class, null).encode(new Add(1), "", 1);
		};
		put(X, bad);

		assertQuarantined(ref(), "its state cannot be read", kind);
		assertThat(this.node.node().management().node().quarantined()).isEqualTo(1);
		assertThatExceptionOfType(ActorQuarantinedException.class).isThrownBy(() -> ref().call(new Add(1)));
		assertThat(this.node.<Message>ref("a", "other").call(new Add(1))).isEqualTo(2);
		assertThat(stored(X).state()).as("nothing was changed").isEqualTo(bad);
		release(X);
		assertQuarantined(ref(), "its state cannot be read");
		put(X, good);
		release(X);
		assertThat(ref().call(new Add(1))).isEqualTo(43);
		assertThat(this.node.node().management().node().quarantined()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "CORRUPT", "UNKNOWN_TYPE", "NEWER_VERSION", "no journal record" })
	void journalThatCannotBeReadQuarantinesThatActorOnly(String kind) {
		start(Persistence.EVENTS, 100);
		this.node.<Command>ref("a", "other").call(new Raise(List.of(1L)));
		RecordCodec codec = codec(Command.class, Long.class, Event.class);
		byte[] good = codec.encode(new Raised(7), "", 1);
		byte[] bad = switch (kind) {
			case "CORRUPT" -> flipped(good);
			case "UNKNOWN_TYPE" -> codec(Gone.class, Long.class, null).encode(new Gone(1), "", 1);
			case "NEWER_VERSION" -> codec(NewerRaised.class, Long.class, null).encode(new NewerRaised(1), "", 1);
			default -> codec.encode(new Total(), "", 1);
		};
		put(X, null, good, bad, good);

		assertThatExceptionOfType(ActorQuarantinedException.class).isThrownBy(() -> tally().call(new Total()))
			.withMessageContaining("journal record")
			.withMessageContaining(kind);
		assertThat(this.node.explain("a", "x").quarantine()).contains(kind);
		assertThat(this.node.<Command>ref("a", "other").call(new Raise(List.of(1L)))).isEqualTo(2);
		put(X, null, good, good, good);
		release(X);
		assertThat(tally().call(new Raise(List.of(1L)))).isEqualTo(22);
	}

	@Test
	void journalRecordThatIsMissingQuarantines() {
		start(Persistence.EVENTS, 100);
		RecordCodec codec = codec(Command.class, Long.class, Event.class);
		put(X, null, codec.encode(new Raised(7), "", 1));
		this.node.store()
			.tamper(X,
					(stored) -> new StoredActor(stored.sequence() + 1, stored.batch(), stored.state(),
							stored.stateSequence(), stored.records(), stored.received(), stored.replies(),
							stored.tells(), stored.reminders()));

		assertThatExceptionOfType(ActorQuarantinedException.class).isThrownBy(() -> tally().call(new Total()))
			.withMessageContaining("it is missing");
	}

	// ---- events

	@Test
	void commandWithoutEventsWritesNothing() {
		start(Persistence.EVENTS, 100);
		assertThat(tally().call(new Raise(List.of()))).isZero();
		assertThat(tally().call(new Total())).isZero();

		assertThat(this.node.store().commits()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "null", "null event", "null state", "throw", "unknown event" })
	void commandThatIsDecidedWrongFailsAndStoresNothing(String what) {
		start(Persistence.EVENTS, 100);
		tally().call(new Raise(List.of(5L)));

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> tally().call(new Wrong(what)));
		assertThat(tally().call(new Total())).isEqualTo(5);
		assertThat(stored(X).records()).hasSize(1);
		this.node.crash();
		assertThat(tally().call(new Raise(List.of(1L)))).isEqualTo(6);
	}

	// ---- mutable state

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES", "NONE" })
	void throwUndoesWhatWasDoneToMutableState(Persistence persistence) {
		startBasket(persistence);
		ActorRef<Change> ref = this.node.ref("a", "x");
		ref.call(new Change("one", false, false));

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Change("two", false, true)));
		assertThat(ref.call(new Change("three", false, false))).isEqualTo("[one, three]");
		if (persistence != Persistence.NONE) {
			this.node.crash();
			assertThat(this.node.<Change>ref("a", "x").call(new Change("", true, false))).isEqualTo("[one, three]");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES" })
	void mutableStateThatDidNotChangeIsNotWritten(Persistence persistence) {
		startBasket(persistence);
		ActorRef<Change> ref = this.node.ref("a", "x");
		ref.call(new Change("one", false, false));
		assertThat(this.node.store().commits()).hasSize(1);
		assertThat(ref.call(new Change("", true, false))).isEqualTo("[one]");

		assertThat(this.node.store().commits()).hasSize(1);
		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Change("two", false, true)));
		assertThat(this.node.store().commits()).hasSize(1);
		assertThat(ref.call(new Change("two", false, false))).isEqualTo("[one, two]");
		assertThat(this.node.store().commits()).hasSize(2);
	}

	private void startBasket(Persistence persistence) {
		startOn(new FaultyStore(), JacksonActorSerializer::json, ActorDefinition.stateful("a", new BasketActor(),
				Change.class, Basket.class, ActorSettings.defaults().withPersistence(persistence)));
	}

	@TypeName("Vanished")
	record Gone(long value) {

	}

	@TypeName(value = "Notes", version = 2)
	record Newer(long value) {

	}

	@TypeName("Notes")
	record Other(String sum) {

	}

	@TypeName(value = "Raised", version = 2)
	record NewerRaised(long amount) {

	}

	sealed interface Command {

	}

	record Raise(List<Long> amounts) implements Command, Request<Long> {

	}

	record Total() implements Command, Request<Long> {

	}

	record Clear() implements Command, Request<Void> {

	}

	record Wrong(String what) implements Command, Request<Long> {

	}

	sealed interface Event {

	}

	record Raised(long amount) implements Event {

	}

	record Unthinkable() implements Event {

	}

	private static final class Tally implements EventSourcedActor<Long, Command, Event> {

		static ActorDefinition definition(ActorSettings settings) {
			return ActorDefinition.eventSourced("a", new Tally(), Command.class, Long.class, Event.class, settings);
		}

		@Override
		public Long initialState(ActorId id) {
			return 0L;
		}

		@Override
		public List<Event> decide(Long state, Command command, ActorContext<Command> context) {
			return switch (command) {
				case Raise raise -> {
					long sum = state + raise.amounts().stream().mapToLong(Long::longValue).sum();
					context.reply(raise, sum);
					yield raise.amounts().stream().map((amount) -> (Event) new Raised(amount)).toList();
				}
				case Total total -> {
					context.reply(total, state);
					yield List.of();
				}
				case Clear clear -> {
					context.clear();
					context.reply(clear);
					yield List.of(new Raised(1000));
				}
				case Wrong wrong -> wrong(wrong, context);
			};
		}

		private static List<Event> wrong(Wrong wrong, ActorContext<Command> context) {
			context.reply(wrong, 0L);
			List<Event> events = new ArrayList<>(List.of(new Raised(1)));
			switch (wrong.what()) {
				case "null" -> {
					return null;
				}
				case "null event" -> events.add(null);
				case "null state" -> events.add(new Raised(Long.MIN_VALUE));
				case "throw" -> throw new IllegalStateException("as the test wants");
				default -> events.add(new Unthinkable());
			}
			return events;
		}

		@Override
		public Long evolve(Long state, Event event) {
			return switch (event) {
				case Raised raised ->
					(raised.amount() == Long.MIN_VALUE) ? null : Long.valueOf(state + raised.amount());
				case Unthinkable unthinkable -> throw new IllegalStateException("as the test wants");
			};
		}

	}

	/** A mutable state. */
	static final class Basket {

		public List<String> items = new ArrayList<>();

	}

	record Change(String item, boolean onlyLook, boolean thenThrow) implements Request<String> {

	}

	private static final class BasketActor implements StatefulActor<Basket, Change> {

		@Override
		public Basket initialState(ActorId id) {
			return new Basket();
		}

		@Override
		public Basket receive(Basket state, Change change, ActorContext<Change> context) {
			if (!change.onlyLook()) {
				state.items.add(change.item());
			}
			if (change.thenThrow()) {
				throw new IllegalStateException("after the change");
			}
			context.reply(change, state.items.toString());
			return state;
		}

	}

}
