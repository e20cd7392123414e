package dev.cajun.grpc;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

import dev.cajun.transport.Frame;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A frame as bytes: the number of its first message (8 bytes), how many there are (4),
 * the length of each (4), and then the messages. The messages are copied once on each
 * side: into the network's buffer, and out of it.
 */
final class FrameMarshaller implements MethodDescriptor.Marshaller<Frame> {

	private static final int FIXED = Long.BYTES + Integer.BYTES;

	@Override
	public InputStream stream(Frame frame) {
		return new FrameStream(frame);
	}

	@Override
	public Frame parse(InputStream in) {
		try {
			ByteBuffer fixed = ByteBuffer.wrap(Protocol.read(in, FIXED));
			long first = fixed.getLong();
			int count = fixed.getInt();
			// The stream knows its length, so that a lie about the count allocates
			// nothing
			if (first < 1 || count < 0 || count > in.available() / Integer.BYTES) {
				throw malformed("it begins at " + first + " and claims " + count + " messages");
			}
			ByteBuffer lengths = ByteBuffer.wrap(Protocol.read(in, count * Integer.BYTES));
			byte[][] messages = new byte[count][];
			for (int i = 0; i < count; i++) {
				int length = lengths.getInt();
				if (length < 0 || length > in.available()) {
					throw malformed("it claims a message of " + length + " bytes");
				}
				messages[i] = Protocol.read(in, length);
			}
			if (in.available() > 0) {
				throw malformed("it has " + in.available() + " bytes too many");
			}
			return new Frame(first, messages);
		}
		catch (IOException ex) {
			throw malformed(ex.getMessage());
		}
	}

	private static RuntimeException malformed(@Nullable String what) {
		return Status.INTERNAL.withDescription("Malformed frame: " + what).asRuntimeException();
	}

	/** Written in one go; a copy is made only for who reads instead. */
	private static final class FrameStream extends InputStream implements Drainable, KnownLength {

		private final byte[] head;

		private final byte[][] messages;

		private final int length;

		private @Nullable ByteArrayInputStream copy;

		FrameStream(Frame frame) {
			this.messages = frame.messages();
			this.head = new byte[FIXED + this.messages.length * Integer.BYTES];
			ByteBuffer buffer = ByteBuffer.wrap(this.head).putLong(frame.first()).putInt(this.messages.length);
			int total = this.head.length;
			for (byte[] message : this.messages) {
				buffer.putInt(message.length);
				total += message.length;
			}
			this.length = total;
		}

		@Override
		public int drainTo(OutputStream target) throws IOException {
			target.write(this.head);
			for (byte[] message : this.messages) {
				target.write(message);
			}
			return this.length;
		}

		private ByteArrayInputStream copy() throws IOException {
			if (this.copy == null) {
				ByteArrayOutputStream bytes = new ByteArrayOutputStream(this.length);
				drainTo(bytes);
				this.copy = new ByteArrayInputStream(bytes.toByteArray());
			}
			return this.copy;
		}

		@Override
		public int available() {
			return (this.copy != null) ? this.copy.available() : this.length;
		}

		@Override
		public int read() throws IOException {
			return copy().read();
		}

		@Override
		public int read(byte[] target, int offset, int count) throws IOException {
			return copy().read(target, offset, count);
		}

	}

}
