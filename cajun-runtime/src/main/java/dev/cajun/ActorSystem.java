package dev.cajun;

import java.util.Set;

/**
 * The actors of this application, as seen from this node.
 * <p>
 * Thread-safe. Before the node has started every method but {@link #node()} fails with an
 * {@link IllegalStateException} that says what to do.
 */
public interface ActorSystem {

	/**
	 * The actors that take this kind of message.
	 * @param messages the message type of exactly one actor type
	 * @param <M> the type of the messages
	 * @return the actors
	 * @throws UnknownActorTypeException if no actor type, or more than one, has this
	 * message type
	 */
	<M> Actors<M> actors(Class<M> messages);

	/**
	 * The actors of a type.
	 * @param type the actor type
	 * @param messages its message type
	 * @param <M> the type of the messages
	 * @return the actors
	 * @throws UnknownActorTypeException if there is no such type, or its messages are
	 * others
	 */
	<M> Actors<M> actors(String type, Class<M> messages);

	/**
	 * The names of all actor types.
	 * @return the types, sorted
	 */
	Set<String> types();

	/**
	 * This node's id.
	 * @return {@code name#incarnation}
	 */
	String node();

}
