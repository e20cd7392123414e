package dev.cajun.serialization;

import java.lang.reflect.Type;
import java.util.Set;

import dev.cajun.Request;
import org.jspecify.annotations.Nullable;

/**
 * A concrete class of messages that at least one actor type declares. Immutable and
 * thread-safe.
 */
public final class MessageType {

	private final RecordType recordType;

	private final Set<String> actorTypes;

	private final @Nullable RecordType reply;

	private final SizerFactory.Sizer sizer;

	private final long sizeLimit;

	MessageType(RecordType recordType, Set<String> actorTypes, @Nullable RecordType reply, SizerFactory.Sizer sizer,
			long sizeLimit) {
		this.recordType = recordType;
		this.actorTypes = actorTypes;
		this.reply = reply;
		this.sizer = sizer;
		this.sizeLimit = sizeLimit;
	}

	/**
	 * The logical name, in bytes and in texts.
	 * @return the name
	 */
	public String name() {
		return this.recordType.name();
	}

	/**
	 * The class.
	 * @return the class; of an enum with bodies, the enum
	 */
	public Class<?> type() {
		return this.recordType.type().getRawClass();
	}

	/**
	 * Whether a message of this class expects a reply.
	 * @return whether the class is a {@link Request}
	 */
	public boolean request() {
		return this.reply != null;
	}

	/**
	 * The type of the reply.
	 * @return the type with its arguments, {@link Void} for no value, or {@code null} if
	 * this is no request
	 */
	public @Nullable Type replyType() {
		return (this.reply != null) ? this.reply.reflectType() : null;
	}

	/**
	 * Estimates the bytes of a message without writing it. Costs nothing for messages of
	 * numbers, times and enums. Stops counting past the limit given to
	 * {@link TypeRegistry.Builder#sizeLimit(long)}. Never throws.
	 * @param message a message of this class
	 * @return the estimate, at least 1
	 */
	public long size(Object message) {
		if (this.sizer instanceof SizerFactory.Sizer.Fixed fixed) {
			return fixed.bytes();
		}
		try {
			return Math.max(1, this.sizer.add(message, 0, this.sizeLimit, 0));
		}
		catch (RuntimeException | StackOverflowError ex) {
			// A collection that changes meanwhile; its sender breaks the rules anyway.
			return SizerFactory.UNKNOWN_BYTES;
		}
	}

	RecordType recordType() {
		return this.recordType;
	}

	Set<String> actorTypes() {
		return this.actorTypes;
	}

	@Nullable RecordType reply() {
		return this.reply;
	}

	@Override
	public String toString() {
		return name();
	}

}
