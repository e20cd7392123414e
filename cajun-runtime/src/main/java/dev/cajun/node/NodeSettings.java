package dev.cajun.node;

import java.time.Duration;

import dev.cajun.Delivery;

/**
 * The settings of a node that do not belong to one actor type. Immutable; start from
 * {@link #defaults()}.
 *
 * @param cluster the name that isolates this cluster's state from every other's; default
 * {@code cajun}
 * @param name this node's name; default {@code local}
 * @param shards the number of shards, 1 to 16,384, fixed when a store is created; default
 * 1024
 * @param maxActive activations this node holds before it passivates the least recently
 * used, from 1; default 1,000,000
 * @param mailboxBytes estimated bytes of unhandled messages over all actors; default a
 * quarter of the heap
 * @param maxMessageSize the largest message or record in bytes; default 1 MiB
 * @param delivery the guarantee of a plain {@code tell}; default
 * {@link Delivery#AT_MOST_ONCE}
 * @param dedupMaxEntries answers one actor remembers for idempotency keys; default
 * 100,000
 * @param dedupMaxAge how long an answer is remembered; default 10 minutes
 * @param drainTimeout how long a stop waits for accepted messages; default 25 s
 */
public record NodeSettings(String cluster, String name, int shards, int maxActive, long mailboxBytes,
		int maxMessageSize, Delivery delivery, int dedupMaxEntries, Duration dedupMaxAge, Duration drainTimeout) {

	private static final NodeSettings DEFAULTS = new NodeSettings("cajun", "local", 1024, 1_000_000,
			Runtime.getRuntime().maxMemory() / 4, 1 << 20, Delivery.AT_MOST_ONCE, 100_000, Duration.ofMinutes(10),
			Duration.ofSeconds(25));

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	public NodeSettings {
		require(!cluster.isBlank(), "cluster must not be blank");
		require(!name.isBlank() && name.indexOf('#') < 0,
				"node name must not be blank or hold '#', was '" + name + "'");
		require(shards >= 1 && shards <= 16_384, "shards must be 1 to 16384, was " + shards);
		require(maxActive >= 1, "max-active must be at least 1, was " + maxActive);
		require(mailboxBytes >= 1, "mailbox-bytes must be at least 1, was " + mailboxBytes);
		require(maxMessageSize >= 1024, "max-message-size must be at least 1 KiB, was " + maxMessageSize);
		require(dedupMaxEntries >= 1, "dedup.max-entries must be at least 1, was " + dedupMaxEntries);
		require(dedupMaxAge.isPositive(), "dedup.max-age must be positive, was " + dedupMaxAge);
		require(!drainTimeout.isNegative(), "drain-timeout must not be negative, was " + drainTimeout);
	}

	private static void require(boolean holds, String message) {
		if (!holds) {
			throw new IllegalArgumentException(message);
		}
	}

	/**
	 * The defaults.
	 * @return settings with every default
	 */
	public static NodeSettings defaults() {
		return DEFAULTS;
	}

	/**
	 * These settings with another cluster.
	 * @param cluster see the component
	 * @return new settings
	 */
	public NodeSettings withCluster(String cluster) {
		return new NodeSettings(cluster, this.name, this.shards, this.maxActive, this.mailboxBytes, this.maxMessageSize,
				this.delivery, this.dedupMaxEntries, this.dedupMaxAge, this.drainTimeout);
	}

	/**
	 * These settings with another name.
	 * @param name see the component
	 * @return new settings
	 */
	public NodeSettings withName(String name) {
		return new NodeSettings(this.cluster, name, this.shards, this.maxActive, this.mailboxBytes, this.maxMessageSize,
				this.delivery, this.dedupMaxEntries, this.dedupMaxAge, this.drainTimeout);
	}

	/**
	 * These settings with another shards.
	 * @param shards see the component
	 * @return new settings
	 */
	public NodeSettings withShards(int shards) {
		return new NodeSettings(this.cluster, this.name, shards, this.maxActive, this.mailboxBytes, this.maxMessageSize,
				this.delivery, this.dedupMaxEntries, this.dedupMaxAge, this.drainTimeout);
	}

	/**
	 * These settings with another maxActive.
	 * @param maxActive see the component
	 * @return new settings
	 */
	public NodeSettings withMaxActive(int maxActive) {
		return new NodeSettings(this.cluster, this.name, this.shards, maxActive, this.mailboxBytes, this.maxMessageSize,
				this.delivery, this.dedupMaxEntries, this.dedupMaxAge, this.drainTimeout);
	}

	/**
	 * These settings with another mailboxBytes.
	 * @param mailboxBytes see the component
	 * @return new settings
	 */
	public NodeSettings withMailboxBytes(long mailboxBytes) {
		return new NodeSettings(this.cluster, this.name, this.shards, this.maxActive, mailboxBytes, this.maxMessageSize,
				this.delivery, this.dedupMaxEntries, this.dedupMaxAge, this.drainTimeout);
	}

	/**
	 * These settings with another maxMessageSize.
	 * @param maxMessageSize see the component
	 * @return new settings
	 */
	public NodeSettings withMaxMessageSize(int maxMessageSize) {
		return new NodeSettings(this.cluster, this.name, this.shards, this.maxActive, this.mailboxBytes, maxMessageSize,
				this.delivery, this.dedupMaxEntries, this.dedupMaxAge, this.drainTimeout);
	}

	/**
	 * These settings with another delivery.
	 * @param delivery see the component
	 * @return new settings
	 */
	public NodeSettings withDelivery(Delivery delivery) {
		return new NodeSettings(this.cluster, this.name, this.shards, this.maxActive, this.mailboxBytes,
				this.maxMessageSize, delivery, this.dedupMaxEntries, this.dedupMaxAge, this.drainTimeout);
	}

	/**
	 * These settings with another dedupMaxEntries.
	 * @param dedupMaxEntries see the component
	 * @return new settings
	 */
	public NodeSettings withDedupMaxEntries(int dedupMaxEntries) {
		return new NodeSettings(this.cluster, this.name, this.shards, this.maxActive, this.mailboxBytes,
				this.maxMessageSize, this.delivery, dedupMaxEntries, this.dedupMaxAge, this.drainTimeout);
	}

	/**
	 * These settings with another dedupMaxAge.
	 * @param dedupMaxAge see the component
	 * @return new settings
	 */
	public NodeSettings withDedupMaxAge(Duration dedupMaxAge) {
		return new NodeSettings(this.cluster, this.name, this.shards, this.maxActive, this.mailboxBytes,
				this.maxMessageSize, this.delivery, this.dedupMaxEntries, dedupMaxAge, this.drainTimeout);
	}

	/**
	 * These settings with another drainTimeout.
	 * @param drainTimeout see the component
	 * @return new settings
	 */
	public NodeSettings withDrainTimeout(Duration drainTimeout) {
		return new NodeSettings(this.cluster, this.name, this.shards, this.maxActive, this.mailboxBytes,
				this.maxMessageSize, this.delivery, this.dedupMaxEntries, this.dedupMaxAge, drainTimeout);
	}

}
