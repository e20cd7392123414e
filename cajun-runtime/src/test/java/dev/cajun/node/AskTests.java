package dev.cajun.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import dev.cajun.ActorActivity;
import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.ActorSystem;
import dev.cajun.AskOptions;
import dev.cajun.AskTimeoutException;
import dev.cajun.AskTimeoutException.Outcome;
import dev.cajun.CyclicCallException;
import dev.cajun.HandlerException;
import dev.cajun.MessageTooLargeException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.Persistence;
import dev.cajun.Placement;
import dev.cajun.ReadConsistency;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.UnknownMessageTypeException;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Gate;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestActor.Notes;
import dev.cajun.node.TestActor.Query;
import dev.cajun.store.FaultyStore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/** Questions and their answers. */
class AskTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final String MESSAGES = "[Add, Get, Note, Do, Query]";

	private final TestActor actor = new TestActor();

	/** What was thrown at handlers by what they called. */
	private final List<Throwable> thrown = new CopyOnWriteArrayList<>();

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
		this.node = TestNode.start(this.actor.definition("a", settings));
		this.actor.watchedBy(this.node::store);
		pass(1);
		return ref("x");
	}

	private ActorRef<Message> ref(String key) {
		return this.node.ref("a", key);
	}

	private void pass(long millis) {
		this.node.time().advance(Duration.ofMillis(millis));
	}

	private static AskOptions within(Duration timeout) {
		return AskOptions.defaults().withTimeout(timeout);
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new CompletionException(ex);
		}
	}

	private void awaitMailbox(String key, int messages) {
		Awaitility.await().atMost(SOON).until(() -> this.node.explain("a", key).mailbox() == messages);
	}

	private static AskTimeoutException timeout(CompletableFuture<?> future) {
		AtomicReference<AskTimeoutException> found = new AtomicReference<>();
		assertThat(future).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.satisfies((ex) -> assertThat(ex).cause().isInstanceOfSatisfying(AskTimeoutException.class, found::set));
		return found.get();
	}

	// ---- time

	@Test
	void requestThatWasNotRunInTimeNeverRuns() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		CompletableFuture<Long> late = ref.ask(new Add(1), within(Duration.ofMillis(200)));
		CompletableFuture<Long> patient = ref.ask(new Add(10), within(Duration.ofSeconds(9)));
		pass(199);
		assertThat(late).isNotDone();
		pass(1);

		AskTimeoutException ex = timeout(late);
		assertThat(ex.outcome()).isEqualTo(Outcome.NOT_RUN);
		assertThat(ex).hasMessageContaining("a/x")
			.hasMessageContaining("Add")
			.hasMessageContaining("200 ms")
			.hasMessageContaining("was not run and will not be");
		gate.open();
		assertThat(patient).succeedsWithin(SOON).isEqualTo(10L);
		assertThat(this.actor.handled()).hasSize(2);
		assertThat(this.node.statistics("a").expired()).isEqualTo(1);
		assertThat(this.node.statistics("a").asksTimedOut()).isEqualTo(1);
	}

	@Test
	void timeoutTellsWhatTheActorIsDoingInstead() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		pass(1500);
		CompletableFuture<Long> late = ref.ask(new Add(1), within(Duration.ofMillis(500)));
		pass(500);

		AskTimeoutException ex = timeout(late);
		String here = this.node.node().system().node();
		assertThat(ex).hasMessageContaining("handling Do since 2000 ms").hasMessageContaining(here);
		ActorActivity activity = ex.activity();
		assertThat(activity.actor()).isEqualTo(ref.id());
		assertThat(activity.node()).isEqualTo(here);
		assertThat(activity.phase()).isEqualTo("handling");
		assertThat(activity.messageType()).isEqualTo("Do");
		assertThat(activity.running()).isEqualTo(Duration.ofSeconds(2));
		assertThat(activity.stack()).anyMatch((frame) -> frame.getClassName().equals(TestActor.class.getName())
				&& frame.getMethodName().equals("receive"));
		gate.open();
	}

	@Test
	void requestThatRunsWhenTimeIsUpHasUnknownOutcomeAndGoesOn() {
		CountDownLatch reached = new CountDownLatch(1);
		CountDownLatch go = new CountDownLatch(1);
		this.actor.on("slow", (state, message, context) -> {
			reached.countDown();
			await(go);
			context.reply((Query) message, "too late");
			return state.plus(5);
		});
		ActorRef<Message> ref = start();
		CompletableFuture<String> slow = ref.ask(new Query("slow"));
		await(reached);
		pass(4999);
		assertThat(slow).isNotDone();
		pass(1);

		AskTimeoutException ex = timeout(slow);
		assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
		assertThat(ex).hasMessageContaining("its outcome is unknown");
		assertThat(ex.activity().messageType()).isEqualTo("Query");
		assertThat(ex.activity().running()).isEqualTo(Duration.ofSeconds(5));
		go.countDown();
		assertThat(ref.call(new Get()).sum()).as("the turn counts").isEqualTo(5);
	}

	@Test
	void requestThatIsWrittenWhenTimeIsUpHasUnknownOutcome() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		this.node.store().freeze();
		CompletableFuture<Long> slow = ref.ask(new Add(1));
		Awaitility.await().atMost(SOON).until(() -> this.node.store().held() == 1);
		this.node.rest();
		pass(5000);

		AskTimeoutException ex = timeout(slow);
		assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
		assertThat(ex.activity().phase()).isEqualTo("writing");
		this.node.store().thaw();
		assertThat(ref.call(new Get()).sum()).isEqualTo(2);
	}

	@Test
	void requestThatWaitsForItsActorToBeLoadedIsNotRunWhenTimeIsUp() {
		ActorRef<Message> ref = start();
		this.node.store().freeze();
		CompletableFuture<Long> late = ref.ask(new Add(1));
		Awaitility.await().atMost(SOON).until(() -> this.node.store().held() == 1);
		this.node.rest();
		pass(5000);

		AskTimeoutException ex = timeout(late);
		assertThat(ex.outcome()).isEqualTo(Outcome.NOT_RUN);
		assertThat(ex.activity().phase()).isEqualTo("loading");
		this.node.store().thaw();
		assertThat(ref.call(new Get()).sum()).isZero();
	}

	@Test
	void timeoutIsThatOfTheAskOrElseOfTheType() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start(ActorSettings.defaults().withAskTimeout(Duration.ofSeconds(2)));
		ref.tell(new Do("gate"));
		gate.awaitReached();
		CompletableFuture<Long> byType = ref.ask(new Add(1));
		CompletableFuture<Long> byAsk = ref.ask(new Add(1), within(Duration.ofSeconds(3)));
		pass(2000);
		assertThat(timeout(byType)).hasMessageContaining("2000 ms");
		assertThat(byAsk).isNotDone();
		pass(1000);

		assertThat(timeout(byAsk)).hasMessageContaining("3000 ms");
		gate.open();
	}

	@Test
	void callTimesOutAsAskDoes() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		AtomicReference<Throwable> caught = new AtomicReference<>();
		Thread caller = Thread.ofVirtual().start(() -> {
			try {
				ref.call(new Add(1));
			}
			catch (RuntimeException ex) {
				caught.set(ex);
			}
		});
		awaitMailbox("x", 2);
		pass(5000);
		assertThat(caller.join(SOON)).isTrue();

		assertThat(caught.get()).isInstanceOfSatisfying(AskTimeoutException.class,
				(ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_RUN));
		gate.open();
		assertThat(ref.call(new Get()).sum()).isZero();
	}

	@Test
	void answerInTimeLeavesNoTimer() {
		ActorRef<Message> ref = start();
		Duration before = this.node.time().untilNext();
		ref.call(new Add(1));
		assertThat(ref.ask(new Add(1))).succeedsWithin(SOON);

		assertThat(this.node.time().untilNext()).isEqualTo(before);
	}

	// ---- handlers that wait for others

	/** A query names the actors to ask, one through the other. */
	private void relay(Way way) {
		this.actor.run("relay", (message, context) -> {
			Query query = (Query) message;
			List<String> keys = List.of(query.text().split(" "));
			if (query.text().isEmpty()) {
				context.reply(query, "here");
				return;
			}
			Query rest = new Query("relay", String.join(" ", keys.subList(1, keys.size())));
			try {
				String answer = way.answer(ref(keys.get(0)), rest);
				context.reply(query, "through " + context.self().id().key() + " " + answer);
			}
			catch (Exception ex) {
				this.thrown.add(ex);
				throw ex;
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	void handlersMayWaitForOthers(Way way) {
		relay(way);

		assertThat(start().call(new Query("relay", "y z"))).isEqualTo("through x through y here");
	}

	@ParameterizedTest
	@EnumSource
	void handlerThatWouldWaitForItselfThroughAnotherFailsAtOnce(Way way) {
		relay(way);
		ActorRef<Message> ref = start();
		CompletableFuture<String> answer = ref.ask(new Query("relay", "y x"));

		assertThat(answer).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(HandlerException.class);
		assertThat(this.thrown).first()
			.isInstanceOf(CyclicCallException.class)
			.asString()
			.containsAnyOf("a/y waits for a/x waits for a/y", "a/x waits for a/y waits for a/x")
			.contains("ActorContext.ask");
		assertThat(ref("y").call(new Add(1))).as("both go on").isEqualTo(1);
		assertThat(ref.call(new Add(1))).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	void handlerThatWouldWaitForItselfFailsAtOnce(Way way) {
		relay(way);
		ActorRef<Message> ref = start();

		assertThat(ref.ask(new Query("relay", "x"))).failsWithin(SOON);
		assertThat(this.thrown).singleElement()
			.isInstanceOf(CyclicCallException.class)
			.asString()
			.contains("a/x waits for a/x");
		assertThat(ref.call(new Add(1))).isEqualTo(1);
	}

	@Test
	void longChainOfHandlersThatComesBackFailsAtOnce() {
		relay(Way.CALL);

		assertThat(start().ask(new Query("relay", "p q r s x"))).failsWithin(SOON);
		assertThat(this.thrown).first()
			.isInstanceOf(CyclicCallException.class)
			.asString()
			.contains("a/x waits for a/p", "a/p waits for a/q", "a/q waits for a/r", "a/r waits for a/s",
					"a/s waits for a/x");
	}

	@Test
	void callThatFailedForItsCycleIsNotRunLater() {
		relay(Way.CALL);
		ActorRef<Message> ref = start();
		assertThat(ref.ask(new Query("relay", "x"))).failsWithin(SOON);
		this.node.settle();

		assertThat(this.actor.handled()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 3 })
	void ofActorsThatCallEachOtherAtTheSameTimeOneFailsAndNoneHangs(int actors) {
		AtomicReference<CyclicBarrier> barrier = new AtomicReference<>();
		this.actor.run("last", (message, context) -> context.reply((Query) message, "answer"));
		this.actor.run("next", (message, context) -> {
			int next = (Integer.parseInt(context.self().id().key()) + 1) % actors;
			barrier.get().await(10, TimeUnit.SECONDS);
			context.reply((Query) message, ref("" + next).call(new Query("last")));
		});
		start();
		for (int round = 0; round < 100; round++) {
			barrier.set(new CyclicBarrier(actors));
			List<CompletableFuture<String>> answers = new ArrayList<>();
			for (int i = 0; i < actors; i++) {
				answers.add(ref("" + i).ask(new Query("next")));
			}
			int failed = 0;
			for (CompletableFuture<String> answer : answers) {
				Object outcome = answer.handle((text, error) -> (error != null) ? error : text)
					.orTimeout(10, TimeUnit.SECONDS)
					.join();
				if (outcome instanceof HandlerException ex) {
					assertThat(ex.errorType()).isEqualTo(CyclicCallException.class.getName());
					failed++;
				}
				else {
					assertThat(outcome).isEqualTo("answer");
				}
			}
			assertThat(failed).isPositive();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "NONE" })
	void actorThatHasAnsweredMayCallTheOneThatAskedIt(Persistence persistence) {
		CountDownLatch answered = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.actor.run("asks", (message, context) -> {
			// The answer is there; what this handler waits for now is something else
			CompletableFuture<String> more = ref("y").ask(new Query("answers")).thenApplyAsync((text) -> {
				answered.countDown();
				await(goOn);
				return text;
			});
			context.reply((Query) message, more.join());
		});
		this.actor.run("answers", (message, context) -> context.reply((Query) message, "answer"));
		this.actor.run("calls back",
				(message, context) -> context.reply((Query) message, "sum " + ref("x").call(new Add(7))));
		ActorRef<Message> ref = start(ActorSettings.defaults().withPersistence(persistence));
		CompletableFuture<String> asked = ref.ask(new Query("asks"));
		await(answered);
		CompletableFuture<String> back = ref("y").ask(new Query("calls back"));
		Awaitility.await().atMost(SOON).until(() -> back.isDone() || this.node.explain("a", "x").mailbox() == 2);
		assertThat(back).isNotDone();
		goOn.countDown();

		assertThat(asked).succeedsWithin(SOON).isEqualTo("answer");
		assertThat(back).succeedsWithin(SOON).isEqualTo("sum 7");
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "NONE" })
	void actorMayGoOnWaitingWhenTheOneThatAnsweredItCallsItBack(Persistence persistence) {
		CountDownLatch answered = new CountDownLatch(1);
		CountDownLatch calledBack = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.actor.run("asks", (message, context) -> {
			CompletableFuture<String> more = ref("y").ask(new Query("answers")).thenApplyAsync((text) -> {
				answered.countDown();
				await(goOn);
				return text;
			});
			await(calledBack);
			Thread.ofVirtual().start(goOn::countDown);
			context.reply((Query) message, more.get(10, TimeUnit.SECONDS));
		});
		this.actor.run("answers", (message, context) -> context.reply((Query) message, "answer"));
		this.actor.run("calls back",
				(message, context) -> context.reply((Query) message, "sum " + ref("x").call(new Add(7))));
		ActorRef<Message> ref = start(ActorSettings.defaults().withPersistence(persistence));
		CompletableFuture<String> asked = ref.ask(new Query("asks"));
		await(answered);
		CompletableFuture<String> back = ref("y").ask(new Query("calls back"));
		awaitMailbox("x", 2);
		calledBack.countDown();

		assertThat(asked).succeedsWithin(SOON).isEqualTo("answer");
		assertThat(back).succeedsWithin(SOON).isEqualTo("sum 7");
	}

	@ParameterizedTest
	@EnumSource(names = { "CALL", "GET" })
	void actorThatAnswersAndCallsBackBeforeTheOneThatAskedWaitsIsNoCycle(Way way) {
		AtomicBoolean asking = new AtomicBoolean();
		this.actor.run("asks", (message, context) -> {
			asking.set(true);
			context.reply((Query) message, way.answer(ref("y"), new Query("answers")));
		});
		this.actor.run("answers", (message, context) -> {
			context.reply((Query) message, "answer");
			ref("y").tell(new Do("calls back"));
		});
		this.actor.run("calls back", (message, context) -> {
			try {
				assertThat(ref("x").call(new Add(7))).isEqualTo(7);
			}
			catch (RuntimeException ex) {
				this.thrown.add(ex);
			}
		});
		// The thread that asks goes on only when the other calls back
		this.node = TestNode.start(new FaultyStore(), (settings) -> settings, (builder) -> builder.executor((task) -> {
			boolean stop = asking.getAndSet(false);
			Thread.ofVirtual().start(task);
			if (stop) {
				Awaitility.await()
					.atMost(SOON)
					.until(() -> this.node.explain("a", "x").mailbox() == 2 || !this.thrown.isEmpty());
			}
		}), this.actor.definition("a", ActorSettings.defaults().withPersistence(Persistence.NONE)));

		assertThat(ref("x").ask(new Query("asks"))).succeedsWithin(SOON).isEqualTo("answer");
		assertThat(ref("x").call(new Get()).sum()).isEqualTo(7);
		assertThat(this.thrown).isEmpty();
	}

	@Test
	void whoWaitsOnAnotherThreadThanTheHandlersIsNoPartOfACycle() {
		AtomicReference<CompletableFuture<Long>> elsewhere = new AtomicReference<>();
		this.actor.run("elsewhere", (message, context) -> {
			elsewhere.set(CompletableFuture.supplyAsync(() -> ref("x").call(new Add(2))));
			context.reply((Query) message, "started");
		});

		assertThat(start().call(new Query("elsewhere"))).isEqualTo("started");
		assertThat(elsewhere.get()).succeedsWithin(SOON).isEqualTo(2L);
	}

	// ---- questions whose outcome comes as a message

	@Test
	void outcomesOfQuestionsComeBackAsMessages() {
		this.actor.run("asks", (message, context) -> context.ask(ref("y"), new Query(((Do) message).text()),
				(text, error) -> new Note((error != null) ? error.getClass().getSimpleName() + " " + text : text)));
		this.actor.run("answers", (message, context) -> context.reply((Query) message, "answer"));
		this.actor.run("throws", (message, context) -> {
			throw new IllegalStateException("no");
		});
		this.actor.run("waits", (message, context) -> assertThat(context.replyTo((Query) message)).isNotNull());
		ActorRef<Message> ref = start();
		ref.tell(new Do("asks", "answers"));
		this.node.settle();
		ref.tell(new Do("asks", "throws"));
		this.node.settle();
		ref.tell(new Do("asks", "waits"));
		this.node.advance(Duration.ofSeconds(5)).settle();

		assertThat(ref.call(new Get()).texts()).containsExactly("answer", "HandlerException null",
				"AskTimeoutException null");
	}

	@Test
	void optionsOfQuestionAreKept() {
		this.actor.run("asks", (message, context) -> context.ask(ref("y"), new Query("waits"),
				within(Duration.ofMillis(20)), (text, error) -> new Note(error.getMessage())));
		this.actor.run("waits", (message, context) -> assertThat(context.replyTo((Query) message)).isNotNull());
		ActorRef<Message> ref = start();
		ref.tell(new Do("asks"));
		this.node.advance(Duration.ofMillis(20)).settle();

		assertThat(ref.call(new Get()).texts()).singleElement().asString().contains("within 20 ms");
	}

	@Test
	void actorGoesOnWhileItsQuestionIsUnderWay() throws Exception {
		Gate gate = this.actor.gate();
		this.actor.run("asks",
				(message, context) -> context.ask(ref("y"), new Add(3), (sum, error) -> new Note("sum " + sum)));
		ActorRef<Message> ref = start();
		ref("y").tell(new Do("gate"));
		gate.awaitReached();
		ref.tell(new Do("asks"));
		assertThat(ref.call(new Get()).texts()).isEmpty();
		gate.open();
		this.node.settle();

		assertThat(ref.call(new Get()).texts()).containsExactly("sum 3");
	}

	@Test
	void questionToItselfIsNoCycle() {
		this.actor.run("asks",
				(message, context) -> context.ask(context.self(), new Add(3), (sum, error) -> new Note("sum " + sum)));
		ActorRef<Message> ref = start();
		ref.tell(new Do("asks"));
		this.node.settle();

		assertThat(ref.call(new Get())).isEqualTo(new Notes(3, List.of("sum 3")));
	}

	@Test
	void outcomesOfStagesComeBackAsMessagesAndWakeTheActor() {
		CompletableFuture<String> works = new CompletableFuture<>();
		CompletableFuture<String> fails = new CompletableFuture<>();
		this.actor.run("awaits", (message, context) -> {
			context.await(works, (text, error) -> new Note("works " + text));
			context.await(fails, (text, error) -> new Note("fails " + error.getMessage()));
			context.await(CompletableFuture.completedFuture("now"), (text, error) -> new Note(text));
		});
		this.actor.run("passivate", (message, context) -> context.passivate());
		ActorRef<Message> ref = start();
		ref.tell(new Do("awaits"));
		ref.tell(new Do("passivate"));
		this.node.settle();
		assertThat(this.node.isActive("a", "x")).isFalse();
		works.complete("well");
		this.node.settle();
		fails.completeExceptionally(new IllegalStateException("badly"));
		this.node.settle();

		assertThat(ref.call(new Get()).texts()).containsExactly("now", "works well", "fails badly");
	}

	@Test
	void outcomeThatBecomesNoMessageIsDroppedAndActorGoesOn() {
		CompletableFuture<String> first = new CompletableFuture<>();
		CompletableFuture<String> second = new CompletableFuture<>();
		this.actor.run("awaits", (message, context) -> {
			context.await(first, (text, error) -> {
				throw new IllegalStateException("no message");
			});
			context.await(second, (text, error) -> null);
		});
		ActorRef<Message> ref = start();
		ref.tell(new Do("awaits"));
		this.node.settle();
		first.complete("1");
		second.complete("2");
		this.node.settle();

		assertThat(ref.call(new Add(1))).isEqualTo(1);
		assertThat(this.actor.handled()).hasSize(2);
	}

	// ---- threads

	@Test
	void futureCompletesOnVirtualThreadThatIsNotTheHandlers() {
		CountDownLatch registered = new CountDownLatch(1);
		AtomicReference<Thread> handler = new AtomicReference<>();
		this.actor.run("answers", (message, context) -> {
			handler.set(Thread.currentThread());
			await(registered);
			context.reply((Query) message, "answer");
		});
		ActorRef<Message> ref = start();
		CompletableFuture<Thread> completing = ref.ask(new Query("answers"))
			.thenApply((text) -> Thread.currentThread());
		registered.countDown();

		assertThat(completing).succeedsWithin(SOON).satisfies((thread) -> {
			assertThat(thread.isVirtual()).isTrue();
			assertThat(thread).isNotSameAs(handler.get());
		});
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "NONE" })
	void dependentThatBlocksHoldsUpNobody(Persistence persistence) {
		CountDownLatch registered = new CountDownLatch(1);
		CountDownLatch blocked = new CountDownLatch(2);
		CountDownLatch goOn = new CountDownLatch(1);
		this.actor.run("answers", (message, context) -> {
			await(registered);
			context.reply((Query) message, "answer");
		});
		this.actor.run("fails", (message, context) -> {
			throw new IllegalStateException("no");
		});
		ActorRef<Message> ref = start(ActorSettings.defaults().withPersistence(persistence));
		List<CompletableFuture<String>> blocking = new ArrayList<>();
		for (String query : List.of("answers", "fails")) {
			blocking.add(ref.ask(new Query(query)).whenComplete((text, error) -> {
				blocked.countDown();
				await(goOn);
			}));
		}
		registered.countDown();
		await(blocked);

		assertThat(ref.call(new Add(1))).isEqualTo(1);
		assertThat(blocking).noneMatch(CompletableFuture::isDone);
		goOn.countDown();
		assertThat(blocking.get(0)).succeedsWithin(SOON);
		assertThat(blocking.get(1)).failsWithin(SOON);
	}

	@Test
	void dependentMayCallTheActorThatAnswered() {
		ActorRef<Message> ref = start();

		assertThat(ref.ask(new Add(1)).thenApply((sum) -> ref.call(new Add(sum)))).succeedsWithin(SOON).isEqualTo(2L);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void interruptOfCallingThreadEndsCall(boolean virtual) throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		Map<String, Throwable> caught = new ConcurrentHashMap<>();
		Map<String, Boolean> interrupted = new ConcurrentHashMap<>();
		List<Thread> callers = new ArrayList<>();
		for (String name : List.of("gate", "other")) {
			Runnable call = () -> {
				try {
					ref.call(new Query(name));
				}
				catch (RuntimeException ex) {
					caught.put(name, ex);
				}
				interrupted.put(name, Thread.currentThread().isInterrupted());
			};
			callers.add(virtual ? Thread.ofVirtual().start(call) : Thread.ofPlatform().start(call));
			gate.awaitReached();
		}
		awaitMailbox("x", 2);
		for (Thread caller : callers) {
			caller.interrupt();
			assertThat(caller.join(SOON)).isTrue();
		}

		assertThat(caught).allSatisfy((name, ex) -> assertThat(ex).isInstanceOf(OutcomeUnknownException.class)
			.hasMessageContaining("Interrupted")
			.hasMessageContaining("a/x"));
		assertThat(caught.get("other")).hasMessageContaining("the request was not run");
		assertThat(caught.get("gate")).message().doesNotContain("not run");
		assertThat(interrupted).containsEntry("gate", true).containsEntry("other", true);
		gate.open();
		this.node.settle();
		assertThat(this.actor.handled()).as("the second never runs").hasSize(1);
	}

	// ---- what fails on the caller's thread

	@Test
	@SuppressWarnings({ "unchecked", "rawtypes" })
	void messageThatIsNoneOfTheActorsFailsOnTheCallersThread() {
		ActorRef<Message> ref = start();

		assertThatExceptionOfType(UnknownMessageTypeException.class).isThrownBy(() -> ref.ask(new Stranger("s")))
			.withMessageContaining("a/x")
			.withMessageContaining("Stranger")
			.withMessageContaining(MESSAGES);
		assertThatExceptionOfType(UnknownMessageTypeException.class).isThrownBy(() -> ref.call(new Stranger("s")))
			.withMessageContaining(MESSAGES);
		assertThatExceptionOfType(UnknownMessageTypeException.class)
			.isThrownBy(() -> ((ActorRef) ref).tell(new Stranger("s")))
			.withMessageContaining(MESSAGES);
		assertThat(this.node.isActive("a", "x")).isFalse();
	}

	@Test
	void nullFailsOnTheCallersThread() {
		ActorRef<Message> ref = start();

		assertThatNullPointerException().isThrownBy(() -> ref.ask(null)).withMessageContaining("a/x");
		assertThatNullPointerException().isThrownBy(() -> ref.call(null)).withMessageContaining("a/x");
		assertThatNullPointerException().isThrownBy(() -> ref.tell(null)).withMessageContaining("a/x");
	}

	@Test
	void requestThatIsTooLargeFailsOnTheCallersThread() {
		this.actor.run("length",
				(message, context) -> context.reply((Query) message, "" + ((Query) message).text().length()));
		this.node = TestNode.start(new FaultyStore(), (settings) -> settings.withMaxMessageSize(4096),
				this.actor.definition("a", ActorSettings.defaults()));
		Query large = new Query("length", "x".repeat(5000));

		assertThatExceptionOfType(MessageTooLargeException.class).isThrownBy(() -> ref("x").ask(large))
			.withMessageContaining("a/x")
			.withMessageContaining("4096")
			.withMessageContaining("cajun.transport.max-message-size");
		assertThatExceptionOfType(MessageTooLargeException.class).isThrownBy(() -> ref("x").call(large));
		assertThat(ref("x").call(new Query("length", "x".repeat(3000)))).isEqualTo("3000");
	}

	@Test
	void unknownActorTypeFailsWithTheTypesThereAre() {
		this.node = TestNode.start(this.actor.definition("a", ActorSettings.defaults()),
				this.actor.definition("b", ActorSettings.defaults()));
		ActorSystem system = this.node.node().system();

		assertThatExceptionOfType(UnknownActorTypeException.class).isThrownBy(() -> system.actors("c", Message.class))
			.withMessageContaining("'c'")
			.withMessageContaining("[a, b]");
		assertThatExceptionOfType(UnknownActorTypeException.class).isThrownBy(() -> system.actors("a", String.class))
			.withMessageContaining("java.lang.String")
			.withMessageContaining(Message.class.getName());
		assertThatExceptionOfType(UnknownActorTypeException.class).isThrownBy(() -> system.actors(String.class))
			.withMessageContaining("No actor type takes");
		assertThatExceptionOfType(UnknownActorTypeException.class).isThrownBy(() -> system.actors(Message.class))
			.withMessageContaining("More than one");
		assertThat(system.types()).containsExactly("a", "b");
	}

	@Test
	void singletonHasOneKey() {
		this.node = TestNode
			.start(this.actor.definition("a", ActorSettings.defaults().withPlacement(Placement.SINGLETON)));

		assertThatIllegalArgumentException().isThrownBy(() -> ref("x"))
			.withMessageContaining("'a'")
			.withMessageContaining("'singleton'")
			.withMessageContaining("'x'");
		assertThat(ref(Placement.SINGLETON_KEY).call(new Add(1))).isEqualTo(1);
	}

	@Test
	void keyThatIsNoneFails() {
		start();

		assertThatIllegalArgumentException().isThrownBy(() -> ref(""));
		assertThatIllegalArgumentException().isThrownBy(() -> ref("a\nb"));
	}

	// ---- reads

	@Test
	void strongReadIsConfirmedAndLocalReadIsNot() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		assertThat(ref.call(new Get(), AskOptions.defaults().withReadConsistency(ReadConsistency.LOCAL)).sum())
			.isEqualTo(1);
		assertThat(this.node.store().confirms()).isEmpty();
		assertThat(ref.call(new Get()).sum()).isEqualTo(1);

		assertThat(this.node.store().confirms()).containsExactly(Map.of(ref.id(), 1L));
	}

	@Test
	void localReadIsAnsweredWhileTheStoreIsAway() {
		ActorRef<Message> ref = start(ActorSettings.defaults().withReadConsistency(ReadConsistency.LOCAL));
		ref.call(new Add(1));
		this.node.store().freeze();
		assertThat(ref.ask(new Get())).succeedsWithin(SOON).isEqualTo(new Notes(1, List.of()));
		CompletableFuture<Notes> strong = ref.ask(new Get(),
				AskOptions.defaults().withReadConsistency(ReadConsistency.STRONG));
		this.node.rest();

		assertThat(strong).isNotDone();
		assertThat(this.node.store().held()).isEqualTo(1);
		this.node.store().thaw();
		assertThat(strong).succeedsWithin(SOON);
	}

	@Test
	void localRequestThatChangesTheActorIsWrittenBeforeItsAnswer() {
		ActorRef<Message> ref = start(ActorSettings.defaults().withReadConsistency(ReadConsistency.LOCAL));
		ref.call(new Add(1));
		this.node.store().freeze();
		CompletableFuture<Long> change = ref.ask(new Add(1));
		this.node.rest();

		assertThat(change).isNotDone();
		this.node.store().thaw();
		assertThat(change).succeedsWithin(SOON).isEqualTo(2L);
	}

	// ---- other

	@Test
	void actorAsksActorOfAnotherTypeThroughReferenceInMessage() {
		this.node = TestNode.start(this.actor.definition("a", ActorSettings.defaults()), ActorDefinition.stateful("f",
				new Forwarder(), OtherMessage.class, Boolean.class, ActorSettings.defaults()));
		ActorRef<OtherMessage> ref = this.node.ref("f", "f");

		assertThat(ref.call(new Forward(ref("x"), 4))).isEqualTo(4);
		assertThat(ref("x").call(new Get()).sum()).isEqualTo(4);
	}

	/** How a handler waits. */
	enum Way {

		CALL {
			@Override
			String answer(ActorRef<Message> ref, Query query) {
				return ref.call(query);
			}
		},

		GET {
			@Override
			String answer(ActorRef<Message> ref, Query query) throws Exception {
				return ref.ask(query).get();
			}
		},

		TIMED_GET {
			@Override
			String answer(ActorRef<Message> ref, Query query) throws Exception {
				return ref.ask(query).get(1, TimeUnit.HOURS);
			}
		},

		JOIN {
			@Override
			String answer(ActorRef<Message> ref, Query query) {
				return ref.ask(query).join();
			}
		},

		JOIN_OF_DEPENDENT {
			@Override
			String answer(ActorRef<Message> ref, Query query) {
				return ref.ask(query).thenApply((text) -> text).whenComplete((text, error) -> {
				}).join();
			}
		};

		abstract String answer(ActorRef<Message> ref, Query query) throws Exception;

	}

	/** A request of no actor. */
	record Stranger(String text) implements Request<String> {

	}

	sealed interface OtherMessage {

	}

	record Forward(ActorRef<Message> to, long amount) implements OtherMessage, Request<Long> {

	}

	private static final class Forwarder implements StatefulActor<Boolean, OtherMessage> {

		@Override
		public Boolean initialState(ActorId id) {
			return true;
		}

		@Override
		public Boolean receive(Boolean state, OtherMessage message, ActorContext<OtherMessage> context) {
			Forward forward = (Forward) message;
			context.reply(forward, forward.to().call(new Add(forward.amount())));
			return state;
		}

	}

}
