package dev.cajun;

import org.jspecify.annotations.Nullable;

/**
 * The store cannot be reached or refuses to work. The message was not handled.
 */
public class StoreUnavailableException extends CajunException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 * @param cause what went wrong below, or {@code null}
	 */
	public StoreUnavailableException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 */
	public StoreUnavailableException(String message) {
		this(message, null);
	}

}
