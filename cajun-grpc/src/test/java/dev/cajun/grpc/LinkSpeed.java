package dev.cajun.grpc;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

import dev.cajun.transport.Address;
import dev.cajun.transport.Link;
import dev.cajun.transport.LinkSettings;
import dev.cajun.transport.Transport;

/**
 * Request and response of 100 bytes between two JVMs, over nothing but the transport. The
 * first of the two rounds of each number of callers warms up. Start one with
 * {@code serve PORT}, the other with {@code client PORT SECONDS
 * CALLERS[,CALLERS...]}.
 */
final class LinkSpeed implements Transport.Receiver {

	private static final int SIZE = 100;

	private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();

	private final ConcurrentHashMap<Long, CompletableFuture<byte[]>> waiting = new ConcurrentHashMap<>();

	private final AtomicLong ids = new AtomicLong();

	private final boolean server;

	private final GrpcTransport transport;

	private LinkSpeed(boolean server, int port) {
		this.server = server;
		LinkSettings links = LinkSettings.DEFAULTS.withStreams(Integer.getInteger("streams", 1));
		this.transport = new GrpcTransport(GrpcSettings.DEFAULTS.withPort("127.0.0.1", port).withLinks(links));
		this.transport.start(new Transport.Self("speed", server ? "server" : "client", server ? "s" : "c"), this)
			.toCompletableFuture()
			.join();
	}

	public static void main(String[] arguments) throws InterruptedException {
		int port = Integer.parseInt(arguments[1]);
		if (arguments[0].equals("serve")) {
			new LinkSpeed(true, port);
			new CountDownLatch(1).await();
		}
		LinkSpeed client = new LinkSpeed(false, 0);
		Link link = client.transport.link(new Transport.Peer("server", "s", new Address("127.0.0.1", port)));
		Duration duration = Duration.ofSeconds(Integer.parseInt(arguments[2]));
		for (String callers : arguments[3].split(",", -1)) {
			for (int round = 0; round < 2; round++) {
				System.out.println(
						"cajun-link round=" + round + " " + client.round(link, Integer.parseInt(callers), duration));
			}
		}
		System.exit(0);
	}

	private String round(Link link, int callers, Duration duration) throws InterruptedException {
		long start = System.nanoTime();
		long end = start + duration.toNanos();
		List<long[]> latencies = new ArrayList<>();
		CountDownLatch done = new CountDownLatch(callers);
		for (int caller = 0; caller < callers; caller++) {
			int stream = caller % link.streams();
			this.handlers.execute(() -> {
				long[] mine = call(link, stream, end);
				synchronized (latencies) {
					latencies.add(mine);
				}
				done.countDown();
			});
		}
		done.await();
		double seconds = (System.nanoTime() - start) / 1e9;
		long[] all = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
		return String.format("callers=%d rate=%.0f/s p50_us=%.0f p99_us=%.0f", callers, all.length / seconds,
				all[all.length / 2] / 1e3, all[(int) (all.length * 0.99)] / 1e3);
	}

	private long[] call(Link link, int stream, long end) {
		long[] latencies = new long[1 << 16];
		int count = 0;
		for (long before = System.nanoTime(); before < end;) {
			long id = this.ids.incrementAndGet();
			byte[] request = new byte[SIZE];
			ByteBuffer.wrap(request).putLong(id);
			CompletableFuture<byte[]> answer = new CompletableFuture<>();
			this.waiting.put(id, answer);
			if (link.send(stream, new Message(request)) != Link.Sent.QUEUED) {
				throw new IllegalStateException("Not sent: " + link.trouble());
			}
			answer.join();
			long after = System.nanoTime();
			if (count == latencies.length) {
				latencies = Arrays.copyOf(latencies, count * 2);
			}
			latencies[count++] = after - before;
			before = after;
		}
		return Arrays.copyOf(latencies, count);
	}

	@Override
	public void received(Transport.Peer from, int stream, byte[] message) {
		if (this.server) {
			this.handlers.execute(() -> this.transport.link(from).send(stream, new Message(message)));
		}
		else {
			this.waiting.remove(ByteBuffer.wrap(message).getLong()).complete(message);
		}
	}

	@Override
	public void probed(Runnable answer) {
		this.handlers.execute(answer);
	}

	private record Message(byte[] bytes) implements Link.Parcel {

		@Override
		public void acknowledged() {
		}

		@Override
		public void lost(boolean maybeReceived) {
			System.err.println("lost");
		}

	}

}
