package dev.cajun;

import org.jspecify.annotations.Nullable;

/**
 * The actor, or the node, has as many unhandled messages as it may hold. The message was
 * not taken; it is safe to send it again later.
 */
public class MailboxFullException extends CajunException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 * @param cause what went wrong below, or {@code null}
	 */
	public MailboxFullException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 */
	public MailboxFullException(String message) {
		this(message, null);
	}

}
