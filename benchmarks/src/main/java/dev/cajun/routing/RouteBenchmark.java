package dev.cajun.routing;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.Persistence;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.activation.Activation;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.activation.ActorType;
import dev.cajun.cluster.ClusterSettings;
import dev.cajun.metadata.InMemoryMetadata;
import dev.cajun.node.CajunNode;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.NodeSettings;
import dev.cajun.store.ActorStore;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.store.StoreMeta;
import dev.cajun.time.SystemClock;
import dev.cajun.transport.Address;
import dev.cajun.transport.InMemoryNetwork;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * How a message finds its actor when everything is known: the steps of a send up to the
 * mailbox here, or to the process that has the shard, without what follows. Two nodes of
 * a cluster in this JVM; each time another of 1,000 actors of either.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RouteBenchmark {

	private static final String TYPE = "counter";

	private static final String CLUSTER = "micro";

	private static final List<String> NAMES = List.of("n1", "n2");

	private static final int ACTORS = 1000;

	private static final int SHARDS = 256;

	private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

	private final List<CajunNode> nodes = new ArrayList<>();

	private final List<Known> here = new ArrayList<>();

	private final List<Known> there = new ArrayList<>();

	private SystemClock clock;

	private NodeHost host;

	private ActorType type;

	private int next;

	/** For JMH. */
	@SuppressWarnings("NullAway.Init") // JMH calls start() before anything else
	public RouteBenchmark() {
	}

	/** Starts the nodes, and sends to every actor once. */
	@Setup
	public void start() throws InterruptedException {
		this.clock = new SystemClock();
		InMemoryMetadata metadata = new InMemoryMetadata(this.clock);
		InMemoryNetwork network = new InMemoryNetwork(this.clock, new Random(1));
		ActorStore store = sharedStore();
		for (String name : NAMES) {
			CajunNode node = CajunNode.builder()
				.settings(NodeSettings.defaults().withCluster(CLUSTER).withName(name).withShards(SHARDS))
				.cluster(ClusterSettings.of(CLUSTER, name).withShards(SHARDS).withMinNodes(NAMES.size()),
						metadata.connect(), network.transport(new Address(name + ".test", 7400)))
				.store(store)
				.actor(ActorDefinition.stateful(TYPE, new Counter(), Get.class, Long.class,
						ActorSettings.defaults().withPersistence(Persistence.NONE)))
				.build();
			this.nodes.add(node);
		}
		// Together, so that no shard has to move to the second
		CompletableFuture
			.allOf(this.nodes.stream()
				.map((node) -> node.startInCluster().toCompletableFuture())
				.toArray(CompletableFuture<?>[]::new))
			.join();
		RoutedActors<Get> actors = (RoutedActors<Get>) this.nodes.getFirst().system().actors(TYPE, Get.class);
		this.host = actors.host();
		this.type = actors.actorType();
		awaitBalance();
		List<ActorId> local = ids(true);
		List<ActorId> remote = ids(false);
		CompletableFuture
			.allOf(Stream.of(local, remote)
				.flatMap(List::stream)
				.map((id) -> actors.get(id.key()).ask(new Get()))
				.toArray(CompletableFuture<?>[]::new))
			.join();
		local.forEach((id) -> this.here.add(known(id)));
		remote.forEach((id) -> this.there.add(known(id)));
	}

	private List<ActorId> ids(boolean here) {
		ClusterManagement management = this.nodes.getFirst().management();
		return IntStream.iterate(0, (i) -> i + 1)
			.mapToObj((i) -> new ActorId(TYPE, "a" + i))
			.filter((id) -> NAMES.getFirst().equals(management.routing(id).node()) == here)
			.limit(ACTORS)
			.toList();
	}

	private Known known(ActorId id) {
		return new Known(id, this.host.door(this.type, id), this.host.activations().find(id));
	}

	/** An open store for both nodes, neither of which opens or closes it. */
	private static ActorStore sharedStore() {
		ActorStore store = new InMemoryActorStore();
		CompletionStage<StoreMeta> opened = store
			.open(new StoreMeta(CLUSTER, CLUSTER, SHARDS, StoreMeta.FORMAT_VERSION));
		return (ActorStore) Proxy.newProxyInstance(ActorStore.class.getClassLoader(),
				new Class<?>[] { ActorStore.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "open" -> opened;
					case "close" -> null;
					default -> method.invoke(store, arguments);
				});
	}

	private void awaitBalance() throws InterruptedException {
		CajunNode node = this.nodes.getFirst();
		long end = System.nanoTime() + PATIENCE_NANOS;
		while (!node.management().shards().stream().allMatch((shard) -> shard.phase().equals("OWNED"))
				|| node.management().nodes().stream().filter((each) -> each.shards() > SHARDS / 3).count() < this.nodes
					.size()) {
			if (System.nanoTime() - end > 0) {
				throw new IllegalStateException("The nodes do not form a cluster: " + node.management().nodes());
			}
			TimeUnit.MILLISECONDS.sleep(20);
		}
	}

	/** Stops the nodes. */
	@TearDown
	public void stop() {
		CompletableFuture.allOf(this.nodes.stream().map(CajunNode::stop).toArray(CompletableFuture<?>[]::new)).join();
		this.clock.close();
	}

	private Known next(List<Known> known) {
		int index = this.next;
		this.next = (index + 1 == ACTORS) ? 0 : index + 1;
		return known.get(index);
	}

	/**
	 * The part that is the same for ever: from an id to its shard.
	 * @return the shard
	 */
	@Benchmark
	public int shard() {
		return this.host.shard(next(this.here).id());
	}

	/**
	 * The first message through a reference: id, shard, owner, activation.
	 * @return what was found
	 */
	@Benchmark
	public Activation localFirst() {
		Known known = next(this.here);
		Door door = this.host.door(this.type, known.id());
		Activation found = door.lane().isLocal() ? this.host.activations().activate(this.type, known.id()) : null;
		return found(found, known);
	}

	/**
	 * Every later message through that reference, which remembers both.
	 * @return what was found
	 */
	@Benchmark
	public Activation localAgain() {
		Known known = next(this.here);
		return found(known.door().lane().isLocal() ? known.activation() : null, known);
	}

	/**
	 * A message to an actor of the other node: id, shard, owner, link to its process.
	 * @return what was found
	 */
	@Benchmark
	public PeerLink remote() {
		Known known = next(this.there);
		Lane lane = this.host.door(this.type, known.id()).lane();
		Target target = lane.isLocal() ? null : lane.sendings().target;
		return found((target != null) ? target.peer : null, known);
	}

	private static <T> T found(@Nullable T found, Known known) {
		if (found == null) {
			throw new IllegalStateException("Lost the way to " + known.id());
		}
		return found;
	}

	/**
	 * An actor, and what a reference to it remembers.
	 *
	 * @param id its id
	 * @param door the door of its shard
	 * @param activation where it was found last; {@code null} when it is elsewhere
	 */
	record Known(ActorId id, Door door, @Nullable Activation activation) {

	}

	/** What the actors are asked. */
	record Get() implements Request<Long> {

	}

	private static final class Counter implements StatefulActor<Long, Get> {

		@Override
		public Long initialState(ActorId id) {
			return 0L;
		}

		@Override
		public Long receive(Long total, Get get, ActorContext<Get> context) {
			context.reply(get, total);
			return total;
		}

	}

}
