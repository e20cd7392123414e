package dev.cajun.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import dev.cajun.serialization.SerializationException;
import dev.cajun.serialization.SerializationException.Kind;

/**
 * A Kryo instance with its buffers, used by one thread at a time. It knows the declared
 * classes by their numbers and no other: neither is a class looked up by a name that
 * stands in bytes, nor is one registered because it is met.
 * <p>
 * A value is written as its frame, followed by the layouts of the classes in it. They
 * come last because they are known last, and stand apart because a reader may skip the
 * value in which a class appears first.
 */
final class Session extends Kryo {

	/** As deep as a value may be nested, which is what the other formats allow. */
	static final int MAX_DEPTH = 64;

	private static final int BUFFER_SIZE = 1024;

	/** A larger buffer is not kept. */
	private static final int MAX_KEPT_SIZE = 64 * 1024;

	private final int maxBytes;

	private final Output output;

	private final Input input = new Input();

	private final Layouts layouts = new Layouts();

	Session(ClassIds ids, int maxBytes) {
		super(new NumberedClasses(ids), null);
		this.maxBytes = maxBytes;
		this.output = new Output(Math.min(BUFFER_SIZE, maxBytes), maxBytes);
		setRegistrationRequired(true);
		setReferences(false);
		setMaxDepth(MAX_DEPTH);
		ids.written().forEach((type, id) -> register(new Registration(type, new Unused(), id)));
	}

	byte[] write(ValueSerializer serializer, Object value) {
		this.output.reset();
		this.layouts.clear();
		serializer.writeFramed(this, this.output, value);
		this.layouts.write(this.output);
		return this.output.toBytes();
	}

	Object read(ValueSerializer serializer, byte[] bytes, int offset, int length) {
		this.input.setBuffer(bytes, offset, length);
		this.layouts.clear();
		Frames.skip(this.input);
		this.layouts.read(this.input);
		this.input.setPosition(offset);
		Object value = serializer.readFramed(this, this.input);
		this.input.setBuffer(Frames.NOTHING);
		if (value == null) {
			throw new KryoException("it is null");
		}
		return value;
	}

	Layouts layouts() {
		return this.layouts;
	}

	/** Lets go of a buffer that grew. */
	void trim() {
		if (this.output.getBuffer().length > MAX_KEPT_SIZE) {
			this.output.setBuffer(new byte[Math.min(BUFFER_SIZE, this.maxBytes)], this.maxBytes);
		}
	}

	/** Finds classes by their declared numbers only. */
	private static final class NumberedClasses extends DefaultClassResolver {

		private final ClassIds ids;

		NumberedClasses(ClassIds ids) {
			this.ids = ids;
		}

		@Override
		public Registration readClass(Input input) {
			// Kryo's own resolver takes 0 for null, and 1 for a class name to look up.
			int id = input.readVarInt(true) - 2;
			Class<?> type = this.ids.find(id);
			Registration registration = (type != null) ? getRegistration(type) : null;
			if (registration == null) {
				throw new SerializationException(Kind.UNKNOWN_TYPE, "This node knows no class of the Kryo id " + id
						+ "; a newer node wrote it, or the ids in " + KryoIds.LOCATION + " were changed");
			}
			return registration;
		}

		@Override
		protected Registration readName(Input input) {
			throw new SerializationException(Kind.UNKNOWN_TYPE, "Classes are not looked up by name");
		}

	}

	/** Values are written by the serializer of the declared type, not of their class. */
	private static final class Unused extends Serializer<Object> {

		@Override
		public void write(Kryo kryo, Output output, Object object) {
			throw new IllegalStateException("Not written by its class: " + object.getClass().getName());
		}

		@Override
		public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
			throw new IllegalStateException("Not read by its class: " + type.getName());
		}

	}

}
