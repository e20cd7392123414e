package dev.cajun.placement;

/**
 * What the leader knows beyond the table when it decides about shards.
 */
public interface Situation {

	/**
	 * Whether an owner can go on and can give shards up: it is there in this very
	 * incarnation, was not agreed dead, and reaches the store.
	 * @param owner an owner
	 * @return whether it can
	 */
	boolean serves(Node owner);

	/**
	 * Whether to wait for an owner that does not serve: it may be back soon.
	 * @param owner an owner
	 * @return whether its shards stay
	 */
	boolean awaited(Node owner);

	/**
	 * Whether the owner of a MOVING shard has said that it released it.
	 * @param shard the shard
	 * @param move the number of the move
	 * @return whether it has
	 */
	boolean released(int shard, long move);

	/**
	 * Whether the owner of a CLAIMING shard has said that it claimed it.
	 * @param shard the shard
	 * @param epoch the epoch
	 * @return whether it has
	 */
	boolean claimed(int shard, long epoch);

	/**
	 * Whether the deadline of a claim or of a move has passed, or its node refuses it.
	 * @param shard the shard
	 * @param placement as it is in the table
	 * @return whether to do something else
	 */
	boolean overdue(int shard, ShardPlacement placement);

	/**
	 * Whether a shard may begin to move now: not for a while after a move that failed.
	 * @param shard the shard
	 * @return whether it may
	 */
	boolean mayMove(int shard);

	/**
	 * Whether an operator or the owner itself wants it to have no shards.
	 * @param owner an owner
	 * @return whether it is drained
	 */
	boolean draining(Node owner);

	/**
	 * Whether the set of nodes has been the same for long enough to move shards because
	 * of it.
	 * @return whether it is settled
	 */
	boolean settled();

	/**
	 * Whether enough nodes are there to give shards that nobody ever owned.
	 * @return whether they are
	 */
	boolean complete();

	/**
	 * How many shards may move at a time.
	 * @return the most, at least 1
	 */
	int mostMoving();

}
