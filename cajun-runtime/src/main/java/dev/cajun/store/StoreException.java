package dev.cajun.store;

import dev.cajun.CajunException;
import org.jspecify.annotations.Nullable;

/** A store did not do, or cannot say whether it did, what it was asked. */
public class StoreException extends CajunException {

	private static final long serialVersionUID = 1L;

	private final Kind kind;

	/**
	 * Creates the exception.
	 * @param kind what is known about the operation
	 * @param message names the store, the operation and what to do
	 * @param cause what went wrong below
	 */
	public StoreException(Kind kind, String message, @Nullable Throwable cause) {
		super(message, cause);
		this.kind = kind;
	}

	/**
	 * What is known about the operation.
	 * @return the kind
	 */
	public Kind kind() {
		return this.kind;
	}

	/** What is known about an operation that failed. */
	public enum Kind {

		/** Nothing was done: the same operation may be tried again later. */
		NOT_APPLIED,

		/** It may have been done: send the same batch again to find out. */
		UNKNOWN,

		/** What is stored cannot be read; other actors are not concerned. */
		CORRUPT,

		/**
		 * The store must not be used as it is set up, such as a server that throws data
		 * away when its memory is full. Nothing was done.
		 */
		UNSUITABLE,

		/** Another process uses the store. */
		LOCKED,

		/** The store belongs to another cluster, or was created with other settings. */
		FOREIGN,

		/** The store is closed. */
		CLOSED

	}

}
