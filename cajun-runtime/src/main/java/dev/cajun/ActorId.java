package dev.cajun;

/**
 * The identity of an actor: its type and its key, written {@code account/alice}. There is
 * at most one live activation per id in a cluster.
 * <p>
 * Immutable and thread-safe.
 *
 * @param type the actor type, {@code [a-z][a-z0-9-]{0,63}}
 * @param key the key: 1 to 512 bytes of well-formed UTF-8 without control characters
 */
public record ActorId(String type, String key) implements Comparable<ActorId> {

	/** The longest type name, in characters. */
	public static final int MAX_TYPE_LENGTH = 64;

	/** The longest key, in bytes of UTF-8. */
	public static final int MAX_KEY_BYTES = 512;

	/**
	 * Creates an id.
	 * @throws IllegalArgumentException if the type or the key breaks the syntax
	 */
	public ActorId {
		checkType(type);
		checkKey(type, key);
	}

	/**
	 * Parses what {@link #toString()} wrote.
	 * @param text {@code type/key}; the key may hold further slashes
	 * @return the id
	 * @throws IllegalArgumentException if the text is not an actor id
	 */
	public static ActorId parse(String text) {
		int slash = text.indexOf('/');
		if (slash < 0) {
			throw new IllegalArgumentException("'" + text + "' is not an actor id: expected type/key");
		}
		return new ActorId(text.substring(0, slash), text.substring(slash + 1));
	}

	/**
	 * Checks the syntax of an actor type.
	 * @param type the name to check
	 * @throws IllegalArgumentException if it is not {@code [a-z][a-z0-9-]{0,63}}
	 */
	public static void checkType(String type) {
		boolean valid = !type.isEmpty() && type.length() <= MAX_TYPE_LENGTH && isLowerLetter(type.charAt(0));
		for (int i = 1; valid && i < type.length(); i++) {
			char c = type.charAt(i);
			valid = isLowerLetter(c) || (c >= '0' && c <= '9') || c == '-';
		}
		if (!valid) {
			throw new IllegalArgumentException("'" + type + "' is not an actor type: expected [a-z][a-z0-9-]{0,63}");
		}
	}

	private static boolean isLowerLetter(char c) {
		return c >= 'a' && c <= 'z';
	}

	private static void checkKey(String type, String key) {
		int length = key.length();
		int bytes = 0;
		for (int i = 0; i < length; i++) {
			char c = key.charAt(i);
			if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) {
				throw invalidKey(type, "has a control character at index " + i);
			}
			if (c < 0x80) {
				bytes++;
			}
			else if (c < 0x800) {
				bytes += 2;
			}
			else if (!Character.isSurrogate(c)) {
				bytes += 3;
			}
			else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(key.charAt(i + 1))) {
				bytes += 4;
				i++;
			}
			else {
				throw invalidKey(type, "has an unpaired surrogate at index " + i);
			}
		}
		if (bytes == 0) {
			throw invalidKey(type, "is empty");
		}
		if (bytes > MAX_KEY_BYTES) {
			throw invalidKey(type, "has " + bytes + " bytes of UTF-8");
		}
	}

	private static IllegalArgumentException invalidKey(String type, String why) {
		return new IllegalArgumentException("The key of an actor of type '" + type + "' " + why
				+ ": expected 1 to 512 bytes of UTF-8 without control characters");
	}

	@Override
	public int compareTo(ActorId other) {
		int byType = this.type.compareTo(other.type);
		return (byType != 0) ? byType : this.key.compareTo(other.key);
	}

	@Override
	public String toString() {
		return this.type + "/" + this.key;
	}

}
