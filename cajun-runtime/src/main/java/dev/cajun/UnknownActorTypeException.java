package dev.cajun;

import org.jspecify.annotations.Nullable;

/**
 * No actor type of this name or message type is registered on this node.
 */
public class UnknownActorTypeException extends CajunException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 * @param cause what went wrong below, or {@code null}
	 */
	public UnknownActorTypeException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 */
	public UnknownActorTypeException(String message) {
		this(message, null);
	}

}
