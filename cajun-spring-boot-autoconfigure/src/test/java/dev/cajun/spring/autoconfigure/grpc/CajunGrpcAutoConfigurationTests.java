package dev.cajun.spring.autoconfigure.grpc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

import dev.cajun.grpc.GrpcTransport;
import dev.cajun.grpc.PlaintextRefusedException;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.time.VirtualTime;
import dev.cajun.transport.Address;
import dev.cajun.transport.InMemoryNetwork;
import dev.cajun.transport.Link;
import dev.cajun.transport.Transport;
import dev.cajun.transport.TransportStatistics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.Mockito;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class CajunGrpcAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, CajunGrpcAutoConfiguration.class,
				CajunLinkMetricsAutoConfiguration.class))
		.withPropertyValues("cajun.cluster.mode=clustered");

	@Test
	void definesTransportInClusteredMode() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(Transport.class)
			.hasBean("cajunTransport"));
	}

	@Test
	void definesTransportWhenNodesShareAStore() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, CajunGrpcAutoConfiguration.class))
			.withBean(MetadataStore.class, () -> Mockito.mock(MetadataStore.class))
			.run((context) -> assertThat(context).hasSingleBean(Transport.class));
	}

	@Test
	void staysAwayInLocalMode() {
		this.runner.withPropertyValues("cajun.cluster.mode=local")
			.withBean(MetadataStore.class, () -> Mockito.mock(MetadataStore.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(Transport.class));
	}

	@Test
	void staysAwayWithoutAnything() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(CajunGrpcAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(Transport.class));
	}

	@Test
	void backsOffForTransportOfTheApplication() {
		Transport own = new InMemoryNetwork(new VirtualTime(), new Random(1)).transport(new Address("a", 1));
		this.runner.withBean(Transport.class, () -> own)
			.run((context) -> assertThat(context.getBean(Transport.class)).isSameAs(own));
	}

	@Test
	void staysAwayWithoutTheLibrary() {
		this.runner.withClassLoader(new FilteredClassLoader(GrpcTransport.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(Transport.class));
	}

	@Test
	void appliesProperties() {
		this.runner
			.withPropertyValues("cajun.transport.port=0", "cajun.transport.advertised-host=here.example.org",
					"cajun.transport.advertised-port=7400")
			.run((context) -> {
				Transport transport = context.getBean(Transport.class);
				assertThat(start(transport)).isEqualTo(new Address("here.example.org", 7400));
			});
	}

	@Test
	void linkTakesMessageOfTheLargestSizeWithItsEnvelope() {
		this.runner.withPropertyValues("cajun.transport.max-message-size=3MB").run((context) -> {
			Transport transport = context.getBean(Transport.class);
			start(transport);
			Link link = transport.link(new Transport.Peer("x", "x1", new Address("127.0.0.1", 9)));
			assertThat(link.send(0, parcel((3 << 20) + 60_000))).isEqualTo(Link.Sent.QUEUED);
			assertThat(link.send(0, parcel(4 << 20))).isEqualTo(Link.Sent.TOO_LARGE);
		});
	}

	@Test
	void refusesPropertiesThatMakeNoSense() {
		for (String property : List.of("cajun.transport.port=65536", "cajun.transport.advertised-port=-1",
				"cajun.transport.host= ", "cajun.transport.token= ", "cajun.transport.previous-token=old")) {
			this.runner.withPropertyValues(property).run((context) -> {
				assertThat(context).as(property).hasFailed();
				assertThat(context.getStartupFailure()).rootCause()
					.hasMessageContaining(property.substring(0, property.indexOf('=')));
			});
		}
	}

	@Test
	void doesNotShowTokens() {
		TransportProperties properties = new TransportProperties(null, 0, null, 0, new TransportProperties.Ssl(null),
				"s3cret", "0ld", false);
		assertThat(properties.toString()).doesNotContain("s3cret").doesNotContain("0ld");
	}

	@Test
	void explainsWhyPlaintextIsRefused() {
		this.runner.withPropertyValues("cajun.transport.host=0.0.0.0").run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = new PlaintextFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains("cajun.transport.host", "0.0.0.0", "plaintext");
			assertThat(analysis.getAction()).contains("cajun.transport.ssl.bundle", "cajun.transport.insecure");
			assertThat(context.getStartupFailure()).hasRootCauseInstanceOf(PlaintextRefusedException.class);
		});
	}

	@Test
	void speaksPlaintextWhenToldAndSaysSo(CapturedOutput output) {
		this.runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withPropertyValues("cajun.transport.insecure=true")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(start(context.getBean(Transport.class)).host()).isNotEqualTo("0.0.0.0");
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				context.getBean(LinkMeters.class).bindTo(registry);
				assertThat(registry.get("cajun.links.plaintext").gauge().value()).isEqualTo(1);
				assertThat(output).containsOnlyOnce("Nodes talk to each other in plaintext");
			});
	}

	@Test
	void failsOnUnknownBundle() {
		this.runner.withPropertyValues("cajun.transport.ssl.bundle=none")
			.run((context) -> assertThat(context).getFailure().hasRootCauseInstanceOf(NoSuchSslBundleException.class));
	}

	@Test
	void listensBeyondLoopbackAddressWithBundle(@TempDir Path directory) throws Exception {
		createStore(directory, "one");
		withBundle(directory).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(start(context.getBean(Transport.class)).host()).isNotEqualTo("127.0.0.1");
		});
	}

	@Test
	void connectsAgainWhenBundleChanges(@TempDir Path directory) throws Exception {
		createStore(directory, "one");
		withBundle(directory)
			.withPropertyValues("cajun.transport.host=127.0.0.1", "spring.ssl.bundle.jks.nodes.reload-on-update=true",
					"spring.ssl.bundle.watch.file.quiet-period=50ms")
			.run((context) -> {
				Transport transport = context.getBean(Transport.class);
				Address address = start(transport);
				// A process may have a link to itself, and trusts itself
				Transport.Peer self = new Transport.Peer("n", "n1", address);
				transport.link(self).send(0, parcel(10));
				await(transport, 0);
				Path next = Files.createDirectory(directory.resolve("next"));
				createStore(next, "two");
				Files.move(next.resolve("store.p12"), directory.resolve("store.p12"),
						java.nio.file.StandardCopyOption.REPLACE_EXISTING);
				await(transport, 1);
				transport.link(self).send(0, parcel(10));
				Awaitility.await()
					.atMost(Duration.ofSeconds(20))
					.until(() -> transport.statistics().total().receivedMessages() == 2);
			});
	}

	private static void await(Transport transport, int reconnects) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> transport.statistics().total().reconnects() >= reconnects && transport.statistics()
				.links()
				.stream()
				.anyMatch((link) -> link.state() == TransportStatistics.LinkState.CONNECTED));
	}

	@Test
	void bindsMeters() {
		this.runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			Transport transport = context.getBean(Transport.class);
			context.getBean(LinkMeters.class).bindTo(registry);
			assertThat(registry.get("cajun.links").tag("state", "connected").gauge().value()).isZero();
			Address address = start(transport);
			transport.link(new Transport.Peer("n", "n1", address)).send(0, parcel(10));
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> registry.get("cajun.links.received").functionCounter().count() == 1);

			assertThat(registry.get("cajun.links").tag("state", "connected").gauge().value()).isEqualTo(1);
			assertThat(registry.get("cajun.links.sent").functionCounter().count()).isEqualTo(1);
			assertThat(registry.get("cajun.links.received.size").functionCounter().count()).isEqualTo(10);
			assertThat(registry.get("cajun.links.broken").gauge().value()).isZero();
			assertThat(registry.get("cajun.links.plaintext").gauge().value()).as("on the loopback address").isZero();
			assertThat(registry.get("cajun.links.refused").tag("reason", "other-cluster").functionCounter().count())
				.isZero();
			assertThat(registry.getMeters()).allSatisfy((meter) -> {
				assertThat(meter.getId().getName()).startsWith("cajun.links");
				assertThat(meter.getId().getDescription()).isNotBlank();
			});
		});
	}

	@Test
	void metersStayAwayWithoutMicrometer() {
		this.runner.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("cajunLinkMeters"));
	}

	private ApplicationContextRunner withBundle(Path directory) {
		String store = directory.resolve("store.p12").toUri().toString();
		return this.runner.withPropertyValues("cajun.transport.ssl.bundle=nodes",
				"spring.ssl.bundle.jks.nodes.keystore.location=" + store,
				"spring.ssl.bundle.jks.nodes.keystore.password=changeit",
				"spring.ssl.bundle.jks.nodes.keystore.type=PKCS12",
				"spring.ssl.bundle.jks.nodes.truststore.location=" + store,
				"spring.ssl.bundle.jks.nodes.truststore.password=changeit",
				"spring.ssl.bundle.jks.nodes.truststore.type=PKCS12");
	}

	/** A key whose certificate it has signed itself, trusted by itself. */
	private static void createStore(Path directory, String name) throws IOException, InterruptedException {
		String store = directory.resolve("store.p12").toString();
		Path certificate = directory.resolve("certificate");
		keytool(directory, "-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=" + name, "-ext",
				"san=ip:127.0.0.1", "-validity", "2", "-storetype", "PKCS12", "-keystore", store);
		keytool(directory, "-exportcert", "-alias", name, "-keystore", store, "-file", certificate.toString());
		keytool(directory, "-importcert", "-noprompt", "-alias", "trusted", "-keystore", store, "-file",
				certificate.toString());
	}

	private static void keytool(Path directory, String... arguments) throws IOException, InterruptedException {
		List<String> command = new java.util.ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
		command.addAll(List.of(arguments));
		command.addAll(List.of("-storepass", "changeit", "-J-XX:TieredStopAtLevel=1"));
		Path log = directory.resolve("keytool.log");
		Process keytool = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		assertThat(keytool.waitFor()).as(Files.readString(log)).isZero();
	}

	private static Address start(Transport transport) {
		return transport.start(new Transport.Self("test", "n", "n1"), new Transport.Receiver() {

			@Override
			public void received(Transport.Peer from, int stream, byte[] message) {
				// Counted by the transport
			}

			@Override
			public void probed(Runnable answer) {
				answer.run();
			}

		}).toCompletableFuture().join();
	}

	private static Link.Parcel parcel(int size) {
		byte[] bytes = new byte[size];
		return new Link.Parcel() {

			@Override
			public byte[] bytes() {
				return bytes;
			}

			@Override
			public void acknowledged() {
				// Nobody waits
			}

			@Override
			public void lost(boolean maybeReceived) {
				// Nobody waits
			}

		};
	}

}
