package dev.cajun.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.AskTimeoutException;
import dev.cajun.FailurePolicy;
import dev.cajun.HandlerException;
import dev.cajun.IdempotencyKeyReusedException;
import dev.cajun.MailboxFullException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.Persistence;
import dev.cajun.ReplyTo;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestActor.Query;
import dev.cajun.node.TestNode;
import dev.cajun.store.FaultyStore;
import dev.cajun.store.FaultyStore.Fault;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Asks with an idempotency key: what the second one of a key gets.
 */
class IdempotencyKeyTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final AskOptions KEY = key("k");

	private final TestActor actor = new TestActor();

	private TestNode node;

	@AfterEach
	void stopNode() {
		if (this.node != null) {
			this.node.close();
		}
	}

	private static AskOptions key(String key) {
		return AskOptions.defaults().withIdempotencyKey(key).withTimeout(Duration.ofHours(2));
	}

	private TestNode start() {
		return start(ActorSettings.defaults(), 100_000);
	}

	private TestNode start(ActorSettings settings, int dedupMaxEntries) {
		this.actor.watchedBy(() -> this.node.store());
		this.node = TestNode.start(new FaultyStore(),
				(node) -> node.withDedupMaxEntries(dedupMaxEntries)
					.withDedupMaxAge(Duration.ofMinutes(10))
					.withDrainTimeout(Duration.ofSeconds(1)),
				this.actor.definition("test", settings), Parking.definition());
		return this.node;
	}

	private ActorRef<Message> ref() {
		return this.node.ref("test", "a");
	}

	private long sum() {
		return ref().call(new Get()).sum();
	}

	private <R> R answer(CompletableFuture<R> asked) {
		Passing.until(this.node, "there was an answer", asked::isDone);
		return asked.join();
	}

	private void passivate(String type, String key) {
		this.node.advance(Duration.ofMinutes(11));
		assertThat(this.node.isActive(type, key)).isFalse();
	}

	@Test
	void theSameKeyRepeatsTheFirstAnswer() {
		start();
		assertThat(ref().call(new Add(5), KEY)).isEqualTo(5);
		assertThat(ref().call(new Add(1))).isEqualTo(6);
		assertThat(ref().call(new Add(5), KEY)).isEqualTo(5);
		assertThat(ref().call(new Add(5), key("other"))).isEqualTo(11);
		assertThat(sum()).isEqualTo(11);
	}

	@Test
	void theSameKeyOfAnotherActorIsAnotherKey() {
		start();
		assertThat(ref().call(new Add(5), KEY)).isEqualTo(5);
		assertThat(this.node.<Message>ref("test", "b").call(new Add(7), KEY)).isEqualTo(7);
	}

	@ParameterizedTest
	@EnumSource(value = Persistence.class, names = { "STATE", "MESSAGES" })
	void theFirstAnswerSurvivesPassivationRestartAndCrash(Persistence persistence) {
		start(ActorSettings.defaults()
			.withPersistence(persistence)
			.withSnapshotEvery(2)
			.withPassivateAfter(Duration.ofSeconds(10)), 100_000);
		ref().call(new Add(5), KEY);
		this.node.advance(Duration.ofMinutes(1));
		assertThat(this.node.isActive("test", "a")).isFalse();
		assertThat(ref().call(new Add(5), KEY)).isEqualTo(5);
		this.node.restart();
		assertThat(ref().call(new Add(5), KEY)).isEqualTo(5);
		this.node.crash();
		assertThat(ref().call(new Add(5), KEY)).isEqualTo(5);
		assertThat(sum()).isEqualTo(5);
		assertThat(this.actor.handled()).filteredOn((seen) -> seen.startsWith("a Add")).hasSize(1);
	}

	@Test
	void anAnswerThatChangedNothingIsKept() {
		start();
		this.actor.run("ask",
				(message, context) -> context.reply((Query) message, "seen " + this.actor.handled().size()));
		assertThat(ref().call(new Query("ask"), KEY)).isEqualTo("seen 1");
		this.node.crash();
		assertThat(ref().call(new Query("ask"), KEY)).isEqualTo("seen 1");
		assertThat(this.actor.handled()).hasSize(1);
	}

	@Test
	void aRefusalIsRepeated() {
		start();
		this.actor.on("refuse", (state, message, context) -> {
			context.fail((Query) message, new IllegalArgumentException("no, the sum is " + state.sum()));
			return state.plus(1);
		});
		for (int round = 0; round < 3; round++) {
			assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref().call(new Query("refuse"), KEY))
				.satisfies((ex) -> {
					assertThat(ex.errorType()).isEqualTo(IllegalArgumentException.class.getName());
					assertThat(ex.errorMessage()).isEqualTo("no, the sum is 0");
				});
			if (round == 1) {
				this.node.crash();
			}
		}
		assertThat(sum()).isEqualTo(1);
	}

	@Test
	void anAnswerThatWasForgottenIsRemembered() {
		start();
		this.actor.on("forget", (state, message, context) -> state.plus(1));
		for (int round = 0; round < 3; round++) {
			assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref().call(new Query("forget"), KEY))
				.withMessageContaining("handled without a reply");
			if (round == 1) {
				this.node.crash();
			}
		}
		assertThat(sum()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(value = FailurePolicy.class, names = { "RESUME", "RETRY", "RESTART" })
	void anExceptionIsNotRemembered(FailurePolicy policy) {
		start(ActorSettings.defaults().withOnFailure(policy), 100_000);
		this.actor.run("throw", (message, context) -> {
			throw new IllegalStateException("as told");
		});
		CompletableFuture<String> first = ref().ask(new Query("throw"), KEY);
		Passing.until(this.node, "it failed", first::isDone);
		assertThat(first).isCompletedExceptionally();
		this.actor.on("throw", (state, message, context) -> {
			context.reply((Query) message, "now");
			return state.plus(1);
		});
		assertThat(ref().call(new Query("throw"), KEY)).isEqualTo("now");
		assertThat(ref().call(new Query("throw"), KEY)).isEqualTo("now");
		assertThat(sum()).isEqualTo(1);
	}

	@Test
	void anAnswerOfATurnThatThrewIsNotRemembered() {
		start();
		this.actor.run("throw", (message, context) -> {
			context.reply((Query) message, "lost");
			throw new IllegalStateException("as told");
		});
		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref().call(new Query("throw"), KEY));
		this.actor.run("throw", (message, context) -> context.reply((Query) message, "now"));
		assertThat(ref().call(new Query("throw"), KEY)).isEqualTo("now");
	}

	@Test
	void anotherRequestWithTheKeyIsRefused() {
		start();
		ref().call(new Add(5), KEY);
		assertThatExceptionOfType(IdempotencyKeyReusedException.class).isThrownBy(() -> ref().call(new Add(6), KEY))
			.withMessageContainingAll("test/a", "'k'");
		assertThatExceptionOfType(IdempotencyKeyReusedException.class)
			.isThrownBy(() -> ref().call(new Query("x"), KEY));
		this.node.crash();
		assertThatExceptionOfType(IdempotencyKeyReusedException.class).isThrownBy(() -> ref().call(new Add(6), KEY));
		assertThat(sum()).isEqualTo(5);
	}

	@Test
	void duplicatesAtTheSameTimeJoinOneExecution() throws InterruptedException {
		start();
		TestActor.Gate gate = this.actor.gate();
		ref().tell(new Do("gate"));
		gate.awaitReached();
		List<CompletableFuture<Long>> asked = IntStream.range(0, 50)
			.mapToObj((number) -> ref().ask(new Add(1), key("k" + number % 5)))
			.toList();
		gate.open();
		this.node.rest();
		assertThat(asked).allSatisfy((answer) -> assertThat(answer).isCompleted());
		for (int number = 5; number < 50; number++) {
			assertThat(asked.get(number).join()).isEqualTo(asked.get(number % 5).join());
		}
		assertThat(sum()).isEqualTo(5);
	}

	@Test
	void aDuplicateWaitsForTheWriteOfTheFirst() {
		start();
		ref().tell(new Note("loaded"));
		this.node.settle();
		this.node.store().freeze();
		CompletableFuture<Long> first = ref().ask(new Add(5), KEY);
		this.node.rest();
		CompletableFuture<Long> second = ref().ask(new Add(5), KEY);
		CompletableFuture<Long> other = ref().ask(new Add(6), KEY);
		this.node.advance(Duration.ofMinutes(1));
		assertThat(first).isNotDone();
		assertThat(second).isNotDone();
		assertThat(other).isNotDone();
		this.node.store().thaw();
		assertThat(first).succeedsWithin(PATIENCE).isEqualTo(5L);
		assertThat(second).succeedsWithin(PATIENCE).isEqualTo(5L);
		assertThat(other).failsWithin(PATIENCE)
			.withThrowableThat()
			.withCauseInstanceOf(IdempotencyKeyReusedException.class);
		assertThat(sum()).isEqualTo(5);
	}

	@Test
	void aDuplicateOfOneWhoseWriteFailedIsHandledItself() {
		start();
		ref().tell(new Note("loaded"));
		this.node.settle();
		this.node.store().failCommits(Fault.NOT_APPLIED);
		this.node.store().freeze();
		CompletableFuture<Long> first = ref().ask(new Add(5), KEY);
		this.node.rest();
		CompletableFuture<Long> second = ref().ask(new Add(5), KEY);
		this.node.store().thaw();
		this.node.rest();
		assertThat(first).isCompletedExceptionally();
		assertThat(answer(second)).isEqualTo(5);
		assertThat(sum()).isEqualTo(5);
	}

	@ParameterizedTest
	@EnumSource(value = Fault.class, names = { "UNKNOWN_APPLIED", "UNKNOWN", "SEQUENCE_MISMATCH" })
	void isAppliedOnceWhenTheAnswerOfTheStoreIsLost(Fault fault) {
		start().store().failCommits(fault);
		CompletableFuture<Long> first = ref().ask(new Add(5), KEY);
		CompletableFuture<Long> second = ref().ask(new Add(5), KEY);
		assertThat(answer(first)).isEqualTo(5);
		assertThat(answer(second)).isEqualTo(5);
		assertThat(sum()).isEqualTo(5);
	}

	@ParameterizedTest
	@EnumSource(value = Fault.class, names = { "FENCED", "SEQUENCE_MISMATCH" })
	void isHandledAgainWhenARepeatedWriteIsRefused(Fault refusal) {
		start().store().failCommits(Fault.UNKNOWN_APPLIED, refusal);
		CompletableFuture<Long> keyed = ref().ask(new Add(5), KEY);
		// The batch was applied: the actor, loaded again, remembers the answer
		assertThat(answer(keyed)).isEqualTo(5);
		assertThat(sum()).isEqualTo(5);
	}

	@Test
	void isAppliedOnceWhenTheNodeDiesAfterTheWrite() {
		start().store().dieAtCommit(1, true);
		CompletableFuture<Long> lost = ref().ask(new Add(5), KEY);
		this.node.rest();
		this.node.crash();
		assertThat(lost).isCompletedExceptionally();
		assertThat(ref().call(new Add(5), KEY)).isEqualTo(5);
		assertThat(sum()).isEqualTo(5);
	}

	@Test
	void newKeysAreRefusedWhileTooManyAreRemembered() {
		start(ActorSettings.defaults(), 3);
		for (int number = 0; number < 3; number++) {
			ref().call(new Add(1), key("k" + number));
			this.node.advance(Duration.ofMinutes(1));
		}
		assertThatExceptionOfType(MailboxFullException.class).isThrownBy(() -> ref().call(new Add(1), key("k3")));
		assertThat(ref().call(new Add(1), key("k0"))).as("one remembered").isEqualTo(1);
		assertThat(ref().call(new Add(10))).as("one without a key").isEqualTo(13);
		// The first is forgotten ten minutes after its answer
		this.node.advance(Duration.ofMinutes(7).plusMillis(1));
		assertThat(ref().call(new Add(1), key("k3"))).isEqualTo(14);
		assertThatExceptionOfType(MailboxFullException.class).isThrownBy(() -> ref().call(new Add(1), key("k4")));
		assertThat(ref().call(new Add(1), key("k1"))).isEqualTo(2);
		this.node.crash();
		assertThatExceptionOfType(MailboxFullException.class).isThrownBy(() -> ref().call(new Add(1), key("k5")));
		assertThat(sum()).isEqualTo(14);
	}

	@Test
	void aKeyIsRememberedForItsAgeAndThenForgotten() {
		start();
		ref().call(new Add(5), KEY);
		this.node.advance(Duration.ofMinutes(10));
		assertThat(ref().call(new Add(5), KEY)).isEqualTo(5);
		this.node.advance(Duration.ofMillis(1));
		assertThat(ref().call(new Add(5), KEY)).isEqualTo(10);
		this.node.advance(Duration.ofMinutes(9));
		assertThat(ref().call(new Add(5), KEY)).as("remembered anew").isEqualTo(10);
	}

	@Test
	void theStoreForgetsWhatIsTooOld() {
		start();
		ref().call(new Add(1), key("old"));
		this.node.advance(Duration.ofMinutes(11));
		ref().call(new Add(1), key("new"));
		ActorId id = new ActorId("test", "a");
		assertThat(this.node.store().commits(id)).last()
			.satisfies((commit) -> assertThat(commit.expiredReplies()).containsExactly("old"));
	}

	@Test
	void anAnswerOfALaterTurnIsRepeated() {
		start();
		CompletableFuture<String> first = parking().ask(new Park("x"), KEY);
		CompletableFuture<String> second = parking().ask(new Park("x"), KEY);
		this.node.settle();
		assertThat(first).isNotDone();
		assertThat(second).isNotDone();
		parking().tell(new Leave("x", "bye"));
		assertThat(answer(first)).isEqualTo("bye");
		assertThat(answer(second)).isEqualTo("bye");
		assertThat(parking().call(new Park("x"), KEY)).isEqualTo("bye");
		assertThat(parking().call(new Count())).isEqualTo(1);
		this.node.crash();
		assertThat(parking().call(new Park("x"), KEY)).isEqualTo("bye");
		assertThat(parking().call(new Count())).isEqualTo(1);
	}

	@Test
	void anotherRequestWithAKeyThatIsUnderWayIsRefused() {
		start();
		CompletableFuture<String> first = parking().ask(new Park("x"), KEY);
		this.node.settle();
		assertThatExceptionOfType(IdempotencyKeyReusedException.class)
			.isThrownBy(() -> parking().call(new Park("y"), KEY));
		parking().tell(new Leave("x", "bye"));
		assertThat(answer(first)).isEqualTo("bye");
	}

	@Test
	void aRefusalOfALaterTurnIsRepeated() {
		start();
		CompletableFuture<String> first = parking().ask(new Park("x"), KEY);
		parking().tell(new Expel("x", "no"));
		this.node.settle();
		assertThat(first).failsWithin(PATIENCE).withThrowableThat().withMessageContaining("no");
		this.node.crash();
		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> parking().call(new Park("x"), KEY))
			.satisfies((ex) -> assertThat(ex.errorMessage()).isEqualTo("no"));
	}

	@Test
	void aDuplicateAfterACrashWaitsForTheAnswerOfALaterTurn() {
		start();
		CompletableFuture<String> lost = parking().ask(new Park("x"), KEY);
		this.node.settle();
		this.node.crash();
		CompletableFuture<String> second = parking().ask(new Park("x"), KEY);
		CompletableFuture<String> third = parking().ask(new Park("x"), KEY);
		this.node.advance(Duration.ofMinutes(1));
		assertThat(second).isNotDone();
		parking().tell(new Leave("x", "bye"));
		assertThat(answer(second)).isEqualTo("bye");
		assertThat(answer(third)).isEqualTo("bye");
		assertThat(parking().call(new Park("x"), KEY)).isEqualTo("bye");
		assertThat(parking().call(new Count())).isEqualTo(1);
		assertThat(lost).isNotCompletedExceptionally();
	}

	@Test
	void aDuplicateThatWaitsIsAnsweredThoughTheActorHadNothingToDoForLong() {
		start();
		CompletableFuture<String> first = parking().ask(new Park("x"), KEY);
		CompletableFuture<String> second = parking().ask(new Park("x"), KEY);
		this.node.advance(Duration.ofMinutes(30));
		parking().tell(new Leave("x", "bye"));
		assertThat(answer(first)).isEqualTo("bye");
		assertThat(answer(second)).isEqualTo("bye");
	}

	@Test
	void aKeyUnderWayOutlivesPassivation() {
		start();
		CompletableFuture<String> first = parking().ask(new Park("x"), KEY);
		this.node.settle();
		passivate("parking", "p");
		parking().tell(new Leave("x", "bye"));
		assertThat(answer(first)).isEqualTo("bye");
	}

	@Test
	void aDuplicateThatWaitsLearnsThatTheStateWasDropped() {
		start();
		CompletableFuture<String> first = parking().ask(new Park("x"), KEY);
		CompletableFuture<String> second = parking().ask(new Park("x"), KEY);
		this.node.settle();
		this.node.store().failCommits(Fault.NOT_APPLIED);
		parking().tell(new Leave("x", "lost"));
		this.node.settle();
		assertThat(second).failsWithin(PATIENCE).withThrowableThat().withCauseInstanceOf(OutcomeUnknownException.class);
		assertThat(first).isNotDone();
		CompletableFuture<String> third = parking().ask(new Park("x"), KEY);
		parking().tell(new Leave("x", "bye"));
		assertThat(answer(third)).isEqualTo("bye");
		assertThat(answer(first)).isEqualTo("bye");
		assertThat(parking().call(new Count())).isEqualTo(1);
	}

	@Test
	void aDuplicateThatWaitsLearnsThatTheNodeStops() {
		start();
		CompletableFuture<String> first = parking().ask(new Park("x"), KEY);
		CompletableFuture<String> second = parking().ask(new Park("x"), KEY);
		this.node.settle();
		this.node.restart();
		assertThat(second).failsWithin(PATIENCE).withThrowableThat().withCauseInstanceOf(OutcomeUnknownException.class);
		CompletableFuture<String> third = parking().ask(new Park("x"), KEY);
		parking().tell(new Leave("x", "bye"));
		assertThat(answer(third)).isEqualTo("bye");
		assertThat(first).isNotDone();
	}

	@Test
	void aDuplicateThatWaitsTimesOutByItself() {
		start();
		CompletableFuture<String> first = parking().ask(new Park("x"), KEY);
		CompletableFuture<String> second = parking().ask(new Park("x"), KEY.withTimeout(Duration.ofSeconds(3)));
		this.node.advance(Duration.ofSeconds(4));
		assertThat(second).failsWithin(PATIENCE).withThrowableThat().withCauseInstanceOf(AskTimeoutException.class);
		parking().tell(new Leave("x", "bye"));
		assertThat(answer(first)).isEqualTo("bye");
	}

	@Test
	void theMessageIdOfAKeyIsTheSameAtEveryExecution() {
		start();
		List<String> ids = new ArrayList<>();
		this.actor.run("id", (message, context) -> {
			ids.add(context.messageId());
			context.reply((Query) message, "done");
		});
		this.node.store().failCommits(Fault.NOT_APPLIED);
		CompletableFuture<String> first = ref().ask(new Query("id"), KEY);
		Passing.until(this.node, "it failed", first::isDone);
		ref().call(new Query("id"), KEY);
		assertThat(ids).hasSize(2).containsOnly(ids.get(0));
	}

	private ActorRef<ParkingMessage> parking() {
		return this.node.ref("parking", "p");
	}

	sealed interface ParkingMessage {

	}

	record Park(String car) implements ParkingMessage, Request<String> {

	}

	record Leave(String car, String word) implements ParkingMessage {

	}

	record Expel(String car, String why) implements ParkingMessage {

	}

	record Count() implements ParkingMessage, Request<Integer> {

	}

	record Parked(int parked, List<Car> cars) {

		@Nullable Car find(String name) {
			return this.cars.stream().filter((car) -> car.name().equals(name)).findFirst().orElse(null);
		}

		Parked without(String name) {
			return new Parked(this.parked, this.cars.stream().filter((car) -> !car.name().equals(name)).toList());
		}

		Parked with(Car car) {
			List<Car> cars = new ArrayList<>(this.cars);
			cars.add(car);
			return new Parked(this.parked + 1, cars);
		}

	}

	record Car(String name, ReplyTo<String> owner) {

	}

	/** Answers in a later turn. */
	private static final class Parking implements StatefulActor<Parked, ParkingMessage> {

		static ActorDefinition definition() {
			return ActorDefinition.stateful("parking", new Parking(), ParkingMessage.class, Parked.class,
					ActorSettings.defaults());
		}

		@Override
		public Parked initialState(ActorId id) {
			return new Parked(0, List.of());
		}

		@Override
		public Parked receive(Parked state, ParkingMessage message, ActorContext<ParkingMessage> context) {
			return switch (message) {
				case Park park -> state.with(new Car(park.car(), context.replyTo(park)));
				case Leave leave -> {
					Car car = state.find(leave.car());
					if (car != null) {
						context.reply(car.owner(), leave.word());
					}
					yield state.without(leave.car());
				}
				case Expel expel -> {
					Car car = state.find(expel.car());
					if (car != null) {
						context.fail(car.owner(), new IllegalStateException(expel.why()));
					}
					yield state.without(expel.car());
				}
				case Count count -> {
					context.reply(count, state.parked());
					yield state;
				}
			};
		}

	}

}
