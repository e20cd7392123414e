package dev.cajun;

import org.jspecify.annotations.Nullable;

/**
 * The message, or the record to store, is larger than allowed. Nothing was sent.
 */
public class MessageTooLargeException extends CajunException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 * @param cause what went wrong below, or {@code null}
	 */
	public MessageTooLargeException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 */
	public MessageTooLargeException(String message) {
		this(message, null);
	}

}
