package dev.cajun.cluster;

import dev.cajun.CajunException;

/** What an operator asked for was not done. */
public class OperationRefusedException extends CajunException {

	private static final long serialVersionUID = 1L;

	private final Status status;

	/**
	 * Creates the exception.
	 * @param status what kind of refusal
	 * @param message says what was asked for and why it was not done
	 */
	public OperationRefusedException(Status status, String message) {
		super(message);
		this.status = status;
	}

	/**
	 * What kind of refusal it is.
	 * @return the status, never {@link Status#DONE}
	 */
	public Status status() {
		return this.status;
	}

	/** What became of an operation. */
	public enum Status {

		/** It is done, or under way. */
		DONE,

		/** There is no such node or shard. */
		NOT_FOUND,

		/** It cannot be done as things are. */
		CONFLICT,

		/** Nobody leads now, or the leader did not answer: it may have been done. */
		UNAVAILABLE

	}

}
