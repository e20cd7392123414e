package dev.cajun.cluster;

import org.jspecify.annotations.Nullable;

/** What an operator wants of the leader. */
public sealed interface Operation {

	/**
	 * A node gives all its shards up, and gets none.
	 *
	 * @param node its name
	 * @param force even if fewer than {@code min-nodes} stay; never the last node
	 */
	record Drain(String node, boolean force) implements Operation {
	}

	/**
	 * A node that is drained may have shards again.
	 *
	 * @param node its name
	 */
	record Undrain(String node) implements Operation {
	}

	/**
	 * A shard moves to a node and stays there.
	 *
	 * @param shard the shard
	 * @param target the name of the node; {@code null} lets the strategy decide again
	 */
	record Migrate(int shard, @Nullable String target) implements Operation {
	}

	/**
	 * Shards move from nodes that have much to do to those that have little.
	 *
	 * @param dryRun whether to say only what would move
	 */
	record Rebalance(boolean dryRun) implements Operation {
	}

	/** Another node leads. */
	record Resign() implements Operation {
	}

}
