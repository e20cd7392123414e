package dev.cajun.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.AskTimeoutException;
import dev.cajun.CajunException;
import dev.cajun.HandlerException;
import dev.cajun.IdempotencyKeyReusedException;
import dev.cajun.Persistence;
import dev.cajun.ReplyTo;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Gate;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Notes;
import dev.cajun.node.TestActor.Query;
import dev.cajun.node.TestNode;
import dev.cajun.store.FaultyStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Requests with an idempotency key: one effect, one answer, however often they come. */
class KeyedAskTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final Duration MAX_AGE = Duration.ofMinutes(10);

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
		return start(this.actor.definition("a", settings().withPersistence(persistence)));
	}

	private <M> ActorRef<M> start(ActorDefinition definition) {
		this.node = TestNode.start(new FaultyStore(), (node) -> node.withDedupMaxEntries(5).withDedupMaxAge(MAX_AGE),
				definition);
		this.actor.watchedBy(this.node::store);
		return ref();
	}

	private static ActorSettings settings() {
		return ActorSettings.defaults().withAskTimeout(Duration.ofHours(1));
	}

	private <M> ActorRef<M> ref() {
		return this.node.ref("a", "x");
	}

	private static AskOptions key(String key) {
		return AskOptions.defaults().withIdempotencyKey(key);
	}

	@ParameterizedTest
	@EnumSource(names = "EVENTS", mode = EnumSource.Mode.EXCLUDE)
	void sameKeyRepeatsFirstAnswer(Persistence persistence) {
		ActorRef<Message> ref = start(persistence);

		assertThat(ref.call(new Add(1), key("k"))).isEqualTo(1);
		assertThat(ref.call(new Add(5))).isEqualTo(6);
		assertThat(ref.call(new Add(1), key("k"))).isEqualTo(1);
		assertThat(ref.call(new Add(1), key("l"))).isEqualTo(7);
		assertThat(ref.call(new Get()).sum()).isEqualTo(7);
		assertThat(this.node.statistics("a").duplicates()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES" })
	void answerSurvivesStopAndCrash(Persistence persistence) {
		ActorRef<Message> ref = start(persistence);
		ref.call(new Add(1), key("k"));
		ref.call(new Add(5));
		this.node.restart();
		assertThat(this.<Message>ref().call(new Add(1), key("k"))).isEqualTo(1);
		this.node.crash();
		assertThat(this.<Message>ref().call(new Add(1), key("k"))).isEqualTo(1);

		assertThat(this.<Message>ref().call(new Get()).sum()).isEqualTo(6);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void requestAskedAgainAfterCrashIsAppliedOnce(boolean applied) {
		ActorRef<Message> ref = start();
		this.node.store().dieAtCommit(1, applied);
		CompletableFuture<Long> lost = ref.ask(new Add(1), key("k"));
		this.node.rest();
		this.node.crash();

		assertThat(this.<Message>ref().call(new Add(1), key("k"))).isEqualTo(1);
		assertThat(this.<Message>ref().call(new Get()).sum()).isEqualTo(1);
		assertThat(lost).isCompletedExceptionally();
		assertThat(this.actor.handled().stream().filter((handled) -> handled.contains("Add"))).hasSize(applied ? 1 : 2);
	}

	@Test
	void refusalIsRepeatedWithClassAndText() {
		AtomicInteger runs = new AtomicInteger();
		this.actor.run("refuse", (message, context) -> context.fail((Query) message,
				new IllegalArgumentException("refused " + runs.incrementAndGet())));
		ActorRef<Message> ref = start();
		for (int i = 0; i < 3; i++) {
			ActorRef<Message> present = ref();
			assertThatExceptionOfType(HandlerException.class)
				.isThrownBy(() -> present.call(new Query("refuse"), key("k")))
				.satisfies((ex) -> assertThat(ex.errorMessage()).isEqualTo("refused 1"))
				.satisfies((ex) -> assertThat(ex.errorType()).isEqualTo(IllegalArgumentException.class.getName()));
			if (i == 1) {
				this.node.crash();
			}
		}
		assertThat(runs).hasValue(1);
		assertThat(ref).isEqualTo(ref());
	}

	@Test
	void answerThatChangedNothingIsStoredToo() {
		AtomicInteger runs = new AtomicInteger();
		this.actor.run("look", (message, context) -> context.reply((Query) message, "look " + runs.incrementAndGet()));
		ActorRef<Message> ref = start();
		assertThat(ref.call(new Query("look"), key("k"))).isEqualTo("look 1");
		this.node.crash();

		assertThat(this.<Message>ref().call(new Query("look"), key("k"))).isEqualTo("look 1");
	}

	@Test
	void answerOfNothingIsRepeated() {
		AtomicInteger runs = new AtomicInteger();
		this.actor.run("null", (message, context) -> {
			runs.incrementAndGet();
			context.reply((Query) message, null);
		});
		ActorRef<Message> ref = start();
		assertThat(ref.call(new Query("null"), key("k"))).isNull();
		assertThat(ref.call(new Query("null"), key("k"))).isNull();
		this.node.crash();

		assertThat(this.<Message>ref().call(new Query("null"), key("k"))).isNull();
		assertThat(runs).hasValue(1);
	}

	@Test
	void thrownExceptionIsNotRemembered() {
		AtomicInteger runs = new AtomicInteger();
		this.actor.on("flaky", (state, message, context) -> {
			context.reply((Query) message, "run " + runs.incrementAndGet());
			if (runs.get() == 1) {
				throw new IllegalStateException("on purpose");
			}
			return state.plus(1);
		});
		ActorRef<Message> ref = start();

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Query("flaky"), key("k")));
		assertThat(ref.call(new Query("flaky"), key("k"))).isEqualTo("run 2");
		assertThat(ref.call(new Query("flaky"), key("k"))).isEqualTo("run 2");
	}

	@Test
	void duplicatesOfOneUnderWayAreHandledOnce() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		List<CompletableFuture<Long>> replies = IntStream.range(0, 10)
			.mapToObj((i) -> ref.ask(new Add(1), key("k")))
			.toList();
		gate.open();

		assertThat(replies).allSatisfy((reply) -> assertThat(reply).succeedsWithin(SOON).isEqualTo(1L));
		assertThat(ref.call(new Get()).sum()).isEqualTo(1);
	}

	@Test
	void duplicateIsNotAnsweredBeforeTheFirstIsDurable() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		CompletableFuture<Long> first = ref.ask(new Add(1), key("k"));
		CompletableFuture<Long> second = ref.ask(new Add(1), key("k"));
		this.node.store().freeze();
		gate.open();
		this.node.rest();
		assertThat(first).isNotDone();
		assertThat(second).isNotDone();
		this.node.store().thaw();

		assertThat(first).succeedsWithin(SOON).isEqualTo(1L);
		assertThat(second).succeedsWithin(SOON).isEqualTo(1L);
	}

	@Test
	void keyOfAnotherRequestIsRefused() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1), key("k"));

		assertThatExceptionOfType(IdempotencyKeyReusedException.class).isThrownBy(() -> ref.call(new Add(2), key("k")))
			.withMessageContaining("a/x")
			.withMessageContaining("'k'");
		assertThatExceptionOfType(IdempotencyKeyReusedException.class).isThrownBy(() -> ref.call(new Get(), key("k")));
		this.node.crash();
		assertThatExceptionOfType(IdempotencyKeyReusedException.class)
			.isThrownBy(() -> this.<Message>ref().call(new Add(2), key("k")));
		assertThat(this.<Message>ref().call(new Get()).sum()).isEqualTo(1);
	}

	@Test
	void keysOfDifferentActorsAreDifferent() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1), key("k"));

		assertThat(this.node.<Message>ref("a", "other").call(new Add(2), key("k"))).isEqualTo(2);
	}

	@Test
	void answerIsRememberedForMaxAgeAndNotLonger() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1), key("k"));
		this.node.advance(MAX_AGE.minusSeconds(1));
		assertThat(ref.call(new Add(1), key("k"))).isEqualTo(1);
		this.node.advance(Duration.ofSeconds(2));

		assertThat(ref.call(new Add(1), key("k"))).isEqualTo(2);
		assertThat(ref.call(new Add(1), key("k"))).isEqualTo(2);
	}

	@Test
	void ageCountsOverRestart() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1), key("k"));
		this.node.advance(MAX_AGE.minusSeconds(1));
		this.node.crash();
		assertThat(this.<Message>ref().call(new Add(1), key("k"))).isEqualTo(1);
		this.node.advance(Duration.ofSeconds(2));

		assertThat(this.<Message>ref().call(new Add(1), key("k"))).isEqualTo(2);
	}

	@Test
	void newKeysAreRefusedAtMaxEntriesUntilOldOnesExpire() {
		ActorRef<Message> ref = start();
		for (int i = 1; i <= 5; i++) {
			ref.call(new Add(1), key("k" + i));
		}

		assertThatExceptionOfType(CajunException.class).isThrownBy(() -> ref.call(new Add(1), key("new")))
			.withMessageContaining("a/x");
		assertThat(ref.call(new Add(1), key("k1"))).as("a known key").isEqualTo(1);
		assertThat(ref.call(new Add(1))).as("without a key").isEqualTo(6);
		this.node.advance(MAX_AGE.plusSeconds(1));
		assertThat(ref.call(new Add(1), key("new"))).isEqualTo(7);
	}

	@Test
	void expiredAnswersLeaveTheStore() {
		ActorRef<Message> ref = start();
		for (int i = 1; i <= 5; i++) {
			ref.call(new Add(1), key("k" + i));
		}
		this.node.advance(MAX_AGE.plusSeconds(1));
		ref.call(new Add(1), key("k3"));
		this.node.crash();
		List<String> kept = new ArrayList<>();
		this.node.store().tamper(X, (stored) -> {
			stored.replies().forEach((reply) -> kept.add(reply.key()));
			return stored;
		});

		assertThat(this.<Message>ref().call(new Add(1), key("k3"))).isEqualTo(6);
		assertThat(kept).containsExactly("k3");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void answerGivenLaterIsRepeatedAndReachesAllThatWait(boolean crash) {
		Deferring deferring = new Deferring();
		ActorRef<LateMessage> ref = start(deferring.definition(settings()));
		CompletableFuture<String> first = ref.ask(new Wait("w"), key("k"));
		CompletableFuture<String> second = ref.ask(new Wait("w"), key("k"));
		this.node.settle();
		assertThat(first).isNotDone();
		assertThat(second).isNotDone();
		if (crash) {
			this.node.crash();
			second = this.<LateMessage>ref().ask(new Wait("w"), key("k"));
			this.node.settle();
			assertThat(second).isNotDone();
		}
		this.<LateMessage>ref().tell(new Answer("given", false));

		assertThat(second).succeedsWithin(SOON).isEqualTo("given");
		if (!crash) {
			assertThat(first).succeedsWithin(SOON).isEqualTo("given");
		}
		assertThat(this.<LateMessage>ref().call(new Wait("w"), key("k"))).isEqualTo("given");
		this.node.crash();
		assertThat(this.<LateMessage>ref().call(new Wait("w"), key("k"))).isEqualTo("given");
		assertThat(deferring.waited).hasValue(1);
	}

	@Test
	void refusalGivenLaterIsRepeated() {
		ActorRef<LateMessage> ref = start(new Deferring().definition(settings()));
		CompletableFuture<String> first = ref.ask(new Wait("w"), key("k"));
		this.node.settle();
		CompletableFuture<String> joined = ref.ask(new Wait("w"), key("k"));
		ref.tell(new Answer("refused", true));

		for (CompletableFuture<String> reply : List.of(first, joined)) {
			assertThat(reply).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(HandlerException.class)
				.withMessageContaining("refused");
		}
		this.node.crash();
		assertThatExceptionOfType(HandlerException.class)
			.isThrownBy(() -> this.<LateMessage>ref().call(new Wait("w"), key("k")))
			.withMessageContaining("refused");
	}

	@Test
	void keyWhoseAnswerIsOutstandingRefusesAnotherRequest() {
		ActorRef<LateMessage> ref = start(new Deferring().definition(settings()));
		CompletableFuture<String> first = ref.ask(new Wait("w"), key("k"));
		this.node.settle();

		assertThatExceptionOfType(IdempotencyKeyReusedException.class)
			.isThrownBy(() -> ref.call(new Wait("other"), key("k")));
		ref.tell(new Answer("given", false));
		assertThat(first).succeedsWithin(SOON).isEqualTo("given");
	}

	@Test
	void requestThatJoinedAnotherTimesOutWithUnknownOutcome() {
		ActorRef<LateMessage> ref = start(new Deferring().definition(settings()));
		CompletableFuture<String> first = ref.ask(new Wait("w"), key("k"));
		this.node.settle();
		CompletableFuture<String> joined = ref.ask(new Wait("w"), key("k").withTimeout(Duration.ofSeconds(1)));
		this.node.advance(Duration.ofSeconds(2));

		assertThat(joined).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.isInstanceOfSatisfying(AskTimeoutException.class,
					(ex) -> assertThat(ex.outcome()).isEqualTo(AskTimeoutException.Outcome.UNKNOWN));
		ref.tell(new Answer("given", false));
		assertThat(first).succeedsWithin(SOON).isEqualTo("given");
	}

	@Test
	void requestWhoseAnswerNeverCameMayBeMadeAnewAfterMaxAge() {
		Deferring deferring = new Deferring();
		ActorRef<LateMessage> ref = start(deferring.definition(settings().withAskTimeout(Duration.ofSeconds(5))));
		for (int i = 0; i < 4; i++) {
			CompletableFuture<String> reply = ref.ask(new Wait("w"), key("k"));
			this.node.advance(Duration.ofSeconds(10));
			assertThat(reply).isCompletedExceptionally();
		}
		assertThat(deferring.waited).hasValue(1);
		this.node.advance(MAX_AGE);
		assertThat(ref.ask(new Wait("w"), key("k"))).isNotDone();
		this.node.settle();

		assertThat(deferring.waited).hasValue(2);
	}

	@Test
	void keyHasOneTo256CharactersAndIsNotBlank() {
		for (String key : List.of("", "  ", "k".repeat(257))) {
			assertThatIllegalArgumentException().isThrownBy(() -> key(key)).withMessageContaining("idempotency key");
		}
		ActorRef<Message> ref = start();
		assertThat(ref.call(new Add(1), key("k".repeat(256)))).isEqualTo(1);
		assertThat(ref.call(new Add(1), key("k".repeat(256)))).isEqualTo(1);
		assertThat(ref.call(new Get())).isEqualTo(new Notes(1, List.of()));
	}

	sealed interface LateMessage {

	}

	record Wait(String text) implements LateMessage, Request<String> {

	}

	record Answer(String text, boolean failed) implements LateMessage {

	}

	record Waiting(List<ReplyTo<String>> callers) {

	}

	/** Answers everybody that waits when it is told to. */
	private static final class Deferring implements StatefulActor<Waiting, LateMessage> {

		private final AtomicInteger waited = new AtomicInteger();

		ActorDefinition definition(ActorSettings settings) {
			return ActorDefinition.stateful("a", this, LateMessage.class, Waiting.class, settings);
		}

		@Override
		public Waiting initialState(ActorId id) {
			return new Waiting(List.of());
		}

		@Override
		public Waiting receive(Waiting state, LateMessage message, ActorContext<LateMessage> context) {
			switch (message) {
				case Wait wait -> {
					this.waited.incrementAndGet();
					List<ReplyTo<String>> callers = new ArrayList<>(state.callers());
					callers.add(context.replyTo(wait));
					return new Waiting(callers);
				}
				case Answer answer -> {
					for (ReplyTo<String> caller : state.callers()) {
						if (answer.failed()) {
							context.fail(caller, new IllegalStateException(answer.text()));
						}
						else {
							context.reply(caller, answer.text());
						}
					}
					return new Waiting(List.of());
				}
			}
		}

	}

}
