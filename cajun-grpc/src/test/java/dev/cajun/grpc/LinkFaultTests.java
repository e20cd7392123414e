package dev.cajun.grpc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.cajun.transport.Address;
import dev.cajun.transport.Link;
import dev.cajun.transport.Transport.Probe;
import dev.cajun.transport.TransportException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Connections that break under load, and what a close leaves behind. */
class LinkFaultTests {

	private final List<Endpoint> endpoints = new ArrayList<>();

	@BeforeAll
	static void watchLeaks() {
		Leaks.watch();
	}

	@AfterAll
	static void findLeaks() {
		Leaks.assertNone();
	}

	@AfterEach
	void close() {
		this.endpoints.forEach(Endpoint::close);
	}

	private Endpoint start(String name) {
		return start(name, UnaryOperator.identity());
	}

	private Endpoint start(String name, UnaryOperator<GrpcSettings> changes) {
		Endpoint endpoint = new Endpoint(name, changes);
		this.endpoints.add(endpoint);
		return endpoint;
	}

	@Test
	void eachMessageArrivesOnceAndInOrderWhileConnectionsAreResetAllTheTime() {
		Endpoint a = start("a");
		Endpoint b = start("b");
		List<String> sent = new ArrayList<>();
		long start = System.nanoTime();
		long nextReset = start + Duration.ofMillis(100).toNanos();
		int resets = 0;
		while (resets < 30) {
			if (a.send(b, "m" + sent.size()) == Link.Sent.QUEUED) {
				sent.add("m" + sent.size());
			}
			if (sent.size() % 50 == 0) {
				int all = sent.size();
				Waiting.until(() -> a.acknowledged.get() > all - 5000);
			}
			if (System.nanoTime() > nextReset) {
				nextReset += Duration.ofMillis(100).toNanos();
				b.proxy.reset();
				resets++;
			}
		}
		Waiting.until(() -> a.acknowledged.get() == sent.size());

		assertThat(b.received()).isEqualTo(sent);
		assertThat(a.lost).hasValue(0);
		assertThat(a.statistics(b).counts().reconnects()).isGreaterThan(5);
	}

	@Test
	void oneConnectionCarriesEverythingToAPeer() {
		Endpoint a = start("a");
		Endpoint b = start("b");
		for (int sent = 1; sent <= 10_000; sent++) {
			a.send(b, "m" + sent);
			if (sent % 1000 == 0) {
				int all = sent;
				Waiting.until(() -> a.acknowledged.get() == all);
			}
		}
		assertThat(b.received()).hasSize(10_000);
		assertThat(b.proxy.accepted()).as("connections").isEqualTo(1);
	}

	@Test
	void messageTooLargeFailsAlone() {
		Endpoint a = start("a");
		Endpoint b = start("b");
		a.deliver(b, "before");
		assertThat(a.send(b, new byte[5 << 20])).isEqualTo(Link.Sent.TOO_LARGE);
		a.deliver(b, "after");

		assertThat(b.received()).containsExactly("before", "after");
		assertThat(a.statistics(b).counts().reconnects()).isZero();
	}

	@Test
	void messageLargerThanItsReceiverSendsItselfIsReceived() {
		Endpoint a = start("a", (settings) -> settings.withLinks(Endpoint.LINKS.withBounds(5 << 20, 100, 16L << 20)));
		Endpoint b = start("b");
		assertThat(a.send(b, new byte[5 << 20])).isEqualTo(Link.Sent.QUEUED);
		Waiting.until(() -> a.acknowledged.get() == 1);

		assertThat(b.received().getFirst()).hasSize(5 << 20);
	}

	@Test
	void peerThatAcceptsAndDoesNotAnswerIsFoundOutAndOutlived() {
		Endpoint a = start("a");
		Endpoint b = start("b");
		a.deliver(b, "before");
		b.proxy.freeze();
		a.send(b, "meanwhile");
		assertThat(a.trouble(b)).contains("no answer");
		b.proxy.thaw();
		Waiting.until(() -> a.acknowledged.get() == 2);

		assertThat(b.received()).containsExactly("before", "meanwhile");
		assertThat(a.linkTo(b).trouble()).isNull();
	}

	@Test
	void slowReceiverHoldsSenderBack() {
		Endpoint a = start("a",
				(settings) -> settings.withLinks(Endpoint.LINKS.withBounds(1 << 20, 1 << 16, 8L << 20)));
		Endpoint b = start("b");
		a.deliver(b, "before");
		b.proxy.freeze();
		byte[] message = new byte[100_000];
		long sent = IntStream.range(0, 200).filter((i) -> a.send(b, message) == Link.Sent.QUEUED).count();
		assertThat(sent).isLessThan(90);
		assertThat(a.statistics(b).counts().sentBytes()).as("what was written into the connection's buffers")
			.isLessThan(3L << 20);
		b.proxy.thaw();
		Waiting.until(() -> a.acknowledged.get() == sent + 1);
	}

	@Test
	void manyProducersKeepEachTheirOrder() {
		Endpoint a = start("a");
		Endpoint b = start("b");
		int each = 5000;
		List<Thread> producers = IntStream.range(0, 8).mapToObj((producer) -> Thread.ofVirtual().start(() -> {
			for (int i = 0; i < each; i++) {
				assertThat(a.send(b, producer + ":" + i)).isEqualTo(Link.Sent.QUEUED);
			}
		})).toList();
		Waiting.until(() -> producers.stream().noneMatch(Thread::isAlive) && b.received().size() == 8 * each);

		b.received()
			.stream()
			.collect(Collectors.groupingBy((message) -> message.substring(0, 1)))
			.forEach((producer, messages) -> assertThat(messages)
				.isEqualTo(IntStream.range(0, each).mapToObj((i) -> producer + ":" + i).toList()));
		assertThat(a.statistics(b).counts().sentFrames()).as("messages that have queued go together")
			.isLessThan(8L * each);
	}

	@Test
	void probeOfUnknownHostIsSilent() {
		Endpoint a = start("a");
		Probe probe = a.transport.probe(new Address("no-such-host.invalid", 7400), Duration.ofSeconds(10))
			.toCompletableFuture()
			.join();

		assertThat(probe).isInstanceOf(Probe.Silent.class);
	}

	@Test
	void linkToUnknownHostSaysSo() {
		Endpoint a = start("a");
		Link link = a.transport
			.link(new dev.cajun.transport.Transport.Peer("x", "x1", new Address("no-such-host.invalid", 7400)));
		link.send(0, parcel());
		Waiting.until(() -> link.trouble() != null);

		assertThat(link.trouble()).contains("no-such-host.invalid");
	}

	private static Link.Parcel parcel() {
		return new Link.Parcel() {

			@Override
			public byte[] bytes() {
				return new byte[1];
			}

			@Override
			public void acknowledged() {
			}

			@Override
			public void lost(boolean maybeReceived) {
			}

		};
	}

	@Test
	void startFailsOnPortInUse() {
		Endpoint a = start("a");
		int port = Integer.parseInt(a.transport.description().replaceAll(".*:(\\d+)\\)", "$1"));

		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> start("b", (settings) -> settings.withPort("127.0.0.1", port)))
			.withCauseInstanceOf(TransportException.class)
			.withMessageContaining("127.0.0.1:" + port)
			.withMessageContaining("cajun.transport.port");
	}

	@Test
	void refusesPlaintextBeyondLoopbackAddress() {
		assertThatExceptionOfType(PlaintextRefusedException.class)
			.isThrownBy(() -> start("a", (settings) -> settings.withPort("0.0.0.0", 0)))
			.withMessageContaining("cajun.transport.insecure");
	}

	@Test
	void speaksPlaintextBeyondLoopbackAddressIfTold() {
		Endpoint a = start("a", (settings) -> settings.withPort(null, 0).withAdvertised(null, 0).withInsecure(true));
		Endpoint b = start("b");
		b.deliver(a, "m");

		assertThat(a.peer.address().host()).isNotBlank().isNotEqualTo("0.0.0.0");
	}

	@Test
	void closeLeavesNoThread() {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		Endpoint a = start("a");
		Endpoint b = start("b");
		a.deliver(b, "m");
		b.deliver(a, "m");
		a.transport.probe(b.peer.address(), Duration.ofSeconds(10)).toCompletableFuture().join();
		a.close();
		b.close();
		Waiting.until(() -> Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> !before.contains(thread))
			.noneMatch((thread) -> thread.getName().contains("grpc") || thread.getName().contains("netty")));
	}

	@Test
	void closeTakesLessThanTwoSecondsWhenPeerDoesNotAnswer() {
		Endpoint a = start("a");
		Endpoint b = start("b");
		a.deliver(b, "m");
		Waiting.until(() -> a.acknowledged.get() == 1);
		b.proxy.freeze();
		a.send(b, "stuck");
		long start = System.nanoTime();
		a.transport.close();

		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
		assertThat(a.lost).hasValue(1);
	}

}
