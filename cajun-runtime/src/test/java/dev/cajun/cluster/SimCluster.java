package dev.cajun.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

import dev.cajun.ClusterListener;
import dev.cajun.metadata.Document;
import dev.cajun.metadata.FaultyMetadata;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.placement.Node;
import dev.cajun.placement.NodeLoad;
import dev.cajun.placement.Phase;
import dev.cajun.placement.PlacementDocument;
import dev.cajun.placement.PlacementTable;
import dev.cajun.placement.Route;
import dev.cajun.placement.ShardPlacement;
import dev.cajun.store.Fence;
import dev.cajun.time.VirtualTime;
import dev.cajun.transport.Address;
import dev.cajun.transport.InMemoryNetwork;
import dev.cajun.transport.InMemoryTransport;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * The control planes of a whole cluster on one thread, under virtual time: every run with
 * the same seed is the same. After each step of 10 ms it is checked that
 * <ul>
 * <li>the store never had two owners of a shard under one epoch, and no epoch went
 * back;</li>
 * <li>epochs and owners in the table change only together, and epochs only grow, within
 * one history;</li>
 * <li>one leadership has one leader;</li>
 * <li>no two nodes let volatile actors of one shard run, unless leases were taken from
 * them by force.</li>
 * </ul>
 */
final class SimCluster {

	static final Duration TTL = Duration.ofSeconds(10);

	private static final Duration STEP = Duration.ofMillis(10);

	final VirtualTime time = new VirtualTime();

	final FaultyMetadata metadata = new FaultyMetadata(this.time);

	final SimStore.Shared store = new SimStore.Shared(this.time);

	final Random random;

	final InMemoryNetwork network;

	final int shards;

	private final UnaryOperator<ClusterSettings> customizer;

	private final TreeMap<String, SimNode> nodes = new TreeMap<>();

	private final Map<String, String> leaders = new HashMap<>();

	private @Nullable PlacementTable lastTable;

	private long lastTableRevision;

	/** Whether leases ended while their holders could not know. */
	private boolean forced;

	SimCluster(long seed, int shards) {
		this(seed, shards, (settings) -> settings);
	}

	SimCluster(long seed, int shards, UnaryOperator<ClusterSettings> customizer) {
		this.random = new Random(seed);
		this.shards = shards;
		this.customizer = customizer;
		this.network = new InMemoryNetwork(this.time, this.random);
		this.metadata.latency(() -> 100_000 + this.random.nextInt(900_000));
	}

	/** A cluster of nodes n1, n2, … in which everything is where it should be. */
	static SimCluster of(int count, int shards) {
		SimCluster cluster = new SimCluster(42, shards);
		for (int i = 1; i <= count; i++) {
			cluster.start("n" + i);
		}
		cluster.awaitSettled(Duration.ofSeconds(5));
		return cluster;
	}

	SimNode start(String name) {
		return start(name, (settings) -> settings);
	}

	SimNode start(String name, UnaryOperator<ClusterSettings> settings) {
		SimNode node = new SimNode(name, settings
			.apply(this.customizer.apply(ClusterSettings.of("bank", name).withShards(this.shards).withLeaseTtl(TTL))));
		this.nodes.put(name, node);
		node.begin();
		return node;
	}

	/** Another process that says that it has the name of one that is there. */
	SimNode twin(String name) {
		SimNode twin = new SimNode(name, node(name).settings, new Address("twin.test", 7400));
		twin.begin();
		return twin;
	}

	SimNode node(String name) {
		return Objects.requireNonNull(this.nodes.get(name), name);
	}

	/** The nodes that were started and not killed. */
	List<SimNode> live() {
		return List.copyOf(this.nodes.values());
	}

	void kill(String name) {
		SimNode node = node(name);
		this.nodes.remove(name);
		this.network.kill(node.address);
		node.store.close();
	}

	void pause(String name) {
		node(name).paused = true;
		this.network.pause(node(name).address);
	}

	void resume(String name) {
		node(name).paused = false;
		this.network.resume(node(name).address);
	}

	/** A node that was refused is started again, as whoever looks after it would. */
	void restartRefused() {
		for (SimNode node : live()) {
			if (node.refusal() != null) {
				kill(node.name);
				start(node.name);
			}
		}
	}

	/** Stops a node as a signal would: it gives everything away, then leaves. */
	void stop(String name) {
		SimNode node = node(name);
		CompletionStage<Void> drained = node.plane.drain();
		await(() -> drained.toCompletableFuture().isDone(), Duration.ofSeconds(20));
		CompletionStage<Void> left = node.plane.leave();
		await(() -> left.toCompletableFuture().isDone(), Duration.ofSeconds(5));
		this.nodes.remove(name);
		node.transport.close();
	}

	/** From now on leases end although their holders could prove them. */
	void forced() {
		this.forced = true;
	}

	void wipe() {
		forced();
		this.lastTable = null;
		this.leaders.clear();
		this.metadata.wipe();
	}

	void restore(FaultyMetadata.Backup backup) {
		forced();
		this.lastTable = null;
		this.leaders.clear();
		this.metadata.restore(backup);
	}

	void advance(Duration duration) {
		long steps = Math.max(1, duration.dividedBy(STEP));
		for (long i = 0; i < steps; i++) {
			this.time.advance(duration.isZero() ? Duration.ZERO : STEP);
			check();
		}
	}

	/** Lets time pass until something is so, and says how much. */
	Duration await(BooleanSupplier condition, Duration atMost) {
		long start = this.time.nanoTime();
		while (!condition.getAsBoolean()) {
			if (this.time.nanoTime() - start >= atMost.toNanos()) {
				throw new AssertionError("Not so after " + atMost + "\n" + describe());
			}
			advance(STEP);
		}
		return Duration.ofNanos(this.time.nanoTime() - start);
	}

	Duration awaitSettled(Duration atMost) {
		return await(() -> unsettled().isEmpty(), atMost);
	}

	/** What is not as it should be when nothing happens any more; empty when all is. */
	String unsettled() {
		PlacementTable table = table();
		if (table == null) {
			return "no table";
		}
		LeaderRecord leader = leader();
		if (leader == null || !this.nodes.containsKey(leader.name())) {
			return "no leader that lives: " + leader;
		}
		for (SimNode node : live()) {
			ClusterStatus status = node.plane.status();
			if (!status.trouble().isEmpty() || status.state() != NodeRecord.State.UP || status.table() == null
					|| !table.hasMember(status.self())) {
				return node.name + " is " + status.state() + ": " + status.trouble();
			}
			if (!Objects.equals(status.leader(), leader.name())) {
				return node.name + " thinks that " + status.leader() + " leads";
			}
		}
		for (int shard = 0; shard < this.shards; shard++) {
			String trouble = unsettled(shard, table.shard(shard));
			if (!trouble.isEmpty()) {
				return trouble;
			}
		}
		return "";
	}

	private String unsettled(int shard, ShardPlacement placement) {
		Node owner = placement.owner();
		if (placement.phase() != Phase.OWNED || owner == null || !this.nodes.containsKey(owner.name())
				|| !owner.equals(node(owner.name()).plane.status().self())) {
			return "shard " + shard + " is " + placement;
		}
		Fence fence = new Fence(shard, placement.epoch(), owner.id());
		if (!fence.equals(this.store.fence(shard))) {
			return "shard " + shard + " is " + placement + ", and the store says " + this.store.fence(shard);
		}
		for (SimNode node : live()) {
			boolean its = node.name.equals(owner.name());
			if (its != fence.equals(node.shards.open().get(shard))) {
				return node.name + " has " + node.shards.open().get(shard) + " of " + fence;
			}
			Route route = node.shards.routes().route(shard);
			if (route == null || route.epoch() != placement.epoch() || !route.owner().equals(owner)) {
				return node.name + " routes shard " + shard + " to " + route;
			}
		}
		return "";
	}

	@Nullable PlacementTable table() {
		Document document = this.metadata.documents().documents().get(ClusterView.TABLE_KEY);
		if (document == null) {
			return null;
		}
		PlacementTable known = this.lastTable;
		return (known != null && this.lastTableRevision == document.revision()) ? known : read(document);
	}

	/** The table, or {@code null} when a test made it unreadable. */
	private static @Nullable PlacementTable read(Document document) {
		try {
			return PlacementDocument.read(document.value());
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	PlacementTable settledTable() {
		return Objects.requireNonNull(table());
	}

	@Nullable LeaderRecord leader() {
		return leader(this.metadata.documents().documents().get(LeaderRecord.KEY));
	}

	/** The leader, or {@code null} when a test made it unreadable. */
	private static @Nullable LeaderRecord leader(@Nullable Document document) {
		try {
			return (document == null) ? null : LeaderRecord.of(document);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	String leaderName() {
		return Objects.requireNonNull(leader()).name();
	}

	/** The name of the owner of each shard. */
	Map<Integer, String> owners() {
		PlacementTable table = settledTable();
		Map<Integer, String> owners = new TreeMap<>();
		for (int shard = 0; shard < this.shards; shard++) {
			owners.put(shard, Objects.requireNonNull(table.shard(shard).owner()).name());
		}
		return owners;
	}

	Map<Integer, Long> epochs() {
		PlacementTable table = settledTable();
		Map<Integer, Long> epochs = new TreeMap<>();
		for (int shard = 0; shard < this.shards; shard++) {
			epochs.put(shard, table.shard(shard).epoch());
		}
		return epochs;
	}

	/** The number of shards that a node may run actors of, by name. */
	boolean servesAll() {
		TreeSet<Integer> served = new TreeSet<>();
		for (SimNode node : live()) {
			node.shards.open().forEach((shard, fence) -> {
				if (fence.equals(this.store.fence(shard)) && !node.paused) {
					served.add(shard);
				}
			});
		}
		return served.size() == this.shards;
	}

	private void check() {
		Map<String, Document> documents = this.metadata.documents().documents();
		LeaderRecord leader = leader(documents.get(LeaderRecord.KEY));
		if (leader != null) {
			String other = this.leaders.putIfAbsent(leader.term(), leader.leader());
			assertThat(other == null || other.equals(leader.leader())).as("one leader of " + leader).isTrue();
		}
		Document document = documents.get(ClusterView.TABLE_KEY);
		if (document != null && (this.lastTable == null || document.revision() != this.lastTableRevision)) {
			PlacementTable table = read(document);
			PlacementTable before = this.lastTable;
			for (int shard = 0; table != null && before != null && shard < this.shards; shard++) {
				ShardPlacement was = before.shard(shard);
				ShardPlacement is = table.shard(shard);
				boolean same = Objects.equals(was.owner(), is.owner());
				assertThat(same ? is.epoch() >= was.epoch() : is.epoch() > was.epoch())
					.as(() -> "epochs grow: " + was + ", " + is)
					.isTrue();
			}
			if (table != null) {
				this.lastTable = table;
				this.lastTableRevision = document.revision();
			}
		}
		if (!this.forced) {
			checkVolatile();
		}
	}

	private void checkVolatile() {
		List<SimNode> running = live().stream().filter((node) -> !node.paused).toList();
		for (int shard = 0; shard < this.shards; shard++) {
			String runs = null;
			for (SimNode node : running) {
				if (node.shards.runsVolatile(shard)) {
					if (runs != null) {
						fail("%s and %s run volatile actors of shard %d", runs, node.name, shard);
					}
					runs = node.name;
				}
			}
		}
	}

	String describe() {
		StringBuilder text = new StringBuilder(unsettled()).append('\n');
		text.append("leader ").append(leader()).append('\n');
		for (SimNode node : live()) {
			ClusterStatus status = node.plane.status();
			text.append(node.name)
				.append(node.paused ? " paused " : " ")
				.append(status.self().id())
				.append(' ')
				.append(status.state())
				.append(" '")
				.append(status.trouble())
				.append("' owns ")
				.append(node.shards.open())
				.append('\n');
		}
		PlacementTable table = table();
		if (table != null) {
			for (int shard = 0; shard < this.shards; shard++) {
				text.append(shard).append(": ").append(table.shard(shard)).append('\n');
			}
			text.append("members ").append(table.members()).append(" down ").append(table.downs()).append('\n');
		}
		return text.toString();
	}

	/** One node: its control plane with its way to everything else. */
	final class SimNode {

		final String name;

		final ClusterSettings settings;

		final Address address;

		final InMemoryTransport transport;

		final MetadataStore store;

		final SimStore storeView = new SimStore(SimCluster.this.store);

		final SimShards shards;

		final ControlPlane plane;

		final List<String> events = new ArrayList<>();

		private final Transport.Self self;

		private final CompletionStage<Node> joined;

		boolean paused;

		NodeLoad load = NodeLoad.NONE;

		private SimNode(String name, ClusterSettings settings) {
			this(name, settings, new Address(name + ".test", 7400));
		}

		private SimNode(String name, ClusterSettings settings, Address address) {
			this.name = name;
			this.settings = settings;
			this.address = address;
			this.transport = SimCluster.this.network.transport(this.address);
			String boot = HexFormat.of().toHexDigits(SimCluster.this.random.nextLong());
			String incarnation = HexFormat.of().toHexDigits(SimCluster.this.random.nextLong());
			this.self = new Transport.Self("bank", name, boot);
			this.shards = new SimShards(this.transport.time(), this.storeView, SimCluster.this.random);
			this.store = SimCluster.this.metadata.connect(name);
			this.plane = new ControlPlane(settings, new Node(name, incarnation, boot, this.address), this.store,
					this.storeView, this.transport, this.shards, () -> this.load,
					new ControlPlane.Environment(this.transport.time(),
							(task) -> this.transport.time().schedule(0, task), SimCluster.this.random),
					List.of(new ClusterListener() {

						@Override
						public void nodeUp(String node) {
							SimNode.this.events.add("up " + Node.nameIn(node));
						}

						@Override
						public void nodeGone(String node) {
							SimNode.this.events.add("gone " + Node.nameIn(node));
						}

						@Override
						public void leaderChanged(String node) {
							SimNode.this.events.add("leader " + Node.nameIn(node));
						}

						@Override
						public void drained(String node) {
							SimNode.this.events.add("drained " + Node.nameIn(node));
						}

						@Override
						public void leaseLost(String node, String reason) {
							SimNode.this.events.add("lease lost");
						}

					}), () -> {
					});
			this.joined = this.plane.start();
		}

		private void begin() {
			this.transport.start(this.self, new Transport.Receiver() {

				@Override
				public void received(Transport.Peer from, int stream, byte[] message) {
					SimNode.this.plane.received(from, message);
				}

				@Override
				public void probed(Runnable answer) {
					SimNode.this.transport.time().schedule(0, answer);
				}

			}).toCompletableFuture().join();
			this.shards.begin(this.plane);
		}

		/** What the node was told when it wanted to join; {@code null} when it is in. */
		@Nullable Throwable refusal() {
			return this.joined.toCompletableFuture().isCompletedExceptionally()
					? this.joined.toCompletableFuture().exceptionNow() : null;
		}

	}

}
