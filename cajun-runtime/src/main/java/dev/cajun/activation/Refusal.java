package dev.cajun.activation;

import java.util.function.Function;

import dev.cajun.CajunException;

/**
 * Why a message was not handled.
 *
 * @param reason the text for whoever sent it
 * @param exception makes the exception with that text
 */
public record Refusal(String reason, Function<String, CajunException> exception) {

	/**
	 * The exception for the sender.
	 * @return a new exception
	 */
	public CajunException toException() {
		return this.exception.apply(this.reason);
	}

	/**
	 * As is.
	 * @param exception what the sender gets
	 * @return the refusal
	 */
	public static Refusal of(CajunException exception) {
		String message = exception.getMessage();
		return new Refusal((message == null) ? exception.toString() : message, (reason) -> exception);
	}

}
