package dev.cajun.grpc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import dev.cajun.transport.Address;
import dev.cajun.transport.Link;
import dev.cajun.transport.LinkSettings;
import dev.cajun.transport.Refusal;
import dev.cajun.transport.Transport;
import dev.cajun.transport.TransportStatistics;

import java.time.Duration;

/** One process, reached through a proxy. */
final class Endpoint implements Transport.Receiver, AutoCloseable {

	static final LinkSettings LINKS = LinkSettings.DEFAULTS.withTimes(Duration.ofSeconds(2), Duration.ofMillis(200),
			Duration.ofSeconds(1), Duration.ofSeconds(1));

	final FaultyProxy proxy = new FaultyProxy();

	final GrpcTransport transport;

	final Transport.Peer peer;

	final AtomicInteger acknowledged = new AtomicInteger();

	final AtomicInteger lost = new AtomicInteger();

	private final List<String> received = new ArrayList<>();

	Endpoint(String name, UnaryOperator<GrpcSettings> changes) {
		int port = FreePorts.next();
		this.proxy.forwardTo(port);
		this.transport = new GrpcTransport(changes.apply(GrpcSettings.DEFAULTS.withPort("127.0.0.1", port)
			.withAdvertised("127.0.0.1", this.proxy.port())
			.withLinks(LINKS)));
		Transport.Self self = new Transport.Self("test", name, UUID.randomUUID().toString());
		Address address = this.transport.start(self, this).toCompletableFuture().join();
		this.peer = new Transport.Peer(name, self.bootId(), address);
	}

	Link linkTo(Endpoint other) {
		return this.transport.link(other.peer);
	}

	Link.Sent send(Endpoint other, String message) {
		return send(other, message.getBytes(StandardCharsets.UTF_8));
	}

	Link.Sent send(Endpoint other, byte[] message) {
		return linkTo(other).send(0, new Link.Parcel() {

			@Override
			public byte[] bytes() {
				return message;
			}

			@Override
			public void acknowledged() {
				Endpoint.this.acknowledged.incrementAndGet();
			}

			@Override
			public void lost(boolean maybeReceived) {
				Endpoint.this.lost.incrementAndGet();
			}

		});
	}

	/** Sends, and waits until it has arrived. */
	void deliver(Endpoint other, String message) {
		send(other, message);
		Waiting.until(() -> other.received().contains(message));
	}

	TransportStatistics.LinkStatistics statistics(Endpoint other) {
		return this.transport.statistics()
			.links()
			.stream()
			.filter((link) -> link.peer().bootId().equals(other.peer.bootId()))
			.findFirst()
			.orElseThrow();
	}

	long refused(Refusal refusal) {
		return this.transport.statistics().refused().get(refusal);
	}

	/** Why messages do not flow, once they do not. */
	String trouble(Endpoint other) {
		Waiting.until(() -> linkTo(other).trouble() != null);
		return linkTo(other).trouble();
	}

	List<String> received() {
		synchronized (this.received) {
			return List.copyOf(this.received);
		}
	}

	@Override
	public void received(Transport.Peer from, int stream, byte[] message) {
		synchronized (this.received) {
			this.received.add(new String(message, StandardCharsets.UTF_8));
		}
	}

	@Override
	public void probed(Runnable answer) {
		Thread.ofVirtual().start(answer);
	}

	@Override
	public void close() {
		this.transport.close();
		this.proxy.close();
	}

}
