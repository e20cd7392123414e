package dev.cajun.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.Persistence;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.cluster.ClusterSettings;
import dev.cajun.etcd.EtcdMetadataStore;
import dev.cajun.etcd.EtcdSettings;
import dev.cajun.grpc.GrpcSettings;
import dev.cajun.grpc.GrpcTransport;
import dev.cajun.node.CajunNode;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.NodeSettings;
import dev.cajun.node.NodeState;
import dev.cajun.redis.RedisActorStore;
import dev.cajun.redis.RedisStoreSettings;
import io.lettuce.core.RedisURI;

/**
 * This project as a cluster of nodes in JVMs of their own, over gRPC, with etcd and
 * Redis. The actors store nothing, or all that they do; those that are asked live on the
 * last of the other nodes.
 */
final class RemoteContestant implements Contestant {

	/** With what its actors store: of each there may be one. */
	private static final String CLUSTER = "bench-";

	private static final String CLIENT = "client";

	private static final String SERVER = "server-";

	private static final String TYPE = "counter";

	private static final int SHARDS = 256;

	private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

	private static final Pattern SCRIPTS = Pattern.compile("cmdstat_evalsha:calls=([0-9]+)");

	private final String redisPort;

	private final List<OtherJvm> servers;

	private final CajunNode node;

	private final Actors<AddAndGet> actors;

	private final ConcurrentHashMap<String, Target> targets = new ConcurrentHashMap<>();

	private RemoteContestant(String place, List<OtherJvm> servers, CajunNode node) {
		this.redisPort = place.substring(place.lastIndexOf(':') + 1);
		this.servers = servers;
		this.node = node;
		this.actors = node.system().actors(TYPE, AddAndGet.class);
	}

	/**
	 * Starts the nodes.
	 * @param place the address of etcd, a comma, and that of Redis
	 * @param others nodes in other JVMs
	 * @param persistence what the actors store
	 */
	static RemoteContestant connect(String place, int others, Persistence persistence) {
		List<OtherJvm> servers = IntStream.rangeClosed(1, others)
			.mapToObj((i) -> OtherJvm.start(Server.class, SERVER + i, place, persistence.name()))
			.toList();
		CajunNode node = start(CLIENT, place, persistence);
		long end = System.nanoTime() + PATIENCE_NANOS;
		while (!isBalanced(node, others + 1)) {
			if (System.nanoTime() - end > 0) {
				throw new IllegalStateException("The nodes do not form a cluster: " + node.management().nodes());
			}
			Children.pause();
		}
		return new RemoteContestant(place, servers, node);
	}

	private static boolean isBalanced(CajunNode node, int nodes) {
		ClusterManagement management = node.management();
		return node.state() == NodeState.UP
				&& management.shards().stream().allMatch((shard) -> shard.phase().equals("OWNED"))
				&& management.nodes().stream().filter((each) -> each.shards() > SHARDS / (2 * nodes)).count() == nodes;
	}

	private static CajunNode start(String name, String place, Persistence persistence) {
		String cluster = CLUSTER + persistence.name().toLowerCase(Locale.ROOT);
		String[] addresses = place.split(",", -1);
		RedisActorStore store = new RedisActorStore(
				RedisStoreSettings.standalone(RedisURI.create("redis://" + addresses[1]), cluster));
		CajunNode node = CajunNode.builder()
			.settings(NodeSettings.defaults().withCluster(cluster).withName(name).withShards(SHARDS))
			.cluster(ClusterSettings.of(cluster, name).withShards(SHARDS).withLeaseTtl(Duration.ofSeconds(10)),
					new EtcdMetadataStore(EtcdSettings.of(cluster, List.of(URI.create(addresses[0])))),
					new GrpcTransport(GrpcSettings.DEFAULTS))
			.store(store)
			.actor(ActorDefinition.stateful(TYPE, new Counter(), AddAndGet.class, Long.class,
					ActorSettings.defaults().withPersistence(persistence)))
			.build();
		node.start();
		return node;
	}

	@Override
	public Target target(String key) {
		Target known = this.targets.get(key);
		return (known != null) ? known : this.targets.computeIfAbsent(key, this::elsewhere);
	}

	/**
	 * The first actor of that name, or with a number behind it, that lives on the last of
	 * the other nodes.
	 */
	private Target elsewhere(String key) {
		ClusterManagement management = this.node.management();
		String server = SERVER + this.servers.size();
		String candidate = key;
		for (int i = 0; !server.equals(management.routing(new ActorId(TYPE, candidate)).node()); i++) {
			candidate = key + "-" + i;
		}
		return new CounterTarget(this.actors.get(candidate));
	}

	@Override
	public long handled() {
		return 0;
	}

	@Override
	public long ended() {
		return 0;
	}

	@Override
	public long failOver() throws Exception {
		return FailOver.measure(target("account"), this.servers.getLast());
	}

	@Override
	public Leaving leave(int actors) throws Exception {
		ClusterManagement management = this.node.management();
		String server = SERVER + this.servers.size();
		List<Target> there = Leaving.populate(actors * (this.servers.size() + 1), (key) -> {
			Target target = new CounterTarget(this.actors.get(key));
			target.ask();
			return server.equals(management.routing(new ActorId(TYPE, key)).node()) ? target : null;
		});
		return Leaving.measure(there, this.servers.getLast(), this::storeOperations);
	}

	/** Scripts that Redis has run: each write, load and claim is one. */
	private long storeOperations() {
		Matcher calls = SCRIPTS
			.matcher(RedisChild.output(List.of("redis-cli", "-p", this.redisPort, "INFO", "commandstats")));
		return calls.find() ? Long.parseLong(calls.group(1)) : 0;
	}

	@Override
	public void close() {
		this.servers.forEach(OtherJvm::close);
		this.node.close();
	}

	record AddAndGet(long amount) implements Request<Long> {

	}

	private record CounterTarget(ActorRef<AddAndGet> ref) implements Target {

		@Override
		public void tell() {
			this.ref.tell(new AddAndGet(1));
		}

		@Override
		public void ask() throws Exception {
			this.ref.ask(new AddAndGet(1)).get();
		}

		@Override
		public void call() {
			this.ref.call(new AddAndGet(1));
		}

		@Override
		public void stop() {
			throw new UnsupportedOperationException();
		}

	}

	private static final class Counter implements StatefulActor<Long, AddAndGet> {

		@Override
		public Long initialState(ActorId id) {
			return 0L;
		}

		@Override
		public Long receive(Long total, AddAndGet add, ActorContext<AddAndGet> context) {
			Long next = total + add.amount();
			context.reply(add, next);
			return next;
		}

	}

	/** The program of the other JVM. */
	static final class Server {

		private Server() {
		}

		/**
		 * Starts the node that is asked.
		 * @param args its name, the place, and what its actors store
		 */
		public static void main(String[] args) throws IOException {
			CajunNode node = start(args[0], args[1], Persistence.valueOf(args[2]));
			Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(node::close));
			OtherJvm.serve(node.system().node());
		}

	}

}
