package dev.cajun.serialization;

import dev.cajun.CajunException;
import org.jspecify.annotations.Nullable;

/**
 * A value could not be written, bytes could not be read, or a declared type cannot be
 * serialized. The text names the type and, where known, the field. It does not quote the
 * content, unless an exception of the application's own code does.
 */
public class SerializationException extends CajunException {

	private static final long serialVersionUID = 1L;

	private final Kind kind;

	/**
	 * Creates the exception.
	 * @param kind what kind of failure it is
	 * @param message names the type, what was tried and what to do
	 * @param cause what went wrong below, or {@code null}
	 */
	public SerializationException(Kind kind, String message, @Nullable Throwable cause) {
		super(message, cause);
		this.kind = kind;
	}

	/**
	 * Creates the exception.
	 * @param kind what kind of failure it is
	 * @param message names the type, what was tried and what to do
	 */
	public SerializationException(Kind kind, String message) {
		this(kind, message, null);
	}

	/**
	 * What kind of failure it is.
	 * @return the kind
	 */
	public Kind kind() {
		return this.kind;
	}

	/** The kinds of failure. */
	public enum Kind {

		/** The bytes are not what was written: bad checksum, cut off, or no record. */
		CORRUPT,

		/** An intact record of a type that this node does not know. */
		UNKNOWN_TYPE,

		/** An intact record of a newer version of a type than this node has. */
		NEWER_VERSION,

		/**
		 * An intact record whose serializer, or whose layout, this node does not have.
		 */
		UNKNOWN_FORMAT,

		/** An intact record whose content does not fit its type. */
		UNREADABLE,

		/** Larger than {@code cajun.transport.max-message-size}. */
		TOO_LARGE,

		/** A value, or a declared type, that cannot be written. */
		NOT_SERIALIZABLE

	}

}
