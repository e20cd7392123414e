package dev.cajun;

/**
 * Hears of changes of the cluster, as this node sees them. Called on a thread of its own,
 * one call after the other; what it throws is logged.
 */
public interface ClusterListener {

	/**
	 * A node may have actors: it is up, for the first time or again.
	 * @param node its id, {@code name#incarnation}
	 */
	default void nodeUp(String node) {
	}

	/**
	 * A node is gone: it left, its lease ended, or it was agreed dead.
	 * @param node its id, {@code name#incarnation}
	 */
	default void nodeGone(String node) {
	}

	/**
	 * Another node leads.
	 * @param node its id, {@code name#incarnation}
	 */
	default void leaderChanged(String node) {
	}

	/**
	 * An operator had this node drained, and nothing is left here. It may stop.
	 * @param node its id, {@code name#incarnation}
	 */
	default void drained(String node) {
	}

	/**
	 * This node has lost its lease, or was agreed dead, and joins again.
	 * @param node the id that it had
	 * @param reason why
	 */
	default void leaseLost(String node, String reason) {
	}

}
