package dev.cajun.cluster;

import java.time.Duration;
import java.util.Set;

import dev.cajun.placement.BalanceSettings;
import dev.cajun.placement.PlacementStrategy;
import dev.cajun.placement.Rendezvous;

/**
 * What is fixed for the life of a node in a cluster.
 *
 * @param cluster the cluster's name
 * @param name the node's name
 * @param zone where it runs; empty when not set
 * @param roles what it is for
 * @param version the application's version, for people
 * @param shards the number of shards
 * @param minNodes no shard is given away for the first time before so many nodes are up;
 * and a drain that would leave fewer is refused
 * @param settleTime how long the set of nodes must stay the same before shards move
 * because of it; default 1 s
 * @param leaseTtl after this a node that is not heard of is gone; at least 3 s, whole
 * seconds; default 10 s
 * @param tokens hashes of the tokens that this node knows, the present and the previous
 * one; empty for none
 * @param balance how the cluster is balanced by load
 * @param strategy where shards should be; default rendezvous hashing
 */
public record ClusterSettings(String cluster, String name, String zone, Set<String> roles, String version, int shards,
		int minNodes, Duration settleTime, Duration leaseTtl, Set<String> tokens, BalanceSettings balance,
		PlacementStrategy strategy) {

	/** The version of what nodes say to each other. */
	public static final int PROTOCOL = 1;

	/** A shard that moves, or is not claimed, is dealt with after this. */
	static final Duration MOVE_DEADLINE = Duration.ofSeconds(5);

	/** The placement table is written at most so often, however small it is. */
	private static final Duration LEAST_WRITE_INTERVAL = Duration.ofMillis(20);

	/** The placement table is written at least so often, however large it is. */
	private static final Duration MOST_WRITE_INTERVAL = Duration.ofMillis(200);

	/** The placement table takes about so much of what etcd writes. */
	private static final long BYTES_PER_SECOND = 2_000_000;

	/** A placement table that was not written is written again after this. */
	static final Duration WRITE_RETRY = Duration.ofMillis(200);

	/** How many shards move at a time. */
	static final int MOST_MOVING = 256;

	/** How often a node asks its neighbours whether they are there. */
	static final Duration PROBE_INTERVAL = Duration.ofMillis(200);

	/** How long it waits for the answer. */
	static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);

	/** Everything is looked at again at least so often. */
	static final Duration TICK = Duration.ofMillis(100);

	/** What the leader has not acted upon is said again. */
	static final Duration REPEAT = Duration.ofMillis(300);

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	public ClusterSettings {
		roles = Set.copyOf(roles);
		tokens = Set.copyOf(tokens);
		require(!name.isBlank() && name.indexOf('#') < 0 && name.indexOf('/') < 0,
				"the node's name must not be blank or hold '#' or '/', was '" + name + "'");
		require(shards >= 1 && shards <= 16_384, "cluster.shards must be 1 to 16384, was " + shards);
		require(minNodes >= 1, "cluster.min-nodes must be at least 1, was " + minNodes);
		require(!settleTime.isNegative(), "cluster.settle-time must not be negative, was " + settleTime);
		require(leaseTtl.compareTo(Duration.ofSeconds(3)) >= 0 && leaseTtl.toNanosPart() == 0,
				"cluster.lease-ttl must be at least 3 s, in whole seconds, was " + leaseTtl);
	}

	private static void require(boolean holds, String message) {
		if (!holds) {
			throw new IllegalArgumentException(message);
		}
	}

	/**
	 * The defaults.
	 * @param cluster the cluster's name
	 * @param name the node's name
	 * @return settings with every default
	 */
	public static ClusterSettings of(String cluster, String name) {
		return new ClusterSettings(cluster, name, "", Set.of(), "", 1024, 1, Duration.ofSeconds(1),
				Duration.ofSeconds(10), Set.of(), BalanceSettings.DEFAULTS, new Rendezvous());
	}

	/**
	 * How long after one write of the placement table the next may follow: callers of a
	 * shard that moves wait for two of them.
	 * @param bytes the size of the table that was written
	 */
	static Duration writeInterval(int bytes) {
		Duration wanted = Duration.ofNanos(bytes * (1_000_000_000L / BYTES_PER_SECOND));
		if (wanted.compareTo(LEAST_WRITE_INTERVAL) < 0) {
			return LEAST_WRITE_INTERVAL;
		}
		return (wanted.compareTo(MOST_WRITE_INTERVAL) > 0) ? MOST_WRITE_INTERVAL : wanted;
	}

	/** These settings with another number of shards. */
	public ClusterSettings withShards(int number) {
		return new ClusterSettings(this.cluster, this.name, this.zone, this.roles, this.version, number, this.minNodes,
				this.settleTime, this.leaseTtl, this.tokens, this.balance, this.strategy);
	}

	/** These settings with another time to live of the lease. */
	public ClusterSettings withLeaseTtl(Duration ttl) {
		return new ClusterSettings(this.cluster, this.name, this.zone, this.roles, this.version, this.shards,
				this.minNodes, this.settleTime, ttl, this.tokens, this.balance, this.strategy);
	}

	/** These settings with another least number of nodes. */
	public ClusterSettings withMinNodes(int number) {
		return new ClusterSettings(this.cluster, this.name, this.zone, this.roles, this.version, this.shards, number,
				this.settleTime, this.leaseTtl, this.tokens, this.balance, this.strategy);
	}

	/** These settings with another balance. */
	public ClusterSettings withBalance(BalanceSettings other) {
		return new ClusterSettings(this.cluster, this.name, this.zone, this.roles, this.version, this.shards,
				this.minNodes, this.settleTime, this.leaseTtl, this.tokens, other, this.strategy);
	}

	/** These settings with other hashes of tokens. */
	public ClusterSettings withTokens(Set<String> hashes) {
		return new ClusterSettings(this.cluster, this.name, this.zone, this.roles, this.version, this.shards,
				this.minNodes, this.settleTime, this.leaseTtl, hashes, this.balance, this.strategy);
	}

}
