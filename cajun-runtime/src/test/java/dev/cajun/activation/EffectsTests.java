package dev.cajun.activation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.Delivery;
import dev.cajun.HandlerException;
import dev.cajun.MessageUndelivered;
import dev.cajun.Persistence;
import dev.cajun.ReadConsistency;
import dev.cajun.StoreUnavailableException;
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
import dev.cajun.store.FaultyStore;
import dev.cajun.store.FaultyStore.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** When what a handler asked for leaves, and when it does not. */
@SuppressWarnings("FutureReturnValueIgnored") // a handler's guaranteed tell is part of
												// its write
class EffectsTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final AskOptions LOCAL = AskOptions.defaults().withReadConsistency(ReadConsistency.LOCAL);

	private static final AskOptions STRONG = AskOptions.defaults().withReadConsistency(ReadConsistency.STRONG);

	private final TestActor actor = new TestActor();

	private final TestActor other = new TestActor();

	private TestNode node;

	@AfterEach
	void close() {
		if (this.node != null) {
			this.node.close();
		}
	}

	private ActorRef<Message> start() {
		return start(ActorSettings.defaults());
	}

	private ActorRef<Message> start(ActorSettings settings) {
		this.node = TestNode.start(new FaultyStore(), (node) -> node.withShards(1),
				this.actor.definition("a", settings),
				this.other.definition("b", ActorSettings.defaults().withMailboxCapacity(10)));
		this.actor.watchedBy(this.node::store);
		this.other.watchedBy(this.node::store);
		return this.node.ref("a", "x");
	}

	private ActorRef<Message> other() {
		return this.node.ref("b", "y");
	}

	private Notes notesOfOther() {
		return other().call(new Get());
	}

	/** Everything that a handler can ask for. */
	private void askForEverything(boolean thenThrow) {
		this.actor.on("all", (state, message, context) -> {
			other().tell(new Note("told"));
			other().tell(new Note("guaranteed"), Delivery.AT_LEAST_ONCE);
			context.publish("published");
			context.schedule("t", Duration.ofSeconds(1), new Note("timer"));
			context.remind("r", Duration.ofSeconds(1), new Note("reminder"));
			context.reply((Query) message, "replied");
			if (thenThrow) {
				throw new IllegalStateException("after all");
			}
			return state.plus(1);
		});
	}

	@Test
	void leaveOnlyAfterWriteIsDurable() {
		askForEverything(false);
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		notesOfOther();
		this.node.store().freeze();
		CompletableFuture<String> reply = ref.ask(new Query("all"));
		await().until(() -> this.node.store().held() == 1);
		this.node.rest();

		assertThat(reply).isNotDone();
		assertThat(this.node.published()).isEmpty();
		assertThat(this.other.handled()).containsExactly("y Get[]");
		this.node.store().thaw();

		assertThat(reply).succeedsWithin(SOON).isEqualTo("replied");
		this.node.advance(Duration.ofSeconds(1));
		assertThat(notesOfOther().texts()).containsExactly("told", "guaranteed");
		assertThat(this.node.published()).containsExactly("published");
		assertThat(ref.call(new Get()).texts()).containsExactlyInAnyOrder("timer", "reminder");
	}

	@Test
	void noneLeavesWhenHandlerThrows() {
		askForEverything(true);
		ActorRef<Message> ref = start();

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Query("all")))
			.withMessageContaining("after all");
		this.node.advance(Duration.ofMinutes(1));
		assertThat(notesOfOther().texts()).isEmpty();
		assertThat(this.node.published()).isEmpty();
		assertThat(ref.call(new Get())).isEqualTo(new Notes(0, List.of()));
		assertThat(this.node.store().commits(ref.id())).isEmpty();
	}

	@Test
	void noneLeavesWhenStoreDidNotWrite() {
		askForEverything(false);
		ActorRef<Message> ref = start();
		this.node.store().failCommits(Fault.NOT_APPLIED);

		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> ref.call(new Query("all")));
		this.node.advance(Duration.ofMinutes(1));
		assertThat(notesOfOther().texts()).isEmpty();
		assertThat(this.node.published()).isEmpty();
		assertThat(ref.call(new Get())).isEqualTo(new Notes(0, List.of()));
	}

	@Test
	void tellsLeaveInOrderGiven() {
		this.actor.run("many",
				(message, context) -> IntStream.range(0, 10).forEach((i) -> other().tell(new Note(String.valueOf(i)))));
		ActorRef<Message> ref = start();
		ref.tell(new Do("many"));
		this.node.settle();

		assertThat(notesOfOther().texts()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
	}

	@Test
	void effectsOfFailedTurnAreTakenOutOfTheirDrain() throws Exception {
		Gate gate = this.actor.gate();
		this.actor.run("tell", (message, context) -> other().tell(new Note(((Do) message).text())));
		this.actor.run("throw", (message, context) -> {
			other().tell(new Note("never"));
			throw new IllegalStateException("on purpose");
		});
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		ref.tell(new Do("tell", "before"));
		ref.tell(new Do("throw"));
		ref.tell(new Do("tell", "after"));
		gate.open();
		this.node.settle();

		assertThat(notesOfOther().texts()).containsExactly("before", "after");
		assertThat(this.node.undelivered()).singleElement()
			.isEqualTo(new MessageUndelivered(ref.id(), "Do", Delivery.AT_MOST_ONCE,
					"the handler failed: java.lang.IllegalStateException: on purpose"));
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "NONE" })
	void longChainsOfTellsDoNotNest(Persistence persistence) {
		this.actor.on("again", (state, message, context) -> {
			int left = Integer.parseInt(((Do) message).text());
			if (left > 0) {
				ActorRef<Message> next = (left % 3 == 0) ? context.self() : this.node.ref("a", "k" + left % 3);
				next.tell(new Do("again", String.valueOf(left - 1)));
			}
			return state.plus(1);
		});
		start(ActorSettings.defaults().withPersistence(persistence)).tell(new Do("again", "30000"));
		this.node.settle();

		assertThat(this.actor.handled()).hasSize(30_001);
		assertThat(this.node.undelivered()).isEmpty();
	}

	@Test
	void tellToFullMailboxIsPublishedAsUndelivered() throws Exception {
		Gate gate = this.other.gate();
		this.actor.run("flood",
				(message, context) -> IntStream.range(0, 12).forEach((i) -> other().tell(new Note(String.valueOf(i)))));
		ActorRef<Message> ref = start();
		other().tell(new Do("gate"));
		ref.tell(new Do("flood"));
		await().until(() -> this.node.undelivered().size() == 3);
		gate.open();
		this.node.settle();

		assertThat(notesOfOther().texts()).hasSize(9);
		assertThat(this.node.undelivered()).allSatisfy((dropped) -> {
			assertThat(dropped.receiver()).isEqualTo(new ActorId("b", "y"));
			assertThat(dropped.messageType()).isEqualTo("Note");
			assertThat(dropped.reason()).contains("mailbox-capacity 10");
		});
		assertThat(this.node.statistics("b").refused()).isEqualTo(3);
	}

	@Test
	void oneWriteHoldsWhatRanBeforeFailingMessageAndOneWhatRanAfter() throws Exception {
		Gate gate = this.actor.gate();
		this.actor.run("throw", (message, context) -> {
			throw new IllegalStateException("on purpose");
		});
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		CompletableFuture<Long> first = ref.ask(new Add(1));
		CompletableFuture<Long> second = ref.ask(new Add(2));
		CompletableFuture<String> failed = ref.ask(new Query("throw"));
		CompletableFuture<Long> third = ref.ask(new Add(3));
		gate.open();

		assertThat(first).succeedsWithin(SOON).isEqualTo(1L);
		assertThat(second).succeedsWithin(SOON).isEqualTo(3L);
		assertThat(failed).failsWithin(SOON).withThrowableOfType(ExecutionException.class);
		assertThat(third).succeedsWithin(SOON).isEqualTo(6L);
		assertThat(this.node.store().commits(ref.id())).hasSize(2);
	}

	@Test
	void messagesOfOneDrainShareOneWriteAndAreAnsweredAfterIt() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		List<CompletableFuture<Long>> replies = LongStream.rangeClosed(1, 100)
			.mapToObj((i) -> ref.ask(new Add(i)))
			.toList();
		this.node.store().failCommits((commit) -> {
			this.node.store().freeze();
			return Fault.NONE;
		});
		gate.open();
		await().until(() -> this.node.store().held() == 1);
		this.node.rest();
		assertThat(replies).noneMatch(CompletableFuture::isDone);
		this.node.store().failCommits((commit) -> Fault.NONE);
		this.node.store().thaw();

		assertThat(replies).allSatisfy((reply) -> assertThat(reply).succeedsWithin(SOON));
		assertThat(replies.get(99).join()).isEqualTo(5050);
		assertThat(this.node.store().commits(ref.id())).hasSize(1);
	}

	@Test
	void drainEndsAfter128Messages() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		List<CompletableFuture<Long>> replies = LongStream.range(0, 300).mapToObj((i) -> ref.ask(new Add(1))).toList();
		gate.open();

		assertThat(replies.get(299)).succeedsWithin(SOON).isEqualTo(300L);
		assertThat(this.node.store().commits(ref.id())).hasSize(3);
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES" })
	void storeHasOneCallOfAnActorAndNoHandlerRunsMeanwhile(Persistence persistence) throws Exception {
		ActorRef<Message> ref = start(ActorSettings.defaults()
			.withPersistence(persistence)
			.withSnapshotEvery(7)
			.withMailboxCapacity(100_000));
		this.actor.run("tell", (message, context) -> other().tell(new Note("n"), Delivery.EXACTLY_ONCE));
		int rounds = 300;
		try (ExecutorService answers = Executors.newVirtualThreadPerTaskExecutor()) {
			this.node.store().answerOn(answers);
			List<CompletableFuture<?>> replies = new ArrayList<>();
			for (int i = 0; i < rounds; i++) {
				replies.add(ref.ask(new Add(1)));
				replies.add(ref.ask(new Get()));
				if (i % 10 == 0) {
					ref.tell(new Do("tell"));
				}
			}
			assertThat(CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))).succeedsWithin(SOON);
			await().until(() -> {
				this.node.advance(Duration.ofSeconds(1));
				return this.other.handled().size() == rounds / 10;
			});
			this.node.store().answerOn(Runnable::run);
		}

		assertThat(ref.call(new Get()).sum()).isEqualTo(rounds);
		assertThat(this.node.store().violations()).isEmpty();
		assertThat(this.node.store().commits()).isNotEmpty();
		assertThat(this.node.store().confirms()).isNotEmpty();
	}

	@Test
	void readOnlyAnswerWaitsForConfirmation() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		this.node.store().freeze();
		CompletableFuture<Notes> strong = ref.ask(new Get());
		await().until(() -> this.node.store().held() == 1);
		this.node.rest();

		assertThat(strong).isNotDone();
		assertThat(this.node.store().confirms()).last()
			.satisfies((asked) -> assertThat(asked).containsEntry(ref.id(), 1L));
		this.node.store().thaw();
		assertThat(strong).succeedsWithin(SOON).extracting(Notes::sum).isEqualTo(1L);
	}

	@Test
	void localAnswerDoesNotWait() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		int confirms = this.node.store().confirms().size();
		this.node.store().freeze();

		assertThat(ref.ask(new Get(), LOCAL)).succeedsWithin(SOON).extracting(Notes::sum).isEqualTo(1L);
		assertThat(this.node.store().confirms()).hasSize(confirms);
	}

	@Test
	void consistencyOfTypeHoldsForAsksThatNameNone() {
		ActorRef<Message> ref = start(ActorSettings.defaults().withReadConsistency(ReadConsistency.LOCAL));
		ref.call(new Add(1));
		this.node.store().freeze();

		assertThat(ref.ask(new Get())).succeedsWithin(SOON);
		CompletableFuture<Notes> strong = ref.ask(new Get(), STRONG);
		await().until(() -> this.node.store().held() == 1);
		assertThat(strong).isNotDone();
		this.node.store().thaw();
		assertThat(strong).succeedsWithin(SOON);
	}

	@Test
	void tellsOfReadOnlyTurnWaitForConfirmation() {
		this.actor.run("tell", (message, context) -> other().tell(new Note("n")));
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		notesOfOther();
		this.node.store().freeze();
		ref.tell(new Do("tell"));
		await().until(() -> this.node.store().held() == 1);
		this.node.rest();
		assertThat(this.other.handled()).hasSize(1);
		this.node.store().thaw();
		this.node.settle();

		assertThat(this.other.handled()).containsExactly("y Get[]", "y n");
	}

	@Test
	void turnWithoutEffectsAsksStoreNothing() {
		this.actor.run("nothing", (message, context) -> {
		});
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		int confirms = this.node.store().confirms().size();
		ref.tell(new Do("nothing"));
		this.node.settle();

		assertThat(this.node.store().confirms()).hasSize(confirms);
		assertThat(this.node.store().commits(ref.id())).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "FENCED", "SEQUENCE_MISMATCH" })
	void staleReadIsHandledAgainOnReloadedState(Fault fault) {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		int loads = this.node.store().loads().size();
		this.node.store().failConfirms(fault);

		assertThat(ref.call(new Get()).sum()).isEqualTo(1);
		assertThat(this.actor.handled()).containsExactly("x Add[amount=1]", "x Get[]", "x Get[]");
		assertThat(this.node.store().loads()).hasSize(loads + 1);
		assertThat(this.node.statistics("a").fenced()).isEqualTo(1);
	}

	@Test
	void readThatCannotBeConfirmedFailsAndWorksAgainLater() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		this.node.store().failConfirms(Fault.NOT_APPLIED);

		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> ref.call(new Get()))
			.withMessageContaining("a/x");
		assertThat(ref.call(new Get()).sum()).isEqualTo(1);
	}

	@Test
	void oneConfirmationServesAllThatWaitForIt() {
		start();
		List<ActorRef<Message>> refs = IntStream.range(0, 6)
			.<ActorRef<Message>>mapToObj((i) -> this.node.ref("a", "k" + i))
			.toList();
		refs.forEach((ref) -> ref.call(new Add(1)));
		int confirms = this.node.store().confirms().size();
		this.node.store().freeze();
		CompletableFuture<Notes> first = refs.get(0).ask(new Get());
		await().until(() -> this.node.store().held() == 1);
		List<CompletableFuture<Notes>> others = refs.subList(1, 6).stream().map((ref) -> ref.ask(new Get())).toList();
		this.node.rest();
		assertThat(this.node.store().confirms()).hasSize(confirms + 1);
		this.node.store().thaw();

		assertThat(first).succeedsWithin(SOON);
		assertThat(others).allSatisfy((reply) -> assertThat(reply).succeedsWithin(SOON));
		assertThat(this.node.store().confirms()).hasSize(confirms + 2);
		assertThat(this.node.store().confirms().get(confirms + 1)).hasSize(5);
	}

}
