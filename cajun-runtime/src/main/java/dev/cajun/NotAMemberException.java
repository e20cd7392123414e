package dev.cajun;

import org.jspecify.annotations.Nullable;

/**
 * This node is not taking messages: it is stopping, or it was never a member long enough
 * for a message that waited.
 */
public class NotAMemberException extends CajunException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 * @param cause what went wrong below, or {@code null}
	 */
	public NotAMemberException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 */
	public NotAMemberException(String message) {
		this(message, null);
	}

}
