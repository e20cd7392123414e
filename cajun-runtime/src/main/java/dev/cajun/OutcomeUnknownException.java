package dev.cajun;

import org.jspecify.annotations.Nullable;

/**
 * It is not known whether the request was applied: the write was sent and its answer was
 * lost, or an attempt was lost with its node. Ask again with an idempotency key to be
 * sure.
 */
public class OutcomeUnknownException extends CajunException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 * @param cause what went wrong below, or {@code null}
	 */
	public OutcomeUnknownException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 */
	public OutcomeUnknownException(String message) {
		this(message, null);
	}

}
