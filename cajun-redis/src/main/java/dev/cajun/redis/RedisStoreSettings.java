package dev.cajun.redis;

import java.time.Duration;
import java.util.List;

import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a {@link RedisActorStore}. Immutable; begin with {@link #standalone},
 * {@link #sentinel} or {@link #cluster}.
 *
 * @param topology what the addresses are
 * @param uris where Redis is, with user, password and TLS: one server, one address with
 * sentinels and the name of the master, or nodes of a cluster
 * @param ssl certificates for TLS, or {@code null} for those of the JVM
 * @param cluster the name of the cluster whose state it is; part of every key
 * @param prefix what every key begins with, default {@code cajun:}
 * @param connections connections to each server, default 4; a shard always uses the same
 * @param commandTimeout how long a command may take, default 2 s
 * @param queueSize commands under way on one connection at most, default 10,000; more are
 * refused
 * @param durability what an acknowledged write survives, default {@code ack}
 * @param refuseUnsafe whether a server that may lose or evict data by its settings is
 * refused; otherwise that is logged. Default true
 * @param placeTtl how long the one process that owns every shard (local mode) keeps its
 * place after it died, default 10 s
 * @param create whether an empty Redis becomes a new store; otherwise it is refused as
 * one that has lost its data. Default true
 */
public record RedisStoreSettings(Topology topology, List<RedisURI> uris, @Nullable SslOptions ssl, String cluster,
		String prefix, int connections, Duration commandTimeout, int queueSize, RedisDurability durability,
		boolean refuseUnsafe, Duration placeTtl, boolean create) {

	/** Checks the values. */
	public RedisStoreSettings {
		uris = List.copyOf(uris);
		require(!uris.isEmpty(), "The Redis store needs an address");
		require(topology == Topology.CLUSTER || uris.size() == 1, "Only a Redis Cluster has several addresses");
		require(!cluster.isBlank(), "cluster must not be blank");
		require(prefix.indexOf('{') < 0 && prefix.indexOf('}') < 0,
				"prefix must not have a brace, was '" + prefix + "'");
		require(connections >= 1 && connections <= 64, "connections must be 1 to 64, was " + connections);
		require(commandTimeout.compareTo(Duration.ofMillis(50)) >= 0,
				"commandTimeout must be at least 50 ms, was " + commandTimeout);
		require(queueSize >= 1, "queueSize must be at least 1, was " + queueSize);
		require(placeTtl.compareTo(Duration.ofSeconds(1)) >= 0, "placeTtl must be at least 1 s, was " + placeTtl);
	}

	private static void require(boolean condition, String message) {
		if (!condition) {
			throw new IllegalArgumentException(message);
		}
	}

	/**
	 * One server.
	 * @param uri where it is
	 * @param cluster the name of the cluster
	 * @return settings with every default
	 */
	public static RedisStoreSettings standalone(RedisURI uri, String cluster) {
		return of(Topology.STANDALONE, List.of(uri), cluster);
	}

	/**
	 * A master found through sentinels.
	 * @param uri sentinels and the name of the master
	 * @param cluster the name of the cluster
	 * @return settings with every default
	 */
	public static RedisStoreSettings sentinel(RedisURI uri, String cluster) {
		return of(Topology.SENTINEL, List.of(uri), cluster);
	}

	/**
	 * A Redis Cluster.
	 * @param uris some of its nodes, the others are found
	 * @param cluster the name of the cluster
	 * @return settings with every default
	 */
	public static RedisStoreSettings cluster(List<RedisURI> uris, String cluster) {
		return of(Topology.CLUSTER, uris, cluster);
	}

	private static RedisStoreSettings of(Topology topology, List<RedisURI> uris, String cluster) {
		return new RedisStoreSettings(topology, uris, null, cluster, "cajun:", 4, Duration.ofSeconds(2), 10_000,
				new RedisDurability.Ack(), true, Duration.ofSeconds(10), true);
	}

	/**
	 * These settings with certificates for TLS.
	 * @param ssl see the component
	 * @return the settings
	 */
	public RedisStoreSettings withSsl(@Nullable SslOptions ssl) {
		return new RedisStoreSettings(this.topology, this.uris, ssl, this.cluster, this.prefix, this.connections,
				this.commandTimeout, this.queueSize, this.durability, this.refuseUnsafe, this.placeTtl, this.create);
	}

	/**
	 * These settings with another prefix.
	 * @param prefix see the component
	 * @return the settings
	 */
	public RedisStoreSettings withPrefix(String prefix) {
		return new RedisStoreSettings(this.topology, this.uris, this.ssl, this.cluster, prefix, this.connections,
				this.commandTimeout, this.queueSize, this.durability, this.refuseUnsafe, this.placeTtl, this.create);
	}

	/**
	 * These settings with another number of connections.
	 * @param connections see the component
	 * @return the settings
	 */
	public RedisStoreSettings withConnections(int connections) {
		return new RedisStoreSettings(this.topology, this.uris, this.ssl, this.cluster, this.prefix, connections,
				this.commandTimeout, this.queueSize, this.durability, this.refuseUnsafe, this.placeTtl, this.create);
	}

	/**
	 * These settings with another timeout.
	 * @param commandTimeout see the component
	 * @return the settings
	 */
	public RedisStoreSettings withCommandTimeout(Duration commandTimeout) {
		return new RedisStoreSettings(this.topology, this.uris, this.ssl, this.cluster, this.prefix, this.connections,
				commandTimeout, this.queueSize, this.durability, this.refuseUnsafe, this.placeTtl, this.create);
	}

	/**
	 * These settings with another bound of the queue.
	 * @param queueSize see the component
	 * @return the settings
	 */
	public RedisStoreSettings withQueueSize(int queueSize) {
		return new RedisStoreSettings(this.topology, this.uris, this.ssl, this.cluster, this.prefix, this.connections,
				this.commandTimeout, queueSize, this.durability, this.refuseUnsafe, this.placeTtl, this.create);
	}

	/**
	 * These settings with another durability.
	 * @param durability see the component
	 * @return the settings
	 */
	public RedisStoreSettings withDurability(RedisDurability durability) {
		return new RedisStoreSettings(this.topology, this.uris, this.ssl, this.cluster, this.prefix, this.connections,
				this.commandTimeout, this.queueSize, durability, this.refuseUnsafe, this.placeTtl, this.create);
	}

	/**
	 * These settings, where a server that may lose data is refused or not.
	 * @param refuseUnsafe see the component
	 * @return the settings
	 */
	public RedisStoreSettings withRefuseUnsafe(boolean refuseUnsafe) {
		return new RedisStoreSettings(this.topology, this.uris, this.ssl, this.cluster, this.prefix, this.connections,
				this.commandTimeout, this.queueSize, this.durability, refuseUnsafe, this.placeTtl, this.create);
	}

	/**
	 * These settings with another time to keep a place.
	 * @param placeTtl see the component
	 * @return the settings
	 */
	public RedisStoreSettings withPlaceTtl(Duration placeTtl) {
		return new RedisStoreSettings(this.topology, this.uris, this.ssl, this.cluster, this.prefix, this.connections,
				this.commandTimeout, this.queueSize, this.durability, this.refuseUnsafe, placeTtl, this.create);
	}

	/**
	 * These settings, where an empty Redis becomes a new store or not.
	 * @param create see the component
	 * @return the settings
	 */
	public RedisStoreSettings withCreate(boolean create) {
		return new RedisStoreSettings(this.topology, this.uris, this.ssl, this.cluster, this.prefix, this.connections,
				this.commandTimeout, this.queueSize, this.durability, this.refuseUnsafe, this.placeTtl, create);
	}

	/** What the addresses are. */
	public enum Topology {

		/** One server. */
		STANDALONE,

		/** A master that sentinels know. */
		SENTINEL,

		/** A Redis Cluster. */
		CLUSTER

	}

}
