package dev.cajun.node;

import dev.cajun.MessageUndelivered;

/**
 * Hears what a node has to tell its application. What it throws is logged.
 */
public interface NodeListener {

	/**
	 * A handler published an event and its write is durable. Called on the actor's
	 * thread, so that an actor's events come in order: a listener that is slow holds up
	 * the actor.
	 * @param event the event
	 */
	default void published(Object event) {
	}

	/**
	 * A message that was accepted could not be delivered. Called on a thread of its own.
	 * @param message what and why
	 */
	default void undelivered(MessageUndelivered message) {
	}

	/**
	 * The node's state changed.
	 * @param state the new state
	 */
	default void stateChanged(NodeState state) {
	}

}
