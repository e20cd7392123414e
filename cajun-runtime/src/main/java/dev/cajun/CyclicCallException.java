package dev.cajun;

import org.jspecify.annotations.Nullable;

/**
 * A handler would block on an answer that needs the very actor it runs for: the text
 * holds the chain of calls. Use ActorContext.ask, whose answer comes back as a message.
 */
public class CyclicCallException extends CajunException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 * @param cause what went wrong below, or {@code null}
	 */
	public CyclicCallException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 */
	public CyclicCallException(String message) {
		this(message, null);
	}

}
