package dev.cajun.kryo;

import java.lang.reflect.Type;
import java.util.List;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.KryoBufferOverflowException;
import com.esotericsoftware.kryo.util.Pool;
import dev.cajun.serialization.ActorSerializer;
import dev.cajun.serialization.JacksonActorSerializer;
import dev.cajun.serialization.SerializationException;
import dev.cajun.serialization.SerializationException.Kind;
import dev.cajun.serialization.Upcaster;
import org.jspecify.annotations.Nullable;

/**
 * Values as bytes of Kryo: fast, and small where there are many numbers or many objects
 * of one class.
 * <ul>
 * <li>Only declared classes are written and read. Where several may stand for a type the
 * number of the class is written; numbers are made of logical names, or pinned with
 * {@link KryoIds}. Registration is required, and cannot be switched off.</li>
 * <li>Components of records, and fields of other classes, are written once per value by
 * name: unknown ones are skipped, missing ones are null, zero, false or
 * {@link java.util.Optional#empty()}. {@code int} may become {@code long}, and a
 * primitive type its boxed one; any other change of a type is refused.</li>
 * <li>Constants of enums are written by name.</li>
 * <li>Of Jackson's annotations only {@code @JsonIgnore} and {@code @JsonSubTypes} count.
 * {@link Upcaster}s do not work: what they would lift is refused.</li>
 * <li>Values are nested at most 64 deep, and no length is believed that is larger than
 * what is left.</li>
 * </ul>
 * Thread-safe once initialized: Kryo instances are pooled. An instance serves one node.
 */
public final class KryoActorSerializer implements ActorSerializer {

	/** The name of the format. */
	public static final String FORMAT = "kryo";

	/** More are made when more threads are at it, and dropped afterwards. */
	private static final int MAX_POOLED = 64;

	private final KryoIds ids;

	private final boolean writes;

	private volatile @Nullable Initialized initialized;

	private KryoActorSerializer(KryoIds ids, boolean writes) {
		this.ids = ids;
		this.writes = writes;
	}

	/**
	 * Writes and reads. When it is initialized, it refuses declared types that it cannot
	 * write, and classes without a number if numbers are pinned.
	 * @param ids the numbers of classes
	 * @return a serializer of the format {@code kryo}
	 */
	public static KryoActorSerializer writer(KryoIds ids) {
		return new KryoActorSerializer(ids, true);
	}

	/**
	 * Reads what was written before another format was chosen. It refuses nothing before
	 * there is something to read.
	 * @param ids the numbers of classes, as they were
	 * @return a serializer of the format {@code kryo}
	 */
	public static KryoActorSerializer reader(KryoIds ids) {
		return new KryoActorSerializer(ids, false);
	}

	@Override
	public String format() {
		return FORMAT;
	}

	@Override
	public synchronized void initialize(Setup setup) {
		if (this.initialized != null) {
			throw new IllegalStateException("The serializer 'kryo' already serves a node; use another");
		}
		ClassIds classes = ClassIds.of(setup.types(), this.ids, this.writes);
		ValueSerializers serializers = new ValueSerializers(setup.types(), classes);
		if (this.writes) {
			setup.types().declaredTypes().forEach(serializers::make);
		}
		JacksonActorSerializer canonical = JacksonActorSerializer.json();
		canonical.initialize(setup);
		this.initialized = new Initialized(serializers, new Sessions(classes, setup.maxBytes()), canonical,
				setup.upcasters(), setup.maxBytes());
	}

	private Initialized initialized() {
		Initialized current = this.initialized;
		if (current == null) {
			throw new IllegalStateException("The serializer 'kryo' is not initialized");
		}
		return current;
	}

	@Override
	public byte[] serialize(Object value, Type type) {
		Initialized current = initialized();
		// A session that failed is in an unknown state, and not used again.
		Session session = current.sessions().obtain();
		try {
			byte[] bytes = session.write(current.serializers().of(type), value);
			current.sessions().free(session);
			return bytes;
		}
		catch (KryoBufferOverflowException ex) {
			throw new SerializationException(Kind.TOO_LARGE, type.getTypeName() + " has more than the "
					+ current.maxBytes() + " bytes of cajun.transport.max-message-size");
		}
		catch (RuntimeException | StackOverflowError ex) {
			throw translate(Kind.NOT_SERIALIZABLE, type.getTypeName() + " cannot be written as kryo: ", ex);
		}
	}

	@Override
	public Object deserialize(byte[] bytes, int offset, int length, Type type, String typeName, int version) {
		Initialized current = initialized();
		if (current.upcast(typeName, version)) {
			throw new SerializationException(Kind.UNREADABLE, "'" + typeName + "' in version " + version
					+ " was written as kryo, which upcasters cannot lift; read it with the class that wrote it, and "
					+ "write it as json before the version is raised");
		}
		Session session = current.sessions().obtain();
		try {
			Object value = session.read(current.serializers().of(type), bytes, offset, length);
			current.sessions().free(session);
			return value;
		}
		catch (RuntimeException | StackOverflowError | LinkageError | AssertionError ex) {
			throw translate(Kind.UNREADABLE, type.getTypeName() + " cannot be read from kryo: ", ex);
		}
	}

	/** As JSON writes it: a request is the same, whatever the format of its node. */
	@Override
	public byte[] canonical(Object value, Type type) {
		return initialized().canonical().canonical(value, type);
	}

	/** Texts of exceptions that are not ours may quote the content, and are left out. */
	private static SerializationException translate(Kind kind, String what, Throwable failure) {
		return switch (failure) {
			case SerializationException own ->
				new SerializationException(own.kind(), what + own.getMessage(), own.getCause());
			case KryoException kryo -> new SerializationException(kind, what + kryo.getMessage());
			default -> new SerializationException(kind, what + failure.getClass().getSimpleName());
		};
	}

	/**
	 * What an initialized serializer works with.
	 *
	 * @param serializers by type
	 * @param sessions the pooled instances
	 * @param canonical writes fingerprints
	 * @param upcasters those of the node
	 * @param maxBytes the largest value
	 */
	private record Initialized(ValueSerializers serializers, Sessions sessions, JacksonActorSerializer canonical,
			List<Upcaster> upcasters, int maxBytes) {

		/** Whether an upcaster is meant for a value of this version. */
		boolean upcast(String typeName, int version) {
			for (Upcaster upcaster : this.upcasters) {
				if (upcaster.fromVersion() >= version && upcaster.typeName().equals(typeName)) {
					return true;
				}
			}
			return false;
		}

	}

	/**
	 * Instances that are not in use. Not per thread: each drain has a thread of its own.
	 */
	private static final class Sessions extends Pool<Session> {

		private final ClassIds classes;

		private final int maxBytes;

		Sessions(ClassIds classes, int maxBytes) {
			super(true, false, MAX_POOLED);
			this.classes = classes;
			this.maxBytes = maxBytes;
		}

		@Override
		protected Session create() {
			return new Session(this.classes, this.maxBytes);
		}

		@Override
		public void free(Session session) {
			session.trim();
			super.free(session);
		}

	}

}
