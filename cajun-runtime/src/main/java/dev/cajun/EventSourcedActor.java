package dev.cajun;

import java.util.List;

/**
 * An actor whose writes are events: a command is decided into events, the events are
 * stored, and the state is what they evolve to. Its type has the persistence
 * {@link Persistence#EVENTS}.
 *
 * @param <S> the type of the state
 * @param <C> the type of the commands
 * @param <E> the type of the events
 */
public interface EventSourcedActor<S, C, E> {

	/**
	 * The state before any event.
	 * @param id the actor
	 * @return the state, not null
	 */
	S initialState(ActorId id);

	/**
	 * Decides what a command means now. Replies and other effects leave after the events
	 * are durable.
	 * @param state the state that all events before left
	 * @param command the command
	 * @param context replies, timers and everything else about this turn
	 * @return the events, in order; empty for none; never null
	 * @throws Exception when it fails: nothing is stored and the type's
	 * {@link FailurePolicy} applies
	 */
	List<E> decide(S state, C command, ActorContext<C> context) throws Exception;

	/**
	 * Applies one event. Deterministic and without effects: it runs again at every
	 * recovery.
	 * @param state the state before
	 * @param event the event
	 * @return the state after, never null
	 */
	S evolve(S state, E event);

}
