package dev.cajun.activation;

import dev.cajun.ActorId;

/** A handler of either kind, as the runtime calls it. */
interface Behavior {

	Object initialState(ActorId id);

	/** Handles a message and returns the new state; events go to the turn. */
	Object handle(Object state, Object message, Turn turn) throws Exception;

	/** Applies what the journal holds. */
	Object recover(Object state, Object recorded, Turn turn) throws Exception;

}
