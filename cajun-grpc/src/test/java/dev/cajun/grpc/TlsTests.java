package dev.cajun.grpc;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import dev.cajun.transport.Link;
import dev.cajun.transport.Refusal;
import dev.cajun.transport.Transport.Probe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Nodes that show each other certificates. */
class TlsTests {

	@TempDir
	private static Path directory;

	private static Identity one;

	private static Identity two;

	private static Identity next;

	private static Identity elsewhere;

	private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(RefusalLog.class);

	private final List<String> warnings = new CopyOnWriteArrayList<>();

	private final Appender<ILoggingEvent> log = new AppenderBase<>() {

		@Override
		protected void append(ILoggingEvent event) {
			if (event.getLevel() == Level.WARN) {
				TlsTests.this.warnings.add(event.getFormattedMessage());
			}
		}

	};

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

	@BeforeEach
	void listenToTheLog() {
		this.log.start();
		LOGGER.addAppender(this.log);
	}

	@AfterEach
	void close() {
		this.endpoints.forEach(Endpoint::close);
		LOGGER.detachAppender(this.log);
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
		Endpoint a = start("a", (settings) -> settings.withTokens("s3cret", null));
		Endpoint b = start("b", two.trusting(one));
		a.send(b, "m");
		a.trouble(b);

		assertRefused(b, "the other side speaks plaintext");
	}

	@Test
	void refusesWhoShowsNoCertificate() throws Exception {
		Endpoint a = start("a", Identity.none(two));
		Endpoint b = start("b", two.trusting(one));
		a.send(b, "m");
		a.trouble(b);

		assertRefused(b, "certificate");
	}

	@Test
	void knockingDoesNotFillTheLog() {
		Endpoint a = start("a", next.trusting(two));
		Endpoint b = start("b", two.trusting(one));
		a.send(b, "m");
		Waiting.until(() -> b.refused(Refusal.TLS) >= 3);

		assertThat(warnings()).hasSize(1);
	}

	private void assertRefused(Endpoint endpoint, String reason) {
		Waiting.until(() -> endpoint.refused(Refusal.TLS) > 0);
		Waiting.until(() -> !warnings().isEmpty());
		assertThat(warnings()).singleElement()
			.asString()
			.contains("127.0.0.1", endpoint.peer.node() + " cannot agree on TLS", reason)
			.doesNotContain("s3cret")
			// The same in bytes, as Netty shows what is no TLS
			.doesNotContain("733363726574");
		assertThat(endpoint.received()).isEmpty();
	}

	private List<String> warnings() {
		return List.copyOf(this.warnings);
	}

	@Test
	void refusesCertificateThatItDoesNotTrust() {
		Endpoint a = start("a", next.trusting(two));
		Endpoint b = start("b", two.trusting(one));
		a.send(b, "m");
		a.trouble(b);

		assertRefused(b, "certificate");
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
