package dev.cajun.kryo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The numbers that classes have in bytes, pinned by logical type name. Without pins each
 * class has a number that follows from its name alone, so that other classes never change
 * it; pins give small numbers, which take one byte instead of four, and keep a number
 * when a name changes.
 * <p>
 * Immutable. A name that no class has is kept: its number must not be given again.
 */
public final class KryoIds {

	/** Where {@link #load} looks, on the whole class path. */
	public static final String LOCATION = "META-INF/cajun/kryo-ids.properties";

	/** The smallest number of a class of an application. */
	public static final int MIN = 100;

	/** The largest number that can be pinned; beyond are those made of names. */
	public static final int MAX = (1 << 21) - 1;

	private final Map<String, Integer> pins;

	private KryoIds(Map<String, Integer> pins) {
		Map<Integer, String> names = new TreeMap<>();
		pins.forEach((name, id) -> {
			if (id < MIN || id > MAX) {
				throw new IllegalArgumentException(
						"The Kryo id of '" + name + "' is " + id + ": expected " + MIN + " to " + MAX);
			}
			String other = names.putIfAbsent(id, name);
			if (other != null) {
				throw new IllegalArgumentException("The Kryo id " + id + " is given to '" + other + "' and to '" + name
						+ "': every type needs a number of its own, and one that was ever used stays with its type");
			}
		});
		this.pins = Collections.unmodifiableMap(new TreeMap<>(pins));
	}

	/**
	 * Every number follows from the name.
	 * @return no pins
	 */
	public static KryoIds derived() {
		return new KryoIds(Map.of());
	}

	/**
	 * Pinned numbers.
	 * @param pins numbers by logical type name, {@value #MIN} to 2,097,151; if there are
	 * any, every class needs one
	 * @return the pins
	 * @throws IllegalArgumentException if two names have one number, or one is out of
	 * range
	 */
	public static KryoIds of(Map<String, Integer> pins) {
		return new KryoIds(pins);
	}

	/**
	 * Reads every {@value #LOCATION} of a class path: lines such as {@code Deposit=100}.
	 * @param loader knows the class path
	 * @return the pins; none if there is no such file
	 * @throws IllegalArgumentException if a line is no such pin, two names have one
	 * number, or one name has two
	 * @throws UncheckedIOException if a file cannot be read
	 */
	public static KryoIds load(ClassLoader loader) {
		Map<String, Integer> pins = new LinkedHashMap<>();
		try {
			for (URL location : Collections.list(loader.getResources(LOCATION))) {
				read(location).forEach((name, id) -> {
					Integer other = pins.putIfAbsent(name, id);
					if (other != null && !other.equals(id)) {
						throw new IllegalArgumentException("'" + name + "' has the Kryo ids " + other + " and " + id
								+ ": two files " + LOCATION + " differ");
					}
				});
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("A file " + LOCATION + " cannot be read", ex);
		}
		return new KryoIds(pins);
	}

	private static Map<String, Integer> read(URL location) throws IOException {
		Map<String, Integer> pins = new LinkedHashMap<>();
		Properties lines = new Pins(location, pins);
		try (InputStream stream = location.openStream()) {
			lines.load(stream);
		}
		return pins;
	}

	/** The pinned numbers by name, sorted by name. */
	Map<String, Integer> pins() {
		return this.pins;
	}

	/** Takes the lines of a file as they come: the last of two must not win silently. */
	@SuppressWarnings("serial")
	private static final class Pins extends Properties {

		private final transient URL location;

		private final transient Map<String, Integer> pins;

		Pins(URL location, Map<String, Integer> pins) {
			this.location = location;
			this.pins = pins;
		}

		@Override
		public synchronized Object put(Object key, Object value) {
			String name = String.valueOf(key);
			Integer id;
			try {
				id = Integer.valueOf(String.valueOf(value).strip());
			}
			catch (NumberFormatException ex) {
				throw new IllegalArgumentException(
						"'" + name + "=" + value + "' in " + this.location + " is no Kryo id: expected a number", ex);
			}
			if (this.pins.putIfAbsent(name, id) != null) {
				throw new IllegalArgumentException("'" + name + "' has two Kryo ids in " + this.location);
			}
			return id;
		}

		@Override
		@SuppressWarnings("EqualsAndHashcode")
		public synchronized boolean equals(Object other) {
			return this == other;
		}

		@Override
		public synchronized int hashCode() {
			return System.identityHashCode(this);
		}

	}

}
