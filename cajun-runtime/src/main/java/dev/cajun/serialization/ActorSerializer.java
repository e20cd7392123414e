package dev.cajun.serialization;

import java.lang.reflect.Type;
import java.util.List;

/**
 * Turns the parts of a record that are application values into bytes and back. The
 * runtime adds the envelope: format, logical type name, version, checksum.
 * <p>
 * Thread-safe once initialized. An instance serves one node.
 */
public interface ActorSerializer {

	/**
	 * The name of the format, written into every record, so that a reader with another
	 * format configured still finds this one.
	 * @return 1 to 16 characters of {@code [a-z0-9-]}
	 */
	String format();

	/**
	 * Called once before anything else, when all types are known.
	 * @param setup the allowed types and the limits
	 * @throws SerializationException if a declared type cannot be serialized; the text
	 * names it
	 */
	default void initialize(Setup setup) {
	}

	/**
	 * Writes a value.
	 * @param value an instance of the type, not null
	 * @param type the declared type, with its type arguments
	 * @return the bytes
	 * @throws SerializationException if it cannot be written
	 */
	byte[] serialize(Object value, Type type);

	/**
	 * Reads a value. Never loads a class that is not in the registry.
	 * @param bytes holds the bytes
	 * @param offset where they start
	 * @param length how many they are
	 * @param type the type to read
	 * @param typeName the logical name that {@link Upcaster}s of this type have
	 * @param version the version that the value was written with; never newer than the
	 * type's own
	 * @return the value, its collections unmodifiable where the type is immutable
	 * @throws SerializationException if they are not a value of this type
	 */
	Object deserialize(byte[] bytes, int offset, int length, Type type, String typeName, int version);

	/**
	 * Writes a value so that equal values give equal bytes on every node, whatever the
	 * order of their sets and maps. Used to recognize a request, never read.
	 * @param value an instance of the type, not null
	 * @param type the declared type, with its type arguments
	 * @return the bytes
	 * @throws SerializationException if it cannot be written
	 */
	default byte[] canonical(Object value, Type type) {
		return serialize(value, type);
	}

	/**
	 * What a serializer is told before its first use.
	 *
	 * @param types the allowed types
	 * @param upcasters the steps that lift older versions; a serializer that cannot apply
	 * them ignores them
	 * @param maxBytes the largest record, in bytes
	 */
	record Setup(TypeRegistry types, List<Upcaster> upcasters, int maxBytes) {

		/**
		 * Creates a setup.
		 */
		public Setup {
			upcasters = List.copyOf(upcasters);
		}

	}

}
