package dev.cajun;

import org.jspecify.annotations.Nullable;

/**
 * The actor refuses messages until it is released: its stored data cannot be read, or its
 * failure policy stopped it. Nothing was lost.
 */
public class ActorQuarantinedException extends CajunException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 * @param cause what went wrong below, or {@code null}
	 */
	public ActorQuarantinedException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 */
	public ActorQuarantinedException(String message) {
		this(message, null);
	}

}
