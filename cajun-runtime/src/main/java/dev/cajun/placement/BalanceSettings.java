package dev.cajun.placement;

import java.time.Duration;

/**
 * How a cluster is balanced by load.
 *
 * @param enabled whether it is; default true
 * @param interval how often; default 30 s
 * @param imbalance nothing moves unless the highest and the lowest score are further
 * apart than this part of the mean; default 0.2
 * @param maxMoves moves of one sweep at most, from 1; default 10
 * @param cpuGate a node that has more to do than the mean and whose processors are busier
 * than this, 0 to 1, makes the sweep wait: moving costs; default 0.8
 * @param cooldown a shard that was moved stays for so long; default 5 minutes
 * @param shardsWeight the weight of the number of shards; default 1
 * @param activationsWeight the weight of active actors; default 1
 * @param messagesWeight the weight of messages per second; default 1
 */
public record BalanceSettings(boolean enabled, Duration interval, double imbalance, int maxMoves, double cpuGate,
		Duration cooldown, double shardsWeight, double activationsWeight, double messagesWeight) {

	/** Every default. */
	public static final BalanceSettings DEFAULTS = new BalanceSettings(true, Duration.ofSeconds(30), 0.2, 10, 0.8,
			Duration.ofMinutes(5), 1, 1, 1);

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	public BalanceSettings {
		require(interval.isPositive(), "rebalance.interval must be positive, was " + interval);
		require(imbalance > 0, "rebalance.imbalance must be positive, was " + imbalance);
		require(maxMoves >= 1, "rebalance.max-moves must be at least 1, was " + maxMoves);
		require(cpuGate > 0 && cpuGate <= 1, "rebalance.cpu-gate must be above 0 and at most 1, was " + cpuGate);
		require(!cooldown.isNegative(), "rebalance.cooldown must not be negative, was " + cooldown);
		require(shardsWeight >= 0 && activationsWeight >= 0 && messagesWeight >= 0,
				"rebalance weights must not be negative");
	}

	private static void require(boolean holds, String message) {
		if (!holds) {
			throw new IllegalArgumentException(message);
		}
	}

}
