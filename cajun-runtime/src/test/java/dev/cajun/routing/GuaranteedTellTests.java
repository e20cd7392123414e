package dev.cajun.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorQuarantinedException;
import dev.cajun.ActorRef;
import dev.cajun.Delivery;
import dev.cajun.FailurePolicy;
import dev.cajun.Persistence;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestActor.Notes;
import dev.cajun.node.TestActor.Step;
import dev.cajun.node.TestNode;
import dev.cajun.store.Commit;
import dev.cajun.store.FaultyStore;
import dev.cajun.store.FaultyStore.Fault;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tells with a guarantee: what survives, what arrives twice, and in what order.
 */
class GuaranteedTellTests {

	private static final ActorId SENDER = new ActorId("sender", "s");

	private static final ActorId RECEIVER = new ActorId("receiver", "r");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final TestActor receiver = new TestActor();

	private final TestActor sender = new TestActor();

	private TestNode node;

	@AfterEach
	void stopNode() {
		if (this.node != null) {
			this.node.close();
		}
	}

	private TestNode start() {
		return start(ActorSettings.defaults(), ActorSettings.defaults());
	}

	private TestNode start(ActorSettings senders, ActorSettings receivers) {
		this.sender.on("once", tells(Delivery.EXACTLY_ONCE))
			.on("least", tells(Delivery.AT_LEAST_ONCE))
			.watchedBy(() -> this.node.store());
		this.receiver.watchedBy(() -> this.node.store());
		this.node = TestNode.start(new FaultyStore(), (settings) -> settings.withDrainTimeout(Duration.ofSeconds(1)),
				this.sender.definition("sender", senders), this.receiver.definition("receiver", receivers));
		return this.node;
	}

	/** Tells the receiver each word of the text, and keeps what it told. */
	private Step tells(Delivery delivery) {
		return (state, message, context) -> {
			Notes next = state;
			for (String word : ((Do) message).text().split(" ", -1)) {
				send(receiver(), new Note(word), delivery);
				next = next.with(word);
			}
			return next;
		};
	}

	/** In a handler there is nothing to wait for. */
	private static void send(ActorRef<Message> receiver, Message message, Delivery delivery) {
		CompletableFuture<Void> unused = receiver.tell(message, delivery);
	}

	private ActorRef<Message> sender() {
		return this.node.ref("sender", "s");
	}

	private ActorRef<Message> receiver() {
		return this.node.ref("receiver", "r");
	}

	private List<String> texts(ActorRef<Message> actor) {
		return actor.call(new Get()).texts();
	}

	private void untilReceived(int count) {
		Passing.until(this.node, count + " messages were handled", () -> this.receiver.handled().size() >= count);
		Passing.untilQuiet(this.node);
	}

	private static List<String> words(int count) {
		return IntStream.range(0, count).mapToObj((number) -> "w" + number).toList();
	}

	@Test
	void leavesOnlyAfterTheWriteOfItsSender() {
		start().store().freeze();
		sender().tell(new Do("once", "a"));
		this.node.rest();
		// The load of the sender, then its write
		this.node.store().thaw();
		this.node.rest();
		this.node.store().freeze();
		sender().tell(new Do("once", "b"));
		this.node.advance(Duration.ofMinutes(1));
		assertThat(this.sender.handled()).containsExactly("s once", "s once");
		assertThat(this.receiver.handled()).containsExactly("r a");
		this.node.store().thaw();
		this.node.settle();
		assertThat(texts(receiver())).containsExactly("a", "b");
	}

	@Test
	void isPartOfTheWriteOfItsSender() {
		start();
		sender().tell(new Do("once", "a b"));
		this.node.settle();
		assertThat(this.node.store().commits(SENDER).get(0)).satisfies((commit) -> {
			assertThat(commit.state()).isNotNull();
			assertThat(commit.tells()).hasSize(2);
			assertThat(commit.wake()).isTrue();
		});
	}

	@Test
	void leavesNotAtAllWhenTheHandlerThrows() {
		this.sender.run("throw", (message, context) -> {
			send(receiver(), new Note("lost"), Delivery.EXACTLY_ONCE);
			throw new IllegalStateException("as told");
		});
		start();
		sender().tell(new Do("throw"));
		sender().tell(new Do("once", "a"));
		untilReceived(1);
		assertThat(texts(receiver())).containsExactly("a");
	}

	@Test
	void leavesNotAtAllWhenTheWriteIsRefused() {
		start().store().failCommits(Fault.NOT_APPLIED);
		sender().tell(new Do("once", "lost"));
		this.node.settle();
		sender().tell(new Do("once", "a"));
		untilReceived(1);
		this.node.advance(Duration.ofMinutes(1));
		assertThat(texts(receiver())).containsExactly("a");
		assertThat(texts(sender())).containsExactly("a");
	}

	/** Commit 1 is the sender's, 2 the receiver's, 3 the acknowledgement. */
	@ParameterizedTest
	@CsvSource({ "1, false", "1, true", "2, false", "2, true", "3, false", "3, true" })
	void exactlyOnceSurvivesACrashAtEveryWrite(int commit, boolean applied) {
		start().store().dieAtCommit(commit, applied);
		sender().tell(new Do("once", "a"));
		crashOnceDead();
		this.node.advance(Duration.ofMinutes(1)).settle();
		boolean sent = commit > 1 || applied;
		assertThat(this.receiver.handled().stream().distinct()).hasSize(sent ? 1 : 0);
		assertThat(texts(sender())).isEqualTo(sent ? List.of("a") : List.of());
		assertThat(texts(receiver())).isEqualTo(sent ? List.of("a") : List.of());
		assertNothingLeftToSend();
	}

	@ParameterizedTest
	@CsvSource({ "1, true", "2, false", "2, true", "3, false", "3, true" })
	void atLeastOnceSurvivesACrashAtEveryWrite(int commit, boolean applied) {
		start().store().dieAtCommit(commit, applied);
		sender().tell(new Do("least", "a"));
		crashOnceDead();
		this.node.advance(Duration.ofMinutes(1)).settle();
		assertThat(texts(receiver())).isNotEmpty().containsOnly("a").hasSizeLessThanOrEqualTo(2);
		assertNothingLeftToSend();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22 })
	void keepsTheOrderOfItsSenderThroughCrashes(int commits) {
		start();
		List<String> told = new ArrayList<>();
		for (int round = 0; round < 3; round++) {
			this.node.store().dieAtCommit(commits + round, round % 2 == 0);
			for (int i = 0; i < 12 && !this.node.store().isDead(); i++) {
				String words = "x%d.%d y%d.%d z%d.%d".formatted(round, i, round, i, round, i);
				told.addAll(List.of(words.split(" ", -1)));
				sender().tell(new Do("once", words));
				if (i % 4 == 0) {
					this.node.rest();
				}
			}
			this.node.rest();
			this.node.crash();
		}
		this.node.advance(Duration.ofMinutes(1)).settle();
		// A plain tell may be lost in a crash; what it made the sender tell may not
		List<String> sent = texts(sender());
		assertThat(told).containsSubsequence(sent);
		assertThat(texts(receiver())).isEqualTo(sent);
		assertNothingLeftToSend();
	}

	@Test
	void survivesACrashWhileTheReceiverHandlesIt() throws InterruptedException {
		start();
		// Its handler ends when the next node runs
		this.receiver.watchedBy(FaultyStore::new);
		TestActor.Gate gate = this.receiver.gate();
		this.sender.run("gate-and-note", (message, context) -> {
			send(receiver(), new Do("gate"), Delivery.EXACTLY_ONCE);
			send(receiver(), new Note("a"), Delivery.EXACTLY_ONCE);
		});
		sender().tell(new Do("gate-and-note"));
		gate.awaitReached();
		FaultyStore old = this.node.store();
		this.receiver.on("gate", (state, message, context) -> state.with("gate"));
		this.node.crash();
		this.node.advance(Duration.ofMinutes(1)).settle();
		gate.open();
		assertThat(old.isDead()).isTrue();
		assertThat(texts(receiver())).containsExactly("gate", "a");
	}

	@ParameterizedTest
	@EnumSource(value = Fault.class, names = { "UNKNOWN_APPLIED", "UNKNOWN", "NOT_APPLIED", "SEQUENCE_MISMATCH" })
	void exactlyOnceSurvivesAFaultOfEveryWrite(Fault fault) {
		start();
		AtomicInteger commits = new AtomicInteger();
		// The first write is the sender's, which a plain tell does not repeat
		this.node.store().failCommits((commit) -> (commits.getAndIncrement() % 2 == 1) ? fault : Fault.NONE);
		sender().tell(new Do("once", "a b"));
		untilReceived(2);
		this.node.advance(Duration.ofMinutes(1)).settle();
		assertThat(texts(receiver())).containsExactly("a", "b");
		assertNothingLeftToSend();
	}

	@Test
	void aFullMailboxIsTriedAgainInOrder() throws InterruptedException {
		start(ActorSettings.defaults(), ActorSettings.defaults().withMailboxCapacity(3));
		TestActor.Gate gate = this.receiver.gate();
		receiver().tell(new Do("gate"));
		gate.awaitReached();
		List<String> words = words(60);
		sender().tell(new Do("once", String.join(" ", words)));
		Awaitility.await().atMost(PATIENCE).until(() -> this.node.statistics("receiver").refused() > 0);
		gate.open();
		untilReceived(61);
		assertThat(texts(receiver())).isEqualTo(words);
		assertNothingLeftToSend();
	}

	@Test
	void manySendersShareAFullMailbox() {
		start(ActorSettings.defaults(), ActorSettings.defaults().withMailboxCapacity(2));
		List<String> words = words(10);
		for (int key = 0; key < 20; key++) {
			String name = "s" + key;
			this.sender.on(name, tells(Delivery.EXACTLY_ONCE));
			this.node.<Message>ref("sender", name)
				.tell(new Do(name, String.join(" ", words.stream().map((word) -> name + word).toList())));
		}
		untilReceived(200);
		List<String> received = texts(receiver());
		assertThat(received).hasSize(200).doesNotHaveDuplicates();
		for (int key = 0; key < 20; key++) {
			String name = "s" + key;
			assertThat(received).containsSubsequence(words.stream().map((word) -> name + word).toList());
		}
	}

	@Test
	void aQuarantinedReceiverGetsItAfterItsRelease() {
		start(ActorSettings.defaults(), ActorSettings.defaults().withOnFailure(FailurePolicy.STOP));
		this.receiver.run("throw", (message, context) -> {
			throw new IllegalStateException("as told");
		});
		receiver().tell(new Do("throw"));
		this.node.settle();
		assertThat(this.node.explain("receiver", "r").quarantine()).isNotNull();
		sender().tell(new Do("once", "a b c"));
		this.node.advance(Duration.ofMinutes(5));
		assertThat(this.receiver.handled()).hasSize(1);
		assertThat(this.node.node().management().release(RECEIVER)).isTrue();
		untilReceived(4);
		assertThat(texts(receiver())).containsExactly("a", "b", "c");
		assertNothingLeftToSend();
	}

	@Test
	void aSenderWithSomethingToDeliverIsNotPassivated() {
		start(ActorSettings.defaults().withPassivateAfter(Duration.ofSeconds(1)),
				ActorSettings.defaults().withOnFailure(FailurePolicy.STOP));
		this.receiver.run("throw", (message, context) -> {
			throw new IllegalStateException("as told");
		});
		receiver().tell(new Do("throw"));
		sender().tell(new Do("once", "a"));
		this.node.advance(Duration.ofMinutes(2));
		assertThat(this.node.isActive("sender", "s")).isTrue();
		this.node.node().management().release(RECEIVER);
		untilReceived(2);
		this.node.advance(Duration.ofMinutes(1));
		assertThat(this.node.isActive("sender", "s")).isFalse();
		assertThat(texts(receiver())).containsExactly("a");
	}

	@Test
	void aQuarantinedSenderStillDeliversWhatItWrote() {
		start(ActorSettings.defaults().withOnFailure(FailurePolicy.STOP),
				ActorSettings.defaults().withMailboxCapacity(1));
		this.sender.run("throw", (message, context) -> {
			throw new IllegalStateException("as told");
		});
		sender().tell(new Do("once", "a b c"));
		sender().tell(new Do("throw"));
		untilReceived(3);
		assertThatExceptionOfType(ActorQuarantinedException.class).isThrownBy(() -> sender().call(new Get()));
		assertThat(texts(receiver())).containsExactly("a", "b", "c");
		this.node.node().management().release(SENDER);
		assertThat(texts(sender())).containsExactly("a", "b", "c");
		this.node.advance(Duration.ofMinutes(1)).settle();
		assertThat(texts(receiver())).containsExactly("a", "b", "c");
		assertNothingLeftToSend();
	}

	@Test
	void fromOutsideCompletesOnlyWhenTheWriteOfTheReceiverIsDurable() {
		start();
		receiver().tell(new Note("loaded"));
		this.node.settle();
		this.node.store().freeze();
		CompletableFuture<Void> done = receiver().tell(new Note("a"), Delivery.EXACTLY_ONCE);
		this.node.advance(Duration.ofMinutes(1));
		assertThat(this.receiver.handled()).containsExactly("r loaded", "r a");
		assertThat(done).isNotDone();
		this.node.store().thaw();
		assertThat(done).succeedsWithin(PATIENCE);
		assertThat(texts(receiver())).containsExactly("loaded", "a");
	}

	@ParameterizedTest
	@EnumSource(value = Delivery.class, names = { "AT_LEAST_ONCE", "EXACTLY_ONCE" })
	void manyFromOutsideArriveInOrder(Delivery delivery) {
		start(ActorSettings.defaults(), ActorSettings.defaults().withMailboxCapacity(20));
		AtomicInteger commits = new AtomicInteger();
		this.node.store()
			.failCommits((commit) -> (commits.incrementAndGet() % 3 == 0) ? Fault.NOT_APPLIED : Fault.NONE);
		List<String> words = words(400);
		List<CompletableFuture<Void>> done = words.stream()
			.map((word) -> receiver().tell(new Note(word), delivery))
			.toList();
		CompletableFuture<Void> all = CompletableFuture.allOf(done.toArray(CompletableFuture<?>[]::new));
		Passing.until(this.node, "all were acknowledged", all::isDone);
		assertThat(all).isCompleted();
		this.node.store().failCommits((commit) -> Fault.NONE);
		assertThat(texts(receiver())).isEqualTo(words);
	}

	@Test
	void fromAVolatileActorIsSentAgainUntilItIsStored() {
		start(ActorSettings.defaults().withPersistence(Persistence.NONE), ActorSettings.defaults());
		this.node.store().failCommits(Fault.NOT_APPLIED, Fault.UNKNOWN_APPLIED, Fault.NOT_APPLIED);
		sender().tell(new Do("once", "a b c"));
		untilReceived(3);
		this.node.advance(Duration.ofMinutes(1)).settle();
		assertThat(texts(receiver())).containsExactly("a", "b", "c");
	}

	@Test
	void toAVolatileActorIsHandled() {
		start(ActorSettings.defaults(),
				ActorSettings.defaults().withPersistence(Persistence.NONE).withMailboxCapacity(2));
		sender().tell(new Do("once", "a b c d e f"));
		untilReceived(6);
		this.node.advance(Duration.ofMinutes(1)).settle();
		assertThat(texts(receiver())).containsExactly("a", "b", "c", "d", "e", "f");
		assertNothingLeftToSend();
	}

	@ParameterizedTest
	@CsvSource({ "1, true", "2, false", "2, true", "3, false", "3, true" })
	void toItselfSurvivesACrashAtEveryWrite(int commit, boolean applied) {
		this.sender.run("self", (message, context) -> {
			send(self(context), new Note("a"), Delivery.EXACTLY_ONCE);
			send(self(context), new Note("b"), Delivery.EXACTLY_ONCE);
		});
		start().store().dieAtCommit(commit, applied);
		sender().tell(new Do("self"));
		crashOnceDead();
		this.node.advance(Duration.ofMinutes(1)).settle();
		assertThat(this.sender.handled()).contains("s a", "s b");
		assertThat(texts(sender())).containsExactly("a", "b");
		assertNothingLeftToSend();
	}

	private static ActorRef<Message> self(ActorContext<Message> context) {
		return context.self();
	}

	@Test
	void aChainOfActorsSurvivesACrashAtEveryWrite() {
		// Each hop tells the next in the write in which it notes the message. What wakes
		// at
		// a start finds the next hop as an application does, before the start is over
		this.sender.on("hop", (state, message, context) -> {
			int left = Integer.parseInt(((Do) message).text());
			if (left > 0) {
				send(this.node.ref("sender", "s" + (left - 1)), new Do("hop", String.valueOf(left - 1)),
						Delivery.EXACTLY_ONCE);
			}
			return state.with("hop");
		});
		start();
		CompletableFuture<Void> first = this.node.<Message>ref("sender", "s6")
			.tell(new Do("hop", "6"), Delivery.EXACTLY_ONCE);
		this.node.store().dieAtCommit(1, true);
		for (int crash = 0; crash < 12; crash++) {
			this.node.rest().crash();
			this.node.store().dieAtCommit(1 + crash % 3, crash % 2 == 0);
			this.node.advance(Duration.ofSeconds(2));
		}
		this.node.crash();
		this.node.advance(Duration.ofMinutes(1)).settle();
		for (int hop = 0; hop <= 6; hop++) {
			assertThat(texts(this.node.ref("sender", "s" + hop))).as("s%d", hop).containsExactly("hop");
		}
		assertThat(first).isNotCompletedExceptionally();
	}

	@Test
	void isDeliveredByItselfWhenTheReceiverCanBeLoadedAgain() {
		start();
		sender().tell(new Note("loaded"));
		this.node.settle();
		this.node.store().failLoads(Fault.NOT_APPLIED, Fault.UNKNOWN, Fault.NOT_APPLIED);
		sender().tell(new Do("once", "a b"));
		untilReceived(2);
		assertThat(texts(receiver())).containsExactly("a", "b");
		assertNothingLeftToSend();
	}

	@Test
	void isDeliveredByItselfAfterAnOutageThatTheRestartMet() {
		FaultyStore first = start().store();
		first.dieAtCommit(1, true);
		sender().tell(new Do("once", "a b"));
		awaitDead();
		FaultyStore second = first.die();
		second.failLoads(Fault.NOT_APPLIED, Fault.UNKNOWN, Fault.NOT_APPLIED, Fault.NOT_APPLIED);
		this.node.close();
		this.node = TestNode.start(second, (settings) -> settings,
				this.sender.definition("sender", ActorSettings.defaults()),
				this.receiver.definition("receiver", ActorSettings.defaults()));
		this.node.rest();
		assertThat(this.receiver.handled()).isEmpty();
		untilReceived(2);
		assertThat(second.loads()).filteredOn(SENDER::equals).hasSizeGreaterThan(2);
		assertThat(texts(receiver())).containsExactly("a", "b");
		assertNothingLeftToSend();
	}

	@Test
	void theReceiverForgetsTheNumberOfASenderThatHasNothingMoreToSend() {
		start();
		sender().tell(new Do("once", "a"));
		this.node.settle();
		receiver().tell(new Note("plain"));
		this.node.settle();
		List<Commit> commits = this.node.store().commits(RECEIVER);
		assertThat(commits.get(commits.size() - 1).forgotten()).containsExactly(SENDER.toString());
		sender().tell(new Do("once", "b"));
		this.node.settle();
		assertThat(texts(receiver())).containsExactly("a", "plain", "b");
	}

	@Test
	void aPassivatedReceiverStillKnowsWhatItHandled() {
		start(ActorSettings.defaults(), ActorSettings.defaults().withPassivateAfter(Duration.ofSeconds(1)));
		// The sender's acknowledgement is lost and its tells are sent again
		AtomicInteger commits = new AtomicInteger();
		this.node.store()
			.failCommits((commit) -> (commit.actor().equals(SENDER) && commits.incrementAndGet() == 2)
					? Fault.NOT_APPLIED : Fault.NONE);
		sender().tell(new Do("once", "a"));
		this.node.settle();
		this.node.advance(Duration.ofMinutes(1));
		assertThat(this.node.isActive("receiver", "r")).isFalse();
		sender().tell(new Do("once", "b"));
		untilReceived(2);
		this.node.advance(Duration.ofMinutes(1)).settle();
		assertThat(texts(receiver())).containsExactly("a", "b");
		assertNothingLeftToSend();
	}

	private void awaitDead() {
		Awaitility.await().atMost(PATIENCE).until(() -> this.node.store().isDead());
	}

	private void crashOnceDead() {
		awaitDead();
		this.node.rest();
		this.node.crash();
	}

	/** The last write of the sender took it out of the wake set. */
	private void assertNothingLeftToSend() {
		this.node.advance(Duration.ofMinutes(1)).settle();
		for (ActorId actor : List.of(SENDER, RECEIVER)) {
			List<Commit> commits = this.node.store().commits(actor);
			if (!commits.isEmpty()) {
				assertThat(commits.get(commits.size() - 1).wake()).as("%s has tells to send", actor).isFalse();
			}
		}
		this.receiver.handled().clear();
		this.node.crash();
		this.node.advance(Duration.ofMinutes(1)).settle();
		assertThat(this.receiver.handled()).as("delivered again after one more restart").isEmpty();
	}

}
