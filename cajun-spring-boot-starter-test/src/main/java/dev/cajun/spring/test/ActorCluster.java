package dev.cajun.spring.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.node.ClusterNodeInfo;
import dev.cajun.node.ShardInfo;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of nodes in this JVM, each an application context of its own: they find each
 * other through a metadata store in memory, keep their actors in a store in memory and
 * talk over a network in memory, all of which the test may break. Time is real.
 * <p>
 * {@link ActorClusterTest} gives one to the tests of a class; {@link #start} makes one by
 * hand.
 * <p>
 * Meant for the thread of the test.
 */
public final class ActorCluster implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final long LOOK_AGAIN_MILLIS = 10;

	private final TestServers servers = new TestServers();

	private final List<ClusterNode> nodes = new ArrayList<>();

	private final Class<?>[] sources;

	private final Map<String, String> properties;

	private ActorCluster(Class<?>[] sources, Map<String, String> properties) {
		this.sources = sources;
		this.properties = properties;
	}

	/**
	 * Starts a cluster and waits until every shard has an owner.
	 * @param nodes how many nodes, at least one
	 * @param source the application, as it would be given to {@code SpringApplication}
	 * @param properties properties for all nodes, as {@code key=value}; they win over
	 * what the application says
	 * @return the cluster, to be closed
	 */
	public static ActorCluster start(int nodes, Class<?> source, String... properties) {
		return start(nodes, new Class<?>[] { source }, properties);
	}

	static ActorCluster start(int nodes, Class<?>[] sources, String... properties) {
		if (nodes < 1) {
			throw new IllegalArgumentException("A cluster has at least one node, not " + nodes);
		}
		ActorCluster cluster = new ActorCluster(sources.clone(), settings(properties));
		try {
			for (int i = 0; i < nodes; i++) {
				cluster.add();
			}
			cluster.awaitSettled();
			return cluster;
		}
		catch (RuntimeException | Error ex) {
			cluster.close();
			throw ex;
		}
	}

	/** Everything quick, and nothing that two nodes would fight for. */
	private static Map<String, String> settings(String[] properties) {
		Map<String, String> settings = new LinkedHashMap<>();
		settings.put("cajun.cluster.mode", "clustered");
		settings.put("cajun.cluster.name", "test-" + UUID.randomUUID());
		settings.put("cajun.cluster.shards", "64");
		settings.put("cajun.cluster.lease-ttl", "3s");
		settings.put("cajun.cluster.settle-time", "200ms");
		settings.put("cajun.shutdown.drain-timeout", "5s");
		settings.put("spring.lifecycle.timeout-per-shutdown-phase", "10s");
		settings.put("spring.jmx.enabled", "false");
		for (String property : properties) {
			int separator = property.indexOf('=');
			if (separator < 1) {
				throw new IllegalArgumentException("A property is key=value, not '" + property + "'");
			}
			settings.put(property.substring(0, separator).strip(), property.substring(separator + 1).strip());
		}
		return settings;
	}

	/**
	 * Starts one more node. Returns when it is a member; its shards come later, see
	 * {@link #awaitSettled()}.
	 * @return the node
	 */
	public ClusterNode add() {
		ClusterNode node = new ClusterNode(this.servers, this.sources, this.properties,
				"node-" + (this.nodes.size() + 1));
		node.start();
		this.nodes.add(node);
		return node;
	}

	/**
	 * Every node that was ever started, in the order of their numbers.
	 * @return the nodes, those included that do not run now
	 */
	public List<ClusterNode> nodes() {
		return List.copyOf(this.nodes);
	}

	/**
	 * A node by its number.
	 * @param number from 1
	 * @return {@code node-<number>}
	 */
	public ClusterNode node(int number) {
		return this.nodes.get(number - 1);
	}

	/**
	 * The node that owns an actor's shard, as the cluster's table has it.
	 * @param actor the actor
	 * @return its node
	 * @throws IllegalStateException if the shard has no owner at the moment
	 */
	public ClusterNode ownerOf(ActorRef<?> actor) {
		String owner = running().getFirst().management().routing(actor.id()).node();
		return this.nodes.stream()
			.filter((node) -> node.name().equals(owner))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("Nobody owns " + actor.id() + " at the moment"));
	}

	/**
	 * Actors, as seen from the first node that runs.
	 * @param <M> their messages
	 * @param messageType the type of their messages
	 * @return the actors
	 */
	public <M> Actors<M> actors(Class<M> messageType) {
		return running().getFirst().actors(messageType);
	}

	/**
	 * Cuts the connections between some nodes and all others, until {@link #heal()}.
	 * Every node still reaches the metadata store and the store of actors.
	 * @param group the nodes on one side
	 */
	public void partition(ClusterNode... group) {
		Set<ClusterNode> side = Set.copyOf(Arrays.asList(group));
		for (ClusterNode one : side) {
			for (ClusterNode other : this.nodes) {
				if (!side.contains(other)) {
					this.servers.network().cut(one.address(), other.address());
				}
			}
		}
	}

	/**
	 * Lets every paused node go on and ends all cuts. Nodes that were killed or stopped
	 * stay so.
	 */
	public void heal() {
		this.servers.network().heal();
		this.nodes.forEach(ClusterNode::heal);
	}

	/**
	 * Heals the cluster, starts the nodes that do not run, and waits until it settled.
	 */
	void restore() {
		heal();
		for (ClusterNode node : this.nodes) {
			if (!node.isRunning()) {
				node.restart();
			}
		}
		awaitSettled();
	}

	/**
	 * Waits until every node that runs agrees that the members are those that run and
	 * that each shard is owned by one of them.
	 * @throws AssertionError if it takes longer than 30 seconds; it says what is missing
	 */
	public void awaitSettled() {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		String missing = missing();
		while (missing != null) {
			if (System.nanoTime() - deadline > 0) {
				throw new AssertionError("The cluster has not settled in " + PATIENCE.toSeconds() + " s: " + missing);
			}
			try {
				Thread.sleep(LOOK_AGAIN_MILLIS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new AssertionError("Interrupted while waiting for the cluster: " + missing, ex);
			}
			missing = missing();
		}
	}

	/** What keeps the cluster from being settled, or {@code null}. */
	private @Nullable String missing() {
		Set<String> running = running().stream().map(ClusterNode::name).collect(Collectors.toSet());
		for (ClusterNode node : running()) {
			Set<String> members = node.management()
				.nodes()
				.stream()
				.filter((member) -> !member.state().equals("JOINING"))
				.map(ClusterNodeInfo::name)
				.collect(Collectors.toSet());
			if (!members.equals(running)) {
				return node + " takes " + members + " for the members, and " + running + " run";
			}
			for (ShardInfo shard : node.management().shards()) {
				if (!shard.phase().equals("OWNED") || !running.contains(String.valueOf(shard.owner()))) {
					return node + " sees " + shard;
				}
			}
		}
		return null;
	}

	private List<ClusterNode> running() {
		List<ClusterNode> running = this.nodes.stream().filter(ClusterNode::isRunning).toList();
		if (running.isEmpty()) {
			throw new IllegalStateException("No node runs");
		}
		return running;
	}

	/** Stops every node, all at the same time. */
	@Override
	public void close() {
		heal();
		List<Thread> stopping = this.nodes.stream()
			.map((node) -> Thread.ofVirtual().name("cajun-test-stop-" + node).start(node::stop))
			.toList();
		try {
			for (Thread thread : stopping) {
				thread.join();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.servers.close();
	}

}
