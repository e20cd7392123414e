package dev.cajun.activation;

import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.cajun.ActorId;
import dev.cajun.ActorQuarantinedException;
import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.Delivery;
import dev.cajun.FailurePolicy;
import dev.cajun.HandlerException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.Persistence;
import dev.cajun.StaleOwnerException;
import dev.cajun.StoreUnavailableException;
import dev.cajun.TypeName;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Gate;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestActor.Notes;
import dev.cajun.node.TestActor.Query;
import dev.cajun.node.TestNode;
import dev.cajun.serialization.JacksonActorSerializer;
import dev.cajun.serialization.RecordCodec;
import dev.cajun.serialization.TypeRegistry;
import dev.cajun.store.Commit;
import dev.cajun.store.FaultyStore.Fault;
import dev.cajun.store.StoredActor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** What each answer of the store means for the messages of a drain and for the actor. */
class CommitOutcomeTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final AskOptions KEYED = AskOptions.defaults().withIdempotencyKey("k");

	/** A state that no serializer can read. */
	private static final Notes UNWRITABLE = new Notes(1, new AbstractList<>() {

		@Override
		public String get(int index) {
			throw new IllegalStateException("cannot be read");
		}

		@Override
		public int size() {
			return 1;
		}

	});

	private static final ActorId X = new ActorId("a", "x");

	private final TestActor actor = new TestActor();

	private TestNode node;

	@AfterEach
	void close() {
		if (this.node != null) {
			this.node.close();
		}
	}

	private ActorRef<Message> start() {
		return start(Persistence.STATE);
	}

	private ActorRef<Message> start(Persistence persistence) {
		this.node = TestNode.start(this.actor.definition("a",
				ActorSettings.defaults().withPersistence(persistence).withAskTimeout(Duration.ofMinutes(10))));
		this.actor.watchedBy(this.node::store);
		return this.node.ref("a", "x");
	}

	@Test
	void batchWhoseAnswerWasLostIsSentAgainAndAppliedOnce() {
		ActorRef<Message> ref = start();
		this.node.store().failCommits(Fault.UNKNOWN_APPLIED);
		CompletableFuture<Long> reply = ref.ask(new Add(1));
		this.node.rest();
		assertThat(reply).isNotDone();
		this.node.advance(Duration.ofSeconds(1));

		assertThat(reply).succeedsWithin(SOON).isEqualTo(1L);
		assertThat(this.node.store().commits()).hasSize(2)
			.extracting(Commit::batch)
			.containsOnly(this.node.store().commits().get(0).batch());
		assertThat(this.actor.handled()).hasSize(1);
		assertThat(ref.call(new Add(1))).isEqualTo(2);
		assertThat(this.node.statistics("a").unknown()).isEqualTo(1);
	}

	@Test
	void batchThatMayBeLostIsSentUntilAnswerIsDefinite() {
		ActorRef<Message> ref = start();
		this.node.store()
			.failCommits(Fault.UNKNOWN, Fault.UNKNOWN, Fault.NOT_APPLIED, Fault.UNKNOWN, Fault.UNKNOWN_APPLIED);
		CompletableFuture<Long> reply = ref.ask(new Add(1));
		this.node.rest();
		CompletableFuture<Long> next = ref.ask(new Add(1));
		this.node.advance(Duration.ofSeconds(10));

		assertThat(reply).succeedsWithin(SOON).isEqualTo(1L);
		assertThat(next).succeedsWithin(SOON).isEqualTo(2L);
		assertThat(this.node.store().commits()).hasSize(7);
		this.node.crash();
		assertThat(this.node.<Message>ref("a", "x").call(new Get()).sum()).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource(names = { "FENCED", "SEQUENCE_MISMATCH" })
	void messagesRefusedOnFirstSendingAreHandledAgainInOrderOnReloadedState(Fault fault) throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		ref.tell(new Do("gate"));
		CompletableFuture<Long> first = ref.ask(new Add(10));
		ref.tell(new Note("n"));
		CompletableFuture<Long> keyed = ref.ask(new Add(100), KEYED);
		CompletableFuture<Void> guaranteed = ref.tell(new Note("g"), Delivery.EXACTLY_ONCE);
		this.node.store().failCommits(fault);
		gate.open();

		assertThat(first).succeedsWithin(SOON).isEqualTo(11L);
		assertThat(keyed).succeedsWithin(SOON).isEqualTo(111L);
		assertThat(guaranteed).succeedsWithin(SOON);
		assertThat(ref.call(new Get())).isEqualTo(new Notes(111, List.of("n", "g")));
		assertThat(this.node.store().loads()).hasSize(2);
		assertThat(this.node.statistics("a").fenced()).isEqualTo(1);
	}

	@Test
	void requestsFailWhenStoreRefusesAgainAndAgain() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		this.node.store().failCommits((commit) -> Fault.FENCED);

		assertThat(ref.ask(new Add(1))).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(StaleOwnerException.class)
			.withMessageContaining("a/x")
			.withMessageContaining("other#1");
		this.node.store().failCommits((commit) -> Fault.NONE);
		assertThat(ref.call(new Add(1))).isEqualTo(2);
	}

	@Test
	void keyedRequestThatMayBeStoredIsNotSaidToBeRefusedWhenTheStoreRefusesItLater() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		AtomicBoolean first = new AtomicBoolean(true);
		this.node.store().failCommits((commit) -> first.getAndSet(false) ? Fault.UNKNOWN : Fault.FENCED);
		CompletableFuture<Long> keyed = ref.ask(new Add(100), KEYED);
		this.node.advance(Duration.ofSeconds(1));

		assertThat(keyed).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(OutcomeUnknownException.class)
			.withMessageContaining("an earlier attempt may have been run");
		this.node.store().failCommits((commit) -> Fault.NONE);
		assertThat(ref.call(new Add(100), KEYED)).as("with the key it is found out").isEqualTo(101);
	}

	@Test
	void refusedOnSendingAgainOnlyMessagesWithAnIdAreHandledAgain() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		ref.tell(new Do("gate"));
		CompletableFuture<Long> plain = ref.ask(new Add(10));
		ref.tell(new Note("n"));
		CompletableFuture<Long> keyed = ref.ask(new Add(100), KEYED);
		CompletableFuture<Void> guaranteed = ref.tell(new Note("g"), Delivery.EXACTLY_ONCE);
		this.node.store().failCommits(Fault.UNKNOWN, Fault.FENCED);
		gate.open();
		this.node.advance(Duration.ofSeconds(1));

		assertThat(plain).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(OutcomeUnknownException.class)
			.withMessageContaining("a/x");
		assertThat(keyed).succeedsWithin(SOON).isEqualTo(101L);
		assertThat(guaranteed).succeedsWithin(SOON);
		assertThat(ref.call(new Get())).isEqualTo(new Notes(101, List.of("g")));
		assertThat(this.node.undelivered()).extracting("messageType").containsExactlyInAnyOrder("Do", "Note");
		assertThat(this.node.statistics("a").undelivered()).isEqualTo(2);
	}

	@Test
	void stateThatCannotBeEncodedFailsTheMessageThatMadeItAndNoOther() throws Exception {
		this.actor.on("break", (state, message, context) -> UNWRITABLE);
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		CompletableFuture<Long> before = ref.ask(new Add(1));
		CompletableFuture<Void> guaranteed = ref.tell(new Do("break"), Delivery.EXACTLY_ONCE);
		CompletableFuture<Long> after = ref.ask(new Add(10));
		gate.open();

		assertThat(before).succeedsWithin(SOON).isEqualTo(1L);
		assertThat(guaranteed).succeedsWithin(SOON);
		assertThat(after).succeedsWithin(SOON).isEqualTo(11L);
		assertThat(this.node.undelivered()).singleElement().satisfies((undelivered) -> {
			assertThat(undelivered.messageType()).isEqualTo("Do");
			assertThat(undelivered.delivery()).isEqualTo(Delivery.EXACTLY_ONCE);
		});
		assertThat(this.node.statistics("a").failed()).isEqualTo(1);
		this.node.crash();
		assertThat(this.node.<Message>ref("a", "x").call(new Get())).isEqualTo(new Notes(11, List.of()));
	}

	@Test
	void stateThatCannotBeEncodedIsTriedAsOftenAsThePolicySays() {
		this.actor.on("break", (state, message, context) -> UNWRITABLE);
		this.node = TestNode.start(this.actor.definition("a",
				ActorSettings.defaults()
					.withOnFailure(FailurePolicy.RETRY)
					.withRetry(new RetrySettings(3, Duration.ofSeconds(1), 1, Duration.ofSeconds(1)))
					.withAskTimeout(Duration.ofMinutes(10))));
		this.actor.watchedBy(this.node::store);
		ActorRef<Message> ref = this.node.ref("a", "x");
		CompletableFuture<String> broken = ref.ask(new Query("break"));
		this.node.advance(Duration.ofSeconds(10));

		assertThat(broken).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(HandlerException.class);
		// Once more than it counts: the first time it is not known whose fault it is
		assertThat(this.actor.handled()).hasSize(4);
		assertThat(ref.call(new Add(1))).isEqualTo(1);
	}

	@Test
	void commitThatWasNotAppliedFailsItsMessagesAndChangesNothing() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		this.node.store().failCommits(Fault.NOT_APPLIED);

		assertThat(ref.ask(new Add(10))).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(StoreUnavailableException.class)
			.withMessageContaining("a/x")
			.withMessageContaining("faulty memory");
		assertThat(this.node.node().management().node().storeAvailable()).isFalse();
		assertThat(ref.call(new Get()).sum()).isEqualTo(1);
		assertThat(ref.call(new Add(1))).isEqualTo(2);
		assertThat(this.node.node().management().node().storeAvailable()).isTrue();
		assertThat(this.node.statistics("a").commitsFailed()).isEqualTo(1);
	}

	@Test
	void guaranteedTellSurvivesCommitThatWasNotApplied() {
		ActorRef<Message> ref = start();
		this.node.store().failCommits(Fault.NOT_APPLIED, Fault.NOT_APPLIED);
		CompletableFuture<Void> told = ref.tell(new Note("g"), Delivery.EXACTLY_ONCE);
		this.node.advance(Duration.ofSeconds(1));

		assertThat(told).succeedsWithin(SOON);
		assertThat(ref.call(new Get()).texts()).containsExactly("g");
	}

	@Test
	void failedLoadFailsItsMessagesAndNextMessageWorks() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		this.node.restart();
		ActorRef<Message> again = this.node.ref("a", "x");
		for (Fault fault : List.of(Fault.NOT_APPLIED, Fault.UNKNOWN)) {
			this.node.store().failLoads(fault);
			assertThat(again.ask(new Add(1))).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(StoreUnavailableException.class)
				.withMessageContaining("a/x");
		}
		assertThat(again.call(new Add(1))).isEqualTo(2);
	}

	@Test
	void loadByAnotherOwnerFailsAsStale() {
		ActorRef<Message> ref = start();
		this.node.store().failLoads(Fault.FENCED);

		assertThatExceptionOfType(StaleOwnerException.class).isThrownBy(() -> ref.call(new Add(1)))
			.withMessageContaining("other#1");
		assertThat(ref.call(new Add(1))).isEqualTo(1);
	}

	@Test
	void frozenStoreHoldsAnswersBackAndThenGivesThem() {
		ActorRef<Message> ref = start();
		this.node.store().freeze();
		CompletableFuture<Long> reply = ref.ask(new Add(1));
		await().until(() -> this.node.store().held() == 1);
		CompletableFuture<Long> next = ref.ask(new Add(1));
		this.node.rest();
		assertThat(reply).isNotDone();
		this.node.store().thaw();

		assertThat(reply).succeedsWithin(SOON).isEqualTo(1L);
		assertThat(next).succeedsWithin(SOON).isEqualTo(2L);
	}

	@ParameterizedTest
	@ValueSource(strings = { "state", "journal" })
	void damagedRecordQuarantinesItsActorUntilMendedAndReleased(String where) {
		ActorRef<Message> ref = start(where.equals("state") ? Persistence.STATE : Persistence.MESSAGES);
		ref.call(new Add(41));
		this.node.<Message>ref("a", "healthy").call(new Add(7));
		this.node.crash();
		if (where.equals("state")) {
			this.node.store().corruptState(X);
		}
		else {
			this.node.store().corruptJournal(X);
		}
		ActorRef<Message> damaged = this.node.ref("a", "x");

		assertThat(damaged.ask(new Add(1))).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ActorQuarantinedException.class)
			.withMessageContaining("a/x")
			.withMessageContaining("checksum");
		this.node.settle();
		assertThatExceptionOfType(ActorQuarantinedException.class).isThrownBy(() -> damaged.call(new Get()));
		assertThatExceptionOfType(ActorQuarantinedException.class).isThrownBy(() -> damaged.tell(new Note("n")));
		assertThat(this.node.explain("a", "x").quarantine()).contains(where, "checksum");
		assertThat(this.node.explain("a", "x").phase()).isEqualTo("quarantined");
		assertThat(this.node.statistics("a").quarantined()).isEqualTo(1);
		assertThat(this.node.<Message>ref("a", "healthy").call(new Add(1))).isEqualTo(8);

		assertThat(this.node.node().management().release(X)).isTrue();
		this.node.settle();
		assertThatExceptionOfType(ActorQuarantinedException.class).as("not mended yet")
			.isThrownBy(() -> damaged.call(new Get()));
		this.node.settle();
		this.node.store().mend(X);
		assertThat(this.node.node().management().release(X)).isTrue();
		this.node.settle();
		assertThat(damaged.call(new Add(1))).isEqualTo(42);
		assertThat(this.actor.handled()).as("no message was handled on the initial state")
			.doesNotContain("x Note[text=n]");
		assertThat(this.node.store().commits(X)).hasSize(1);
	}

	@Test
	void quarantineOutlivesIdleTime() {
		ActorRef<Message> ref = start();
		ref.call(new Add(41));
		this.node.crash();
		this.node.store().corruptState(X);
		assertThat(this.node.<Message>ref("a", "x").ask(new Get())).failsWithin(SOON);
		this.node.advance(Duration.ofHours(1));

		assertThat(this.node.explain("a", "x").quarantine()).isNotNull();
	}

	@Test
	void recordOfNewerVersionOrUnknownTypeQuarantines() {
		ActorRef<Message> ref = start();
		ref.call(new Add(41));
		this.node.crash();
		RecordCodec newer = codec(NewerNotes.class, new NewerNotes(1));
		for (byte[] state : List.of(newer.encodeState("a", new NewerNotes(1), "", 1),
				codec(Unknown.class, new Unknown(1)).encodeState("a", new Unknown(1), "", 1))) {
			this.node.store().tamper(X, (stored) -> withState(stored, state));
			ActorRef<Message> again = this.node.ref("a", "x");
			assertThat(again.ask(new Get())).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(ActorQuarantinedException.class)
				.withMessageMatching("(?s).*(NEWER_VERSION|UNKNOWN_TYPE).*");
			this.node.settle();
			this.node.store().mend(X);
			this.node.node().management().release(X);
			this.node.settle();
			assertThat(again.call(new Get()).sum()).isEqualTo(41);
			this.node.crash();
		}
		assertThat(this.node.<Message>ref("a", "x").call(new Get()).sum()).isEqualTo(41);
	}

	@Test
	void damageThatStoreReportsQuarantines() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		this.node.store().failCommits(Fault.CORRUPT);
		CompletableFuture<Long> failing = ref.ask(new Add(1));

		assertThat(failing).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ActorQuarantinedException.class);
		this.node.settle();
		this.node.node().management().release(X);
		this.node.settle();
		assertThat(ref.call(new Add(1))).isEqualTo(2);

		this.node.crash();
		this.node.store().failLoads(Fault.CORRUPT);
		assertThat(this.node.<Message>ref("a", "x").ask(new Get())).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ActorQuarantinedException.class);
	}

	private static RecordCodec codec(Class<?> state, Object example) {
		TypeRegistry types = TypeRegistry.builder().actor("a", example.getClass(), state, null).build();
		return new RecordCodec(types, JacksonActorSerializer.json(), List.of(), List.of(), 1 << 20);
	}

	private static StoredActor withState(StoredActor stored, byte[] state) {
		return new StoredActor(stored.sequence(), stored.batch(), state, stored.stateSequence(), stored.records(),
				stored.received(), stored.replies(), stored.tells(), stored.reminders());
	}

	@TypeName(value = "Notes", version = 2)
	record NewerNotes(long sum) {

	}

	record Unknown(long sum) {

	}

}
