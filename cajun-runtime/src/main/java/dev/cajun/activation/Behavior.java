package dev.cajun.activation;

import dev.cajun.ActorId;

/** A handler of either kind, as the runtime calls it. */
interface Behavior {

	Object initialState(ActorId id);

	/** Handles a message and returns the new state; events go to the drain. */
	Object handle(Object state, Object message, Drain drain) throws Exception;

	/** Applies what the journal holds. */
	Object recover(Object state, Object recorded, Drain drain) throws Exception;

}
