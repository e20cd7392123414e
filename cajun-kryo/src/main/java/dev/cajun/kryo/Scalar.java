package dev.cajun.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/** A value without parts. Its bytes end where its frame ends. */
final class Scalar extends ValueSerializer {

	private final String label;

	private final Writer writer;

	private final Reader reader;

	private final @Nullable Object absent;

	Scalar(String label, Writer writer, Reader reader) {
		this(label, writer, reader, null);
	}

	Scalar(String label, Writer writer, Reader reader, @Nullable Object absent) {
		this.label = label;
		this.writer = writer;
		this.reader = reader;
		this.absent = absent;
	}

	@Override
	String label() {
		return this.label;
	}

	@Override
	boolean leaf() {
		return true;
	}

	@Override
	@Nullable Object absent() {
		return this.absent;
	}

	@Override
	public void write(Kryo kryo, Output output, Object value) {
		this.writer.write(output, value);
	}

	@Override
	public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
		return this.reader.read(input);
	}

	/** Writes a value. */
	@FunctionalInterface
	interface Writer {

		void write(Output output, Object value);

	}

	/** Reads a value. */
	@FunctionalInterface
	interface Reader {

		Object read(Input input);

	}

}
