package dev.cajun.grpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

import io.grpc.MethodDescriptor;
import io.grpc.Status;

/** A number of 8 bytes. */
final class NumberMarshaller implements MethodDescriptor.Marshaller<Long> {

	@Override
	public InputStream stream(Long number) {
		return new ByteArrayInputStream(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
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

}
