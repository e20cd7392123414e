package dev.cajun.placement;

import java.util.Set;

/**
 * A node that others agreed is dead while its lease still lived. It is listed until that
 * has ended.
 *
 * @param node the node
 * @param shards what was taken from it: volatile actors of these start elsewhere only
 * when the node is not listed any more
 */
public record Down(Node node, Set<Integer> shards) {

	public Down {
		shards = Set.copyOf(shards);
	}

}
