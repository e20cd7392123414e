package dev.cajun;

/**
 * The actor's handler threw, or refused the request with
 * {@link ActorContext#fail(Request, Throwable)}. Carries the error's class name and text,
 * never the error itself: the caller may run on another node that lacks the class.
 */
public class HandlerException extends CajunException {

	private static final long serialVersionUID = 1L;

	private final String errorType;

	private final String errorMessage;

	/**
	 * Creates the exception.
	 * @param actor the actor whose handler failed
	 * @param errorType the class name of the error
	 * @param errorMessage the error's text, empty when it had none
	 */
	public HandlerException(ActorId actor, String errorType, String errorMessage) {
		super("Actor " + actor + " failed the request: " + errorType
				+ (errorMessage.isEmpty() ? "" : ": " + errorMessage));
		this.errorType = errorType;
		this.errorMessage = errorMessage;
	}

	/**
	 * The class name of the error.
	 * @return a fully qualified name
	 */
	public String errorType() {
		return this.errorType;
	}

	/**
	 * The error's own text.
	 * @return the text, empty when it had none
	 */
	public String errorMessage() {
		return this.errorMessage;
	}

}
