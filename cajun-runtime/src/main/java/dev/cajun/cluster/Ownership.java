package dev.cajun.cluster;

import java.time.Instant;

/**
 * One owner that a shard has, or had.
 *
 * @param node the node's id, {@code name#incarnation}
 * @param epoch the fencing number
 * @param since when this node saw it first
 * @param reason why it became the owner
 */
public record Ownership(String node, long epoch, Instant since, Reason reason) {

	/** Why a node became the owner of a shard. */
	public enum Reason {

		/** It owned it when this node came. */
		FOUND,

		/** Nobody owned it. */
		FIRST,

		/** The set of nodes has changed. */
		MEMBERSHIP,

		/** The former owner was drained. */
		DRAIN,

		/** An operator wanted it there. */
		MIGRATE,

		/** The former owner had too much to do. */
		LOAD,

		/** The former owner was lost: agreed dead, or without a lease. */
		LOST,

		/** The owner came back under its name, or claimed it anew. */
		AGAIN

	}

}
