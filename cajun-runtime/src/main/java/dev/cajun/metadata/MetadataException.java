package dev.cajun.metadata;

import dev.cajun.CajunException;
import org.jspecify.annotations.Nullable;

/** A metadata store did not do, or cannot say whether it did, what it was asked. */
public class MetadataException extends CajunException {

	private static final long serialVersionUID = 1L;

	private final Kind kind;

	/**
	 * Creates the exception.
	 * @param kind what is known about the operation
	 * @param message names the store, the operation and what to do
	 * @param cause what went wrong below
	 */
	public MetadataException(Kind kind, String message, @Nullable Throwable cause) {
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

		/** Nothing was done: it may be tried again later. */
		NOT_APPLIED,

		/** It may have been done: read what is there to find out. */
		UNKNOWN,

		/** The lease has ended, or never was. */
		LEASE_NOT_FOUND,

		/**
		 * Nothing was done, and trying again does not help: credentials, permissions, a
		 * request that the store takes for malformed or too large.
		 */
		DENIED,

		/** The store is closed. */
		CLOSED

	}

}
