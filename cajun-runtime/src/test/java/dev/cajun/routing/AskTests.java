package dev.cajun.routing;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.cajun.ActorActivity;
import dev.cajun.ActorContext;
import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.AskTimeoutException;
import dev.cajun.CajunException;
import dev.cajun.CyclicCallException;
import dev.cajun.HandlerException;
import dev.cajun.MailboxFullException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.Persistence;
import dev.cajun.Placement;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.CajunNode;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Gate;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestActor.Query;
import dev.cajun.node.TestNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Requests from outside and from handlers: answers, timeouts, cycles. */
class AskTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final AskOptions ONE_SECOND = AskOptions.defaults().withTimeout(Duration.ofSeconds(1));

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
		this.node = TestNode.start(this.actor.definition("a", ActorSettings.defaults().withPersistence(persistence)));
		this.actor.watchedBy(this.node::store);
		return ref("x");
	}

	private ActorRef<Message> ref(String key) {
		return this.node.ref("a", key);
	}

	private static AskTimeoutException timeout(CompletableFuture<?> future) {
		AtomicReference<AskTimeoutException> timeout = new AtomicReference<>();
		assertThat(future).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.isInstanceOfSatisfying(AskTimeoutException.class, timeout::set);
		return timeout.get();
	}

	@Test
	void requestThatTimesOutBeforeItsTurnIsNeverRunAndSaysWhatActorIsDoing() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		CompletableFuture<Long> late = ref.ask(new Add(1), ONE_SECOND);
		this.node.time().advance(Duration.ofMillis(999));
		assertThat(late).isNotDone();
		this.node.time().advance(Duration.ofMillis(1));

		AskTimeoutException timeout = timeout(late);
		assertThat(timeout.outcome()).isEqualTo(AskTimeoutException.Outcome.NOT_RUN);
		assertThat(timeout).hasMessageContaining("a/x")
			.hasMessageContaining("Add")
			.hasMessageContaining("1000 ms")
			.hasMessageContaining("not run");
		ActorActivity activity = timeout.activity();
		assertThat(activity).isNotNull();
		assertThat(activity.actor()).isEqualTo(ref.id());
		assertThat(activity.node()).isEqualTo(this.node.node().system().node());
		assertThat(activity.phase()).isEqualTo("handling");
		assertThat(activity.messageType()).isEqualTo("Do");
		assertThat(activity.running()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
		assertThat(activity.stack()).anySatisfy((frame) -> {
			assertThat(frame.getClassName()).isEqualTo(TestActor.class.getName());
			assertThat(frame.getMethodName()).isEqualTo("receive");
		});
		gate.open();
		this.node.settle();
		assertThat(this.actor.handled()).containsExactly("x gate");
		assertThat(ref.call(new Get()).sum()).isZero();
		assertThat(this.node.statistics("a").expired()).isEqualTo(1);
		assertThat(this.node.statistics("a").asksTimedOut()).isEqualTo(1);
	}

	@Test
	void requestThatTimesOutWhileItRunsHasUnknownOutcome() throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.actor.on("slow", (state, message, context) -> {
			running.countDown();
			assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
			context.reply((Query) message, "too late");
			return state.plus(1);
		});
		ActorRef<Message> ref = start();
		CompletableFuture<String> slow = ref.ask(new Query("slow"), ONE_SECOND);
		assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
		this.node.time().advance(Duration.ofSeconds(1));

		AskTimeoutException timeout = timeout(slow);
		assertThat(timeout.outcome()).isEqualTo(AskTimeoutException.Outcome.UNKNOWN);
		assertThat(timeout.activity()).isNotNull();
		assertThat(timeout.activity().messageType()).isEqualTo("Query");
		goOn.countDown();
		assertThat(ref.call(new Get()).sum()).as("it was applied").isEqualTo(1);
	}

	@Test
	void requestThatTimesOutDuringWriteHasUnknownOutcome() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		this.node.store().freeze();
		CompletableFuture<Long> writing = ref.ask(new Add(1), ONE_SECOND);
		this.node.await(() -> this.node.store().held() == 1).rest();
		this.node.time().advance(Duration.ofSeconds(1));

		AskTimeoutException timeout = timeout(writing);
		assertThat(timeout.outcome()).isEqualTo(AskTimeoutException.Outcome.UNKNOWN);
		assertThat(timeout.activity()).isNotNull();
		assertThat(timeout.activity().phase()).isEqualTo("writing");
		this.node.store().thaw();
		assertThat(ref.call(new Get()).sum()).isEqualTo(2);
	}

	@Test
	void requestThatTimesOutDuringLoadIsNeverRun() {
		ActorRef<Message> ref = start();
		this.node.store().freeze();
		CompletableFuture<Long> loading = ref.ask(new Add(1), ONE_SECOND);
		this.node.await(() -> this.node.store().held() == 1).rest();
		this.node.time().advance(Duration.ofSeconds(1));

		AskTimeoutException timeout = timeout(loading);
		assertThat(timeout.outcome()).isEqualTo(AskTimeoutException.Outcome.NOT_RUN);
		assertThat(timeout.activity().phase()).isEqualTo("loading");
		this.node.store().thaw();
		assertThat(ref.call(new Get()).sum()).isZero();
	}

	@Test
	void requestWithoutTimeoutTakesThatOfItsType() {
		this.node = TestNode
			.start(this.actor.definition("a", ActorSettings.defaults().withAskTimeout(Duration.ofSeconds(7))));
		this.node.store().freeze();
		CompletableFuture<Long> reply = ref("x").ask(new Add(1));
		this.node.rest();
		this.node.time().advance(Duration.ofMillis(6_999));
		assertThat(reply).isNotDone();
		this.node.time().advance(Duration.ofMillis(1));

		assertThat(timeout(reply)).hasMessageContaining("7000 ms");
		this.node.store().thaw();
	}

	@Test
	void callTimesOutToo() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		Thread caller = Thread.ofVirtual().start(() -> {
			try {
				ref.call(new Add(1), ONE_SECOND);
			}
			catch (CajunException ex) {
				thrown.complete(ex);
			}
		});
		this.node.await(() -> caller.getState() == Thread.State.WAITING);
		this.node.time().advance(Duration.ofSeconds(1));

		assertThat(thrown).succeedsWithin(SOON)
			.isInstanceOfSatisfying(AskTimeoutException.class,
					(ex) -> assertThat(ex.outcome()).isEqualTo(AskTimeoutException.Outcome.NOT_RUN));
		gate.open();
	}

	@Test
	void interruptedCallerLearnsThatOutcomeIsUnknownAndStaysInterrupted() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		AtomicReference<CajunException> thrown = new AtomicReference<>();
		Thread caller = Thread.ofPlatform().start(() -> {
			try {
				ref.call(new Add(1));
			}
			catch (CajunException ex) {
				thrown.set(ex);
			}
			interrupted.complete(Thread.currentThread().isInterrupted());
		});
		this.node.await(() -> caller.getState() == Thread.State.WAITING);
		caller.interrupt();

		assertThat(interrupted).succeedsWithin(SOON).isEqualTo(true);
		assertThat(thrown.get()).isInstanceOf(OutcomeUnknownException.class)
			.hasMessageContaining("a/x")
			.hasMessageContaining("not run");
		gate.open();
		assertThat(ref.call(new Get()).sum()).isZero();
	}

	@Test
	void fullMailboxFailsFutureAndThrowsFromCall() throws Exception {
		this.node = TestNode.start(this.actor.definition("a", ActorSettings.defaults().withMailboxCapacity(1)));
		Gate gate = this.actor.gate();
		ref("x").tell(new Do("gate"));
		gate.awaitReached();

		assertThat(ref("x").ask(new Add(1))).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(MailboxFullException.class)
			.withMessageContaining("a/x");
		assertThatExceptionOfType(MailboxFullException.class).isThrownBy(() -> ref("x").call(new Add(1)));
		gate.open();
	}

	@Test
	void futureCompletesOnVirtualThreadThatMayBlockWithoutHoldingUpActor() throws Exception {
		AtomicReference<Thread> handler = new AtomicReference<>();
		this.actor.run("thread", (message, context) -> {
			handler.set(Thread.currentThread());
			context.reply((Query) message, "answered");
		});
		ActorRef<Message> ref = start();
		// The stage is attached before the answer comes.
		this.node.store().freeze();
		CompletableFuture<Thread> completing = new CompletableFuture<>();
		CountDownLatch goOn = new CountDownLatch(1);
		CompletableFuture<Boolean> done = ref.ask(new Query("thread")).thenApply((reply) -> {
			completing.complete(Thread.currentThread());
			try {
				return goOn.await(20, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		});
		this.node.store().thaw();

		assertThat(completing).succeedsWithin(SOON)
			.satisfies((thread) -> assertThat(thread.isVirtual()).isTrue())
			.isNotSameAs(handler.get());
		assertThat(ref.ask(new Add(1))).succeedsWithin(SOON);
		goOn.countDown();
		assertThat(done).succeedsWithin(SOON).isEqualTo(true);
	}

	@ParameterizedTest
	@ValueSource(strings = { "call", "get", "get in time", "join", "join of stage", "get of stage" })
	void handlerThatWaitsForWhoeverWaitsForItFailsAtOnce(String how) {
		ActorRef<Message> ref = start();
		this.actor.run("call y", (message, context) -> answerOrCycle((Query) message, context, "y", "call x", how));
		this.actor.run("call x", (message, context) -> answerOrCycle((Query) message, context, "x", "never", how));
		this.actor.run("never", (message, context) -> context.reply((Query) message, "never"));

		// With a future, either may be the last to wait.
		assertThat(ref.ask(new Query("call y"))).succeedsWithin(SOON)
			.asString()
			.contains("a/x waits for a/y")
			.contains("a/y waits for a/x")
			.contains("ActorContext.ask");
		assertThat(ref.call(new Add(1))).as("both go on").isEqualTo(1);
		assertThat(ref("y").call(new Add(1))).isEqualTo(1);
	}

	private void answerOrCycle(Query query, ActorContext<Message> context, String key, String step, String how)
			throws Exception {
		try {
			context.reply(query, wait(key, step, how));
		}
		catch (CyclicCallException ex) {
			context.reply(query, ex.getMessage());
		}
	}

	private String wait(String key, String step, String how) throws Exception {
		CompletableFuture<String> future = how.equals("call") ? null : ref(key).ask(new Query(step));
		return switch (how) {
			case "call" -> ref(key).call(new Query(step));
			case "get" -> future.get();
			case "get in time" -> future.get(1, TimeUnit.MINUTES);
			case "join" -> future.join();
			case "join of stage" -> future.thenApply(String::strip).thenApply(String::strip).join();
			default -> future.thenApply(String::strip).get();
		};
	}

	@Test
	void uncaughtCycleReachesCallerAsHandlerException() {
		this.actor.run("call y", (message, context) -> context.reply((Query) message, wait("y", "call x", "call")));
		this.actor.run("call x", (message, context) -> context.reply((Query) message, wait("x", "never", "call")));
		ActorRef<Message> ref = start();

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Query("call y")))
			.withMessageContaining(CyclicCallException.class.getName());
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "NONE" })
	void handlerThatWaitsForItselfFailsAtOnce(Persistence persistence) {
		ActorRef<Message> ref = start(persistence);
		this.actor.run("self", (message, context) -> context.reply((Query) message, wait("x", "never", "call")));

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Query("self")))
			.satisfies((ex) -> assertThat(ex.errorType()).isEqualTo(CyclicCallException.class.getName()))
			.withMessageContaining("a/x waits for a/x");
		this.node.settle();
		assertThat(this.actor.handled()).as("the question is taken back").doesNotContain("x never");
	}

	@Test
	void cycleOfThreeIsFound() {
		ActorRef<Message> ref = start();
		this.actor.run("call y", (message, context) -> context.reply((Query) message, wait("y", "call z", "call")));
		this.actor.run("call z", (message, context) -> context.reply((Query) message, wait("z", "call x", "call")));
		this.actor.run("call x", (message, context) -> context.reply((Query) message, wait("x", "never", "call")));

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Query("call y")))
			.withMessageContaining("a/x waits for a/y")
			.withMessageContaining("a/y waits for a/z")
			.withMessageContaining("a/z waits for a/x");
	}

	@Test
	void chainWithoutCycleIsAnswered() {
		ActorRef<Message> ref = start();
		this.actor.run("call y", (message, context) -> context.reply((Query) message, wait("y", "call z", "call")));
		this.actor.run("call z", (message, context) -> context.reply((Query) message, wait("z", "end", "join")));
		this.actor.run("end", (message, context) -> context.reply((Query) message, "end"));

		assertThat(ref.call(new Query("call y"))).isEqualTo("end");
	}

	@Test
	void actorsThatCallEachOtherAtTheSameTimeDoNotHang() {
		ActorRef<Message> ref = start();
		this.actor.run("end", (message, context) -> context.reply((Query) message, "end"));
		for (int round = 0; round < 200; round++) {
			CyclicBarrier barrier = new CyclicBarrier(2);
			this.actor.run("call", (message, context) -> {
				barrier.await(10, TimeUnit.SECONDS);
				String other = context.self().id().key().equals("x") ? "y" : "x";
				context.reply((Query) message, wait(other, "end", "call"));
			});
			CompletableFuture<Object> first = ref.ask(new Query("call")).handle((value, error) -> error);
			CompletableFuture<Object> second = ref("y").ask(new Query("call")).handle((value, error) -> error);

			assertThat(first).as("round %d", round).succeedsWithin(SOON);
			assertThat(second).as("round %d", round).succeedsWithin(SOON);
			assertThat(first.join() != null || second.join() != null).as("one at least found the cycle").isTrue();
		}
	}

	@Test
	void askOfContextNeedsNoThreadAndKnowsNoCycle() {
		ActorRef<Message> ref = start();
		this.actor.run("ask y", (message, context) -> context.ask(ref("y"), new Query("ask x"),
				(reply, error) -> new Note("y: " + reply)));
		this.actor.run("ask x", (message, context) -> {
			context.ask(ref("x"), new Add(1), (reply, error) -> new Note("x: " + reply));
			context.reply((Query) message, "asked");
		});
		ref.tell(new Do("ask y"));
		this.node.settle();
		this.node.settle();

		assertThat(ref.call(new Get()).texts()).containsExactly("y: asked");
		assertThat(ref("y").call(new Get()).texts()).containsExactly("x: 1");
		assertThat(ref.call(new Get()).sum()).isEqualTo(1);
	}

	@Test
	void failureOfQuestionComesAsMessageToo() {
		ActorRef<Message> ref = start();
		this.actor.run("throw", (message, context) -> {
			throw new IllegalStateException("on purpose");
		});
		this.actor.run("silent", (message, context) -> assertThat(context.replyTo((Query) message)).isNotNull());
		this.actor.run("ask", (message, context) -> {
			context.ask(ref("y"), new Query("throw"),
					(reply, error) -> new Note(reply + " " + error.getClass().getSimpleName()));
			context.ask(ref("y"), new Query("silent"), ONE_SECOND,
					(reply, error) -> new Note(reply + " " + error.getClass().getSimpleName()));
		});
		ref.tell(new Do("ask"));
		this.node.advance(Duration.ofSeconds(2));

		assertThat(ref.call(new Get()).texts()).containsExactly("null HandlerException", "null AskTimeoutException");
	}

	@Test
	void questionLeavesAtOnceEvenIfItsTurnFails() {
		ActorRef<Message> ref = start();
		this.actor.run("ask then throw", (message, context) -> {
			context.ask(ref("y"), new Add(1), (reply, error) -> new Note("asked"));
			throw new IllegalStateException("on purpose");
		});
		ref.tell(new Do("ask then throw"));
		this.node.settle();

		assertThat(ref("y").call(new Get()).sum()).isEqualTo(1);
	}

	@Test
	void outcomeOfStageComesAsMessage() {
		ActorRef<Message> ref = start();
		CompletableFuture<String> one = new CompletableFuture<>();
		CompletableFuture<String> two = new CompletableFuture<>();
		this.actor.run("await", (message, context) -> {
			context.await(one, (value, error) -> new Note(value + " " + error));
			context.await(two, (value, error) -> new Note(value + " " + error.getMessage()));
		});
		ref.tell(new Do("await"));
		this.node.settle();
		one.complete("one");
		this.node.settle();
		two.completeExceptionally(new IllegalStateException("two"));
		this.node.settle();

		assertThat(ref.call(new Get()).texts()).containsExactly("one null", "null two");
	}

	@Test
	void outcomeOfWhichNoMessageCanBeMadeIsLostAndHarmsNothing() {
		ActorRef<Message> ref = start();
		this.actor.run("await", (message, context) -> {
			CompletableFuture<String> done = CompletableFuture.completedFuture("done");
			context.await(done, (value, error) -> null);
			context.await(done, (value, error) -> {
				throw new IllegalStateException("on purpose");
			});
			context.await(done, (value, error) -> new Note(value));
		});
		ref.tell(new Do("await"));
		this.node.settle();

		assertThat(ref.call(new Get()).texts()).containsExactly("done");
	}

	@Test
	void systemIsNotUsableBeforeStart() {
		CajunNode built = CajunNode.builder().actor(this.actor.definition("a", ActorSettings.defaults())).build();

		assertThatIllegalStateException().isThrownBy(() -> built.system().actors(Message.class))
			.withMessageContaining("ApplicationRunner");
		assertThatIllegalStateException().isThrownBy(() -> built.system().types());
		built.close();
	}

	@Test
	void unknownAndAmbiguousTypesAreRefusedWithThoseThereAre() {
		this.node = TestNode.start(this.actor.definition("a", ActorSettings.defaults()),
				this.actor.definition("b", ActorSettings.defaults()));

		assertThat(this.node.node().system().types()).containsExactly("a", "b");
		assertThatExceptionOfType(UnknownActorTypeException.class)
			.isThrownBy(() -> this.node.node().system().actors("c", Message.class))
			.withMessageContaining("'c'")
			.withMessageContaining("a")
			.withMessageContaining("b");
		assertThatExceptionOfType(UnknownActorTypeException.class)
			.isThrownBy(() -> this.node.node().system().actors("a", String.class))
			.withMessageContaining("java.lang.String");
		assertThatExceptionOfType(UnknownActorTypeException.class)
			.isThrownBy(() -> this.node.node().system().actors(Message.class))
			.withMessageContaining("More than one");
		assertThatExceptionOfType(UnknownActorTypeException.class)
			.isThrownBy(() -> this.node.node().system().actors(String.class));
	}

	@Test
	void keysMustBeWellFormedAndSingletonsHaveOne() {
		this.node = TestNode.start(this.actor.definition("a", ActorSettings.defaults()),
				this.actor.definition("one", ActorSettings.defaults().withPlacement(Placement.SINGLETON)));

		for (String key : List.of("", "a\nb", "\ud800", "k".repeat(513))) {
			assertThatIllegalArgumentException().isThrownBy(() -> ref(key)).withMessageContaining("'a'");
		}
		assertThat(ref("ü/ {x} %").call(new Add(1))).isEqualTo(1);
		assertThatIllegalArgumentException().isThrownBy(() -> this.node.ref("one", "other"))
			.withMessageContaining(Placement.SINGLETON_KEY);
		assertThat(this.node.<Message>ref("one", Placement.SINGLETON_KEY).call(new Add(1))).isEqualTo(1);
	}

}
