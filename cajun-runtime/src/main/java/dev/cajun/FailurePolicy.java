package dev.cajun;

/**
 * What happens after a handler threw. Its state change and effects are discarded in any
 * case.
 */
public enum FailurePolicy {

	/** This message fails; the actor goes on with the next. */
	RESUME,

	/**
	 * The same message is handled again after a delay, before any other, up to the
	 * configured number of attempts; then as {@link #RESUME}.
	 */
	RETRY,

	/** This message fails; the activation is dropped and loaded again. */
	RESTART,

	/** This message fails; the actor refuses messages until an operator releases it. */
	STOP

}
