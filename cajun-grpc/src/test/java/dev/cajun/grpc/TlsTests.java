package dev.cajun.grpc;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import dev.cajun.transport.Link;
import dev.cajun.transport.Transport.Probe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Nodes that show each other certificates. */
class TlsTests {

	@TempDir
	private static Path directory;

	private static Identity one;

	private static Identity two;

	private static Identity next;

	private static Identity elsewhere;

	private final List<Endpoint> endpoints = new ArrayList<>();

	@BeforeAll
	static void createIdentities() throws Exception {
		one = Identity.create(directory, "one", "ip:127.0.0.1");
		two = Identity.create(directory, "two", "ip:127.0.0.1");
		next = Identity.create(directory, "next", "ip:127.0.0.1");
		elsewhere = Identity.create(directory, "elsewhere", "dns:elsewhere.example.org");
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

	private Endpoint start(String name, GrpcTls tls) {
		return start(name, (settings) -> settings.withTls(() -> tls));
	}

	private Endpoint start(String name, UnaryOperator<GrpcSettings> changes) {
		Endpoint endpoint = new Endpoint(name, changes);
		this.endpoints.add(endpoint);
		return endpoint;
	}

	@Test
	void nodesThatTrustEachOtherTalk() {
		Endpoint a = start("a", one.trusting(two));
		Endpoint b = start("b", two.trusting(one));
		a.deliver(b, "there");
		b.deliver(a, "back");

		assertThat(a.transport.probe(b.peer.address(), Duration.ofSeconds(10)).toCompletableFuture().join())
			.isInstanceOf(Probe.Reached.class);
	}

	@Test
	void refusesPlaintext() {
		Endpoint a = start("a", UnaryOperator.identity());
		Endpoint b = start("b", two.trusting(one));
		a.send(b, "m");
		a.trouble(b);

		assertThat(b.received()).isEmpty();
	}

	@Test
	void refusesCertificateThatItDoesNotTrust() {
		Endpoint a = start("a", next.trusting(two));
		Endpoint b = start("b", two.trusting(one));
		a.send(b, "m");
		a.trouble(b);

		assertThat(b.received()).isEmpty();
	}

	@Test
	void connectsToNoNodeThatItDoesNotTrust() {
		Endpoint a = start("a", one.trusting(next));
		Endpoint b = start("b", two.trusting(one));
		a.send(b, "m");

		assertThat(a.trouble(b)).contains("certif");
		assertThat(b.received()).isEmpty();
		assertThat(a.transport.probe(b.peer.address(), Duration.ofSeconds(10)).toCompletableFuture().join())
			.as("a certificate that is wrong does not mean that nobody is there")
			.isInstanceOf(Probe.Silent.class);
	}

	@Test
	void connectsToNoNodeWhoseCertificateNamesAnotherHost() {
		Endpoint a = start("a", one.trusting(elsewhere));
		Endpoint b = start("b", elsewhere.trusting(one));
		a.send(b, "m");

		assertThat(a.trouble(b)).contains("127.0.0.1");
		assertThat(b.received()).isEmpty();
	}

	@Test
	void certificatesAreReplacedUnderLoad() {
		AtomicReference<GrpcTls> ofA = new AtomicReference<>(one.trusting(two, next));
		AtomicReference<GrpcTls> ofB = new AtomicReference<>(two.trusting(one));
		Endpoint a = start("a", (settings) -> settings.withTls(ofA::get));
		Endpoint b = start("b", (settings) -> settings.withTls(ofB::get));
		List<String> sent = new ArrayList<>();
		send(a, b, sent, 2000);
		ofB.set(next.trusting(one));
		b.transport.reload();
		send(a, b, sent, 2000);
		ofA.set(one.trusting(next));
		a.transport.reload();
		send(a, b, sent, 2000);
		Waiting.until(() -> a.acknowledged.get() == sent.size());

		assertThat(b.received()).isEqualTo(sent);
		assertThat(a.statistics(b).counts().reconnects()).as("what trusts the new one only is connected").isEqualTo(1);
	}

	private static void send(Endpoint from, Endpoint to, List<String> sent, int count) {
		for (int i = 0; i < count; i++) {
			String message = "m" + sent.size();
			assertThat(from.send(to, message)).isEqualTo(Link.Sent.QUEUED);
			sent.add(message);
		}
		Waiting.until(() -> from.acknowledged.get() > sent.size() - count / 2);
	}

}
