package dev.cajun.placement;

import java.util.List;

/**
 * Says where shards should be. Only the leader asks, and every node must come to the same
 * answer: it depends on nothing but what is given. A strategy that answers differently
 * when little has changed makes shards move.
 */
@FunctionalInterface
public interface PlacementStrategy {

	/**
	 * Places every shard.
	 * @param shards how many there are
	 * @param candidates the nodes that may have shards, at least one, sorted by name
	 * @return by shard, the index of its node
	 */
	int[] place(int shards, List<Candidate> candidates);

	/**
	 * A node that may have shards.
	 *
	 * @param name its name
	 * @param zone where it runs; empty when not set
	 */
	record Candidate(String name, String zone) {

	}

}
