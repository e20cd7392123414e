package dev.cajun.activation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorQuarantinedException;
import dev.cajun.ActorRef;
import dev.cajun.Delivery;
import dev.cajun.EventSourcedActor;
import dev.cajun.HandlerException;
import dev.cajun.Persistence;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.node.CajunNode;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestActor.Notes;
import dev.cajun.node.TestActor.Query;
import dev.cajun.node.TestNode;
import dev.cajun.serialization.ActorSerializer;
import dev.cajun.serialization.JacksonActorSerializer;
import dev.cajun.store.FaultyStore;
import dev.cajun.store.FaultyStore.Fault;
import dev.cajun.store.StoredActor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What each mode stores, and how an actor comes back from it. */
@SuppressWarnings("FutureReturnValueIgnored") // a handler's guaranteed tell is part of
												// its write
class PersistenceModeTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final ActorId X = new ActorId("a", "x");

	private final TestActor actor = new TestActor();

	private final Wallets wallets = new Wallets();

	private TestNode node;

	@AfterEach
	void close() {
		if (this.node != null) {
			this.node.close();
		}
	}

	private ActorRef<Message> start(ActorSettings settings) {
		return start(settings, (builder) -> builder);
	}

	private ActorRef<Message> start(ActorSettings settings, UnaryOperator<CajunNode.Builder> customizer) {
		this.node = TestNode.start(new FaultyStore(), (node) -> node, customizer, this.actor.definition("a", settings),
				this.actor.definition("b", ActorSettings.defaults()));
		this.actor.watchedBy(this.node::store);
		return ref();
	}

	private ActorRef<Message> ref() {
		return this.node.ref("a", "x");
	}

	private ActorRef<Command> startWallet(ActorSettings settings) {
		this.node = TestNode.start(ActorDefinition.eventSourced("a", this.wallets, Command.class, Wallet.class,
				Event.class, settings.withPersistence(Persistence.EVENTS)));
		return wallet();
	}

	private ActorRef<Command> wallet() {
		return this.node.ref("a", "x");
	}

	private static ActorSettings mode(Persistence persistence) {
		return ActorSettings.defaults().withPersistence(persistence);
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES" })
	void recoversAfterStopCrashAndPassivation(Persistence persistence) {
		ActorRef<Message> ref = start(mode(persistence).withPassivateAfter(Duration.ofSeconds(1)));
		ref.call(new Add(1));
		ref.tell(new Note("one"));
		ref.call(new Get());
		this.node.restart();
		assertThat(ref().call(new Add(2))).isEqualTo(3);
		this.node.crash();
		assertThat(ref().call(new Add(3))).isEqualTo(6);
		this.node.advance(Duration.ofSeconds(5));
		assertThat(this.node.isActive("a", "x")).isFalse();

		assertThat(ref().call(new Get())).isEqualTo(new Notes(6, List.of("one")));
	}

	@Test
	void volatileStateEndsWithItsActivation() {
		ActorRef<Message> ref = start(mode(Persistence.NONE).withPassivateAfter(Duration.ofSeconds(1)));
		assertThat(ref.call(new Add(1))).isEqualTo(1);
		assertThat(ref.call(new Add(1))).isEqualTo(2);
		this.node.advance(Duration.ofSeconds(5));
		assertThat(ref.call(new Add(1))).isEqualTo(1);
		this.node.restart();

		assertThat(ref().call(new Add(1))).isEqualTo(1);
		assertThat(this.node.node().management().stored("a", null, 10).toCompletableFuture().join().actors()).isEmpty();
	}

	@Test
	void eventsAreStoredAndEvolveAgain() {
		ActorRef<Command> ref = startWallet(ActorSettings.defaults());
		assertThat(ref.call(new Pay(10))).isEqualTo(10);
		assertThat(ref.call(new PayTwice(5))).isEqualTo(20);
		assertThat(ref.call(new Pay(0))).as("no event").isEqualTo(20);
		assertThat(this.node.store().commits()).extracting((commit) -> commit.records().size()).containsExactly(1, 2);
		assertThat(this.node.store().commits()).allSatisfy((commit) -> assertThat(commit.state()).isNull());
		int decided = this.wallets.decided.size();
		this.node.crash();

		assertThat(wallet().call(new Pay(0))).isEqualTo(20);
		assertThat(this.wallets.decided).as("commands are not handled again").hasSize(decided + 1);
	}

	@Test
	void eventsOfFailedCommandAreNotStored() {
		ActorRef<Command> ref = startWallet(ActorSettings.defaults());
		ref.call(new Pay(10));

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new PayTwice(-7)));
		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new PayTwice(Wallets.NULL_EVENT)))
			.withMessageContaining("null");
		assertThat(ref.call(new Pay(0))).isEqualTo(10);
		this.node.crash();
		assertThat(wallet().call(new Pay(0))).isEqualTo(10);
	}

	@Test
	void eventThatCannotBeAppliedAgainQuarantines() {
		ActorRef<Command> ref = startWallet(ActorSettings.defaults());
		ref.call(new Pay(10));
		ref.call(new Pay(11));
		this.node.crash();
		this.wallets.unreadable = 11;

		assertThat(wallet().ask(new Pay(0))).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ActorQuarantinedException.class)
			.withMessageContaining("journal record 2");
		this.wallets.unreadable = -1;
		this.node.settle();
		this.node.node().management().release(X);
		this.node.settle();
		assertThat(wallet().call(new Pay(0))).isEqualTo(21);
	}

	@Test
	void errorInReplayQuarantinesToo() {
		ActorRef<Message> ref = start(mode(Persistence.MESSAGES));
		AtomicReference<Error> broken = new AtomicReference<>();
		this.actor.on("assert", (state, message, context) -> {
			if (broken.get() != null) {
				throw broken.get();
			}
			return state.plus(1);
		});
		ref.tell(new Do("assert"));
		ref.call(new Add(1));
		this.node.crash();
		broken.set(new AssertionError("what held then does not hold now"));

		assertThat(ref().ask(new Get())).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ActorQuarantinedException.class)
			.withMessageContaining("journal record 1");
	}

	@Test
	void messagesAreStoredAndHandledAgainWithoutEffects() {
		ActorRef<Message> ref = start(mode(Persistence.MESSAGES));
		List<Boolean> replaying = new CopyOnWriteArrayList<>();
		List<String> ids = new CopyOnWriteArrayList<>();
		this.actor.on("all", (state, message, context) -> {
			replaying.add(context.isReplaying());
			ids.add(context.messageId());
			ActorRef<Message> other = this.node.ref("b", "y");
			other.tell(new Note("told"));
			other.tell(new Note("guaranteed"), Delivery.EXACTLY_ONCE);
			context.publish("published");
			context.schedule("t", Duration.ofHours(1), new Note("timer"));
			context.remind("r", Duration.ofHours(1), new Note("reminder"));
			context.ask(other, new Add(100), (reply, error) -> new Note("asked"));
			context.await(CompletableFuture.completedFuture("x"), (value, error) -> new Note("awaited"));
			context.reply((Query) message, "replied");
			return state.plus(1);
		});
		ref.call(new Add(1));
		ref.call(new Query("all"));
		this.node.settle();
		assertThat(ref.call(new Get()).texts()).containsExactlyInAnyOrder("asked", "awaited");
		this.node.crash();
		assertThat(ref().call(new Get())).isEqualTo(new Notes(2, ref().call(new Get()).texts()));
		this.node.settle();

		assertThat(replaying).containsExactly(false, true);
		assertThat(ids.get(1)).isEqualTo(ids.get(0));
		assertThat(this.node.published()).containsExactly("published");
		assertThat(this.node.<Message>ref("b", "y").call(new Get()))
			.isEqualTo(new Notes(100, List.of("told", "guaranteed")));
		this.node.advance(Duration.ofHours(2));
		assertThat(ref().call(new Get()).texts()).as("the reminder is stored, the timer died")
			.containsExactlyInAnyOrder("asked", "awaited", "reminder");
	}

	@Test
	void onlyMessagesThatChangeStateAreStored() {
		ActorRef<Message> ref = start(mode(Persistence.MESSAGES));
		ref.call(new Add(1));
		ref.call(new Get());
		ref.call(new Add(1));

		assertThat(this.node.store().commits()).hasSize(2)
			.allSatisfy((commit) -> assertThat(commit.records()).hasSize(1))
			.allSatisfy((commit) -> assertThat(commit.state()).isNull());
	}

	@Test
	void throwInReplayQuarantines() {
		ActorRef<Message> ref = start(mode(Persistence.MESSAGES));
		AtomicReference<String> problem = new AtomicReference<>("");
		this.actor.on("moody", (state, message, context) -> {
			return switch (problem.get()) {
				case "throw" -> throw new IllegalStateException("not deterministic");
				case "null" -> null;
				case "unchanged" -> state;
				default -> state.plus(1);
			};
		});
		ref.call(new Add(1));
		ref.tell(new Do("moody"));
		ref.call(new Add(1));
		for (String next : List.of("throw", "null", "unchanged")) {
			problem.set(next);
			this.node.crash();
			assertThat(ref().ask(new Get())).as(next)
				.failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(ActorQuarantinedException.class)
				.withMessageContaining("journal record 2");
		}
		problem.set("");
		this.node.crash();
		assertThat(ref().call(new Get()).sum()).isEqualTo(3);
	}

	@Test
	void blockingCallInReplayQuarantinesInsteadOfAskingAgain() {
		ActorRef<Message> ref = start(mode(Persistence.MESSAGES));
		this.actor.on("call",
				(state, message, context) -> state.plus(this.node.<Message>ref("b", "y").call(new Add(1))));
		ref.tell(new Do("call"));
		assertThat(ref.call(new Get()).sum()).isEqualTo(1);
		this.node.crash();

		assertThat(ref().ask(new Get())).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ActorQuarantinedException.class);
		assertThat(this.node.<Message>ref("b", "y").call(new Get()).sum()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "EVENTS", "MESSAGES" })
	void snapshotIsWrittenEverySoManyRecordsAndReplacesThem(Persistence persistence) {
		List<Integer> journals = new ArrayList<>();
		if (persistence == Persistence.EVENTS) {
			ActorRef<Command> ref = startWallet(ActorSettings.defaults().withSnapshotEvery(10));
			IntStream.range(0, 35).forEach((i) -> ref.call(new Pay(1)));
		}
		else {
			ActorRef<Message> ref = start(mode(persistence).withSnapshotEvery(10));
			IntStream.range(0, 35).forEach((i) -> ref.call(new Add(1)));
		}
		assertThat(this.node.store().snapshots()).hasSize(3);
		assertThat(this.node.explain("a", "x").snapshotSequence()).isEqualTo(30);
		assertThat(this.node.explain("a", "x").sequence()).isEqualTo(35);
		this.node.crash();
		this.node.store().tamper(X, (stored) -> {
			journals.add(stored.records().size());
			return stored;
		});

		long sum = (persistence == Persistence.EVENTS) ? wallet().call(new Pay(0)) : ref().call(new Get()).sum();
		assertThat(sum).isEqualTo(35);
		assertThat(journals).containsExactly(5);
	}

	@ParameterizedTest
	@ValueSource(strings = { "stop", "idle", "asked" })
	void snapshotIsWrittenWhenActivationEnds(String how) {
		this.actor.run("passivate", (message, context) -> context.passivate());
		ActorRef<Message> ref = start(mode(Persistence.MESSAGES).withPassivateAfter(Duration.ofSeconds(1)));
		ref.call(new Add(1));
		FaultyStore store = this.node.store();
		switch (how) {
			case "stop" -> this.node.restart();
			case "idle" -> this.node.advance(Duration.ofSeconds(5));
			default -> ref.tell(new Do("passivate"));
		}
		this.node.settle();

		assertThat(this.node.isActive("a", "x")).isFalse();
		assertThat(store.snapshots()).containsExactly(X);
		assertThat(ref().call(new Get()).sum()).isEqualTo(1);
		assertThat(this.actor.handled().stream().filter((handled) -> handled.contains("Add"))).hasSize(1);
	}

	@Test
	void failedSnapshotIsNoFailureOfMessagesAndIsTriedAgain() {
		ActorRef<Message> ref = start(mode(Persistence.MESSAGES).withSnapshotEvery(5));
		this.node.store().failSnapshots(Fault.NOT_APPLIED);
		IntStream.range(0, 5).forEach((i) -> ref.call(new Add(1)));
		this.node.settle();
		assertThat(this.node.explain("a", "x").snapshotSequence()).isZero();
		assertThat(ref.call(new Add(1))).isEqualTo(6);

		this.node.settle();
		assertThat(this.node.explain("a", "x").snapshotSequence()).isEqualTo(6);
		this.node.crash();
		assertThat(ref().call(new Get()).sum()).isEqualTo(6);
	}

	@Test
	void longJournalIsReadInPages() {
		ActorRef<Message> ref = start(mode(Persistence.MESSAGES).withSnapshotEvery(1_000_000));
		List<CompletableFuture<Long>> replies = IntStream.range(0, 5_000).mapToObj((i) -> ref.ask(new Add(i))).toList();
		assertThat(replies).allSatisfy((reply) -> assertThat(reply).succeedsWithin(SOON));
		this.node.crash();

		assertThat(ref().call(new Get()).sum()).isEqualTo(4_999 * 2_500);
		assertThat(this.node.store().recordPages()).isGreaterThan(5);
	}

	@Test
	void journalThatEndsTooEarlyQuarantines() {
		ActorRef<Message> ref = start(mode(Persistence.MESSAGES));
		ref.call(new Add(1));
		ref.call(new Add(1));
		this.node.crash();
		this.node.store()
			.tamper(X,
					(stored) -> new StoredActor(stored.sequence() + 1, stored.batch(), stored.state(),
							stored.stateSequence(), stored.records(), stored.received(), stored.replies(),
							stored.tells(), stored.reminders()));

		assertThat(ref().ask(new Get())).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ActorQuarantinedException.class)
			.withMessageContaining("missing");
	}

	@ParameterizedTest
	@EnumSource(names = "EVENTS", mode = EnumSource.Mode.EXCLUDE)
	void clearMakesActorAsIfNeverWritten(Persistence persistence) {
		clearing();
		ActorRef<Message> ref = start(mode(persistence));
		ref.call(new Add(5));
		ref.tell(new Do("remind"));
		ref.tell(new Do("clear"));

		assertThat(ref.call(new Get())).isEqualTo(new Notes(0, List.of()));
		assertThat(stored()).isEmpty();
		this.node.advance(Duration.ofHours(1));
		assertThat(ref.call(new Get())).as("the reminder is gone").isEqualTo(new Notes(0, List.of()));
		this.node.crash();
		this.node.advance(Duration.ofHours(1));
		assertThat(ref().call(new Get())).isEqualTo(new Notes(0, List.of()));
		assertThat(ref().call(new Add(2))).isEqualTo(2);
		if (persistence != Persistence.NONE) {
			this.node.crash();
			assertThat(ref().call(new Get()).sum()).isEqualTo(2);
			assertThat(stored()).containsExactly(X);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES" })
	void whatComesAfterClearInTheSameDrainCounts(Persistence persistence) throws Exception {
		clearing();
		TestActor.Gate gate = this.actor.gate();
		ActorRef<Message> ref = start(mode(persistence));
		ref.call(new Add(5));
		ref.tell(new Do("gate"));
		ref.tell(new Note("before"));
		ref.tell(new Do("clear"));
		ref.tell(new Note("after"));
		CompletableFuture<Long> sum = ref.ask(new Add(1));
		gate.open();

		assertThat(sum).succeedsWithin(SOON).isEqualTo(1L);
		assertThat(this.node.store().commits(X)).hasSize(2);
		this.node.crash();
		assertThat(ref().call(new Get())).isEqualTo(new Notes(1, List.of("after")));
	}

	@Test
	void throwAfterClearClearsNothing() {
		this.actor.run("clear then throw", (message, context) -> {
			context.clear();
			throw new IllegalStateException("on purpose");
		});
		ActorRef<Message> ref = start(mode(Persistence.STATE));
		ref.call(new Add(5));
		ref.tell(new Do("clear then throw"));

		assertThat(ref.call(new Add(1))).isEqualTo(6);
	}

	@Test
	void clearOfEventSourcedActorRemovesItsJournal() {
		ActorRef<Command> ref = startWallet(ActorSettings.defaults());
		ref.call(new Pay(10));
		assertThat(ref.call(new Close())).isEqualTo(0);
		assertThat(ref.call(new Pay(3))).isEqualTo(3);
		this.node.crash();

		assertThat(wallet().call(new Pay(0))).isEqualTo(3);
	}

	private void clearing() {
		this.actor.run("remind", (message, context) -> {
			if (this.node.explain("a", "x").sequence() > 0) {
				context.remind("r", Duration.ofMinutes(1), new Note("reminder"));
			}
		});
		this.actor.on("clear", (state, message, context) -> {
			context.clear();
			return state.plus(1000);
		});
	}

	private List<ActorId> stored() {
		return this.node.node().management().stored("a", null, 10).toCompletableFuture().join().actors();
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES" })
	void readsWhatAnotherFormatWrote(Persistence persistence) {
		List<ActorSerializer> formats = new ArrayList<>(
				List.of(JacksonActorSerializer.cbor(), JacksonActorSerializer.json(), JacksonActorSerializer.cbor()));
		this.actor.run("remind", (message, context) -> context.remind("r", Duration.ofHours(1), new Note("reminder")));
		ActorRef<Message> ref = start(mode(persistence), (builder) -> builder.serializer(formats.remove(0)));
		ref.call(new Add(1));
		ref.tell(new Do("remind"));
		ref.call(new Get());
		this.node.crash();
		assertThat(ref().call(new Add(1))).isEqualTo(2);
		this.node.crash();
		assertThat(ref().call(new Add(1))).isEqualTo(3);
		this.node.advance(Duration.ofHours(1));

		assertThat(ref().call(new Get())).isEqualTo(new Notes(3, List.of("reminder")));
		assertThat(formats).isEmpty();
	}

	@Test
	void listsStoredActorsThatAreNotActive() {
		ActorRef<Message> ref = start(mode(Persistence.STATE));
		ref.call(new Add(1));
		this.node.<Message>ref("a", "only read").call(new Get());
		this.node.restart();

		assertThat(stored()).containsExactly(X);
		assertThat(this.node.node().management().activations("a", null, 10).actors()).isEmpty();
		ref().call(new Get());
		assertThat(this.node.node().management().activations("a", null, 10).actors()).containsExactly(X);
	}

	@Test
	void refsInStateAndMessagesWorkAfterRecovery() {
		ActorDefinition book = ActorDefinition.stateful("book", new BookActor(), BookMessage.class, Book.class,
				ActorSettings.defaults());
		this.node = TestNode.start(book, this.actor.definition("b", ActorSettings.defaults()));
		ActorRef<BookMessage> ref = this.node.ref("book", "x");
		ref.tell(new Enter(this.node.ref("b", "one")));
		ref.tell(new Enter(this.node.ref("b", "two")));
		ref.call(new Ring());
		this.node.settle();
		this.node.crash();
		assertThat(this.node.<BookMessage>ref("book", "x").call(new Ring())).isEqualTo(2);
		this.node.settle();

		assertThat(this.node.<Message>ref("b", "one").call(new Get()).texts()).hasSize(2);
		assertThat(this.node.<Message>ref("b", "two").call(new Get()).texts()).hasSize(2);
	}

	@Test
	void modeMustFitHandler() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.actor.definition("a", mode(Persistence.EVENTS)))
			.withMessageContaining("'a'");
		assertThatIllegalArgumentException().isThrownBy(() -> ActorDefinition.eventSourced("a", this.wallets,
				Command.class, Wallet.class, Event.class, mode(Persistence.STATE)));
	}

	sealed interface Command extends Request<Long> {

	}

	record Pay(long amount) implements Command {

	}

	record PayTwice(long amount) implements Command {

	}

	record Close() implements Command {

	}

	sealed interface Event {

	}

	record Paid(long amount) implements Event {

	}

	record Wallet(long amount) {

	}

	private static final class Wallets implements EventSourcedActor<Wallet, Command, Event> {

		static final long NULL_EVENT = -1;

		final List<Command> decided = new CopyOnWriteArrayList<>();

		volatile long unreadable = -1;

		@Override
		public Wallet initialState(ActorId id) {
			return new Wallet(0);
		}

		@Override
		public List<Event> decide(Wallet state, Command command, ActorContext<Command> context) {
			this.decided.add(command);
			List<Event> events = switch (command) {
				case Pay pay -> (pay.amount() == 0) ? List.of() : List.of(new Paid(pay.amount()));
				case PayTwice pay when pay.amount() == NULL_EVENT -> {
					List<Event> withNull = new ArrayList<>(List.of(new Paid(1)));
					withNull.add(null);
					yield withNull;
				}
				case PayTwice pay -> List.of(new Paid(Math.abs(pay.amount())), new Paid(pay.amount()));
				case Close close -> {
					context.clear();
					yield List.of();
				}
			};
			long added = events.stream().mapToLong((event) -> (event == null) ? 0 : ((Paid) event).amount()).sum();
			context.reply(command, (command instanceof Close) ? 0 : state.amount() + added);
			return events;
		}

		@Override
		public Wallet evolve(Wallet state, Event event) {
			long amount = ((Paid) event).amount();
			if (amount < 0 || amount == this.unreadable) {
				throw new IllegalArgumentException("amount " + amount);
			}
			return new Wallet(state.amount() + amount);
		}

	}

	sealed interface BookMessage {

	}

	record Enter(ActorRef<Message> ref) implements BookMessage {

	}

	record Ring() implements BookMessage, Request<Integer> {

	}

	record Book(Set<ActorRef<Message>> refs) {

	}

	private static final class BookActor implements StatefulActor<Book, BookMessage> {

		@Override
		public Book initialState(ActorId id) {
			return new Book(Set.of());
		}

		@Override
		public Book receive(Book state, BookMessage message, ActorContext<BookMessage> context) {
			return switch (message) {
				case Enter enter -> {
					Set<ActorRef<Message>> refs = new HashSet<>(state.refs());
					refs.add(enter.ref());
					yield new Book(refs);
				}
				case Ring ring -> {
					state.refs().forEach((ref) -> ref.tell(new Note("ring")));
					context.reply(ring, state.refs().size());
					yield state;
				}
			};
		}

	}

}
