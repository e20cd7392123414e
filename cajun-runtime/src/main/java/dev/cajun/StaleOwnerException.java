package dev.cajun;

import org.jspecify.annotations.Nullable;

/**
 * The store refused a write because another node owns the actor by now. Nothing was
 * written.
 */
public class StaleOwnerException extends CajunException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 * @param cause what went wrong below, or {@code null}
	 */
	public StaleOwnerException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 */
	public StaleOwnerException(String message) {
		this(message, null);
	}

}
