package dev.cajun.node;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

import dev.cajun.ActorId;
import dev.cajun.cluster.Migration;
import dev.cajun.cluster.Operation;
import dev.cajun.cluster.OperationRefusedException;
import dev.cajun.placement.NodeLoad;
import dev.cajun.placement.PlannedMove;
import org.jspecify.annotations.Nullable;

/**
 * What operators can see and do; the endpoint is made of it.
 * <p>
 * Thread-safe; works in every state of the node.
 */
public interface ClusterManagement {

	/** The most rows of a page. */
	int MAX_PAGE = 1000;

	/** The most actors that a node names as those that have most to do. */
	int MAX_HOT_ACTORS = 100;

	/**
	 * This node.
	 * @return how it is now
	 */
	NodeInfo node();

	/**
	 * The nodes of the cluster.
	 * @return the nodes, by name; this one alone in local mode
	 */
	List<ClusterNodeInfo> nodes();

	/**
	 * What one node knows of itself and its actors; it may be asked from any other.
	 * @param node its name
	 * @return asks it
	 * @throws OperationRefusedException if there is no such node
	 */
	NodeInspection at(String node);

	/**
	 * The shards.
	 * @return every shard, by number
	 */
	List<ShardInfo> shards();

	/**
	 * Where messages to an actor go.
	 * @param actor the actor, active or not
	 * @return what this node knows
	 * @throws dev.cajun.UnknownActorTypeException if there is no such type
	 */
	RoutingInfo routing(ActorId actor);

	/**
	 * Shards on their way, then the last that were, the latest first.
	 * @return the moves that this node saw; none in local mode
	 */
	List<Migration> migrations();

	/**
	 * How the moves that this node saw have ended, since it started.
	 * @return how many, by what they came to; without those of which there was none
	 */
	Map<Migration.Phase, Long> migrationsEnded();

	/**
	 * What each node has to do, as the leader knows it.
	 * @return figures by node; empty on nodes that do not lead
	 */
	Map<String, NodeLoad> loads();

	/**
	 * How often the balance by load found that nothing may be moved now, since this node
	 * leads: because nothing is to be done, a busy node's processors are needed, or
	 * shards are on their way.
	 * @return the number of sweeps; 0 on nodes that do not lead
	 */
	long sweepsSkipped();

	/**
	 * What a drain of a node would move.
	 * @param node its name
	 * @return the moves, by shard; what each leader would do
	 * @throws OperationRefusedException if there is no such node, or no cluster
	 */
	List<PlannedMove> drainPlan(String node);

	/**
	 * Asks the leader for something.
	 * @param operation what
	 * @return what was done, or is under way; fails with an
	 * {@link OperationRefusedException} that says why not
	 */
	CompletionStage<String> operate(Operation operation);

	/**
	 * The actor types.
	 * @return the types, by name
	 */
	List<ActorTypeInfo> types();

	/**
	 * Pages through the active actors.
	 * @param type only of this type, or {@code null} for all
	 * @param cursor from the page before, or {@code null}
	 * @param limit 1 to {@value #MAX_PAGE}
	 * @return a page, by id
	 * @throws dev.cajun.UnknownActorTypeException if there is no such type
	 */
	ActivationPage activations(@Nullable String type, @Nullable String cursor, int limit);

	/**
	 * The actors of this node that have most to do.
	 * @param limit how many, 1 to {@value #MAX_HOT_ACTORS}
	 * @return the actors, at most a second old
	 */
	HotActors hotActors(int limit);

	/**
	 * The actors of this node that refuse messages until they are released.
	 * @param limit how many, 1 to {@link #MAX_PAGE}
	 * @return the first of them by id, with the reasons, and how many there are
	 */
	QuarantinedActors quarantined(int limit);

	/**
	 * How full mailboxes are on this node.
	 * @return by actor type, at most a second old; without types whose mailboxes are
	 * empty
	 */
	Map<String, MailboxDepths> mailboxes();

	/**
	 * Handlers of this node that have been at one message for longer than their type
	 * allows ({@code slow-after}).
	 * @return how many by actor type, found up to 10 s late; without types that have none
	 */
	Map<String, Integer> slowHandlers();

	/**
	 * Pages through the stored actors of a type, active or not.
	 * @param type the type
	 * @param cursor from the page before, or {@code null}
	 * @param limit 1 to {@value #MAX_PAGE}
	 * @return a page, in no particular order
	 * @throws dev.cajun.UnknownActorTypeException if there is no such type
	 */
	CompletionStage<ActivationPage> stored(String type, @Nullable String cursor, int limit);

	/**
	 * Explains one actor.
	 * @param actor the actor, active or not
	 * @return what is known here
	 * @throws dev.cajun.UnknownActorTypeException if there is no such type
	 */
	ActivationInfo explain(ActorId actor);

	/**
	 * Lets a quarantined or stopped actor take messages again: it is loaded anew at the
	 * next one.
	 * @param actor the actor
	 * @return whether it was quarantined or stopped
	 */
	boolean release(ActorId actor);

}
