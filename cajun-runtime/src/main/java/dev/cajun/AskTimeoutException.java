package dev.cajun;

import org.jspecify.annotations.Nullable;

/**
 * No answer came in time. {@link #outcome()} tells whether the request can still have an
 * effect, {@link #activity()} what the actor was doing.
 */
public class AskTimeoutException extends CajunException {

	private static final long serialVersionUID = 1L;

	private final Outcome outcome;

	private final transient @Nullable ActorActivity activity;

	/**
	 * Creates the exception.
	 * @param message names the actor, the request and the time waited
	 * @param outcome whether the request can have had an effect
	 * @param activity what the actor was doing, if known
	 */
	public AskTimeoutException(String message, Outcome outcome, @Nullable ActorActivity activity) {
		super(message);
		this.outcome = outcome;
		this.activity = activity;
	}

	/**
	 * Whether the request can have had an effect.
	 * @return the outcome
	 */
	public Outcome outcome() {
		return this.outcome;
	}

	/**
	 * What the actor was doing when the time was up.
	 * @return the activity, or {@code null} when the actor was idle or is not known here
	 */
	public @Nullable ActorActivity activity() {
		return this.activity;
	}

	/** What is known about a request that was not answered in time. */
	public enum Outcome {

		/** Nothing of it was stored, and no handler will see it any more. */
		NOT_RUN,

		/** A handler has started, or may have: it may be applied, or have been. */
		UNKNOWN

	}

}
