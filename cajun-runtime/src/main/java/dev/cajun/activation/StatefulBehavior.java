package dev.cajun.activation;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.StatefulActor;

/** A {@link StatefulActor}. The casts are safe: the type registry checked the classes. */
@SuppressWarnings("unchecked")
record StatefulBehavior<S, M>(StatefulActor<S, M> actor) implements Behavior {

	@Override
	public Object initialState(ActorId id) {
		return this.actor.initialState(id);
	}

	@Override
	public Object handle(Object state, Object message, Turn turn) throws Exception {
		return this.actor.receive((S) state, (M) message, (ActorContext<M>) (ActorContext<?>) turn);
	}

	@Override
	public Object recover(Object state, Object recorded, Turn turn) throws Exception {
		return handle(state, recorded, turn);
	}

}
