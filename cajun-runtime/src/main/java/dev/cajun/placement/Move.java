package dev.cajun.placement;

/**
 * A shard on its way to another node.
 *
 * @param target the node that gets it
 * @param number tells this move from every other of the cluster
 * @param reason why it moves
 */
public record Move(Node target, long number, Reason reason) {

	/** Why a shard moves. */
	public enum Reason {

		/** The set of nodes has changed. */
		MEMBERSHIP,

		/** Its owner is drained. */
		DRAIN,

		/** An operator wants it elsewhere. */
		MIGRATE,

		/** Its owner has too much to do. */
		LOAD

	}

}
