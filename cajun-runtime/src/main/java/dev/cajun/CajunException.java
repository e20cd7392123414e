package dev.cajun;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything that the runtime throws by itself. The text names the actor,
 * what was tried, and what to do next.
 */
public class CajunException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 * @param cause what went wrong below, or {@code null}
	 */
	public CajunException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Creates the exception.
	 * @param message names the actor, what was tried and what to do
	 */
	public CajunException(String message) {
		this(message, null);
	}

}
