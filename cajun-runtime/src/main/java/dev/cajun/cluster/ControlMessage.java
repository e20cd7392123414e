package dev.cajun.cluster;

import java.util.List;

import dev.cajun.placement.Node;
import dev.cajun.placement.NodeLoad;

/** What control planes say to each other. */
sealed interface ControlMessage {

	/**
	 * Asks another node whether it finds a process gone as well.
	 *
	 * @param id comes back with the answer
	 * @param suspect the process
	 */
	record Witness(long id, Node suspect) implements ControlMessage {
	}

	/**
	 * Answers {@link Witness}.
	 *
	 * @param id of the question
	 * @param gone whether connections are refused there too
	 */
	record Testimony(long id, boolean gone) implements ControlMessage {
	}

	/**
	 * Tells the leader that a node was agreed dead.
	 *
	 * @param node the node
	 */
	record AgreedDead(Node node) implements ControlMessage {
	}

	/**
	 * Tells the leader what became of its table on this node; said again until the table
	 * shows it.
	 *
	 * @param claimed shards claimed, with their epochs
	 * @param refused shards whose claim or write was refused, with their epochs and the
	 * store's
	 * @param released shards released, with the numbers of their moves
	 * @param claiming how many shards the store has not answered for yet
	 */
	record Report(List<Claimed> claimed, List<Refused> refused, List<Released> released,
			int claiming) implements ControlMessage {

		boolean isEmpty() {
			return this.claimed.isEmpty() && this.refused.isEmpty() && this.released.isEmpty() && this.claiming == 0;
		}

	}

	/** A shard was claimed. */
	record Claimed(int shard, long epoch) {
	}

	/** The store knows a shard under an epoch that is not lower than the table's. */
	record Refused(int shard, long epoch, long found) {
	}

	/** A shard was released. */
	record Released(int shard, long move) {
	}

	/**
	 * Tells the leader what a node has to do.
	 *
	 * @param node its name
	 * @param load the figures
	 */
	record Load(String node, NodeLoad load) implements ControlMessage {
	}

	/**
	 * Asks the leader for something on behalf of an operator.
	 *
	 * @param id comes back with the answer
	 * @param operation what
	 */
	record Command(long id, Operation operation) implements ControlMessage {
	}

	/**
	 * Answers {@link Command}.
	 *
	 * @param id of the command
	 * @param status what became of it
	 * @param text why not, or what was done
	 */
	record Answer(long id, OperationRefusedException.Status status, String text) implements ControlMessage {
	}

}
