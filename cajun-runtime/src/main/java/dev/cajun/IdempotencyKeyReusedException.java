package dev.cajun;

/**
 * The idempotency key belongs to another request to the same actor. The request was not
 * handled.
 */
public class IdempotencyKeyReusedException extends CajunException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message names the actor and the key
	 */
	public IdempotencyKeyReusedException(String message) {
		super(message);
	}

}
