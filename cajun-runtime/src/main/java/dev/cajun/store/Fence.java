package dev.cajun.store;

/**
 * What a caller believes to own. Every operation carries it, and a store refuses the
 * operation unless it equals the fence that the last claim of the shard left.
 *
 * @param shard the shard
 * @param epoch the fencing number of the ownership, from 1; below 2^53
 * @param owner the node that owns the shard, {@code name#incarnation}
 */
public record Fence(int shard, long epoch, String owner) {

	/** Nobody's: a store that works answers its reads with nothing. */
	public static final Fence NOBODY = new Fence(0, 0, "");

}
