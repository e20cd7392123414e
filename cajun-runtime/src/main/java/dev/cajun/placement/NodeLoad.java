package dev.cajun.placement;

import java.util.Map;

/**
 * What a node has to do.
 *
 * @param activations active actors
 * @param messagesPerSecond messages handled, lately
 * @param cpu the part of the processors in use, 0 to 1; negative when not known
 * @param heap the part of the heap in use, 0 to 1
 * @param shards messages per second of each owned shard that has any
 */
public record NodeLoad(long activations, double messagesPerSecond, double cpu, double heap,
		Map<Integer, Double> shards) {

	public NodeLoad {
		shards = Map.copyOf(shards);
	}

	/**
	 * A node of which nothing is known.
	 */
	public static final NodeLoad NONE = new NodeLoad(0, 0, -1, 0, Map.of());

}
