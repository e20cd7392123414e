package dev.cajun.cluster;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletionStage;

import dev.cajun.placement.Routes;
import dev.cajun.store.Fence;
import dev.cajun.transport.Transport;

/**
 * The actors of this node, by shard: what the control plane needs of the data plane.
 * Called by one thread at a time; no method blocks.
 */
public interface LocalShards {

	/**
	 * Shards were claimed: their actors may run, and those that have tells to send or
	 * reminders to announce are woken.
	 * @param claims the claims
	 */
	void own(Collection<Claim> claims);

	/**
	 * Begins to give a shard up to another node: stops admission, finishes the handlers
	 * that run and their writes, writes snapshots, hands pending timers over, and ends
	 * every activation. Messages that were never given to a handler go back to their
	 * senders.
	 * @param shard a shard that is owned
	 * @param target the node that gets it
	 * @return completes when no activation of the shard is left and no write is under way
	 */
	CompletionStage<Void> release(int shard, Transport.Peer target);

	/**
	 * The node keeps a shard that it had begun to give up, or had given up: admits again
	 * under the fence that it has.
	 * @param shard the shard
	 */
	void resume(int shard);

	/**
	 * Shards belong to somebody else, or may: every activation ends without a further
	 * effect, and messages are routed again. Shards that are not owned are ignored.
	 * @param shards the shards
	 */
	void drop(Collection<Integer> shards);

	/**
	 * The store has lost a shard: its actors refuse messages with this reason, until the
	 * shard is claimed or dropped.
	 * @param shard the shard
	 * @param reason what happened and what to do
	 */
	void quarantine(int shard, String reason);

	/**
	 * The lease is provable until then: volatile actors stop, and their effects that have
	 * not left are dropped, once that has passed. Called again with a later time as long
	 * as the lease is kept, and with an earlier one when it is lost.
	 * @param nanoTime by the node's monotonic clock
	 */
	void provableUntil(long nanoTime);

	/**
	 * Volatile actors of these shards do not start: their former owner, which cannot be
	 * reached, may still run them.
	 * @param shards the shards; replaces what was said before
	 */
	void holdVolatile(Set<Integer> shards);

	/**
	 * Volatile actors of these shards do not start yet, and their messages wait: the
	 * shards were claimed, and may still be given to another node.
	 * @param shards the shards; replaces what was said before
	 */
	void delayVolatile(Set<Integer> shards);

	/**
	 * Where messages go from now on.
	 * @param routes the routes; replaces all former ones
	 */
	void routes(Routes routes);

	/**
	 * Whether the store can be reached: while not, no message is admitted.
	 * @param reachable whether it can
	 */
	void storeReachable(boolean reachable);

	/**
	 * A shard that was claimed.
	 *
	 * @param fence what the node owns now
	 * @param kept whether nobody else owned the shard since this node did: its
	 * activations stay, under the new fence. Otherwise, whatever was loaded before is
	 * dropped
	 */
	record Claim(Fence fence, boolean kept) {

	}

}
