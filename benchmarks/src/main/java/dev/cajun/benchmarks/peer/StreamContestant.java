package dev.cajun.benchmarks.peer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.cajun.benchmarks.Contestant;
import dev.cajun.benchmarks.OtherJvm;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/**
 * Request and answer over one stream of gRPC between two JVMs, in frames of whatever has
 * queued, without a runtime: the ceiling for a remote ask. An envelope has a number of 8
 * bytes and 92 bytes more.
 */
public final class StreamContestant implements Contestant {

	private static final int ENVELOPE = 100;

	private static final int MOST = 256;

	private static final MethodDescriptor<byte[], byte[]> METHOD = MethodDescriptor.<byte[], byte[]>newBuilder()
		.setType(MethodDescriptor.MethodType.BIDI_STREAMING)
		.setFullMethodName("bench/Link")
		.setRequestMarshaller(new Bytes())
		.setResponseMarshaller(new Bytes())
		.build();

	private final OtherJvm server;

	private final ManagedChannel channel;

	private final ConcurrentHashMap<Long, CompletableFuture<byte[]>> waiting = new ConcurrentHashMap<>();

	private final AtomicLong numbers = new AtomicLong();

	private final Frames requests;

	private StreamContestant(OtherJvm server) {
		this.server = server;
		this.channel = NettyChannelBuilder.forAddress("localhost", Integer.parseInt(server.address()))
			.usePlaintext()
			.directExecutor()
			.build();
		this.requests = new Frames(
				ClientCalls.asyncBidiStreamingCall(this.channel.newCall(METHOD, CallOptions.DEFAULT), new Answers()),
				Executors.newVirtualThreadPerTaskExecutor());
	}

	/**
	 * Starts the other JVM and opens the stream.
	 * @return the contestant
	 */
	public static StreamContestant connect() {
		return new StreamContestant(OtherJvm.start(Answering.class));
	}

	@Override
	public Target target(String key) {
		return new StreamTarget(this);
	}

	private void ask() throws Exception {
		long number = this.numbers.incrementAndGet();
		byte[] envelope = new byte[ENVELOPE];
		ByteBuffer.wrap(envelope).putLong(number);
		CompletableFuture<byte[]> answer = new CompletableFuture<>();
		this.waiting.put(number, answer);
		this.requests.send(envelope);
		answer.get();
	}

	@Override
	public long handled() {
		return 0;
	}

	@Override
	public long ended() {
		return 0;
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
		this.server.close();
	}

	private record StreamTarget(StreamContestant contestant) implements Target {

		@Override
		public void tell() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void ask() throws Exception {
			this.contestant.ask();
		}

		@Override
		public void stop() {
			throw new UnsupportedOperationException();
		}

	}

	private final class Answers implements StreamObserver<byte[]> {

		@Override
		public void onNext(byte[] frame) {
			for (int i = 0; i < frame.length; i += ENVELOPE) {
				CompletableFuture<byte[]> answer = StreamContestant.this.waiting
					.remove(ByteBuffer.wrap(frame, i, Long.BYTES).getLong());
				if (answer != null) {
					answer.complete(frame);
				}
			}
		}

		@Override
		public void onError(Throwable error) {
			StreamContestant.this.waiting.values().forEach((answer) -> answer.completeExceptionally(error));
		}

		@Override
		public void onCompleted() {
			// Nobody waits any more
		}

	}

	/** Many send, one at a time puts what has queued into frames. */
	private static final class Frames {

		private final ConcurrentLinkedQueue<byte[]> queue = new ConcurrentLinkedQueue<>();

		private final AtomicInteger pending = new AtomicInteger();

		private final StreamObserver<byte[]> stream;

		private final Executor executor;

		Frames(StreamObserver<byte[]> stream, Executor executor) {
			this.stream = stream;
			this.executor = executor;
		}

		void send(byte[] envelope) {
			this.queue.add(envelope);
			if (this.pending.getAndIncrement() == 0) {
				this.executor.execute(this::drain);
			}
		}

		private void drain() {
			int missed = 1;
			while (missed != 0) {
				for (List<byte[]> next = next(); !next.isEmpty(); next = next()) {
					byte[] frame = new byte[next.size() * ENVELOPE];
					for (int i = 0; i < next.size(); i++) {
						System.arraycopy(next.get(i), 0, frame, i * ENVELOPE, ENVELOPE);
					}
					this.stream.onNext(frame);
				}
				missed = this.pending.addAndGet(-missed);
			}
		}

		private List<byte[]> next() {
			List<byte[]> next = new ArrayList<>();
			byte[] envelope = this.queue.poll();
			while (envelope != null) {
				next.add(envelope);
				envelope = (next.size() < MOST) ? this.queue.poll() : null;
			}
			return next;
		}

	}

	private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

		@Override
		public InputStream stream(byte[] value) {
			return new ByteArrayInputStream(value);
		}

		@Override
		public byte[] parse(InputStream stream) {
			try {
				return stream.readAllBytes();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

	/** The program of the other JVM. */
	static final class Answering {

		private Answering() {
		}

		/**
		 * Sends back whatever comes, each envelope on a virtual thread.
		 * @param args none
		 */
		public static void main(String[] args) throws IOException {
			Executor executor = Executors.newVirtualThreadPerTaskExecutor();
			Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
				.directExecutor()
				.addService(ServerServiceDefinition.builder("bench")
					.addMethod(METHOD,
							ServerCalls.asyncBidiStreamingCall(
									(answers) -> new Requests(new Frames(answers, executor), answers, executor)))
					.build())
				.build()
				.start();
			OtherJvm.serve(Integer.toString(server.getPort()));
		}

		private record Requests(Frames frames, StreamObserver<byte[]> answers,
				Executor executor) implements StreamObserver<byte[]> {

			@Override
			public void onNext(byte[] frame) {
				for (int i = 0; i < frame.length; i += ENVELOPE) {
					byte[] envelope = Arrays.copyOfRange(frame, i, i + ENVELOPE);
					this.executor.execute(() -> this.frames.send(envelope));
				}
			}

			@Override
			public void onError(Throwable error) {
				// The other JVM has ended
			}

			@Override
			public void onCompleted() {
				this.answers.onCompleted();
			}

		}

	}

}
