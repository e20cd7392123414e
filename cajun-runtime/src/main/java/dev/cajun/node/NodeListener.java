package dev.cajun.node;

import dev.cajun.MessageUndelivered;

/**
 * Hears what a node has to tell its application. Called on virtual threads, in no
 * particular order; what it throws is logged.
 */
public interface NodeListener {

	/**
	 * A handler published an event and its write is durable.
	 * @param event the event
	 */
	default void published(Object event) {
	}

	/**
	 * A message that was accepted could not be delivered.
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
