package dev.cajun.grpc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import dev.cajun.transport.Address;
import dev.cajun.transport.Refusal;
import dev.cajun.transport.Transport;
import dev.cajun.transport.Wire;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * What goes over the wire. A stream of a link is one bidirectional call: frames go to the
 * server, acknowledgements, numbers of 8 bytes, come back. The headers of the request are
 * the hello; those of the response say which message is expected. A refusal is the status
 * of the call, with its name in the trailers. A probe is a call without content.
 */
final class Protocol {

	/** The version spoken here; a node understands the one before as well. */
	static final int VERSION = 1;

	/** The oldest version understood here. */
	static final int OLDEST = 1;

	static final String SERVICE = "dev.cajun.Links";

	static final MethodDescriptor<dev.cajun.transport.Frame, Long> STREAM = MethodDescriptor.<dev.cajun.transport.Frame, Long>newBuilder(
			new FrameMarshaller(), new NumberMarshaller())
		.setType(MethodType.BIDI_STREAMING)
		.setFullMethodName(SERVICE + "/Stream")
		.build();

	static final MethodDescriptor<Long, Long> PROBE = MethodDescriptor
		.<Long, Long>newBuilder(new NumberMarshaller(), new NumberMarshaller())
		.setType(MethodType.UNARY)
		.setFullMethodName(SERVICE + "/Probe")
		.build();

	private static final Metadata.Key<String> VERSIONS = ascii("cajun-versions");

	private static final Metadata.Key<byte[]> CLUSTER = binary("cajun-cluster-bin");

	private static final Metadata.Key<byte[]> TOKEN = binary("cajun-token-bin");

	private static final Metadata.Key<byte[]> NODE = binary("cajun-node-bin");

	private static final Metadata.Key<String> BOOT = ascii("cajun-boot");

	private static final Metadata.Key<String> ADDRESS = ascii("cajun-address");

	private static final Metadata.Key<String> TARGET = ascii("cajun-target");

	private static final Metadata.Key<String> STREAM_NUMBER = ascii("cajun-stream");

	private static final Metadata.Key<String> SESSION = ascii("cajun-session");

	private static final Metadata.Key<String> FIRST = ascii("cajun-first");

	private static final Metadata.Key<String> EXPECTED = ascii("cajun-expected");

	private static final Metadata.Key<String> REFUSAL = ascii("cajun-refusal");

	private Protocol() {
	}

	private static Metadata.Key<String> ascii(String name) {
		return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
	}

	private static Metadata.Key<byte[]> binary(String name) {
		return Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER);
	}

	static Metadata hello(Wire.Hello hello, byte[] token) {
		Metadata headers = probe(hello.cluster(), token);
		headers.put(NODE, utf8(hello.from().node()));
		headers.put(BOOT, hello.from().bootId());
		headers.put(ADDRESS, hello.from().address().toString());
		headers.put(TARGET, hello.target());
		headers.put(SESSION, Long.toString(hello.session()));
		headers.put(STREAM_NUMBER, Integer.toString(hello.stream()));
		headers.put(FIRST, Long.toString(hello.first()));
		return headers;
	}

	static Metadata probe(String cluster, byte[] token) {
		Metadata headers = new Metadata();
		headers.put(VERSIONS, OLDEST + "-" + VERSION);
		headers.put(CLUSTER, utf8(cluster));
		if (token.length > 0) {
			headers.put(TOKEN, token);
		}
		return headers;
	}

	/**
	 * Reads a hello.
	 * @throws IllegalArgumentException if it is none
	 */
	static Wire.Hello hello(Metadata headers) {
		Transport.Peer from = new Transport.Peer(text(headers, NODE), text(headers, BOOT),
				Address.parse(text(headers, ADDRESS)));
		long first = Long.parseLong(text(headers, FIRST));
		if (first < 1) {
			throw new IllegalArgumentException("Not the number of a message: " + first);
		}
		long session = Long.parseLong(text(headers, SESSION));
		if (session < 1) {
			throw new IllegalArgumentException("Not the number of a session: " + session);
		}
		return new Wire.Hello(cluster(headers), from, text(headers, TARGET), session,
				Integer.parseInt(text(headers, STREAM_NUMBER)), first);
	}

	static String cluster(Metadata headers) {
		return text(headers, CLUSTER);
	}

	static byte @Nullable [] token(Metadata headers) {
		return headers.get(TOKEN);
	}

	/** The versions that the other side speaks, as people read it, if none is ours. */
	static @Nullable String foreignVersions(Metadata headers) {
		String versions = headers.get(VERSIONS);
		if (versions == null) {
			return "none";
		}
		String[] range = versions.split("-", 2);
		try {
			int oldest = Integer.parseInt(range[0]);
			int newest = Integer.parseInt(range[range.length - 1]);
			return (oldest <= VERSION && newest >= OLDEST) ? null : versions;
		}
		catch (NumberFormatException ex) {
			return versions;
		}
	}

	static Metadata expected(long number) {
		Metadata headers = new Metadata();
		headers.put(EXPECTED, Long.toString(number));
		return headers;
	}

	/**
	 * Reads what the server expects.
	 * @throws IllegalArgumentException if it does not say so
	 */
	static long expected(Metadata headers) {
		return Long.parseLong(text(headers, EXPECTED));
	}

	static Metadata reached(Transport.Self self) {
		Metadata headers = new Metadata();
		headers.put(NODE, utf8(self.node()));
		headers.put(BOOT, self.bootId());
		return headers;
	}

	/**
	 * Reads who answered a probe.
	 * @throws IllegalArgumentException if it does not say so
	 */
	static Transport.Probe.Reached reached(Metadata headers) {
		return new Transport.Probe.Reached(text(headers, NODE), text(headers, BOOT));
	}

	static Metadata refusal(Refusal refusal) {
		Metadata trailers = new Metadata();
		trailers.put(REFUSAL, refusal.name());
		return trailers;
	}

	static Status status(Refusal refusal, String reason) {
		return switch (refusal) {
			case TOKEN -> Status.UNAUTHENTICATED.withDescription(reason);
			case UNAVAILABLE -> Status.UNAVAILABLE.withDescription(reason);
			default -> Status.FAILED_PRECONDITION.withDescription(reason);
		};
	}

	/** The refusal that ended a call; a later version's unknown ones are not final. */
	static @Nullable Refusal refusal(@Nullable Metadata trailers) {
		String name = (trailers != null) ? trailers.get(REFUSAL) : null;
		if (name == null) {
			return null;
		}
		try {
			return Refusal.valueOf(name);
		}
		catch (IllegalArgumentException ex) {
			return Refusal.PROTOCOL;
		}
	}

	private static String text(Metadata headers, Metadata.Key<?> key) {
		Object value = headers.get(key);
		if (value == null) {
			throw new IllegalArgumentException("The header " + key.name() + " is missing");
		}
		return (value instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8) : (String) value;
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/** Reads exactly as many bytes. */
	static byte[] read(InputStream in, int length) throws IOException {
		byte[] bytes = new byte[length];
		if (in.readNBytes(bytes, 0, length) != length) {
			throw new IOException("The message ends too early");
		}
		return bytes;
	}

}
