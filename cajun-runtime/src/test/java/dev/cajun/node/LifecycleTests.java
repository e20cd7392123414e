package dev.cajun.node;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.AskTimeoutException;
import dev.cajun.CajunException;
import dev.cajun.Delivery;
import dev.cajun.EventSourcedActor;
import dev.cajun.FailurePolicy;
import dev.cajun.HandlerException;
import dev.cajun.MailboxFullException;
import dev.cajun.MessageUndelivered;
import dev.cajun.NotAMemberException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.Persistence;
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
import dev.cajun.placement.Shards;
import dev.cajun.store.ActorStore;
import dev.cajun.store.FaultyStore;
import dev.cajun.store.FaultyStore.Fault;
import dev.cajun.store.Fence;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoredActor;
import dev.cajun.time.Scheduler;
import dev.cajun.time.VirtualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** The start and the end of a node. */
class LifecycleTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final TestActor actor = new TestActor();

	private final List<Object> heard = new CopyOnWriteArrayList<>();

	private final List<CajunNode> nodes = new ArrayList<>();

	private final AtomicReference<TestNode> virtual = new AtomicReference<>();

	@AfterEach
	void close() {
		if (this.virtual.get() != null) {
			this.virtual.get().close();
		}
		for (CajunNode node : this.nodes) {
			assertThat(node.stop()).succeedsWithin(SOON);
		}
	}

	/** A node in real time, which is not started. */
	private CajunNode node(ActorStore store, UnaryOperator<NodeSettings> settings, ActorDefinition... actors) {
		CajunNode.Builder builder = CajunNode.builder()
			.store(store)
			.settings(settings.apply(NodeSettings.defaults().withShards(8)))
			.listener(new NodeListener() {

				@Override
				public void published(Object event) {
					LifecycleTests.this.heard.add(event);
				}

				@Override
				public void undelivered(MessageUndelivered message) {
					LifecycleTests.this.heard.add(message);
				}

				@Override
				public void stateChanged(NodeState state) {
					LifecycleTests.this.heard.add(state);
				}

			});
		for (ActorDefinition definition : actors) {
			builder.actor(definition);
		}
		CajunNode node = builder.build();
		this.nodes.add(node);
		return node;
	}

	private CajunNode node(ActorStore store) {
		return node(store, (settings) -> settings, this.actor.definition("a", ActorSettings.defaults()));
	}

	private static ActorRef<Message> ref(CajunNode node, String key) {
		return node.system().actors("a", Message.class).get(key);
	}

	/** A started node in virtual time. */
	private ActorRef<Message> startVirtual(ActorSettings settings) {
		this.virtual.set(TestNode.start(this.actor.definition("a", settings)));
		return this.virtual.get().ref("a", "x");
	}

	private static void await(CountDownLatch latch) throws InterruptedException {
		assertThat(latch.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
	}

	// ---- start

	@Test
	void useBeforeStartFailsWithWhatToDo() {
		CajunNode node = node(new InMemoryActorStore());

		assertThatIllegalStateException().isThrownBy(() -> node.system().actors(Message.class))
			.withMessageContaining("ApplicationRunner");
		assertThatIllegalStateException().isThrownBy(() -> node.system().actors("a", Message.class))
			.withMessageContaining("ApplicationRunner");
		assertThatIllegalStateException().isThrownBy(() -> node.system().types())
			.withMessageContaining("ApplicationRunner");
		assertThat(node.system().node()).startsWith("local#");
		assertThat(node.state()).isEqualTo(NodeState.NEW);
	}

	@Test
	void messagesWhileStartingWaitForTheStore() throws Exception {
		OpeningStore store = new OpeningStore();
		CajunNode node = node(store);
		Thread starting = Thread.ofVirtual().start(node::start);
		await(store.asked);

		CompletableFuture<Long> early = ref(node, "x").ask(new Add(1));
		assertThat(early).isNotDone();
		store.opened.complete(null);
		assertThat(starting.join(SOON)).isTrue();
		assertThat(early).succeedsWithin(SOON).isEqualTo(1L);
	}

	@Test
	void startsOnce() {
		CajunNode node = node(new InMemoryActorStore());
		node.start();
		assertThatIllegalStateException().isThrownBy(node::start).withMessageContaining("UP");
		assertThat(ref(node, "x").call(new Add(1))).as("the first start holds").isEqualTo(1);
		node.close();

		assertThatIllegalStateException().isThrownBy(node::start).withMessageContaining("STOPPED");
	}

	@Test
	void tellsListenersEachState() {
		CajunNode node = node(new InMemoryActorStore());
		node.start();
		assertThat(this.heard).containsExactly(NodeState.STARTING, NodeState.UP);
		node.close();

		assertThat(this.heard).containsExactly(NodeState.STARTING, NodeState.UP, NodeState.STOPPING, NodeState.STOPPED);
	}

	@Test
	void storeInUseIsNotStarted() {
		InMemoryActorStore store = new InMemoryActorStore();
		assertThat(store.open(new StoreMeta("other", "cajun", 8, StoreMeta.FORMAT_VERSION))).isCompleted();
		CajunNode node = node(store);

		assertThatExceptionOfType(StoreException.class).isThrownBy(node::start)
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(StoreException.Kind.LOCKED));
		assertThat(node.state()).isEqualTo(NodeState.FAILED);
		assertThat(this.heard).containsExactly(NodeState.STARTING, NodeState.FAILED);
	}

	@Test
	void storeWithOtherShardsIsNotStarted() {
		InMemoryActorStore store = new InMemoryActorStore();
		CajunNode first = node(store);
		first.start();
		ref(first, "x").call(new Add(3));
		first.close();
		CajunNode other = node(store, (settings) -> settings.withShards(16),
				this.actor.definition("a", ActorSettings.defaults()));

		assertThatExceptionOfType(StoreException.class).isThrownBy(other::start)
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(StoreException.Kind.FOREIGN))
			.withMessageContaining("cajun.cluster.shards to 8")
			.withMessageContaining("not 16");
		CajunNode right = node(store);
		right.start();
		assertThat(ref(right, "x").call(new Get()).sum()).as("nothing was changed").isEqualTo(3);
	}

	@Test
	void storeOfAnotherClusterIsNotStarted() {
		InMemoryActorStore store = new InMemoryActorStore();
		node(store).start();
		this.nodes.get(0).close();
		CajunNode other = node(store, (settings) -> settings.withCluster("mine"),
				this.actor.definition("a", ActorSettings.defaults()));

		assertThatExceptionOfType(StoreException.class).isThrownBy(other::start)
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(StoreException.Kind.FOREIGN))
			.withMessageContaining("'mine'")
			.withMessageContaining("cajun.cluster.name to 'cajun'");
	}

	@Test
	void nodeThatDidNotStartIsStoppedAndTakesNoMessages() {
		InMemoryActorStore store = new InMemoryActorStore();
		assertThat(store.open(new StoreMeta("other", "cajun", 8, StoreMeta.FORMAT_VERSION))).isCompleted();
		CajunNode node = node(store);
		assertThatExceptionOfType(StoreException.class).isThrownBy(node::start);

		assertThat(node.stop()).succeedsWithin(SOON);
		assertThat(node.state()).isEqualTo(NodeState.FAILED);
		assertThatExceptionOfType(CajunException.class).isThrownBy(() -> ref(node, "x").tell(new Note("n")));
	}

	// ---- stop

	@Test
	void nodeThatWasNotStartedStopsAtOnce() {
		CajunNode node = node(new InMemoryActorStore());
		assertThat(node.stop()).isCompleted();

		assertThat(node.state()).isEqualTo(NodeState.STOPPED);
		assertThat(node.stop()).isCompleted();
		assertThatIllegalStateException().isThrownBy(node::start).withMessageContaining("STOPPED");
	}

	@Test
	void stopWhileStartingIsCarriedOutOnceStarted() throws Exception {
		OpeningStore store = new OpeningStore();
		CajunNode node = node(store);
		Thread starting = Thread.ofVirtual().start(node::start);
		await(store.asked);
		CompletableFuture<Void> stopped = node.stop();
		assertThat(stopped).isNotDone();
		store.opened.complete(null);

		assertThat(stopped).succeedsWithin(SOON);
		assertThat(starting.join(SOON)).isTrue();
		assertThat(this.heard).containsExactly(NodeState.STARTING, NodeState.UP, NodeState.STOPPING, NodeState.STOPPED);
	}

	@Test
	void stopWhileStartingEndsWhenTheStartFails() throws Exception {
		OpeningStore store = new OpeningStore();
		CajunNode node = node(store);
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Thread starting = Thread.ofVirtual().start(() -> {
			try {
				node.start();
			}
			catch (RuntimeException ex) {
				thrown.set(ex);
			}
		});
		await(store.asked);
		CompletableFuture<Void> stopped = node.stop();
		store.opened.completeExceptionally(new StoreException(StoreException.Kind.CORRUPT, "damaged", null));

		assertThat(stopped).succeedsWithin(SOON);
		assertThat(starting.join(SOON)).isTrue();
		assertThat(thrown.get()).isInstanceOf(StoreException.class).hasMessageContaining("damaged");
	}

	@Test
	void messagesAfterStopAreRefused() {
		CajunNode node = node(new InMemoryActorStore());
		node.start();
		ActorRef<Message> ref = ref(node, "x");
		ref.call(new Add(1));
		node.close();

		assertThatExceptionOfType(NotAMemberException.class).isThrownBy(() -> ref.tell(new Note("n")))
			.withMessageContaining("a/x")
			.withMessageContaining(node.system().node());
		assertThatExceptionOfType(NotAMemberException.class).isThrownBy(() -> ref.call(new Add(1)));
		assertThat(ref.ask(new Add(1))).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(NotAMemberException.class);
		assertThatExceptionOfType(NotAMemberException.class)
			.isThrownBy(() -> ref.tell(new Note("n"), Delivery.AT_LEAST_ONCE).join());
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "NONE" })
	void messagesAcceptedWhileStoppingBeginsAreHandled(Persistence persistence) throws Exception {
		for (int round = 0; round < 4; round++) {
			InMemoryActorStore store = new InMemoryActorStore();
			AtomicInteger handled = new AtomicInteger();
			this.actor.run("count", (message, context) -> handled.incrementAndGet());
			CajunNode node = node(store, (settings) -> settings,
					this.actor.definition("a", ActorSettings.defaults().withPersistence(persistence)));
			node.start();
			AtomicInteger accepted = new AtomicInteger();
			AtomicInteger refused = new AtomicInteger();
			CountDownLatch half = new CountDownLatch(5_000);
			List<Thread> senders = new ArrayList<>();
			for (int sender = 0; sender < 4; sender++) {
				senders.add(Thread.ofPlatform().start(() -> {
					for (int i = 0; i < 2_500; i++) {
						try {
							ref(node, "" + i % 50).tell(new Do("count"));
							accepted.incrementAndGet();
						}
						catch (NotAMemberException ex) {
							refused.incrementAndGet();
						}
						half.countDown();
					}
				}));
			}
			await(half);
			CompletableFuture<Void> stopped = node.stop();
			for (Thread sender : senders) {
				assertThat(sender.join(SOON)).isTrue();
			}
			assertThat(stopped).succeedsWithin(SOON);

			assertThat(accepted.get() + refused.get()).isEqualTo(10_000);
			assertThat(handled).hasValue(accepted.get());
			assertThat(this.heard).noneMatch(MessageUndelivered.class::isInstance);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "NONE" })
	void senderThatWasLateIsToldAndNoHandlerRunsAfterTheStop(Persistence persistence) throws Exception {
		CountDownLatch reached = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicReference<Thread> late = new AtomicReference<>();
		VirtualTime time = new VirtualTime();
		// A sender that was admitted looks at the time when it begins an activation
		Scheduler scheduler = new Scheduler() {

			@Override
			public long nanoTime() {
				return time.nanoTime();
			}

			@Override
			public Instant now() {
				if (Thread.currentThread().equals(late.get())) {
					reached.countDown();
					try {
						await(goOn);
					}
					catch (InterruptedException ex) {
						throw new IllegalStateException(ex);
					}
				}
				return time.now();
			}

			@Override
			public Cancellable schedule(long delayNanos, Runnable task) {
				return time.schedule(delayNanos, task);
			}

		};
		CajunNode node = CajunNode.builder()
			.settings(NodeSettings.defaults().withShards(8))
			.scheduler(scheduler)
			.actor(this.actor.definition("a", ActorSettings.defaults().withPersistence(persistence)))
			.build();
		node.start();
		ActorRef<Message> ref = ref(node, "x");
		CompletableFuture<Void> sent = new CompletableFuture<>();
		late.set(Thread.ofVirtual().unstarted(() -> {
			try {
				ref.tell(new Note("late"));
				sent.complete(null);
			}
			catch (RuntimeException ex) {
				sent.completeExceptionally(ex);
			}
		}));
		late.get().start();
		await(reached);
		assertThat(node.stop()).succeedsWithin(SOON);
		goOn.countDown();

		assertThat(sent).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(NotAMemberException.class)
			.withMessageContaining("a/x");
		assertThat(this.actor.handled()).isEmpty();
		assertThat(node.management().activations(null, null, 10).actors()).isEmpty();
	}

	@Test
	void whatHandlersSendWhileTheNodeStopsIsHandled() throws Exception {
		Gate gate = this.actor.gate();
		this.actor.run("go on", (message, context) -> {
			int left = Integer.parseInt(((Do) message).text());
			if (left > 0) {
				ref(this.nodes.get(0), "k" + left).tell(new Do("go on", "" + (left - 1)));
			}
		});
		CajunNode node = node(new InMemoryActorStore());
		node.start();
		ref(node, "x").tell(new Do("gate"));
		ref(node, "x").tell(new Do("go on", "50"));
		gate.awaitReached();
		CompletableFuture<Void> stopped = node.stop();
		gate.open();

		assertThat(stopped).succeedsWithin(SOON);
		assertThat(this.actor.handled()).hasSize(52).endsWith("k1 go on");
	}

	@ParameterizedTest
	@EnumSource(names = { "EVENTS", "MESSAGES" })
	void stopWritesSnapshotOfJournaledActors(Persistence persistence) {
		FaultyStore first = new FaultyStore();
		ActorSettings settings = ActorSettings.defaults().withPersistence(persistence);
		ActorDefinition definition = (persistence == Persistence.EVENTS)
				? ActorDefinition.eventSourced("a", new Adding(), Message.class, Long.class, Added.class, settings)
				: this.actor.definition("a", settings);
		CajunNode node = node(first, (all) -> all, definition);
		node.start();
		for (int i = 0; i < 5; i++) {
			ref(node, "x").call(new Add(1));
		}
		assertThat(first.snapshots()).isEmpty();
		node.close();

		assertThat(first.snapshots()).containsExactly(new ActorId("a", "x"));
		StoredActor stored = stored(first.die(), new ActorId("a", "x"));
		assertThat(stored.records()).isEmpty();
		assertThat(stored.state()).isNotEmpty();
		assertThat(stored.sequence()).isEqualTo(5);
	}

	/** What a store holds of an actor. */
	private static StoredActor stored(ActorStore store, ActorId actor) {
		store.open(new StoreMeta("test", "cajun", 8, StoreMeta.FORMAT_VERSION)).toCompletableFuture().join();
		Fence fence = new Fence(new Shards(8).of(actor), store.nextLocalEpoch().toCompletableFuture().join(), "test#1");
		store.claim(fence, false).toCompletableFuture().join();
		LoadResult loaded = store.load(fence, actor).toCompletableFuture().join();
		return ((LoadResult.Loaded) loaded).actor();
	}

	@Test
	void stopWithHandlerThatBlocksEndsAfterDrainTimeoutAndWhoWaitsIsTold() throws Exception {
		Gate gate = this.actor.gate();
		this.actor.run("asks", (message, context) -> context.reply((Query) message,
				ref(this.nodes.get(0), "blocked").call(new Query("gate"))));
		CajunNode node = node(new InMemoryActorStore(), (settings) -> settings.withDrainTimeout(Duration.ofMillis(200)),
				this.actor.definition("a", ActorSettings.defaults().withAskTimeout(Duration.ofMinutes(10))));
		node.start();
		List<CompletableFuture<?>> waiting = new ArrayList<>();
		ActorRef<Message> blocked = ref(node, "blocked");
		waiting.add(blocked.ask(new Query("gate")));
		gate.awaitReached();
		waiting.add(blocked.ask(new Add(1)));
		waiting.add(CompletableFuture.supplyAsync(() -> blocked.call(new Add(1))));
		waiting.add(ref(node, "asks").ask(new Query("asks")));
		waiting.add(blocked.tell(new Note("guaranteed"), Delivery.AT_LEAST_ONCE));
		Awaitility.await().atMost(SOON).until(() -> node.management().explain(blocked.id()).mailbox() == 5);
		ref(node, "idle").call(new Add(1));

		assertThat(node.stop()).succeedsWithin(SOON);
		for (CompletableFuture<?> future : waiting) {
			assertThat(future).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.satisfies((ex) -> assertThat(ex).cause()
					.isInstanceOfAny(AskTimeoutException.class, OutcomeUnknownException.class,
							NotAMemberException.class, HandlerException.class));
		}
		assertThat(waiting.get(1)).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withMessageContaining("was not run")
			.withMessageContaining("stopping");
		gate.open();
	}

	@Test
	void stopWritesWhatIsDoneThoughAnotherActorBlocks() throws Exception {
		Gate gate = this.actor.gate();
		InMemoryActorStore store = new InMemoryActorStore();
		CajunNode node = node(store, (settings) -> settings.withDrainTimeout(Duration.ofMillis(100)),
				this.actor.definition("a", ActorSettings.defaults().withPersistence(Persistence.MESSAGES)));
		node.start();
		ref(node, "blocked").tell(new Do("gate"));
		gate.awaitReached();
		for (int i = 0; i < 3; i++) {
			ref(node, "idle").call(new Add(1));
		}
		assertThat(node.stop()).succeedsWithin(SOON);
		gate.open();

		StoredActor stored = stored(store, new ActorId("a", "idle"));
		assertThat(stored.state()).as("a snapshot").isNotEmpty();
		assertThat(stored.sequence()).isEqualTo(3);
	}

	@Test
	void closeUnderVirtualTimeReturns() {
		ActorRef<Message> ref = startVirtual(ActorSettings.defaults());
		this.actor.run("timers", (message, context) -> {
			context.schedule("t", Duration.ofSeconds(5), new Note("timer"));
			context.remind("r", Duration.ofSeconds(5), new Note("reminder"));
		});
		ref.call(new Add(1));
		ref.tell(new Do("timers"));
		this.virtual.get().settle();

		assertThat(this.virtual.get().node().stop()).succeedsWithin(SOON);
	}

	@Test
	void closeUnderVirtualTimeReturnsThoughActorsWaitForTime() {
		this.actor.run("fails", (message, context) -> {
			throw new IllegalStateException("as the test wants");
		});
		FaultyStore store = new FaultyStore();
		VirtualTime time = new VirtualTime();
		ActorSettings retrying = ActorSettings.defaults()
			.withOnFailure(FailurePolicy.RETRY)
			.withRetry(new RetrySettings(5, Duration.ofHours(1), 2, Duration.ofHours(1)));
		CajunNode node = CajunNode.builder()
			.settings(NodeSettings.defaults().withShards(8).withDrainTimeout(Duration.ofMillis(100)))
			.store(store)
			.scheduler(time)
			.actor(this.actor.definition("a", retrying))
			.build();
		node.start();
		store.failCommits((commit) -> commit.actor().key().equals("unknown") ? Fault.UNKNOWN : Fault.NONE);
		ref(node, "unknown").tell(new Note("its write is sent again and again"));
		ref(node, "retried").tell(new Do("fails"));
		Awaitility.await().atMost(SOON).until(() -> this.actor.handled().size() == 2);

		assertThat(node.stop()).succeedsWithin(SOON);
		assertThat(node.state()).isEqualTo(NodeState.STOPPED);
	}

	@Test
	void stopLeavesNoThread() {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		CajunNode node = node(new InMemoryActorStore());
		node.start();
		ref(node, "x").call(new Add(1));
		List<Thread> begun = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> !before.contains(thread) && thread.getName().startsWith("cajun"))
			.toList();
		assertThat(begun).extracting(Thread::getName).contains("cajun-node-local", "cajun-clock");
		assertThat(begun).as("the node keeps the JVM alive").anyMatch((thread) -> !thread.isDaemon());
		node.close();

		Awaitility.await().atMost(SOON).untilAsserted(() -> assertThat(begun).noneMatch(Thread::isAlive));
	}

	@Test
	void failedStartLeavesNoThread() {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		InMemoryActorStore store = new InMemoryActorStore();
		assertThat(store.open(new StoreMeta("other", "cajun", 8, StoreMeta.FORMAT_VERSION))).isCompleted();
		CajunNode node = node(store);
		assertThatExceptionOfType(StoreException.class).isThrownBy(node::start);

		Awaitility.await()
			.atMost(SOON)
			.untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
				.filteredOn((thread) -> !before.contains(thread) && thread.getName().startsWith("cajun"))
				.isEmpty());
	}

	@Test
	void nextNodeOnTheSameStoreFindsWhatTheLastOneLeft() {
		InMemoryActorStore store = new InMemoryActorStore();
		for (int i = 1; i <= 5; i++) {
			CajunNode node = node(store);
			node.start();
			assertThat(ref(node, "x").call(new Add(1))).isEqualTo(i);
			assertThat(node.management().node().epoch()).isEqualTo(i);
			node.close();
		}
	}

	// ---- what the application hears

	@Test
	void eventsArePublishedInOrderAfterTheWrite() {
		this.actor.on("publish", (state, message, context) -> {
			for (int i = 0; i < 10; i++) {
				context.publish(((Do) message).text() + "-" + i);
			}
			return state.plus(1);
		});
		ActorRef<Message> ref = startVirtual(ActorSettings.defaults());
		TestNode node = this.virtual.get();
		node.store().freeze();
		List<String> expected = new ArrayList<>();
		for (int message = 0; message < 200; message++) {
			ref.tell(new Do("publish", "" + message));
			for (int i = 0; i < 10; i++) {
				expected.add(message + "-" + i);
			}
		}
		node.rest();
		assertThat(node.published()).isEmpty();
		node.store().thaw();
		node.settle();

		assertThat(node.published()).isEqualTo(expected);
	}

	@Test
	void eventOfHandlerThatFailsIsNotPublished() {
		this.actor.run("publish", (message, context) -> {
			context.publish("event");
			throw new IllegalStateException("as the test wants");
		});
		ActorRef<Message> ref = startVirtual(ActorSettings.defaults());
		ref.tell(new Do("publish"));
		this.virtual.get().settle();

		assertThat(this.virtual.get().published()).isEmpty();
	}

	@Test
	void listenerThatThrowsHoldsNothingUp() {
		this.actor.run("publish", (message, context) -> context.publish("event"));
		List<Object> second = new CopyOnWriteArrayList<>();
		CajunNode node = CajunNode.builder()
			.actor(this.actor.definition("a", ActorSettings.defaults()))
			.listener(new NodeListener() {

				@Override
				public void published(Object event) {
					throw new IllegalStateException("as the test wants");
				}

				@Override
				public void stateChanged(NodeState state) {
					throw new IllegalStateException("as the test wants");
				}

			})
			.listener(new NodeListener() {

				@Override
				public void published(Object event) {
					second.add(event);
				}

			})
			.build();
		this.nodes.add(node);
		node.start();
		ref(node, "x").tell(new Do("publish"));

		assertThat(ref(node, "x").call(new Add(1))).isEqualTo(1);
		assertThat(second).containsExactly("event");
		node.close();
		assertThat(node.state()).isEqualTo(NodeState.STOPPED);
	}

	@Test
	void whatIsDroppedIsPublishedWithReceiverTypeGuaranteeAndReason() throws Exception {
		Gate gate = this.actor.gate();
		this.actor.run("fails", (message, context) -> {
			throw new IllegalStateException("as the test wants");
		});
		this.actor.run("floods", (message, context) -> {
			ref(this.virtual.get().node(), "full").tell(new Note("1"));
			ref(this.virtual.get().node(), "full").tell(new Note("2"));
		});
		ActorRef<Message> ref = startVirtual(ActorSettings.defaults().withMailboxCapacity(2));
		TestNode node = this.virtual.get();
		ref.tell(new Do("fails"));
		CompletableFuture<Void> guaranteed = ref.tell(new Do("fails"), Delivery.EXACTLY_ONCE);
		node.advance(Duration.ofSeconds(1)).settle();
		assertThat(guaranteed).as("it is dealt with").succeedsWithin(SOON);
		ref(node.node(), "full").tell(new Do("gate"));
		gate.awaitReached();
		ref.tell(new Do("floods"));
		Awaitility.await().atMost(SOON).until(() -> node.undelivered().size() >= 3);
		assertThatExceptionOfType(MailboxFullException.class)
			.isThrownBy(() -> ref(node.node(), "full").tell(new Note("3")));
		gate.open();
		node.settle();

		Map<ActorId, List<MessageUndelivered>> undelivered = node.undelivered()
			.stream()
			.collect(Collectors.groupingBy(MessageUndelivered::receiver));
		assertThat(undelivered.get(ref.id())).extracting(MessageUndelivered::messageType).containsExactly("Do", "Do");
		assertThat(undelivered.get(ref.id())).extracting(MessageUndelivered::delivery)
			.containsExactlyInAnyOrder(Delivery.AT_MOST_ONCE, Delivery.EXACTLY_ONCE);
		assertThat(undelivered.get(ref.id()))
			.allSatisfy((dropped) -> assertThat(dropped.reason()).contains("the handler failed", "as the test wants"));
		assertThat(undelivered.get(new ActorId("a", "full"))).singleElement().satisfies((dropped) -> {
			assertThat(dropped.messageType()).isEqualTo("Note");
			assertThat(dropped.delivery()).isEqualTo(Delivery.AT_MOST_ONCE);
			assertThat(dropped.reason()).contains("messages waiting");
		});
		assertThat(node.statistics("a").undelivered()).as("the sender is told of its own thread's refusal")
			.isEqualTo(3);
	}

	@Test
	void whatWaitsInAnActorThatStopsIsPublishedAsDropped() throws Exception {
		Gate gate = this.actor.gate();
		this.actor.run("fails", (message, context) -> {
			throw new IllegalStateException("as the test wants");
		});
		ActorRef<Message> ref = startVirtual(ActorSettings.defaults().withOnFailure(FailurePolicy.STOP));
		ref.tell(new Do("gate"));
		ref.tell(new Do("fails"));
		ref.tell(new Note("n"));
		gate.open();
		this.virtual.get().settle();

		assertThat(this.virtual.get().undelivered()).extracting(MessageUndelivered::messageType)
			.containsExactlyInAnyOrder("Do", "Note");
		assertThat(this.virtual.get().undelivered()).filteredOn((dropped) -> dropped.messageType().equals("Note"))
			.singleElement()
			.extracting(MessageUndelivered::reason)
			.asString()
			.contains("stopped by its failure policy");
	}

	record Added(long amount) {

	}

	private static final class Adding implements EventSourcedActor<Long, Message, Added> {

		@Override
		public Long initialState(ActorId id) {
			return 0L;
		}

		@Override
		public List<Added> decide(Long state, Message message, ActorContext<Message> context) {
			Add add = (Add) message;
			context.reply(add, state + add.amount());
			return List.of(new Added(add.amount()));
		}

		@Override
		public Long evolve(Long state, Added event) {
			return state + event.amount();
		}

	}

}
