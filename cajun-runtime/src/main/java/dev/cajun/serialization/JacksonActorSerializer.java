package dev.cajun.serialization;

import java.io.OutputStream;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.cajun.serialization.SerializationException.Kind;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The default serializer: Jackson, as JSON or as CBOR. It has mappers of its own, without
 * default typing; classes are known by the registry's names only.
 * <ul>
 * <li>Records, enums, sealed interfaces, generic types and classes of the application (by
 * their fields) need no annotation; Jackson's annotations are respected, except type ids
 * that are class names, which are refused.</li>
 * <li>Where several classes may stand for a type, the property {@code @type} holds the
 * logical name.</li>
 * <li>Unknown properties are ignored; missing ones are null, zero, false or
 * {@link java.util.Optional#empty()}.</li>
 * <li>Values are nested at most 64 deep; a number has at most about 9,000 digits.</li>
 * </ul>
 * Thread-safe once initialized. An instance serves one node.
 */
public final class JacksonActorSerializer implements ActorSerializer {

	private final String format;

	private volatile @Nullable Mappers mappers;

	private JacksonActorSerializer(String format) {
		this.format = format;
	}

	/**
	 * Text that people can read: the default.
	 * @return a serializer of the format {@code json}
	 */
	public static JacksonActorSerializer json() {
		return new JacksonActorSerializer("json");
	}

	/**
	 * The same as bytes, smaller where there are numbers and byte arrays. Needs
	 * {@code tools.jackson.dataformat:jackson-dataformat-cbor}.
	 * @return a serializer of the format {@code cbor}
	 */
	public static JacksonActorSerializer cbor() {
		return new JacksonActorSerializer("cbor");
	}

	@Override
	public String format() {
		return this.format;
	}

	@Override
	public synchronized void initialize(Setup setup) {
		if (this.mappers != null) {
			throw new IllegalStateException("The serializer '" + this.format + "' already serves a node; use another");
		}
		MapperFactory factory = new MapperFactory(setup.types(), setup.maxBytes());
		ObjectMapper mapper = this.format.equals("json") ? factory.json() : cbor(factory);
		Mappers made = new Mappers(mapper, factory.canonical(), new JacksonTypeCheck(setup.types(), factory.json()),
				new UpcasterChain(setup.upcasters()), setup.maxBytes());
		setup.types().roots().forEach(made.check()::checkRoot);
		this.mappers = made;
	}

	private static ObjectMapper cbor(MapperFactory factory) {
		try {
			return factory.cbor();
		}
		catch (NoClassDefFoundError ex) {
			throw new SerializationException(Kind.UNKNOWN_FORMAT,
					"The serializer 'cbor' needs tools.jackson.dataformat:jackson-dataformat-cbor on the class path",
					ex);
		}
	}

	private Mappers mappers() {
		Mappers current = this.mappers;
		if (current == null) {
			throw new IllegalStateException("The serializer '" + this.format + "' is not initialized");
		}
		return current;
	}

	@Override
	public byte[] serialize(Object value, Type type) {
		Mappers current = mappers();
		try {
			BoundedOutput output = new BoundedOutput(current.maxBytes());
			current.writer(type).writeValue(output, value);
			return output.toByteArray();
		}
		catch (RuntimeException | StackOverflowError ex) {
			throw translate(Kind.NOT_SERIALIZABLE, "cannot be written as " + this.format, type, ex);
		}
	}

	@Override
	public byte[] canonical(Object value, Type type) {
		Mappers current = mappers();
		try {
			BoundedOutput output = new BoundedOutput((int) Math.min(Integer.MAX_VALUE, 4L * current.maxBytes()));
			current.canonical().writerFor(current.resolve(type)).writeValue(output, value);
			return output.toByteArray();
		}
		catch (RuntimeException | StackOverflowError ex) {
			throw translate(Kind.NOT_SERIALIZABLE, "cannot be written", type, ex);
		}
	}

	@Override
	public Object deserialize(byte[] bytes, int offset, int length, Type type, String typeName, int version) {
		Mappers current = mappers();
		Object value;
		try {
			ObjectReader reader = current.reader(type);
			if (current.upcasters().applies(typeName, version)) {
				JsonNode tree = current.mapper().reader().readTree(bytes, offset, length);
				JsonNode lifted = current.upcasters().upcast(typeName, version, tree);
				value = reader.readValue(reader.treeAsTokens(lifted));
			}
			else {
				value = reader.readValue(bytes, offset, length);
			}
		}
		catch (RuntimeException | StackOverflowError | LinkageError | AssertionError ex) {
			throw translate(Kind.UNREADABLE, "cannot be read from " + this.format, type, ex);
		}
		if (value == null) {
			throw new SerializationException(Kind.UNREADABLE, type.getTypeName() + " is null in " + this.format);
		}
		return value;
	}

	/**
	 * The kind that was thrown inside of Jackson, with the path that Jackson knows. What
	 * quotes the content is left out, the cause too: it would end in a log.
	 */
	private static SerializationException translate(Kind kind, String what, Type type, Throwable failure) {
		String path = (failure instanceof JacksonException jackson) ? path(jackson) : "";
		String subject = type.getTypeName() + " " + what + path + ": ";
		Throwable cause = failure;
		for (int depth = 0; cause != null && depth < 32; depth++, cause = cause.getCause()) {
			if (cause instanceof SerializationException own) {
				return new SerializationException(own.kind(), subject + own.getMessage(), failure);
			}
		}
		return switch (failure) {
			case StreamReadException read -> new SerializationException(kind,
					subject + "not well-formed at byte " + read.getLocation().getByteOffset());
			case InvalidFormatException format ->
				new SerializationException(kind, subject + "a value does not fit " + format.getTargetType());
			case JacksonException jackson ->
				new SerializationException(kind, subject + jackson.getOriginalMessage(), failure);
			default -> new SerializationException(kind, subject + failure, failure);
		};
	}

	private static String path(JacksonException failure) {
		String path = JacksonTypeCheck.path(failure.getPath());
		return path.isEmpty() ? "" : ", field " + path;
	}

	/**
	 * What an initialized serializer works with. Readers and writers are made once per
	 * type; the types are those of the registry, so the maps are bounded.
	 *
	 * @param mapper reads and writes the format
	 * @param canonical writes fingerprints
	 * @param check looks at types before their first use
	 * @param upcasters lift older versions
	 * @param maxBytes the largest value
	 * @param writers by type
	 * @param readers by type
	 */
	private record Mappers(ObjectMapper mapper, JsonMapper canonical, JacksonTypeCheck check, UpcasterChain upcasters,
			int maxBytes, Map<Type, ObjectWriter> writers, Map<Type, ObjectReader> readers) {

		Mappers(ObjectMapper mapper, JsonMapper canonical, JacksonTypeCheck check, UpcasterChain upcasters,
				int maxBytes) {
			this(mapper, canonical, check, upcasters, maxBytes, new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
		}

		JavaType resolve(Type type) {
			return this.mapper.constructType(type);
		}

		ObjectWriter writer(Type type) {
			ObjectWriter known = this.writers.get(type);
			return (known != null) ? known : this.writers.computeIfAbsent(type, (key) -> {
				JavaType resolved = resolve(key);
				this.check.checkRoot(key.getTypeName(), resolved);
				return this.mapper.writerFor(resolved);
			});
		}

		ObjectReader reader(Type type) {
			ObjectReader known = this.readers.get(type);
			return (known != null) ? known : this.readers.computeIfAbsent(type, (key) -> {
				JavaType resolved = resolve(key);
				this.check.checkRoot(key.getTypeName(), resolved);
				return this.mapper.readerFor(resolved);
			});
		}

	}

	/**
	 * Collects what a generator writes, up to a limit. A generator has its own reused
	 * buffer and hands over a small value in one piece, which is then copied exactly
	 * once.
	 */
	private static final class BoundedOutput extends OutputStream {

		private final int maxBytes;

		private byte[] bytes = {};

		private int length;

		BoundedOutput(int maxBytes) {
			this.maxBytes = maxBytes;
		}

		@Override
		public void write(int b) {
			write(new byte[] { (byte) b }, 0, 1);
		}

		@Override
		public void write(byte[] source, int offset, int count) {
			int needed = this.length + count;
			if (needed > this.maxBytes || needed < 0) {
				throw new SerializationException(Kind.TOO_LARGE,
						"The value has more than the " + this.maxBytes + " bytes of cajun.transport.max-message-size");
			}
			if (needed > this.bytes.length) {
				int capacity = (this.length == 0) ? needed : (int) Math.min(this.maxBytes, 2L * needed);
				this.bytes = Arrays.copyOf(this.bytes, capacity);
			}
			System.arraycopy(source, offset, this.bytes, this.length, count);
			this.length = needed;
		}

		byte[] toByteArray() {
			return (this.length == this.bytes.length) ? this.bytes : Arrays.copyOf(this.bytes, this.length);
		}

	}

}
