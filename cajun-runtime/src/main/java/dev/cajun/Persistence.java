package dev.cajun;

/** What each write of an actor stores, and how it is recovered. */
public enum Persistence {

	/** Each write stores the new state; recovery reads it. */
	STATE,

	/**
	 * Each write stores the events of {@link EventSourcedActor#decide}; recovery applies
	 * them to the last snapshot with {@link EventSourcedActor#evolve}.
	 */
	EVENTS,

	/**
	 * Each write stores the messages; recovery handles them again, with every effect
	 * suppressed, on the last snapshot. For deterministic handlers only.
	 */
	MESSAGES,

	/** Nothing is stored: passivation, a move and a crash end the state. */
	NONE

}
