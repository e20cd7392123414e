package dev.cajun.serialization;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.cajun.serialization.DecodedRecord.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads records: values in an envelope that says what they are. The only place
 * where bytes from the store and from other nodes become values.
 * <p>
 * Thread-safe.
 */
public final class RecordCodec {

	/** What an error takes at most, however long its text is. */
	private static final int MAX_ERROR_BYTES = 8 * 1024;

	private static final int FINGERPRINT_BYTES = 16;

	private static final byte[] NONE = {};

	private final TypeRegistry types;

	private final ActorSerializer writer;

	private final byte[] format;

	private final Map<String, ActorSerializer> readers;

	private final int maxBytes;

	/** The names of declared types in UTF-8, which every record starts with. */
	private final Map<String, byte[]> names;

	/**
	 * Creates a codec and initializes its serializers.
	 * @param types the allowed types
	 * @param writer writes all new records, and reads those of its format
	 * @param readers read records of other formats
	 * @param upcasters lift older versions
	 * @param maxBytes the largest record, in bytes
	 * @throws SerializationException if a declared type cannot be serialized, or an
	 * upcaster can never run; the text names it
	 * @throws IllegalArgumentException if two serializers have one format, or the largest
	 * record is smaller than 1 KiB
	 */
	public RecordCodec(TypeRegistry types, ActorSerializer writer, Collection<? extends ActorSerializer> readers,
			Collection<? extends Upcaster> upcasters, int maxBytes) {
		if (maxBytes < 1024) {
			throw new IllegalArgumentException(
					"cajun.transport.max-message-size is " + maxBytes + " bytes: expected at least 1 KiB");
		}
		this.types = types;
		this.writer = writer;
		this.maxBytes = maxBytes;
		Set<ActorSerializer> serializers = Collections.newSetFromMap(new IdentityHashMap<>());
		serializers.add(writer);
		serializers.addAll(readers);
		Map<String, ActorSerializer> byFormat = new HashMap<>();
		for (ActorSerializer serializer : serializers) {
			if (!serializer.format().matches("[a-z0-9-]{1,16}")
					|| byFormat.put(serializer.format(), serializer) != null) {
				throw new IllegalArgumentException("Serializer " + serializer.getClass().getName() + " has the format '"
						+ serializer.format() + "': expected 1 to 16 characters of [a-z0-9-], once per node");
			}
		}
		new UpcasterChain(upcasters).check(types);
		ActorSerializer.Setup setup = new ActorSerializer.Setup(types, List.copyOf(upcasters), maxBytes);
		serializers.forEach((serializer) -> serializer.initialize(setup));
		this.format = utf8(writer.format());
		this.readers = Map.copyOf(byFormat);
		Map<String, byte[]> utf8Names = new HashMap<>();
		types.names().forEach((name) -> utf8Names.put(name, utf8(name)));
		this.names = Map.copyOf(utf8Names);
	}

	/**
	 * Writes a message or an event.
	 * @param value the value
	 * @param messageId the message that caused it
	 * @param epoch the epoch of the owner that writes it
	 * @return the record
	 * @throws SerializationException if its class is not declared, or it cannot be
	 * written, or is too large
	 */
	public byte[] encode(Object value, String messageId, long epoch) {
		RecordType type = this.types.recordType(value.getClass());
		if (type == null) {
			throw notDeclared(value.getClass(), "a message or event");
		}
		return encode(RecordEnvelope.VALUE, type.name(), type, value, messageId, epoch);
	}

	/**
	 * Writes a state.
	 * @param actorType the actor type
	 * @param state the state
	 * @param messageId the message that caused it
	 * @param epoch the epoch of the owner that writes it
	 * @return the record
	 * @throws SerializationException if it is no state of this actor type, or it cannot
	 * be written, or is too large
	 */
	public byte[] encodeState(String actorType, Object state, String messageId, long epoch) {
		RecordType type = this.types.stateType(actorType, state);
		if (type == null) {
			throw notDeclared(state.getClass(), "a state of actor type '" + actorType + "'");
		}
		return encode(RecordEnvelope.VALUE, type.name(), type, state, messageId, epoch);
	}

	/**
	 * Writes the reply to a request.
	 * @param requestName the logical name of the request
	 * @param reply the reply; {@code null} for {@link Void}
	 * @param messageId the request's message id
	 * @param epoch the epoch of the owner that replies
	 * @return the record
	 * @throws SerializationException if it is not of the request's reply type, or it
	 * cannot be written, or is too large
	 */
	public byte[] encodeReply(String requestName, @Nullable Object reply, String messageId, long epoch) {
		MessageType request = this.types.request(requestName);
		RecordType type = (request != null) ? request.reply() : null;
		if (type == null) {
			throw new SerializationException(SerializationException.Kind.UNKNOWN_TYPE,
					"'" + requestName + "' is no request that this node knows");
		}
		if (reply == null) {
			return checkSize(RecordEnvelope.write(RecordEnvelope.REPLY, true, epoch, type.version(), NONE,
					name(requestName), messageId, NONE), requestName);
		}
		if (!type.type().getRawClass().isInstance(reply)) {
			throw new SerializationException(SerializationException.Kind.NOT_SERIALIZABLE, "The reply to " + requestName
					+ " is a " + reply.getClass().getName() + ": expected " + type.type().toCanonical());
		}
		return encode(RecordEnvelope.REPLY, requestName, type, reply, messageId, epoch);
	}

	/**
	 * Writes a refusal in the place of a reply.
	 * @param errorType the kind of error, such as the name of an exception class
	 * @param errorMessage its text, cut at 8 KiB
	 * @return the record
	 */
	public byte[] encodeError(String errorType, @Nullable String errorMessage) {
		int limit = Math.min(MAX_ERROR_BYTES, this.maxBytes / 4);
		byte[] type = RecordEnvelope.truncate(errorType, Math.min(limit, 512));
		byte[] text = (errorMessage != null) ? RecordEnvelope.truncate(errorMessage, limit) : NONE;
		return RecordEnvelope.write(RecordEnvelope.ERROR, errorMessage == null, 0, 1, NONE, type, "", text);
	}

	private byte[] encode(int what, String name, RecordType type, Object value, String messageId, long epoch) {
		byte[] payload;
		try {
			payload = this.writer.serialize(value, type.reflectType());
		}
		catch (SerializationException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw new SerializationException(SerializationException.Kind.NOT_SERIALIZABLE,
					"'" + name + "' could not be written as " + this.writer.format() + ": " + ex, ex);
		}
		return checkSize(
				RecordEnvelope.write(what, false, epoch, type.version(), this.format, name(name), messageId, payload),
				name);
	}

	private byte[] checkSize(byte[] bytes, String name) {
		if (bytes.length > this.maxBytes) {
			throw tooLarge(name, bytes.length);
		}
		return bytes;
	}

	private byte[] name(String name) {
		byte[] known = this.names.get(name);
		return (known != null) ? known : utf8(name);
	}

	/**
	 * Reads a record.
	 * @param bytes the record; anything at all
	 * @return what it held
	 * @throws SerializationException if it is damaged, of an unknown type, format or
	 * newer version, too large, or does not fit its type
	 */
	public DecodedRecord decode(byte[] bytes) {
		if (bytes.length > this.maxBytes) {
			throw tooLarge("A record to read", bytes.length);
		}
		RecordEnvelope envelope = RecordEnvelope.read(bytes);
		return switch (envelope.what()) {
			case RecordEnvelope.ERROR -> new DecodedRecord(Kind.ERROR, envelope.typeName(), envelope.version(),
					envelope.messageId(), envelope.epoch(), envelope.empty() ? null : envelope.payloadText(bytes));
			case RecordEnvelope.REPLY -> decode(Kind.REPLY, replyType(envelope), envelope, bytes);
			default -> decode(Kind.VALUE, this.types.recordType(envelope.typeName()), envelope, bytes);
		};
	}

	/**
	 * What a record says that it holds, whether or not that can be read.
	 * @param bytes the record; anything at all
	 * @return the logical name of its type, or an empty text if the record is damaged
	 */
	public String typeName(byte[] bytes) {
		try {
			return RecordEnvelope.read(bytes).typeName();
		}
		catch (SerializationException ex) {
			return "";
		}
	}

	private @Nullable RecordType replyType(RecordEnvelope envelope) {
		MessageType request = this.types.request(envelope.typeName());
		return (request != null) ? request.reply() : null;
	}

	private DecodedRecord decode(Kind kind, @Nullable RecordType type, RecordEnvelope envelope, byte[] bytes) {
		if (type == null) {
			throw new SerializationException(SerializationException.Kind.UNKNOWN_TYPE,
					"This node knows no type of the name '" + envelope.typeName()
							+ "'; no declared actor type has such a class, or it was renamed without @TypeName");
		}
		if (envelope.version() > type.version()) {
			throw new SerializationException(SerializationException.Kind.NEWER_VERSION,
					"'" + envelope.typeName() + "' was written in version " + envelope.version() + ", this node has "
							+ type.version() + "; update this node");
		}
		Object value = envelope.empty() ? null : value(kind, type, envelope, bytes);
		return new DecodedRecord(kind, envelope.typeName(), envelope.version(), envelope.messageId(), envelope.epoch(),
				value);
	}

	private Object value(Kind kind, RecordType type, RecordEnvelope envelope, byte[] bytes) {
		ActorSerializer reader = this.readers.get(envelope.format());
		if (reader == null) {
			throw new SerializationException(SerializationException.Kind.UNKNOWN_FORMAT,
					"'" + envelope.typeName() + "' was written as " + envelope.format() + ", this node reads "
							+ this.readers.keySet() + "; configure that serializer as a reader");
		}
		Object value;
		try {
			value = reader.deserialize(bytes, envelope.payloadOffset(), bytes.length - envelope.payloadOffset(),
					type.reflectType(), (kind == Kind.REPLY) ? type.name() : envelope.typeName(), envelope.version());
		}
		catch (SerializationException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw new SerializationException(SerializationException.Kind.UNREADABLE,
					"'" + envelope.typeName() + "' could not be read from " + envelope.format() + ": " + ex, ex);
		}
		if (!type.type().getRawClass().isInstance(value)) {
			throw new SerializationException(SerializationException.Kind.UNREADABLE,
					"'" + envelope.typeName() + "' is not read as " + type.type().toCanonical());
		}
		return value;
	}

	/**
	 * Identifies the content of a request, to recognize a key that is used with another
	 * one. Equal requests have equal fingerprints on every node, whatever the order of
	 * their sets and maps. A new property that is null or an empty
	 * {@link java.util.Optional} does not change it.
	 * @param request the request
	 * @return 22 characters of {@code [A-Za-z0-9_-]}
	 * @throws SerializationException if its class is not declared, or it cannot be
	 * written
	 */
	public String fingerprint(Object request) {
		RecordType type = this.types.recordType(request.getClass());
		if (type == null) {
			throw notDeclared(request.getClass(), "a message");
		}
		Type reflectType = type.reflectType();
		MessageDigest digest = sha256();
		digest.update(utf8(type.name()));
		digest.update((byte) 0);
		byte[] hash = digest.digest(this.writer.canonical(request, reflectType));
		return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, FINGERPRINT_BYTES));
	}

	private static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-256", ex);
		}
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private SerializationException tooLarge(String what, int length) {
		return new SerializationException(SerializationException.Kind.TOO_LARGE, what + " has " + length
				+ " bytes, more than the " + this.maxBytes + " of cajun.transport.max-message-size");
	}

	private static SerializationException notDeclared(Class<?> type, String role) {
		return new SerializationException(SerializationException.Kind.NOT_SERIALIZABLE,
				type.getName() + " is not declared as " + role
						+ "; add it to the sealed interface, or use the declared class itself and no subclass");
	}

}
