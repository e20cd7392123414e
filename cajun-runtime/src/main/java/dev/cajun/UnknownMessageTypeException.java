package dev.cajun;

import org.jspecify.annotations.Nullable;

/**
 * The actor type does not declare messages of this class. The text lists those it does.
 */
public class UnknownMessageTypeException extends CajunException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 * @param cause what went wrong below, or {@code null}
	 */
	public UnknownMessageTypeException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 */
	public UnknownMessageTypeException(String message) {
		this(message, null);
	}

}
