package dev.cajun.spring.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

import dev.cajun.Delivery;
import dev.cajun.placement.BalanceSettings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The node.
 *
 * @param autoStartup Whether the node starts with the application context.
 * @param maxActive Activations this node holds before it passivates the least recently
 * used.
 * @param node This node.
 * @param cluster The cluster it belongs to.
 * @param transport What travels between actors.
 * @param delivery How messages are delivered.
 * @param shutdown How the node stops.
 * @param actorDefaults Settings of every actor type.
 * @param actors Settings of one actor type, by type; they win over the annotation.
 */
@ConfigurationProperties("cajun")
record CajunProperties(@DefaultValue("true") boolean autoStartup, @DefaultValue("1000000") int maxActive,
		@DefaultValue Node node, @DefaultValue Cluster cluster, @DefaultValue Transport transport,
		@DefaultValue DeliverySettings delivery, @DefaultValue Shutdown shutdown,
		@DefaultValue ActorDefaults actorDefaults, @DefaultValue Map<String, ActorProperties> actors) {

	CajunProperties {
		require(maxActive >= 1, "cajun.max-active must be at least 1, was " + maxActive);
	}

	static void require(boolean holds, String message) {
		if (!holds) {
			throw new IllegalArgumentException(message);
		}
	}

	/**
	 * This node.
	 *
	 * @param name Name of this node, which no other of the cluster has; by default
	 * 'local' in local mode, else the host's name and the port of the transport, which
	 * with port 0 is another one at each start.
	 * @param zone Where this node runs, such as an availability zone.
	 * @param roles What this node is for, shown to operators.
	 */
	record Node(@Nullable String name, @DefaultValue("") String zone, @DefaultValue Set<String> roles) {

		Node {
			require(name == null || (!name.isBlank() && name.indexOf('#') < 0 && name.indexOf('/') < 0),
					"cajun.node.name must not be blank or hold '#' or '/', was '" + name + "'");
		}

	}

	/**
	 * The cluster.
	 *
	 * @param name Name that isolates the state and the messages of this cluster from
	 * every other's; by default the value of 'spring.application.name', else
	 * 'application'.
	 * @param mode Whether this node is alone or one of a cluster; by default one of a
	 * cluster when it is known where etcd is, else alone.
	 * @param shards Number of shards, 1 to 16384, fixed when the store is created.
	 * @param minNodes Nodes that must be there before the first shards are given out, and
	 * that a drain must leave.
	 * @param settleTime How long the set of nodes must stay the same before shards move
	 * because of it.
	 * @param leaseTtl After this a node that is not heard of is gone; whole seconds, at
	 * least 3.
	 * @param rebalance When shards move because some nodes have more to do than others.
	 */
	record Cluster(@Nullable String name, @Nullable ClusterMode mode, @DefaultValue("1024") int shards,
			@DefaultValue("1") int minNodes, @DefaultValue("1s") Duration settleTime,
			@DefaultValue("10s") Duration leaseTtl, @DefaultValue Rebalance rebalance) {

		Cluster {
			require(name == null || !name.isBlank(), "cajun.cluster.name must not be blank");
			require(shards >= 1 && shards <= 16_384, "cajun.cluster.shards must be 1 to 16384, was " + shards);
			require(minNodes >= 1, "cajun.cluster.min-nodes must be at least 1, was " + minNodes);
			require(!settleTime.isNegative(), "cajun.cluster.settle-time must not be negative, was " + settleTime);
			require(leaseTtl.toSeconds() >= 3 && leaseTtl.toNanosPart() == 0,
					"cajun.cluster.lease-ttl must be whole seconds, at least 3s, was " + leaseTtl);
		}

	}

	/**
	 * Balance by load.
	 *
	 * @param enabled Whether the cluster is balanced by load.
	 * @param interval How often.
	 * @param imbalance Part of the mean by which the busiest and the idlest node must
	 * differ before anything moves.
	 * @param maxMoves Shards that move at a time at most.
	 * @param cpuGate Share of its processors, above 0 to 1, beyond which a busy node
	 * makes the balancing wait.
	 * @param cooldown How long a shard that was moved stays where it is.
	 */
	record Rebalance(@DefaultValue("true") boolean enabled, @DefaultValue("30s") Duration interval,
			@DefaultValue("0.2") double imbalance, @DefaultValue("10") int maxMoves,
			@DefaultValue("0.8") double cpuGate, @DefaultValue("5m") Duration cooldown) {

		Rebalance {
			require(interval.isPositive(), "cajun.cluster.rebalance.interval must be positive, was " + interval);
			require(imbalance > 0, "cajun.cluster.rebalance.imbalance must be positive, was " + imbalance);
			require(maxMoves >= 1, "cajun.cluster.rebalance.max-moves must be at least 1, was " + maxMoves);
			require(cpuGate > 0 && cpuGate <= 1,
					"cajun.cluster.rebalance.cpu-gate must be above 0 and at most 1, was " + cpuGate);
			require(!cooldown.isNegative(), "cajun.cluster.rebalance.cooldown must not be negative, was " + cooldown);
		}

		BalanceSettings toSettings() {
			BalanceSettings defaults = BalanceSettings.DEFAULTS;
			return new BalanceSettings(this.enabled, this.interval, this.imbalance, this.maxMoves, this.cpuGate,
					this.cooldown, defaults.shardsWeight(), defaults.activationsWeight(), defaults.messagesWeight());
		}

	}

	/** Whether a node is alone. */
	enum ClusterMode {

		/** One node, on one machine. */
		LOCAL,

		/** One of several, which find each other by etcd and keep state in Redis. */
		CLUSTERED

	}

	/**
	 * What travels.
	 *
	 * @param maxMessageSize The largest message or stored record.
	 */
	record Transport(@DefaultValue("1MB") DataSize maxMessageSize) {

		Transport {
			require(maxMessageSize.toBytes() >= 1024 && maxMessageSize.toBytes() <= 1 << 30,
					"cajun.transport.max-message-size must be 1KB to 1GB, was " + maxMessageSize);
		}

		int maxMessageBytes() {
			return (int) this.maxMessageSize.toBytes();
		}

	}

	/**
	 * Delivery.
	 *
	 * @param guarantee Guarantee of a tell that names none.
	 * @param dedup Remembered answers of asks with an idempotency key.
	 */
	record DeliverySettings(@DefaultValue("at-most-once") Delivery guarantee, @DefaultValue Dedup dedup) {

	}

	/**
	 * Remembered answers.
	 *
	 * @param maxEntries Answers one actor remembers; when it is full, further asks with
	 * an idempotency key are refused.
	 * @param maxAge How long an answer is remembered.
	 */
	record Dedup(@DefaultValue("100000") int maxEntries, @DefaultValue("10m") Duration maxAge) {

		Dedup {
			require(maxEntries >= 1, "cajun.delivery.dedup.max-entries must be at least 1, was " + maxEntries);
			require(maxAge.isPositive(), "cajun.delivery.dedup.max-age must be positive, was " + maxAge);
		}

	}

	/**
	 * How the node stops.
	 *
	 * @param drainTimeout How long a stop waits for accepted messages; must be below
	 * 'spring.lifecycle.timeout-per-shutdown-phase'.
	 * @param exitWhenDrained Whether the application stops when an operator has had this
	 * node drained and nothing is left on it.
	 */
	record Shutdown(@DefaultValue("25s") Duration drainTimeout, @DefaultValue("false") boolean exitWhenDrained) {

		Shutdown {
			require(!drainTimeout.isNegative(),
					"cajun.shutdown.drain-timeout must not be negative, was " + drainTimeout);
		}

	}

	/**
	 * Settings of every actor type.
	 *
	 * @param passivateAfter Idle time after which an activation ends.
	 * @param askTimeout How long an ask that names no timeout waits for the answer.
	 * @param slowAfter How long a handler may be at one message until that is made known.
	 * @param mailboxCapacity Unhandled messages one actor may hold.
	 * @param snapshotEvery Journal records between two snapshots.
	 * @param retry When a message is handled again under the failure policy 'retry'.
	 */
	record ActorDefaults(@DefaultValue("10m") Duration passivateAfter, @DefaultValue("5s") Duration askTimeout,
			@DefaultValue("10s") Duration slowAfter, @DefaultValue("10000") int mailboxCapacity,
			@DefaultValue("100") int snapshotEvery, @DefaultValue Retry retry) {

		ActorDefaults {
			require(passivateAfter.isPositive(),
					"cajun.actor-defaults.passivate-after must be positive, was " + passivateAfter);
			require(askTimeout.isPositive(), "cajun.actor-defaults.ask-timeout must be positive, was " + askTimeout);
			require(slowAfter.isPositive(), "cajun.actor-defaults.slow-after must be positive, was " + slowAfter);
			require(mailboxCapacity >= 1,
					"cajun.actor-defaults.mailbox-capacity must be at least 1, was " + mailboxCapacity);
			require(snapshotEvery >= 1, "cajun.actor-defaults.snapshot-every must be at least 1, was " + snapshotEvery);
		}

	}

	/**
	 * Retry.
	 *
	 * @param maxAttempts Attempts in all.
	 * @param delay Delay before the second attempt.
	 * @param multiplier Factor of the delay from attempt to attempt.
	 * @param maxDelay The longest delay.
	 */
	record Retry(@DefaultValue("3") int maxAttempts, @DefaultValue("100ms") Duration delay,
			@DefaultValue("2") double multiplier, @DefaultValue("5s") Duration maxDelay) {

		Retry {
			require(maxAttempts >= 1, "cajun.actor-defaults.retry.max-attempts must be at least 1, was " + maxAttempts);
			require(!delay.isNegative(), "cajun.actor-defaults.retry.delay must not be negative, was " + delay);
			require(multiplier >= 1, "cajun.actor-defaults.retry.multiplier must be at least 1, was " + multiplier);
			require(maxDelay.compareTo(delay) >= 0,
					"cajun.actor-defaults.retry.max-delay must not be below retry.delay, was " + maxDelay);
		}

	}

}
