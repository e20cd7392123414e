package dev.cajun.spring.autoconfigure.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.cajun.etcd.EtcdMetadataStore;
import dev.cajun.etcd.EtcdSettings;
import dev.cajun.metadata.InMemoryMetadata;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.spring.EtcdClientCustomizer;
import dev.cajun.spring.EtcdConnectionDetails;
import dev.cajun.time.VirtualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.testcontainers.containers.GenericContainer;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetailsFactories;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.docker.compose.core.ConnectionPorts;
import org.springframework.boot.docker.compose.core.ImageReference;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

class EtcdAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, EtcdAutoConfiguration.class));

	@Test
	void addsNothingWhenNobodySaysWhereEtcdIs() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(MetadataStore.class)
			.doesNotHaveBean(EtcdConnectionDetails.class));
	}

	@ParameterizedTest
	@CsvSource({ "cajun.etcd.endpoints, http://e1:2379", "cajun.etcd.endpoints[0], http://e1:2379",
			"cajun.etcd.endpoints, e1:2379" })
	void storesMetadataInEtcdWhenPropertiesSayWhereItIs(String property, String value) {
		this.runner.withPropertyValues(property + "=" + value).run((context) -> {
			assertThat(context).hasSingleBean(MetadataStore.class).hasBean("cajunMetadataStore");
			assertThat(context.getBean(MetadataStore.class)).isInstanceOf(EtcdMetadataStore.class);
			assertThat(context.getBean(MetadataStore.class).description()).isEqualTo("etcd (http://e1:2379)");
		});
	}

	/** The address answers nobody: creating beans must not wait for it. */
	@Test
	void connectsToNothingWhileBeansAreCreated() {
		long start = System.nanoTime();
		this.runner.withPropertyValues("cajun.etcd.endpoints=http://192.0.2.1:2379,http://192.0.2.2:2379")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(20).toNanos());
	}

	@Test
	void appliesPropertiesAndThenCustomizersInOrder() {
		this.runner.withUserConfiguration(Customizers.class)
			.withPropertyValues("cajun.etcd.endpoints=http://e1:2379,http://e2:2379", "cajun.etcd.username=node",
					"cajun.etcd.password=secret", "cajun.etcd.key-prefix=/ours", "cajun.etcd.connect-timeout=2s",
					"cajun.etcd.request-timeout=1s", "spring.application.name=shop")
			.run((context) -> {
				Customizers customizers = context.getBean(Customizers.class);
				assertThat(customizers.first.cluster()).isEqualTo("shop");
				assertThat(customizers.first.endpoints()).containsExactly(URI.create("http://e1:2379"),
						URI.create("http://e2:2379"));
				assertThat(customizers.first.username()).isEqualTo("node");
				assertThat(customizers.first.password()).isEqualTo("secret");
				assertThat(customizers.first.keyPrefix()).isEqualTo("/ours");
				assertThat(customizers.first.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
				assertThat(customizers.first.requestTimeout()).isEqualTo(Duration.ofSeconds(1));
				assertThat(customizers.second.keyPrefix()).isEqualTo("/first");
			});
	}

	@Test
	void namesClusterAsTheNodeDoes() {
		this.runner.withUserConfiguration(Customizers.class)
			.withPropertyValues("cajun.etcd.endpoints=http://e1:2379", "spring.application.name=shop",
					"cajun.cluster.name=market")
			.run((context) -> assertThat(context.getBean(Customizers.class).first.cluster()).isEqualTo("market"));
		this.runner.withUserConfiguration(Customizers.class)
			.withPropertyValues("cajun.etcd.endpoints=http://e1:2379")
			.run((context) -> assertThat(context.getBean(Customizers.class).first.cluster()).isEqualTo("application"));
	}

	@Test
	void securesConnectionsWithBundle() {
		this.runner.withUserConfiguration(Customizers.class)
			.withPropertyValues("cajun.etcd.endpoints=e1:2379", "cajun.etcd.ssl.bundle=etcd",
					"spring.ssl.bundle.jks.etcd.options.enabled-protocols=TLSv1.3")
			.run((context) -> {
				Customizers customizers = context.getBean(Customizers.class);
				assertThat(customizers.first.endpoints()).containsExactly(URI.create("https://e1:2379"));
				assertThat(customizers.first.tls()).isNotNull();
				assertThat(customizers.first.tls().protocols()).containsExactly("TLSv1.3");
				assertThat(customizers.first.tls().trust()).isNotNull();
			});
		this.runner.withPropertyValues("cajun.etcd.endpoints=https://e1:2379", "cajun.etcd.ssl.bundle=none")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(NoSuchSslBundleException.class));
	}

	@ParameterizedTest
	@CsvSource({ "cajun.etcd.endpoints=ftp://e1, http://host:2379", "cajun.etcd.endpoints=http:///x, http://host:2379",
			"cajun.etcd.username=node, go together", "cajun.cluster.name=a/b, must not be blank or hold" })
	void saysWhatToWriteWhereWhenConfiguredWrongly(String property, String text) {
		this.runner.withPropertyValues("cajun.etcd.endpoints=http://e1:2379", property)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.satisfies((failure) -> assertThat(failure).hasMessageContaining(text))
				.satisfies((failure) -> assertThat(analyzed(context.getStartupFailure()).analysis().getAction())
					.contains("cajun.etcd.endpoints")));
	}

	private static FailureAnalyzedException analyzed(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof FailureAnalyzedException analyzed) {
				return analyzed;
			}
		}
		throw new AssertionError("nothing was analyzed", failure);
	}

	@Test
	void leavesOtherMetadataStoreInPlace() {
		this.runner.withBean(MetadataStore.class, () -> new InMemoryMetadata(new VirtualTime()).connect())
			.withPropertyValues("cajun.etcd.endpoints=http://e1:2379")
			.run((context) -> assertThat(context).hasSingleBean(MetadataStore.class)
				.doesNotHaveBean(EtcdMetadataStore.class));
	}

	@Test
	void prefersOtherConnectionDetails() {
		EtcdConnectionDetails details = () -> List.of(URI.create("http://elsewhere:2379"));
		this.runner.withBean(EtcdConnectionDetails.class, () -> details)
			.withPropertyValues("cajun.etcd.endpoints=http://e1:2379")
			.run((context) -> {
				assertThat(context).hasSingleBean(EtcdConnectionDetails.class);
				assertThat(context.getBean(MetadataStore.class).description())
					.isEqualTo("etcd (http://elsewhere:2379)");
			});
		this.runner.withBean(EtcdConnectionDetails.class, () -> details)
			.run((context) -> assertThat(context).hasSingleBean(EtcdMetadataStore.class));
	}

	@Test
	void closesStoreWithContext() {
		var store = new MetadataStore[1];
		this.runner.withPropertyValues("cajun.etcd.endpoints=http://e1:2379")
			.run((context) -> store[0] = context.getBean(MetadataStore.class));
		assertThat(store[0].list("").toCompletableFuture()).isCompletedExceptionally();
	}

	@Test
	void addsNothingWithoutLibrary() {
		this.runner.withClassLoader(new FilteredClassLoader("dev.cajun.etcd"))
			.withPropertyValues("cajun.etcd.endpoints=http://e1:2379")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(MetadataStore.class));
	}

	@Test
	void needsNeitherTestcontainersNorDockerCompose() {
		this.runner
			.withClassLoader(new FilteredClassLoader("org.testcontainers", "org.springframework.boot.testcontainers",
					"org.springframework.boot.docker"))
			.withPropertyValues("cajun.etcd.endpoints=http://e1:2379")
			.run((context) -> assertThat(context).hasSingleBean(EtcdMetadataStore.class));
	}

	@Test
	void findsContainerConnectedAsEtcd() {
		this.runner.withConfiguration(AutoConfigurations.of(ServiceConnectionAutoConfiguration.class))
			.withUserConfiguration(EtcdContainer.class)
			.run((context) -> {
				assertThat(context).hasSingleBean(EtcdConnectionDetails.class);
				assertThat(context.getBean(MetadataStore.class).description()).isEqualTo("etcd (http://docker:32768)");
			});
	}

	@ParameterizedTest
	@CsvSource({ "quay.io/coreos/etcd:v3.6.0, true", "bitnami/etcd, true", "gcr.io/etcd-development/etcd:v3.5.21, true",
			"etcd, true", "acme/not-etcd, false", "redis:7, false" })
	void findsDockerComposeServiceWhoseImageIsEtcd(String image, boolean found) {
		EtcdConnectionDetails details = connectionDetails(compose(image, Map.of(), Map.of()));
		assertThat(details != null).isEqualTo(found);
		if (found) {
			assertThat(details.getEndpoints()).containsExactly(URI.create("http://127.0.0.1:32769"));
			assertThat(details.getUsername()).isNull();
		}
	}

	@Test
	void findsDockerComposeServiceByLabelAndItsPassword() {
		EtcdConnectionDetails details = connectionDetails(compose("acme/mine",
				Map.of("org.springframework.boot.service-connection", "etcd"), Map.of("ETCD_ROOT_PASSWORD", "secret")));
		assertThat(details.getUsername()).isEqualTo("root");
		assertThat(details.getPassword()).isEqualTo("secret");
	}

	private static DockerComposeConnectionSource compose(String image, Map<String, String> labels,
			Map<String, String> environment) {
		RunningService service = mock();
		given(service.image()).willReturn(ImageReference.of(image));
		given(service.labels()).willReturn(labels);
		given(service.env()).willReturn(environment);
		given(service.host()).willReturn("127.0.0.1");
		ConnectionPorts ports = mock();
		given(ports.get(2379)).willReturn(32769);
		given(service.ports()).willReturn(ports);
		DockerComposeConnectionSource source = mock();
		given(source.getRunningService()).willReturn(service);
		return source;
	}

	/** As Spring Boot finds it. */
	private static @Nullable EtcdConnectionDetails connectionDetails(DockerComposeConnectionSource source) {
		return (EtcdConnectionDetails) new ConnectionDetailsFactories(null).getConnectionDetails(source, false)
			.get(EtcdConnectionDetails.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class EtcdContainer {

		@Bean
		@ServiceConnection("etcd")
		GenericContainer<?> container() {
			GenericContainer<?> container = mock();
			given(container.getHost()).willReturn("docker");
			given(container.getMappedPort(2379)).willReturn(32768);
			return container;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		private EtcdSettings first;

		private EtcdSettings second;

		@Bean
		@Order(2)
		EtcdClientCustomizer secondCustomizer() {
			return (settings) -> {
				this.second = settings;
				return settings;
			};
		}

		@Bean
		@Order(1)
		EtcdClientCustomizer firstCustomizer() {
			return (settings) -> {
				this.first = settings;
				return settings.withKeyPrefix("/first");
			};
		}

	}

}
