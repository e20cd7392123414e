package dev.cajun.node;

import java.util.List;
import java.util.concurrent.CompletionStage;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * What only one node knows, and may be asked for from any other. Every stage completes
 * within a few seconds: it fails with an {@link dev.cajun.UnknownActorTypeException} or
 * an {@link IllegalArgumentException} when the question is wrong, and with a
 * {@link dev.cajun.CajunException} that names the node when that does not answer.
 * <p>
 * Thread-safe.
 */
public interface NodeInspection {

	/**
	 * The node as it sees itself.
	 * @return live values
	 */
	CompletionStage<NodeDetails> node();

	/**
	 * One page of the actors that are active on the node, by id.
	 * @param type only this type, or {@code null} for all
	 * @param cursor from the page before, or {@code null}
	 * @param limit 1 to {@link ClusterManagement#MAX_PAGE}
	 * @return the page
	 */
	CompletionStage<ActivationPage> activations(@Nullable String type, @Nullable String cursor, int limit);

	/**
	 * Which of these actors are active on the node.
	 * @param actors at most {@link ClusterManagement#MAX_PAGE}
	 * @return those that are, without a cursor
	 */
	CompletionStage<ActivationPage> active(List<ActorId> actors);

	/**
	 * How many actors of a shard are active on the node.
	 * @param shard the shard
	 * @return how many
	 */
	CompletionStage<Integer> activeIn(int shard);

	/**
	 * The actors of the node that have most to do.
	 * @param limit how many, 1 to {@link ClusterManagement#MAX_HOT_ACTORS}
	 * @return the actors
	 */
	CompletionStage<HotActors> hotActors(int limit);

	/**
	 * The actors of the node that refuse messages until they are released.
	 * @param limit how many, 1 to {@link ClusterManagement#MAX_PAGE}
	 * @return the first of them by id, with the reasons, and how many there are
	 */
	CompletionStage<QuarantinedActors> quarantined(int limit);

	/**
	 * What an actor is doing on the node.
	 * @param actor the actor
	 * @return the actor as it is now, not active if it has no activation there
	 */
	CompletionStage<ActivationInfo> explain(ActorId actor);

	/**
	 * Lets an actor that is quarantined, or stopped by its failure policy, take messages
	 * again.
	 * @param actor the actor
	 * @return whether it was one
	 */
	CompletionStage<Boolean> release(ActorId actor);

}
