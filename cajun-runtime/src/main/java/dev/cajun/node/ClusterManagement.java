package dev.cajun.node;

import java.util.List;
import java.util.concurrent.CompletionStage;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * What operators can see and do; the endpoint is made of it.
 * <p>
 * Thread-safe; works in every state of the node.
 */
public interface ClusterManagement {

	/** The most rows of a page. */
	int MAX_PAGE = 1000;

	/**
	 * This node.
	 * @return how it is now
	 */
	NodeInfo node();

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
