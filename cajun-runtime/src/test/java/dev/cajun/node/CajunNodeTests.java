package dev.cajun.node;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.AskTimeoutException;
import dev.cajun.CajunException;
import dev.cajun.Delivery;
import dev.cajun.FailurePolicy;
import dev.cajun.NotAMemberException;
import dev.cajun.Persistence;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.activation.RetrySettings;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Gate;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestActor.Query;
import dev.cajun.store.ActorStore;
import dev.cajun.store.FaultyStore;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.store.StoreException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/** The life of a node, in real time. */
class CajunNodeTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final TestActor actor = new TestActor();

	private final List<NodeState> states = new CopyOnWriteArrayList<>();

	private FaultyStore store = new FaultyStore();

	private CajunNode node;

	@AfterEach
	void close() {
		if (this.node != null) {
			this.store.thaw();
			assertThat(this.node.stop()).succeedsWithin(SOON);
		}
	}

	private CajunNode build(Duration drainTimeout, ActorDefinition... actors) {
		CajunNode.Builder builder = CajunNode.builder()
			.settings(NodeSettings.defaults().withShards(8).withDrainTimeout(drainTimeout))
			.store(this.store)
			.listener(new NodeListener() {

				@Override
				public void stateChanged(NodeState state) {
					CajunNodeTests.this.states.add(state);
				}

			});
		List.of(actors).forEach(builder::actor);
		this.node = builder.build();
		return this.node;
	}

	private ActorRef<Message> start() {
		return start(ActorSettings.defaults());
	}

	private ActorRef<Message> start(ActorSettings settings) {
		return start(Duration.ofSeconds(20), settings);
	}

	private ActorRef<Message> start(Duration drainTimeout, ActorSettings settings) {
		build(drainTimeout, this.actor.definition("a", settings)).start();
		return ref("x");
	}

	private ActorRef<Message> ref(String key) {
		return this.node.system().actors(Message.class).get(key);
	}

	private void startNext() {
		this.store = this.store.die();
		start();
	}

	@Test
	void goesThroughItsStates() {
		CajunNode built = build(SOON, this.actor.definition("a", ActorSettings.defaults()));
		assertThat(built.state()).isEqualTo(NodeState.NEW);
		built.start();
		assertThat(built.state()).isEqualTo(NodeState.UP);
		built.close();

		assertThat(this.states).containsExactly(NodeState.STARTING, NodeState.UP, NodeState.STOPPING,
				NodeState.STOPPED);
	}

	@Test
	void secondStartFailsAndHarmsNothing() {
		ActorRef<Message> ref = start();
		assertThatIllegalStateException().isThrownBy(this.node::start).withMessageContaining("UP");
		assertThat(ref.call(new Add(1))).isEqualTo(1);
		this.node.close();

		assertThatIllegalStateException().isThrownBy(this.node::start).withMessageContaining("STOPPED");
	}

	@Test
	void stopOfNodeThatNeverStartedAndSecondStopAreDoneAtOnce() {
		CajunNode built = build(SOON, this.actor.definition("a", ActorSettings.defaults()));
		assertThat(built.stop()).succeedsWithin(SOON);
		assertThat(built.stop()).succeedsWithin(SOON);
		assertThat(built.state()).isEqualTo(NodeState.STOPPED);
		assertThatIllegalStateException().isThrownBy(built::start);
	}

	@Test
	void stopDuringStartStopsOnceStarted() {
		CajunNode starting = build(SOON, this.actor.definition("a", ActorSettings.defaults()));
		this.store.freeze();
		CompletableFuture<Void> started = CompletableFuture.runAsync(starting::start);
		await().until(() -> this.store.held() == 1);
		CompletableFuture<Void> stopped = starting.stop();
		assertThat(stopped).isNotDone();
		this.store.thaw();

		assertThat(started).succeedsWithin(SOON);
		assertThat(stopped).succeedsWithin(SOON);
		assertThat(starting.state()).isEqualTo(NodeState.STOPPED);
	}

	@Test
	void storeInUseRefusesSecondNodeAndFirstGoesOn() {
		InMemoryActorStore shared = new InMemoryActorStore();
		try (CajunNode first = CajunNode.builder()
			.store(shared)
			.actor(this.actor.definition("a", ActorSettings.defaults()))
			.build()) {
			first.start();
			CajunNode second = CajunNode.builder()
				.store(shared)
				.actor(this.actor.definition("a", ActorSettings.defaults()))
				.build();

			assertThatExceptionOfType(StoreException.class).isThrownBy(second::start)
				.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(StoreException.Kind.LOCKED));
			assertThat(second.state()).isEqualTo(NodeState.FAILED);
			assertThat(second.stop()).succeedsWithin(SOON);
			assertThat(first.system().actors(Message.class).get("x").call(new Add(1))).isEqualTo(1);
		}
	}

	@Test
	void storeOfAnotherClusterOrShardCountIsRefusedWithWhatToDo() {
		InMemoryActorStore shared = new InMemoryActorStore();
		ActorDefinition definition = this.actor.definition("a", ActorSettings.defaults());
		CajunNode first = CajunNode.builder().store(shared).actor(definition).build();
		first.start();
		first.close();
		CajunNode otherCluster = CajunNode.builder()
			.settings(NodeSettings.defaults().withCluster("other"))
			.store(shared)
			.actor(definition)
			.build();
		CajunNode otherShards = CajunNode.builder()
			.settings(NodeSettings.defaults().withShards(7))
			.store(shared)
			.actor(definition)
			.build();

		assertThatExceptionOfType(StoreException.class).isThrownBy(otherCluster::start)
			.withMessageContaining("'cajun'")
			.withMessageContaining("cajun.cluster.name")
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(StoreException.Kind.FOREIGN));
		assertThatExceptionOfType(StoreException.class).isThrownBy(otherShards::start)
			.withMessageContaining("1024")
			.withMessageContaining("cajun.cluster.shards");
	}

	@Test
	void twoTypesOfOneNameAreRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> build(SOON, this.actor.definition("a", ActorSettings.defaults()),
					this.actor.definition("a", ActorSettings.defaults())))
			.withMessageContaining("'a'");
	}

	@Test
	void nodeIdHasItsNameAndIsNewAtEveryStart() {
		start();
		String first = this.node.system().node();
		this.node.close();
		startNext();

		assertThat(first).matches("local#[0-9a-f]{16}");
		assertThat(this.node.system().node()).matches("local#[0-9a-f]{16}").isNotEqualTo(first);
	}

	@Test
	void stoppedNodeTakesNoMessages() {
		ActorRef<Message> ref = start();
		ref.call(new Add(1));
		this.node.close();

		assertThatExceptionOfType(NotAMemberException.class).isThrownBy(() -> ref.tell(new Note("n")))
			.withMessageContaining("a/x");
		assertThatExceptionOfType(NotAMemberException.class).isThrownBy(() -> ref.call(new Add(1)));
		assertThat(ref.ask(new Add(1))).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(NotAMemberException.class);
		assertThatExceptionOfType(NotAMemberException.class).isThrownBy(() -> {
			CompletableFuture<Void> told = ref.tell(new Note("n"), Delivery.EXACTLY_ONCE);
			assertThat(told).isNull();
		});
	}

	@Test
	void stopRefusesNewMessagesAndFinishesAcceptedOnes() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		List<CompletableFuture<Long>> accepted = IntStream.range(0, 500).mapToObj((i) -> ref.ask(new Add(1))).toList();
		IntStream.range(0, 500).forEach((i) -> ref("k" + (i % 20)).tell(new Note("n" + i)));
		CompletableFuture<Void> stopped = this.node.stop();
		assertThatExceptionOfType(NotAMemberException.class).isThrownBy(() -> ref.tell(new Note("late")));
		assertThat(stopped).isNotDone();
		gate.open();

		assertThat(stopped).succeedsWithin(SOON);
		// What a caller does with its answer holds the node up no more
		assertThat(accepted).allSatisfy((reply) -> assertThat(reply).succeedsWithin(SOON));
		startNext();
		assertThat(ref("x").call(new Get()).sum()).isEqualTo(500);
		assertThat(IntStream.range(0, 20).map((i) -> ref("k" + i).call(new Get()).texts().size()).sum()).isEqualTo(500);
	}

	@Test
	void stopFinishesWhatHandlersSendMeanwhile() throws Exception {
		Gate gate = this.actor.gate();
		this.actor.on("hop", (state, message, context) -> {
			int left = Integer.parseInt(((Do) message).text());
			if (left > 0) {
				ref("hop" + left).tell(new Do("hop", String.valueOf(left - 1)));
			}
			return state.plus(1);
		});
		this.actor.run("ask", (message, context) -> context.ask(ref("asked"), new Add(1),
				(reply, error) -> new Note(reply + " " + error)));
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		ref.tell(new Do("hop", "300"));
		ref.tell(new Do("ask"));
		CompletableFuture<Void> stopped = this.node.stop();
		gate.open();
		assertThat(stopped).succeedsWithin(SOON);
		startNext();

		for (int left = 1; left <= 300; left++) {
			assertThat(ref("hop" + left).call(new Get()).sum()).as("hop %d", left).isEqualTo(1);
		}
		assertThat(ref("x").call(new Get()).texts()).containsExactly("1 null");
	}

	@Test
	void stopFinishesRetries() {
		List<String> attempts = new CopyOnWriteArrayList<>();
		this.actor.on("flaky", (state, message, context) -> {
			attempts.add("attempt");
			if (attempts.size() < 3) {
				throw new IllegalStateException("on purpose");
			}
			return state.with("done");
		});
		start(ActorSettings.defaults()
			.withOnFailure(FailurePolicy.RETRY)
			.withRetry(new RetrySettings(3, Duration.ofMillis(50), 1, Duration.ofMillis(50)))).tell(new Do("flaky"));
		assertThat(this.node.stop()).succeedsWithin(SOON);
		startNext();

		assertThat(ref("x").call(new Get()).texts()).containsExactly("done");
	}

	@Test
	void stopForgetsTimersAndKeepsReminders() {
		this.actor.run("both", (message, context) -> {
			context.schedule("t", Duration.ofHours(1), new Note("timer"));
			context.remind("r", Duration.ofMillis(1), new Note("reminder"));
		});
		ActorRef<Message> ref = start();
		ref.tell(new Do("both"));
		assertThat(this.node.stop()).succeedsWithin(SOON);
		startNext();

		await().atMost(SOON).until(() -> ref("x").call(new Get()).texts().equals(List.of("reminder")));
	}

	/** As a store does that somebody wrote and that breaks its contract. */
	private static ActorStore throwingOnce(ActorStore store) {
		AtomicBoolean throwing = new AtomicBoolean(true);
		return (ActorStore) Proxy.newProxyInstance(CajunNodeTests.class.getClassLoader(),
				new Class<?>[] { ActorStore.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("commit") && throwing.getAndSet(false)) {
						throw new IllegalStateException("thrown, not answered");
					}
					return method.invoke(store, arguments);
				});
	}

	@Test
	void errorOfTheRuntimeEndsTheActivationAndIsCounted() {
		try (CajunNode broken = CajunNode.builder()
			.settings(NodeSettings.defaults().withShards(8))
			.store(throwingOnce(new InMemoryActorStore()))
			.actor(this.actor.definition("a", ActorSettings.defaults()))
			.build()) {
			broken.start();
			ActorRef<Message> ref = broken.system().actors(Message.class).get("x");

			assertThat(ref.ask(new Add(1))).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.withMessageContaining("Actor a/x was ended by")
				.withMessageContaining("thrown, not answered");
			// What comes before the activation has ended is refused, too
			await().atMost(SOON).ignoreExceptions().until(() -> ref.call(new Get()).sum() == 0);
			assertThat(ref.call(new Add(1))).isEqualTo(1);
			assertThat(broken.statistics().get("a").violations()).isEqualTo(1);
		}
	}

	@Test
	void stopEndsAtDrainTimeoutThoughHandlersNeverRest() {
		int carriers = Runtime.getRuntime().availableProcessors();
		AtomicBoolean released = new AtomicBoolean();
		this.actor.run("spins", (message, context) -> {
			while (!released.get()) {
				Thread.onSpinWait();
			}
		});
		start(Duration.ofMillis(300), ActorSettings.defaults().withPersistence(Persistence.NONE));
		try {
			for (int i = 0; i < 2 * carriers; i++) {
				ref("x" + i).tell(new Do("spins"));
			}
			await().atMost(SOON).until(() -> this.actor.handled().size() >= carriers);

			assertThat(this.node.stop()).succeedsWithin(SOON);
		}
		finally {
			released.set(true);
		}
	}

	@Test
	void stopEndsAtDrainTimeoutAndNamesWhoBlocks() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start(Duration.ofMillis(300), ActorSettings.defaults());
		ref("idle").call(new Add(1));
		CompletableFuture<Object> outcome = ref.ask(new Query("gate2")).handle((value, error) -> error);
		assertThat(outcome).succeedsWithin(SOON);
		ref.tell(new Do("gate"));
		CompletableFuture<Long> waiting = ref.ask(new Add(1));
		gate.awaitReached();
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		log.start();
		Logger logger = (Logger) LoggerFactory.getLogger(CajunNode.class);
		logger.addAppender(log);
		try {
			assertThat(this.node.stop()).succeedsWithin(SOON);
		}
		finally {
			logger.detachAppender(log);
		}

		assertThat(this.node.state()).isEqualTo(NodeState.STOPPED);
		assertThat(log.list).anySatisfy((event) -> {
			assertThat(event.getLevel()).isEqualTo(Level.WARN);
			assertThat(event.getFormattedMessage()).contains("a/x (handling)")
				.contains("PT0.3S")
				.doesNotContain("idle");
		});
		assertThat(waiting).as("nobody waits for ever")
			.failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(CajunException.class);
		gate.open();
		startNext();
		assertThat(ref("x").call(new Get()).sum()).isZero();
	}

	@Test
	void stopTellsThoseWhoWaitForLateAnswersAndForAcknowledgement() {
		this.actor.run("silent", (message, context) -> assertThat(context.replyTo((Query) message)).isNotNull());
		start();
		ref("damaged").call(new Add(1));
		this.node.close();
		this.store = this.store.die();
		this.store.corruptState(new ActorId("a", "damaged"));
		ActorRef<Message> ref = start(Duration.ofMillis(200),
				ActorSettings.defaults().withAskTimeout(Duration.ofHours(1)));
		CompletableFuture<String> late = ref.ask(new Query("silent"));
		CompletableFuture<Void> told = ref("damaged").tell(new Note("n"), Delivery.EXACTLY_ONCE);
		CompletableFuture<Throwable> called = new CompletableFuture<>();
		Thread.ofVirtual().start(() -> {
			try {
				ref.call(new Query("silent"));
			}
			catch (CajunException ex) {
				called.complete(ex);
			}
		});
		await().until(() -> this.actor.handled().stream().filter("x silent"::equals).count() == 2);
		assertThat(this.node.stop()).succeedsWithin(SOON);

		assertThat(late).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(CajunException.class);
		assertThat(called).succeedsWithin(SOON);
		assertThat(told).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(CajunException.class);
	}

	@Test
	void awaitIdleWaitsForMessagesAndGivesUp() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		assertThat(this.node.awaitIdle(Duration.ofSeconds(5))).isTrue();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		assertThat(this.node.awaitIdle(Duration.ofMillis(50))).isFalse();
		gate.open();
		assertThat(this.node.awaitIdle(Duration.ofSeconds(5))).isTrue();
	}

	@Test
	void timeoutWorksInRealTime() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start(ActorSettings.defaults().withAskTimeout(Duration.ofMillis(100)));
		ref.tell(new Do("gate"));
		gate.awaitReached();

		assertThatExceptionOfType(AskTimeoutException.class).isThrownBy(() -> ref.call(new Add(1)));
		gate.open();
	}

	@Test
	void nodeHoldsTheJvmUntilItStops() {
		start();
		String name = "cajun-node-local";
		assertThat(Thread.getAllStackTraces().keySet())
			.anySatisfy((thread) -> assertThat(thread.getName() + thread.isDaemon()).isEqualTo(name + "false"));
		this.node.close();
	}

	@Test
	void pagesActivationsInOrderOfIds() {
		start();
		for (int i = 0; i < 25; i++) {
			ref("k%02d".formatted(i)).call(new Add(1));
		}
		List<ActorId> all = new ArrayList<>();
		String cursor = null;
		int pages = 0;
		do {
			ActivationPage page = this.node.management().activations(null, cursor, 10);
			assertThat(page.actors()).hasSizeLessThanOrEqualTo(10);
			all.addAll(page.actors());
			cursor = page.cursor();
			pages++;
		}
		while (cursor != null);

		assertThat(pages).isEqualTo(3);
		assertThat(all).hasSize(25).doesNotHaveDuplicates().isSorted();
		assertThatIllegalArgumentException().isThrownBy(() -> this.node.management().activations("a", null, 0));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.node.management().activations("a", null, ClusterManagement.MAX_PAGE + 1));
		assertThatExceptionOfType(UnknownActorTypeException.class)
			.isThrownBy(() -> this.node.management().activations("b", null, 10));
	}

	@Test
	void explainsWhatAnActorDoes() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		assertThat(this.node.management().explain(ref.id()).phase()).isEqualTo("inactive");
		ref.call(new Add(1));
		ref.tell(new Do("gate"));
		gate.awaitReached();
		ref.tell(new Note("n"));
		ActivationInfo info = this.node.management().explain(ref.id());

		assertThat(info.active()).isTrue();
		assertThat(info.phase()).isEqualTo("handling");
		assertThat(info.messageType()).isEqualTo("Do");
		assertThat(info.mailbox()).isEqualTo(2);
		assertThat(info.sequence()).isEqualTo(1);
		assertThat(info.stack()).anySatisfy((frame) -> assertThat(frame).contains("TestActor.receive"));
		gate.open();
		assertThat(this.node.management().node().activations()).containsEntry("a", 1L);
	}

}
