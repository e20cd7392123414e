package dev.cajun.grpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/** A number of 8 bytes. */
final class NumberMarshaller implements MethodDescriptor.Marshaller<Long> {

	@Override
	public InputStream stream(Long number) {
		return new Bytes(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
	}

	@Override
	public Long parse(InputStream in) {
		try {
			return ByteBuffer.wrap(Protocol.read(in, Long.BYTES)).getLong();
		}
		catch (IOException ex) {
			throw Status.INTERNAL.withDescription("Malformed number: " + ex.getMessage()).asRuntimeException();
		}
	}

	/** Written in one go: gRPC would make a buffer of 8 KiB to copy it. */
	private static final class Bytes extends ByteArrayInputStream implements Drainable, KnownLength {

		Bytes(byte[] bytes) {
			super(bytes);
		}

		@Override
		public int drainTo(OutputStream target) throws IOException {
			return (int) transferTo(target);
		}

	}

}
