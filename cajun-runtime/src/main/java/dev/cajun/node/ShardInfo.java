package dev.cajun.node;

import org.jspecify.annotations.Nullable;

/**
 * One shard as operators see it.
 *
 * @param shard its number
 * @param owner the name of the node that owns it, or {@code null} when none does
 * @param epoch the fencing number of the ownership
 * @param phase UNOWNED, CLAIMING, OWNED or MOVING
 * @param movingTo the name of the node that gets it, when MOVING
 * @param pinnedTo the name of the node where it shall be, or {@code null}
 * @param pinnedByOperator whether an operator pinned it, and not the balance
 */
public record ShardInfo(int shard, @Nullable String owner, long epoch, String phase, @Nullable String movingTo,
		@Nullable String pinnedTo, boolean pinnedByOperator) {

}
