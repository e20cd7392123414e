package dev.cajun.activation;

import java.util.List;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.EventSourcedActor;

/**
 * An {@link EventSourcedActor}. The casts are safe: the type registry checked the
 * classes.
 */
@SuppressWarnings("unchecked")
record EventSourcedBehavior<S, C, E>(EventSourcedActor<S, C, E> actor) implements Behavior {

	@Override
	public Object initialState(ActorId id) {
		return this.actor.initialState(id);
	}

	@Override
	public Object handle(Object state, Object message, Turn turn) throws Exception {
		List<E> events = this.actor.decide((S) state, (C) message, (ActorContext<C>) (ActorContext<?>) turn);
		if (events == null) {
			throw new NullPointerException("decide returned null; return List.of() for no events");
		}
		Object next = state;
		for (E event : events) {
			if (event == null) {
				throw new NullPointerException("decide returned a list that holds null");
			}
			next = evolved(this.actor.evolve((S) next, event));
			turn.event(event);
		}
		return next;
	}

	@Override
	public Object recover(Object state, Object recorded, Turn turn) {
		return evolved(this.actor.evolve((S) state, (E) recorded));
	}

	private Object evolved(Object state) {
		if (state == null) {
			throw new NullPointerException("evolve returned null");
		}
		return state;
	}

}
