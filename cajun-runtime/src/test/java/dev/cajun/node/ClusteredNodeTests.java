package dev.cajun.node;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.JoinRefusedException;
import dev.cajun.Persistence;
import dev.cajun.Placement;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.activation.ActorSettings;
import dev.cajun.cluster.ClusterSettings;
import dev.cajun.cluster.Operation;
import dev.cajun.cluster.OperationRefusedException;
import dev.cajun.cluster.Ownership;
import dev.cajun.metadata.InMemoryMetadata;
import dev.cajun.metadata.MetadataException;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.placement.BalanceSettings;
import dev.cajun.placement.NodeLoad;
import dev.cajun.store.ActorStore;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.store.StoreMeta;
import dev.cajun.time.SystemClock;
import dev.cajun.transport.Address;
import dev.cajun.transport.InMemoryNetwork;
import dev.cajun.transport.InMemoryTransport;
import org.assertj.core.data.Percentage;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Whole nodes in a cluster within this process, in real time. */
class ClusteredNodeTests {

	private static final int SHARDS = 16;

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	/** Loads are told often, and never acted upon. */
	private static final BalanceSettings LOOKED_AT_OFTEN = new BalanceSettings(false, Duration.ofSeconds(1), 0.2, 10,
			0.8, Duration.ofMinutes(5), 1, 1, 1);

	private BalanceSettings balance = LOOKED_AT_OFTEN;

	private final SystemClock clock = new SystemClock();

	private final InMemoryMetadata metadata = new InMemoryMetadata(this.clock);

	private final InMemoryNetwork network = new InMemoryNetwork(this.clock, new Random(1));

	private final InMemoryActorStore memory = new InMemoryActorStore();

	private final Map<String, TestProcess> processes = new TreeMap<>();

	private @Nullable StoreMeta meta;

	@AfterEach
	void stopNodes() {
		List<CompletableFuture<Void>> stopping = this.processes.values()
			.stream()
			.map((process) -> process.node.stop())
			.toList();
		stopping.forEach((stopped) -> Awaitility.await().atMost(PATIENCE).until(stopped::isDone));
		this.clock.close();
	}

	@Test
	void anyNodeReachesAnyActor() {
		start("n1", "n2", "n3");
		Map<String, Long> expected = new TreeMap<>();
		for (int i = 0; i < 60; i++) {
			String key = "k" + i % 20;
			long sum = account("n" + (1 + i % 3), key).call(new TestActor.Add(1));
			assertThat(sum).isEqualTo(expected.merge(key, 1L, Long::sum));
		}

		ClusterManagement management = process("n2").node.management();
		assertThat(management.nodes()).hasSize(3)
			.allSatisfy((node) -> assertThat(node.state()).isEqualTo("UP"))
			.satisfiesOnlyOnce((node) -> assertThat(node.leader()).isTrue());
		assertThat(management.shards()).hasSize(SHARDS)
			.allSatisfy((shard) -> assertThat(shard.owner()).isIn("n1", "n2", "n3"));
		RoutingInfo routing = management.routing(new ActorId("account", "k7"));
		assertThat(process(String.valueOf(routing.node())).node.management()
			.explain(new ActorId("account", "k7"))
			.active()).isTrue();
		assertThat(routing.address()).isEqualTo(routing.node() + ".test:7400");
	}

	@Test
	void actorsOfAKilledNodeAnswerElsewhereWithWhatTheyHad() {
		start("n1", "n2", "n3");
		for (int i = 0; i < 30; i++) {
			account("n1", "k" + i).call(new TestActor.Add(5));
		}
		ActorId dead = ownedBy("n3", process("n1").node.management());
		kill("n3");

		for (int i = 0; i < 30; i++) {
			ActorRef<TestActor.Message> account = account("n1", "k" + i);
			Long sum = Awaitility.await()
				.atMost(PATIENCE)
				.ignoreExceptions()
				.until(() -> account.ask(new TestActor.Add(1), AskOptions.defaults().withIdempotencyKey("once")).join(),
						(answer) -> true);
			assertThat(sum).isEqualTo(6);
		}
		assertThat(process("n1").node.management().explain(dead).owners().getFirst().reason())
			.isEqualTo(Ownership.Reason.LOST);
	}

	@Test
	void requestAfterAKilledNodeWasReplacedIsSentBackOnceAtMost() {
		start("n1", "n2", "n3");
		CajunNode asks = process("n1").node;
		List<ActorId> orphans = IntStream.range(0, 100)
			.mapToObj((i) -> new ActorId("account", "k" + i))
			.filter((actor) -> "n3".equals(asks.management().routing(actor).node()))
			.toList();
		assertThat(orphans).isNotEmpty().allSatisfy((actor) -> account("n1", actor.key()).call(new TestActor.Add(1)));
		kill("n3");
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> orphans.stream().noneMatch((actor) -> "n3".equals(asks.management().routing(actor).node())));

		for (ActorId actor : orphans) {
			long before = asks.routing().returned();
			assertThat(account("n1", actor.key()).call(new TestActor.Add(1))).isEqualTo(2);
			assertThat(asks.routing().returned() - before).isLessThanOrEqualTo(1);
		}
		assertThat(asks.routing().sent()).isPositive();
		assertThat(asks.routing().unreadable()).isZero();
	}

	@Test
	void nodeThatStopsGivesItsActorsAwayAndNoRequestFails() throws Exception {
		start("n1", "n2", "n3");
		List<CompletableFuture<Long>> answers = new ArrayList<>();
		CompletableFuture<Void> stopped = process("n2").node.stop();
		int rounds = 0;
		while (!stopped.isDone() || rounds < 20) {
			for (int i = 0; i < 20; i++) {
				answers.add(account("n1", "k" + i).ask(new TestActor.Add(1)));
			}
			rounds++;
			CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new)).get(20, TimeUnit.SECONDS);
		}

		assertThat(answers).allSatisfy((answer) -> assertThat(answer).isCompleted());
		for (int i = 0; i < 20; i++) {
			assertThat(account("n3", "k" + i).call(new TestActor.Get()).sum()).isEqualTo(rounds);
		}
		assertThat(process("n1").node.management().shards())
			.noneSatisfy((shard) -> assertThat(shard.owner()).isEqualTo("n2"));
		this.processes.remove("n2");
	}

	@Test
	void actorMovesWithItsShardAndKeepsItsState() {
		start("n1", "n2");
		ClusterManagement management = process("n1").node.management();
		// The newcomer has it by now, and gives it to nobody by itself
		ActorId alice = ownedBy("n2", management);
		account("n1", alice.key()).call(new TestActor.Add(7));
		String source = "n2";
		String target = "n1";
		assertThat(done(management.operate(new Operation.Migrate(management.routing(alice).shard(), target))))
			.contains(target);

		Awaitility.await().atMost(PATIENCE).until(() -> target.equals(management.routing(alice).node()));
		assertThat(account("n1", alice.key()).call(new TestActor.Add(1))).isEqualTo(8);
		assertThat(process(target).node.management().explain(alice).active()).isTrue();
		assertThat(process(source).node.management().explain(alice)).satisfies((info) -> {
			assertThat(info.active()).isFalse();
			assertThat(info.owners().getFirst().node()).startsWith(target + "#");
			assertThat(info.owners().getFirst().reason()).isEqualTo(Ownership.Reason.MIGRATE);
			assertThat(info.owners().get(1).node()).startsWith(source + "#");
			assertThat(info.owners().get(1).epoch()).isLessThan(info.owners().getFirst().epoch());
		});
	}

	@Test
	void anyNodeMayBeAskedWhatOnlyItKnows() {
		start("n1", "n2", "n3");
		for (int i = 0; i < 30; i++) {
			account("n1", "k" + i).call(new TestActor.Add(1));
		}
		ClusterManagement management = process("n1").node.management();
		ActorId elsewhere = ownedBy("n2", management);

		assertThat(answer(management.at("n2").explain(elsewhere))).satisfies((info) -> {
			assertThat(info).isEqualTo(process("n2").node.management().explain(elsewhere));
			assertThat(info.active()).isTrue();
		});
		assertThat(answer(management.at("n3").explain(elsewhere)).active()).isFalse();
		List<ActorId> seen = new ArrayList<>();
		for (String node : List.of("n1", "n2", "n3")) {
			seen.addAll(answer(management.at(node).activations("account", null, 100)).actors());
			NodeDetails details = answer(management.at(node).node());
			assertThat(details.node().node()).startsWith(node + "#");
			assertThat(details.node().state()).isEqualTo(NodeState.UP);
			assertThat(details.breakers()).isNotEmpty()
				.allSatisfy((peer, state) -> assertThat(state).isEqualTo("CLOSED"));
		}
		assertThat(seen).hasSize(30).doesNotHaveDuplicates();
		assertThat(answer(management.at("n2").active(List.of(elsewhere, new ActorId("account", "nobody")))).actors())
			.containsExactly(elsewhere);
		assertThat(answer(management.at("n2").release(elsewhere))).isFalse();
	}

	@Test
	void wrongQuestionsAndNodesThatAreAwayFailWithTheReason() {
		start("n1", "n2");
		ClusterManagement management = process("n1").node.management();
		assertThat(management.at("n2").activations("nothing", null, 10).toCompletableFuture()).failsWithin(PATIENCE)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(UnknownActorTypeException.class)
			.withMessageContaining("account");
		assertThat(management.at("n2").activations("account", null, 0).toCompletableFuture()).failsWithin(PATIENCE)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(IllegalArgumentException.class);
		assertThatExceptionOfType(OperationRefusedException.class).isThrownBy(() -> management.at("n9"))
			.withMessageContaining("n9")
			.withMessageContaining("n2");

		NodeInspection frozen = management.at("n2");
		this.network.pause(process("n2").address);
		assertThat(frozen.node().toCompletableFuture()).failsWithin(PATIENCE)
			.withThrowableOfType(ExecutionException.class)
			.withMessageContaining("n2");
		this.network.resume(process("n2").address);
	}

	@Test
	void drainedNodeSaysSoAndMayHaveShardsAgain() {
		start("n1", "n2");
		ClusterManagement management = process("n1").node.management();
		done(management.operate(new Operation.Drain("n2", false)));
		Awaitility.await().atMost(PATIENCE).until(() -> process("n2").node.state() == NodeState.DRAINING);
		Awaitility.await().atMost(PATIENCE).until(() -> process("n2").node.management().node().owned() == 0);

		done(management.operate(new Operation.Undrain("n2")));
		Awaitility.await().atMost(PATIENCE).until(() -> process("n2").node.state() == NodeState.UP);
		Awaitility.await().atMost(PATIENCE).until(() -> process("n2").node.management().node().owned() > 0);
	}

	@Test
	void singletonIsOneActorWhicheverNodeIsAsked() {
		start("n1", "n2", "n3");
		for (int i = 1; i <= 9; i++) {
			assertThat(actor("n" + (1 + i % 3), "single", Placement.SINGLETON_KEY).call(new TestActor.Add(1)))
				.isEqualTo(i);
		}
		assertThat(activeSingletons()).hasSize(1);
		assertThatIllegalArgumentException().isThrownBy(() -> actor("n2", "single", "another"))
			.withMessageContaining("singleton");

		String source = activeSingletons().getFirst();
		done(process("n1").node.management().operate(new Operation.Drain(source, false)));
		Awaitility.await().atMost(PATIENCE).until(() -> process(source).node.management().node().owned() == 0);
		assertThat(actor(source, "single", Placement.SINGLETON_KEY).call(new TestActor.Add(1))).isEqualTo(10);
		assertThat(activeSingletons()).hasSize(1).doesNotContain(source);
	}

	private List<String> activeSingletons() {
		ActorId id = new ActorId("single", Placement.SINGLETON_KEY);
		return this.processes.keySet()
			.stream()
			.filter((name) -> process(name).node.management().explain(id).active())
			.toList();
	}

	@Test
	void localActorIsOneOnEveryNodeAndStaysThereWhateverMoves() {
		start("n1", "n2");
		for (int i = 1; i <= 5; i++) {
			assertThat(actor("n1", "local", "cache").call(new TestActor.Add(1))).isEqualTo(i);
			assertThat(actor("n2", "local", "cache").call(new TestActor.Add(10))).isEqualTo(10L * i);
		}

		done(process("n1").node.management().operate(new Operation.Drain("n2", false)));
		Awaitility.await().atMost(PATIENCE).until(() -> process("n2").node.management().node().owned() == 0);
		assertThat(actor("n2", "local", "cache").call(new TestActor.Add(10))).isEqualTo(60);
		assertThat(actor("n1", "local", "cache").call(new TestActor.Add(1))).isEqualTo(6);
	}

	@Test
	void leaderKnowsWhatEachShardHasToDo() {
		start("n1", "n2");
		ClusterManagement management = process("n1").node.management();
		ActorId busy = ownedBy("n2", management);
		int shard = management.routing(busy).shard();

		Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
			for (int i = 0; i < 20; i++) {
				account("n1", busy.key()).call(new TestActor.Add(1));
				// Moves with no shard, and is part of the node's figure alone
				actor("n1", "local", "cache" + i).call(new TestActor.Add(1));
			}
			Map<String, NodeLoad> loads = process(String.valueOf(management.node().leader())).node.management().loads();
			assertThat(loads).containsKeys("n1", "n2");
			assertThat(loads.get("n1").shards()).isEmpty();
			assertThat(loads.get("n2").shards()).containsOnlyKeys(shard);
			assertThat(loads.get("n2").shards().get(shard)).isCloseTo(loads.get("n2").messagesPerSecond(),
					Percentage.withPercentage(1));
		});
	}

	@Test
	void nodeWithAllBusyShardsGivesHalfOfThemToTheOther() {
		this.balance = new BalanceSettings(true, Duration.ofSeconds(1), 0.2, 10, 1, Duration.ofMinutes(5), 0, 0, 1);
		start("n1", "n2");
		ClusterManagement management = process("n1").node.management();
		TreeMap<Integer, ActorId> busy = new TreeMap<>();
		for (int i = 0; i < 200; i++) {
			ActorId actor = new ActorId("account", "k" + i);
			if ("n2".equals(management.routing(actor).node())) {
				busy.putIfAbsent(management.routing(actor).shard(), actor);
			}
		}
		// The others have nothing to do: it would be no use to move those
		while (busy.size() > 4) {
			busy.pollFirstEntry();
		}
		assertThat(busy).hasSize(4);

		Awaitility.await().atMost(PATIENCE).until(() -> {
			busy.values().forEach((actor) -> account("n1", actor.key()).call(new TestActor.Add(1)));
			long left = busy.values().stream().filter((actor) -> "n2".equals(management.routing(actor).node())).count();
			return Math.abs(busy.size() - 2 * left) <= 1;
		});
		assertThat(management.shards()).filteredOn((shard) -> shard.pinnedTo() != null)
			.isNotEmpty()
			.allSatisfy((shard) -> assertThat(busy).containsKey(shard.shard()))
			.noneMatch(ShardInfo::pinnedByOperator);
	}

	@Test
	void nodeWithAnotherNumberOfShardsDoesNotStart() {
		start("n1");
		TestProcess other = new TestProcess("n2", SHARDS * 2);

		assertThatExceptionOfType(JoinRefusedException.class).isThrownBy(other.node::start)
			.withMessageContaining("Set cajun.cluster.shards to 16, not 32");
		assertThat(other.node.state()).isEqualTo(NodeState.FAILED);
		assertThat(other.node.stop()).succeedsWithin(PATIENCE);
	}

	@Test
	void nodeThatNeverJoinedHasNothingToHandOverAndStopsAtOnce() {
		TestProcess alone = new TestProcess("n1", SHARDS, denied());
		alone.node.start();
		assertThat(alone.node.state()).isEqualTo(NodeState.JOINING);

		assertThat(alone.node.handOver()).succeedsWithin(Duration.ofSeconds(5));
		assertThat(alone.node.stop()).succeedsWithin(Duration.ofSeconds(5));
	}

	/** Metadata that lets this node do nothing. */
	private static MetadataStore denied() {
		MetadataException reason = new MetadataException(MetadataException.Kind.DENIED, "permission denied", null);
		return (MetadataStore) Proxy.newProxyInstance(MetadataStore.class.getClassLoader(),
				new Class<?>[] { MetadataStore.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "watch" -> {
						((MetadataStore.Listener) arguments[1]).followed(reason);
						yield (MetadataStore.Watch) () -> {
						};
					}
					case "description" -> "denied";
					case "close" -> null;
					default -> CompletableFuture.failedFuture(reason);
				});
	}

	private void start(String... names) {
		for (String name : names) {
			TestProcess process = new TestProcess(name, SHARDS);
			this.processes.put(name, process);
			process.node.start();
		}
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> this.processes.values()
				.stream()
				.allMatch((process) -> process.node.state() == NodeState.UP
						&& process.node.management().node().owned() > 0));
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> process(names[0]).node.management()
				.shards()
				.stream()
				.allMatch((shard) -> shard.phase().equals("OWNED")));
	}

	private void kill(String name) {
		TestProcess process = process(name);
		this.processes.remove(name);
		process.dead = true;
		this.network.kill(process.address);
		process.metadataStore.close();
	}

	private TestProcess process(String name) {
		TestProcess process = this.processes.get(name);
		assertThat(process).as(name).isNotNull();
		return process;
	}

	private ActorRef<TestActor.Message> account(String node, String key) {
		return actor(node, "account", key);
	}

	private ActorRef<TestActor.Message> actor(String node, String type, String key) {
		return process(node).node.system().actors(type, TestActor.Message.class).get(key);
	}

	private static ActorId ownedBy(String node, ClusterManagement management) {
		for (int i = 0; true; i++) {
			ActorId actor = new ActorId("account", "k" + i);
			if (node.equals(management.routing(actor).node())) {
				return actor;
			}
		}
	}

	private static <T> T answer(CompletionStage<T> asked) {
		CompletableFuture<T> answer = asked.toCompletableFuture();
		Awaitility.await().atMost(PATIENCE).until(answer::isDone);
		return answer.join();
	}

	private static String done(CompletionStage<String> operation) {
		CompletableFuture<String> answer = operation.toCompletableFuture();
		Awaitility.await().atMost(PATIENCE).until(answer::isDone);
		return answer.join();
	}

	/** A node with what belongs to its process. */
	private final class TestProcess implements InvocationHandler {

		private final Address address;

		private final InMemoryTransport transport;

		private final MetadataStore metadataStore;

		private final CajunNode node;

		private volatile boolean dead;

		TestProcess(String name, int shards) {
			this(name, shards, ClusteredNodeTests.this.metadata.connect());
		}

		TestProcess(String name, int shards, MetadataStore metadataStore) {
			this.metadataStore = metadataStore;
			this.address = new Address(name + ".test", 7400);
			this.transport = ClusteredNodeTests.this.network.transport(this.address);
			ActorStore store = (ActorStore) Proxy.newProxyInstance(ActorStore.class.getClassLoader(),
					new Class<?>[] { ActorStore.class }, this);
			this.node = CajunNode.builder()
				.settings(NodeSettings.defaults().withCluster("bank").withName(name).withShards(shards))
				.cluster(ClusterSettings.of("bank", name)
					.withShards(shards)
					.withLeaseTtl(Duration.ofSeconds(3))
					.withBalance(ClusteredNodeTests.this.balance), this.metadataStore, this.transport)
				.store(store)
				.scheduler(this.transport.time())
				.actor(new TestActor().definition("account", ActorSettings.defaults()))
				.actor(new TestActor().definition("single",
						ActorSettings.defaults().withPlacement(Placement.SINGLETON)))
				.actor(new TestActor().definition("local",
						ActorSettings.defaults().withPersistence(Persistence.NONE).withPlacement(Placement.LOCAL)))
				.build();
		}

		/** All nodes share a store; one that is dead reaches it no more. */
		@Override
		public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
			if (this.dead && CompletionStage.class.isAssignableFrom(method.getReturnType())) {
				return new CompletableFuture<>();
			}
			if (method.getName().equals("open") && arguments != null) {
				return open((StoreMeta) arguments[0]);
			}
			if (method.getName().equals("close")) {
				return null;
			}
			try {
				return method.invoke(ClusteredNodeTests.this.memory, arguments);
			}
			catch (InvocationTargetException ex) {
				throw ex.getTargetException();
			}
		}

		private CompletionStage<StoreMeta> open(StoreMeta wanted) {
			synchronized (ClusteredNodeTests.this.memory) {
				StoreMeta known = ClusteredNodeTests.this.meta;
				if (known == null) {
					known = ClusteredNodeTests.this.memory.open(wanted).toCompletableFuture().join();
					ClusteredNodeTests.this.meta = known;
				}
				return CompletableFuture.completedFuture(known);
			}
		}

	}

}
