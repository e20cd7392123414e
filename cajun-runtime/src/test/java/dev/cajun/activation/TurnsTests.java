package dev.cajun.activation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.CajunException;
import dev.cajun.Delivery;
import dev.cajun.FailurePolicy;
import dev.cajun.HandlerException;
import dev.cajun.MessageTooLargeException;
import dev.cajun.Persistence;
import dev.cajun.ReplyTo;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.UnknownMessageTypeException;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/** What a handler gets, gives back, and may do meanwhile. */
class TurnsTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final TestActor actor = new TestActor();

	private TestNode node;

	@AfterEach
	void close() {
		if (this.node != null) {
			this.node.close();
		}
	}

	private ActorRef<Message> start(ActorSettings settings) {
		return start(this.actor.definition("a", settings));
	}

	private ActorRef<Message> start() {
		return start(ActorSettings.defaults());
	}

	private <M> ActorRef<M> start(ActorDefinition definition) {
		this.node = TestNode.start(definition);
		return this.node.ref("a", "x");
	}

	@ParameterizedTest
	@EnumSource(names = "EVENTS", mode = EnumSource.Mode.EXCLUDE)
	void answersWithValueAndKeepsState(Persistence persistence) {
		ActorRef<Message> ref = start(ActorSettings.defaults().withPersistence(persistence));

		assertThat(ref.call(new Add(3))).isEqualTo(3);
		assertThat(ref.ask(new Add(4))).succeedsWithin(SOON).isEqualTo(7L);
		ref.tell(new Note("n"));
		assertThat(ref.call(new Get())).isEqualTo(new Notes(7, List.of("n")));
	}

	@Test
	void answersWithNull() {
		this.actor.run("null", (message, context) -> context.reply((Query) message, null));
		ActorRef<Message> ref = start();

		assertThat(ref.call(new Query("null"))).isNull();
		assertThat(ref.ask(new Query("null"))).succeedsWithin(SOON).isNull();
	}

	@Test
	void failReachesCallerWithClassAndTextAndKeepsState() {
		this.actor.on("refuse", (state, message, context) -> {
			context.fail((Query) message, new IllegalArgumentException("not today"));
			return state.plus(1);
		});
		ActorRef<Message> ref = start();

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Query("refuse")))
			.satisfies((ex) -> assertThat(ex.errorType()).isEqualTo(IllegalArgumentException.class.getName()))
			.satisfies((ex) -> assertThat(ex.errorMessage()).isEqualTo("not today"))
			.withMessageContaining("a/x");
		assertThat(ref.call(new Get()).sum()).isEqualTo(1);
	}

	@Test
	void throwReachesCallerAndDiscardsState() {
		this.actor.run("throw", (message, context) -> {
			throw new UnsupportedOperationException();
		});
		ActorRef<Message> ref = start();
		ref.call(new Add(5));

		assertThat(ref.ask(new Query("throw"))).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(HandlerException.class)
			.satisfies((ex) -> assertThat(((HandlerException) ex.getCause()).errorType())
				.isEqualTo(UnsupportedOperationException.class.getName()))
			.satisfies((ex) -> assertThat(((HandlerException) ex.getCause()).errorMessage()).isEmpty());
		assertThat(ref.call(new Get()).sum()).isEqualTo(5);
		assertThat(this.node.statistics("a").failed()).isEqualTo(1);
	}

	@Test
	void goesOnAfterErrorThatCannotDescribeItself() {
		this.actor.run("throw", (message, context) -> {
			throw new IllegalStateException() {

				private static final long serialVersionUID = 1L;

				@Override
				public String getMessage() {
					throw new IllegalArgumentException("no text");
				}

			};
		});
		ActorRef<Message> ref = start();
		CompletableFuture<String> failed = ref.ask(new Query("throw"));
		CompletableFuture<Long> next = ref.ask(new Add(1));

		assertThat(failed).failsWithin(SOON).withThrowableOfType(ExecutionException.class);
		assertThat(next.handle((value, error) -> "done")).succeedsWithin(SOON);
		assertThat(ref.call(new Add(1))).isPositive();
	}

	@Test
	void goesOnAfterStackOverflow() {
		this.actor.run("overflow", (message, context) -> overflow(1));
		ActorRef<Message> ref = start();

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Query("overflow")))
			.satisfies((ex) -> assertThat(ex.errorType()).isEqualTo(StackOverflowError.class.getName()));
		assertThat(ref.call(new Add(1))).isEqualTo(1);
	}

	@SuppressWarnings("InfiniteRecursion")
	private static int overflow(int depth) {
		return overflow(depth + 1) + 1;
	}

	@Test
	void interruptThatHandlerLeavesBehindDoesNotReachTheNext() throws Exception {
		this.actor.run("interrupt", (message, context) -> Thread.currentThread().interrupt());
		this.actor.run("block", (message, context) -> {
			assertThat(new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS)).isFalse();
			context.reply((Query) message, "not interrupted");
		});
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		ref.tell(new Do("interrupt"));
		CompletableFuture<String> reply = ref.ask(new Query("block"));
		gate.open();

		assertThat(reply).succeedsWithin(SOON).isEqualTo("not interrupted");
	}

	@Test
	void failsRequestThatHandlerForgets() {
		this.actor.on("forget", (state, message, context) -> state.plus(1));
		ActorRef<Message> ref = start();

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Query("forget")))
			.withMessageContaining("handled without a reply")
			.withMessageContaining("Query");
		assertThat(ref.call(new Get()).sum()).as("the turn counts").isEqualTo(1);
	}

	@Test
	void secondReplyFailsTurn() {
		this.actor.on("twice", (state, message, context) -> {
			context.reply((Query) message, "one");
			context.reply((Query) message, "two");
			return state.plus(1);
		});
		ActorRef<Message> ref = start();

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Query("twice")))
			.withMessageContaining("twice")
			.satisfies((ex) -> assertThat(ex.errorType()).isEqualTo(IllegalStateException.class.getName()));
		assertThat(ref.call(new Get()).sum()).isZero();
	}

	@Test
	void replyAfterReplyToFailsTurn() {
		this.actor.run("both", (message, context) -> {
			assertThat(context.replyTo((Query) message)).isNotNull();
			context.reply((Query) message, "now");
		});

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> start().call(new Query("both")))
			.withMessageContaining("twice");
	}

	@Test
	void refusesReplyToAnotherRequest() {
		this.actor.run("other", (message, context) -> context.reply(new Query("other"), "equal, not the same"));

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> start().call(new Query("other")))
			.withMessageContaining("not the message of this turn")
			.satisfies((ex) -> assertThat(ex.errorType()).isEqualTo(IllegalArgumentException.class.getName()));
	}

	@Test
	void replyOfRequestSentByTellGoesNowhere() {
		this.actor.on("tell", (state, message, context) -> {
			ReplyTo<String> to = context.replyTo((Query) message);
			context.reply(to, "nobody waits");
			return state.plus(1);
		});
		ActorRef<Message> ref = start();
		ref.tell(new Add(1));
		ref.tell(new Query("tell"));
		this.actor.on("forget", (state, message, context) -> state.plus(1));
		ref.tell(new Query("forget"));

		assertThat(ref.call(new Get()).sum()).isEqualTo(3);
		assertThat(this.node.undelivered()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void answersInLaterTurnAlsoAfterPassivation(boolean passivated) {
		ActorRef<LateMessage> ref = start(
				ActorDefinition.stateful("a", new LateActor(), LateMessage.class, Waiting.class,
						ActorSettings.defaults()
							.withPassivateAfter(Duration.ofSeconds(1))
							.withAskTimeout(Duration.ofMinutes(1))));
		CompletableFuture<String> first = ref.ask(new Wait());
		CompletableFuture<String> second = ref.ask(new Wait());
		this.node.settle();
		if (passivated) {
			this.node.advance(Duration.ofSeconds(5));
			assertThat(this.node.isActive("a", "x")).isFalse();
		}
		assertThat(first).isNotDone();

		ref.tell(new Answer("now", false));
		assertThat(first).succeedsWithin(SOON).isEqualTo("now");
		ref.tell(new Answer("never", true));
		assertThat(second).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(HandlerException.class)
			.withMessageContaining("never");
	}

	@Test
	void lateAnswerToCallerOfEarlierProcessIsDropped() {
		ActorRef<LateMessage> ref = start(ActorDefinition.stateful("a", new LateActor(), LateMessage.class,
				Waiting.class, ActorSettings.defaults()));
		CompletableFuture<String> before = ref.ask(new Wait());
		this.node.settle();
		this.node.crash();
		ActorRef<LateMessage> again = this.node.ref("a", "x");
		CompletableFuture<String> after = again.ask(new Wait());
		again.tell(new Answer("for the first", false));
		again.tell(new Answer("for the second", false));

		assertThat(after).succeedsWithin(SOON).isEqualTo("for the second");
		assertThat(before).isCompletedExceptionally();
	}

	@Test
	void refusesNull() {
		ActorRef<Message> ref = start();

		assertThatNullPointerException().isThrownBy(() -> ref.tell(null)).withMessageContaining("a/x");
		assertThatNullPointerException().isThrownBy(() -> ref.tell(null, Delivery.EXACTLY_ONCE));
		assertThatNullPointerException().isThrownBy(() -> ref.ask(null));
		assertThatNullPointerException().isThrownBy(() -> ref.call(null));
	}

	@Test
	@SuppressWarnings({ "unchecked", "rawtypes" })
	void refusesUndeclaredClassOnThreadOfCallerNamingThoseDeclared() {
		ActorRef ref = start();

		assertThatExceptionOfType(UnknownMessageTypeException.class).isThrownBy(() -> ref.tell("text"))
			.withMessageContaining("java.lang.String")
			.withMessageContaining("Add")
			.withMessageContaining("Query")
			.withMessageContaining("a/x");
		assertThatExceptionOfType(UnknownMessageTypeException.class)
			.isThrownBy(() -> ref.tell("text", Delivery.AT_LEAST_ONCE));
		assertThatExceptionOfType(UnknownMessageTypeException.class).isThrownBy(() -> ref.ask(new Wait()));
		assertThatExceptionOfType(UnknownMessageTypeException.class).isThrownBy(() -> ref.call(new Wait()));
	}

	@Test
	void refusesTooLargeMessage() {
		Note large = new Note("x".repeat(2 << 20));
		this.actor.run("send", (message, context) -> context.self().tell(large));
		ActorRef<Message> ref = start();

		assertThatExceptionOfType(MessageTooLargeException.class).isThrownBy(() -> ref.tell(large))
			.withMessageContaining("a/x")
			.withMessageContaining("max-message-size");
		assertThatExceptionOfType(MessageTooLargeException.class)
			.isThrownBy(() -> ref.tell(large, Delivery.EXACTLY_ONCE));
		assertThatExceptionOfType(MessageTooLargeException.class)
			.isThrownBy(() -> ref.ask(new Query("q", large.text())));
		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Query("send")))
			.satisfies((ex) -> assertThat(ex.errorType()).isEqualTo(MessageTooLargeException.class.getName()));
		assertThat(ref.call(new Add(1))).isEqualTo(1);
	}

	@Test
	void nullInsteadOfStateFailsTurn() {
		this.actor.on("null", (state, message, context) -> {
			context.reply((Query) message, "answered");
			return null;
		});
		ActorRef<Message> ref = start();
		ref.call(new Add(2));

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Query("null")))
			.withMessageContaining("returned null");
		assertThat(ref.call(new Get()).sum()).isEqualTo(2);
	}

	@Test
	void writesOncePerChangeAndNothingForSameReference() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		ref.call(new Get());
		ref.call(new Add(1));
		ref.call(new Get());
		assertThat(this.node.store().commits()).hasSize(2);

		this.actor.on("equal", (state, message, context) -> {
			context.reply((Query) message, "equal, but another");
			return new Notes(state.sum(), state.texts());
		});
		ref.call(new Query("equal"));
		assertThat(this.node.store().commits()).hasSize(3);
		assertThat(this.node.statistics("a").commits()).isEqualTo(3);
	}

	@Test
	void volatileActorWritesAndReadsNothing() {
		ActorRef<Message> ref = start(ActorSettings.defaults().withPersistence(Persistence.NONE));
		ref.call(new Add(1));
		ref.call(new Get());

		assertThat(this.node.store().commits()).isEmpty();
		assertThat(this.node.store().confirms()).isEmpty();
		assertThat(this.node.store().loads()).isEmpty();
	}

	@Test
	void contextIsUselessOutsideItsHandler() throws Exception {
		AtomicReference<ActorContext<Message>> leaked = new AtomicReference<>();
		AtomicReference<Query> request = new AtomicReference<>();
		List<Throwable> onOtherThread = new CopyOnWriteArrayList<>();
		this.actor.run("leak", (message, context) -> {
			leaked.set(context);
			request.set((Query) message);
			Thread other = Thread.ofVirtual().start(() -> onOtherThread.addAll(useAll(context, (Query) message)));
			other.join();
			context.reply((Query) message, "");
		});
		ActorRef<Message> ref = start();
		ref.call(new Query("leak"));
		int uses = uses(leaked.get(), request.get()).size();

		assertThat(onOtherThread).hasSize(uses).allMatch((error) -> error instanceof IllegalStateException);
		assertThat(useAll(leaked.get(), request.get())).hasSize(uses)
			.allMatch((error) -> error instanceof IllegalStateException)
			.allMatch((error) -> error.getMessage().contains("a/x"));
		this.node.advance(Duration.ofSeconds(1));
		assertThat(this.node.published()).isEmpty();
		assertThat(ref.call(new Get()).texts()).isEmpty();
	}

	private static List<Throwable> useAll(ActorContext<Message> context, Query request) {
		List<Throwable> errors = new ArrayList<>();
		for (Runnable use : uses(context, request)) {
			try {
				use.run();
			}
			catch (RuntimeException ex) {
				errors.add(ex);
			}
		}
		return errors;
	}

	private static List<Runnable> uses(ActorContext<Message> context, Query request) {
		ReplyTo<String> to = new ReplyTo<>("p", 1, "Query", null);
		return List.of(context::messageId, () -> context.reply(request, "late"),
				() -> context.fail(request, new IllegalStateException()), () -> context.replyTo(request),
				() -> context.reply(to, "late"), () -> context.fail(to, new IllegalStateException()),
				() -> context.schedule("t", Duration.ofMillis(1), new Note("timer")),
				() -> context.remind("r", Duration.ofMillis(1), new Note("reminder")), () -> context.cancel("t"),
				() -> context.publish("event"), context::clear, context::passivate, context::logger,
				() -> context.ask(context.self(), new Get(), (reply, error) -> new Note("asked")),
				() -> context.await(CompletableFuture.completedFuture(""), (value, error) -> new Note("awaited")));
	}

	@Test
	void messageIdStaysOverRetriesAndDiffersBetweenMessages() {
		List<String> ids = new CopyOnWriteArrayList<>();
		this.actor.run("id", (message, context) -> {
			ids.add(context.messageId());
			if (ids.size() % 3 != 0) {
				throw new IllegalStateException("once more");
			}
		});
		ActorRef<Message> ref = start(ActorSettings.defaults()
			.withOnFailure(FailurePolicy.RETRY)
			.withRetry(new RetrySettings(3, Duration.ofMillis(1), 1, Duration.ofMillis(1))));
		ref.tell(new Do("id"));
		this.node.advance(Duration.ofSeconds(1));
		ref.tell(new Do("id"));
		this.node.advance(Duration.ofSeconds(1));

		assertThat(ids).hasSize(6);
		assertThat(ids.subList(0, 3)).containsOnly(ids.get(0));
		assertThat(ids.subList(3, 6)).containsOnly(ids.get(3));
		assertThat(ids.get(0)).isNotEqualTo(ids.get(3)).hasSizeLessThanOrEqualTo(300);
	}

	@Test
	void messageIdStaysWhenRefusedWriteIsHandledAgain() {
		List<String> ids = new CopyOnWriteArrayList<>();
		this.actor.on("id", (state, message, context) -> {
			ids.add(context.messageId());
			context.reply((Query) message, context.messageId());
			return state.plus(1);
		});
		ActorRef<Message> ref = start();
		this.node.store().failCommits(FaultyStore.Fault.SEQUENCE_MISMATCH);

		String answered = ref.call(new Query("id"));
		assertThat(ids).hasSize(2).containsOnly(answered);
	}

	@Test
	void messageIdIsTheSameForOneIdempotencyKey() {
		List<String> ids = new CopyOnWriteArrayList<>();
		this.actor.run("id", (message, context) -> {
			ids.add(context.messageId());
			throw new IllegalStateException("not remembered");
		});
		ActorRef<Message> ref = start();
		AskOptions key = AskOptions.defaults().withIdempotencyKey("k");
		assertThat(ref.ask(new Query("id"), key)).failsWithin(SOON);
		assertThat(ref.ask(new Query("id"), key)).failsWithin(SOON);
		assertThat(ref.ask(new Query("id"), AskOptions.defaults().withIdempotencyKey("l"))).failsWithin(SOON);

		assertThat(ids).hasSize(3);
		assertThat(ids.get(1)).isEqualTo(ids.get(0));
		assertThat(ids.get(2)).isNotEqualTo(ids.get(0));
	}

	@Test
	void loggerOfTurnKnowsActorAndNothingRemainsAfterIt() {
		List<String> known = new CopyOnWriteArrayList<>();
		this.actor.run("log", (message, context) -> {
			assertThat(context.logger().getName()).isEqualTo(TestActor.class.getName());
			known.add(MDC.get("actor.type") + " " + MDC.get("actor.key") + " " + MDC.get("node"));
		});
		this.actor.run("look", (message, context) -> known.add(String.valueOf(MDC.getCopyOfContextMap())));
		ActorRef<Message> ref = start();
		ref.tell(new Do("log"));
		this.node.settle();
		ref.tell(new Do("look"));
		this.node.settle();

		assertThat(known).containsExactly("a x " + this.node.node().system().node(), "null");
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "NONE", "MESSAGES" })
	void throwUndoesPartialChangeOfMutableState(Persistence persistence) {
		ActorRef<BasketMessage> ref = start(ActorDefinition.stateful("a", new BasketActor(), BasketMessage.class,
				Basket.class, ActorSettings.defaults().withPersistence(persistence)));
		ref.call(new Put("apple", false));

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Put("pear", true)));
		assertThat(ref.call(new Items())).containsExactly("apple");
		ref.call(new Put("plum", false));
		assertThat(ref.call(new Items())).containsExactly("apple", "plum");
	}

	@Test
	void throwAtFirstMessageUndoesPartialChangeOfMutableState() {
		ActorRef<BasketMessage> ref = start(ActorDefinition.stateful("a", new BasketActor(), BasketMessage.class,
				Basket.class, ActorSettings.defaults()));

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Put("pear", true)));
		assertThat(ref.call(new Items())).isEmpty();
		assertThat(this.node.store().commits()).isEmpty();
	}

	@Test
	void mutableStateIsWrittenWhenItsBytesChangeAndOnlyThen() {
		ActorRef<BasketMessage> ref = start(ActorDefinition.stateful("a", new BasketActor(), BasketMessage.class,
				Basket.class, ActorSettings.defaults()));
		ref.call(new Put("apple", false));
		assertThat(this.node.store().commits()).hasSize(1);
		ref.call(new Items());
		ref.call(new Copy());
		assertThat(this.node.store().commits()).as("another object of the same content").hasSize(1);
		ref.call(new Put("plum", false));
		assertThat(this.node.store().commits()).hasSize(2);
		this.node.crash();

		assertThat(this.node.<BasketMessage>ref("a", "x").call(new Items())).containsExactly("apple", "plum");
	}

	@Test
	void stateThatCannotBeWrittenFailsItsDrainAndChangesNothing() {
		this.actor.on("grow", (state, message, context) -> {
			context.reply((Query) message, "grown");
			return state.with("x".repeat(2 << 20));
		});
		ActorRef<Message> ref = start();
		ref.call(new Add(1));

		assertThat(ref.ask(new Query("grow"))).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(CajunException.class)
			.withMessageContaining("a/x");
		assertThat(ref.call(new Get())).isEqualTo(new Notes(1, List.of()));
		assertThat(this.node.explain("a", "x").quarantine()).isNull();
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "NONE" })
	void initialStateThatFailsReachesCallerAndIsTriedAgain(Persistence persistence) {
		AtomicReference<String> problem = new AtomicReference<>("throw");
		ActorRef<Message> ref = start(ActorDefinition.stateful("a", new StatefulActor<Notes, Message>() {

			@Override
			public Notes initialState(ActorId id) {
				return switch (problem.get()) {
					case "throw" -> throw new IllegalArgumentException("no " + id.key());
					case "null" -> null;
					default -> new Notes(40, List.of());
				};
			}

			@Override
			public Notes receive(Notes state, Message message, ActorContext<Message> context) throws Exception {
				return TurnsTests.this.actor.receive(state, message, context);
			}

		}, Message.class, Notes.class, ActorSettings.defaults().withPersistence(persistence)));

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Add(1)))
			.withMessageContaining("no x");
		problem.set("null");
		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Add(1)))
			.withMessageContaining("initialState");
		problem.set("");
		assertThat(ref.call(new Add(2))).isEqualTo(42);
	}

	@Test
	void initialStateIsAsUnmodifiableAsStoredOne() {
		ActorRef<Message> ref = start(ActorDefinition.stateful("a", new StatefulActor<Notes, Message>() {

			@Override
			public Notes initialState(ActorId id) {
				return new Notes(0, new ArrayList<>());
			}

			@Override
			public Notes receive(Notes state, Message message, ActorContext<Message> context) {
				state.texts().add("changed in place");
				return state;
			}

		}, Message.class, Notes.class, ActorSettings.defaults()));

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Get()))
			.satisfies((ex) -> assertThat(ex.errorType()).isEqualTo(UnsupportedOperationException.class.getName()));
	}

	sealed interface LateMessage {

	}

	record Wait() implements LateMessage, Request<String> {

	}

	record Answer(String text, boolean failed) implements LateMessage {

	}

	record Waiting(List<ReplyTo<String>> callers) {

	}

	/** Answers the first that waits. */
	private static final class LateActor implements StatefulActor<Waiting, LateMessage> {

		@Override
		public Waiting initialState(ActorId id) {
			return new Waiting(List.of());
		}

		@Override
		public Waiting receive(Waiting state, LateMessage message, ActorContext<LateMessage> context) {
			List<ReplyTo<String>> callers = new ArrayList<>(state.callers());
			switch (message) {
				case Wait wait -> callers.add(context.replyTo(wait));
				case Answer answer when answer.failed() ->
					context.fail(callers.remove(0), new IllegalStateException(answer.text()));
				case Answer answer -> context.reply(callers.remove(0), answer.text());
			}
			return new Waiting(callers);
		}

	}

	sealed interface BasketMessage {

	}

	record Put(String item, boolean thenThrow) implements BasketMessage, Request<Void> {

	}

	record Items() implements BasketMessage, Request<List<String>> {

	}

	record Copy() implements BasketMessage, Request<Void> {

	}

	static final class Basket {

		public List<String> items = new ArrayList<>();

	}

	private static final class BasketActor implements StatefulActor<Basket, BasketMessage> {

		@Override
		public Basket initialState(ActorId id) {
			return new Basket();
		}

		@Override
		public Basket receive(Basket state, BasketMessage message, ActorContext<BasketMessage> context) {
			switch (message) {
				case Put put -> {
					state.items.add(put.item());
					if (put.thenThrow()) {
						throw new IllegalStateException("after the change");
					}
					context.reply(put);
				}
				case Items items -> context.reply(items, List.copyOf(state.items));
				case Copy copy -> {
					Basket same = new Basket();
					same.items.addAll(state.items);
					context.reply(copy);
					return same;
				}
			}
			return state;
		}

	}

}
