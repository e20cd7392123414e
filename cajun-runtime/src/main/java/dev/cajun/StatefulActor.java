package dev.cajun;

/**
 * Handles the messages of one kind of actor, one message at a time per id. One instance
 * serves every id, so it holds no state of its own: the state comes in and goes out.
 * <p>
 * The state is a value. To return the same reference means nothing changed and nothing is
 * written; to return another means one write. A handler may block: it runs on a virtual
 * thread. Replies and other effects leave after the write is durable.
 *
 * @param <S> the type of the state
 * @param <M> the type of the messages, best a sealed interface of records
 */
public interface StatefulActor<S, M> {

	/**
	 * The state of an actor that has never written one.
	 * @param id the actor
	 * @return the state, not null
	 */
	S initialState(ActorId id);

	/**
	 * Handles one message.
	 * @param state the state that the message before left
	 * @param message the message
	 * @param context replies, timers and everything else about this turn; valid only
	 * while this method runs
	 * @return the new state, or the same reference for no change; never null
	 * @throws Exception when it fails: the change and all effects are discarded and the
	 * type's {@link FailurePolicy} applies
	 */
	S receive(S state, M message, ActorContext<M> context) throws Exception;

}
