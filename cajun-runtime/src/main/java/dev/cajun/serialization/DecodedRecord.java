package dev.cajun.serialization;

import org.jspecify.annotations.Nullable;

/**
 * What a record held.
 *
 * @param kind what the record is
 * @param typeName the logical name of the value's type; of a reply, the name of the
 * request; of an error, the error's type
 * @param version the version that the value was written with
 * @param messageId the message that caused the record; empty for an error
 * @param epoch the epoch of the owner that wrote it
 * @param value the value; of an error, its text; {@code null} for a reply without a value
 * and an error without a text
 */
public record DecodedRecord(Kind kind, String typeName, int version, String messageId, long epoch,
		@Nullable Object value) {

	/**
	 * Whether the record is a refusal in the place of a reply.
	 * @return whether {@link #typeName()} is an error type and {@link #value()} its text
	 */
	public boolean error() {
		return this.kind == Kind.ERROR;
	}

	/** What a record is. */
	public enum Kind {

		/** A message, an event or a state. */
		VALUE,

		/** The reply to a request. */
		REPLY,

		/** A refusal in the place of a reply. */
		ERROR

	}

}
