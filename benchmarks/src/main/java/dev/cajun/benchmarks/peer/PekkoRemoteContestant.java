package dev.cajun.benchmarks.peer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.cajun.benchmarks.Contestant;
import dev.cajun.benchmarks.FailOver;
import dev.cajun.benchmarks.Leaving;
import dev.cajun.benchmarks.OtherJvm;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;

/**
 * Apache Pekko Cluster Sharding on nodes in JVMs of their own: Artery over TCP, Jackson's
 * CBOR, 256 shards, no persistence, no passivation. The entities that are asked live on
 * the last of the other nodes, which is not the oldest of several.
 */
public final class PekkoRemoteContestant implements Contestant {

	private static final EntityTypeKey<Get> KEY = EntityTypeKey.create(Get.class, "counter");

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final Config SERIALIZATION = ConfigFactory.parseString(
			"pekko.actor.serialization-bindings { \"" + CborSerializable.class.getName() + "\" = jackson-cbor }");

	private final List<OtherJvm> servers;

	private final ActorSystem<Void> system;

	private final ClusterSharding sharding;

	private final ConcurrentHashMap<String, Target> targets = new ConcurrentHashMap<>();

	private PekkoRemoteContestant(List<OtherJvm> servers, ActorSystem<Void> system) {
		this.servers = servers;
		this.system = system;
		this.sharding = ClusterSharding.get(system);
	}

	/**
	 * Starts the nodes, and waits until all are up and the last has its shards.
	 * @param others nodes in other JVMs
	 * @return the contestant
	 */
	public static PekkoRemoteContestant connect(int others) {
		List<OtherJvm> servers = new ArrayList<>(List.of(OtherJvm.start(Server.class)));
		String oldest = servers.getFirst().address();
		while (servers.size() < others) {
			servers.add(OtherJvm.start(Server.class, oldest));
		}
		ActorSystem<Void> system = system();
		Cluster cluster = Cluster.get(system);
		join(cluster, oldest);
		long end = System.nanoTime() + PATIENCE.toNanos();
		while (up(cluster) < others + 1) {
			if (System.nanoTime() - end > 0) {
				throw new IllegalStateException("The peer's nodes do not join");
			}
			pause(20);
		}
		PekkoRemoteContestant contestant = new PekkoRemoteContestant(servers, system);
		// Shards are balanced every two seconds
		while (!contestant.isBalanced()) {
			if (System.nanoTime() - end > 0) {
				throw new IllegalStateException("The peer's shards are not balanced");
			}
			pause(2000);
		}
		return contestant;
	}

	private static void join(Cluster cluster, String oldest) {
		String[] address = oldest.split(":", -1);
		cluster.manager().tell(Join.create(new Address("pekko", "bench", address[0], Integer.parseInt(address[1]))));
	}

	private static long up(Cluster cluster) {
		return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
			.map(Member::status)
			.filter(MemberStatus.up()::equals)
			.count();
	}

	private static void pause(long millis) {
		try {
			TimeUnit.MILLISECONDS.sleep(millis);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	private static ActorSystem<Void> system() {
		ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bench",
				SERIALIZATION.withFallback(ConfigFactory.load("pekko-peer")));
		ClusterSharding.get(system).init(Entity.of(KEY, (context) -> Behaviors.setup(Counter::new)));
		return system;
	}

	private boolean isBalanced() {
		int elsewhere = 0;
		for (int i = 0; i < 500; i++) {
			if (isElsewhere("probe-" + i)) {
				elsewhere++;
			}
		}
		return elsewhere > 300 / (this.servers.size() + 1);
	}

	private boolean isElsewhere(String key) {
		return this.sharding.entityRefFor(KEY, key)
			.<Value>ask(Get::new, Duration.ofSeconds(20))
			.toCompletableFuture()
			.join()
			.pid() == this.servers.getLast().pid();
	}

	@Override
	public Target target(String key) {
		Target known = this.targets.get(key);
		return (known != null) ? known : this.targets.computeIfAbsent(key, this::elsewhere);
	}

	private Target elsewhere(String key) {
		String candidate = key;
		for (int i = 0; !isElsewhere(candidate); i++) {
			candidate = key + "-" + i;
		}
		return new EntityTarget(this.sharding.entityRefFor(KEY, candidate));
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
		List<Target> there = Leaving.populate(actors * (this.servers.size() + 1), (key) -> {
			return isElsewhere(key) ? new EntityTarget(this.sharding.entityRefFor(KEY, key)) : null;
		});
		return Leaving.measure(there, this.servers.getLast(), () -> 0);
	}

	@Override
	public void close() {
		this.servers.forEach(OtherJvm::close);
		this.system.terminate();
		this.system.getWhenTerminated().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
	}

	/** What Jackson may write. */
	interface CborSerializable {

	}

	record Get(ActorRef<Value> replyTo) implements CborSerializable {

	}

	record Value(long total, long pid) implements CborSerializable {

	}

	private record EntityTarget(EntityRef<Get> ref) implements Target {

		@Override
		public void tell() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void ask() throws Exception {
			this.ref.<Value>ask(Get::new, TIMEOUT).toCompletableFuture().get();
		}

		@Override
		public void stop() {
			throw new UnsupportedOperationException();
		}

	}

	private static final class Counter extends AbstractBehavior<Get> {

		private static final long PID = ProcessHandle.current().pid();

		private long total;

		Counter(ActorContext<Get> context) {
			super(context);
		}

		@Override
		public Receive<Get> createReceive() {
			return newReceiveBuilder().onMessage(Get.class, this::get).build();
		}

		private Behavior<Get> get(Get get) {
			this.total++;
			get.replyTo().tell(new Value(this.total, PID));
			return this;
		}

	}

	/** The program of the other JVM. */
	static final class Server {

		private Server() {
		}

		/**
		 * Starts the node that is asked.
		 * @param args the address of the oldest node, unless it is this
		 */
		public static void main(String[] args) throws IOException {
			Cluster cluster = Cluster.get(system());
			Address address = cluster.selfMember().address();
			if (args.length == 0) {
				cluster.manager().tell(Join.create(address));
			}
			else {
				join(cluster, args[0]);
			}
			OtherJvm.serve(address.getHost().get() + ":" + address.getPort().get());
		}

	}

}
