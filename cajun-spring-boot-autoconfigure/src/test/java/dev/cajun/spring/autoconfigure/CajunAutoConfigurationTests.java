package dev.cajun.spring.autoconfigure;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;

import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.NodeListener;
import dev.cajun.node.NodeSettings;
import dev.cajun.node.NodeState;
import dev.cajun.serialization.ActorSerializer;
import dev.cajun.serialization.JacksonActorSerializer;
import dev.cajun.spring.ApplicationNode;
import dev.cajun.spring.CajunNodeCustomizer;
import dev.cajun.spring.autoconfigure.Ping.PingActor;
import dev.cajun.spring.autoconfigure.Ping.PingMessage;
import dev.cajun.spring.autoconfigure.Ping.PongActor;
import dev.cajun.spring.autoconfigure.endpoint.ClusterEndpointAutoConfiguration;
import dev.cajun.spring.autoconfigure.health.ClusterHealthAutoConfiguration;
import dev.cajun.spring.autoconfigure.metrics.CajunMetricsAutoConfiguration;
import dev.cajun.store.ActorStore;
import dev.cajun.embedded.EmbeddedActorStore;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.time.Scheduler;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.actuate.autoconfigure.audit.AuditEventsEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.Mockito.mock;

class CajunAutoConfigurationTests {

	@TempDir
	private Path directory;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class))
		.withPropertyValues("cajun.persistence.store=memory");

	@Test
	void startsAnEmbeddedStoreByDefault() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class))
			.withPropertyValues("cajun.persistence.embedded.directory=" + this.directory.resolve("data"))
			.run((context) -> {
				assertThat(context).getBean(ActorStore.class).isInstanceOf(EmbeddedActorStore.class);
				assertThat(context.getBean(ClusterManagement.class).node().state()).isEqualTo(NodeState.UP);
			});
	}

	@Test
	void startsWithTheContextAndStopsWithIt() {
		AtomicReference<ApplicationNode> node = new AtomicReference<>();
		this.runner.withUserConfiguration(PingActor.class, PongActor.class).run((context) -> {
			node.set(context.getBean(ApplicationNode.class));
			assertThat(node.get().node().state()).isEqualTo(NodeState.UP);
			assertThat(keepAliveThread()).isNotNull().matches((thread) -> !thread.isDaemon());
		});
		assertThat(node.get().node().state()).isEqualTo(NodeState.STOPPED);
	}

	private static Thread keepAliveThread() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("cajun-node-"))
			.findFirst()
			.orElse(null);
	}

	@Test
	void startsBeforeTheWebServerAndIsNotPaused() {
		this.runner.run((context) -> {
			SmartLifecycle lifecycle = context.getBean("cajunNode", SmartLifecycle.class);
			assertThat(lifecycle.getPhase()).isEqualTo(SmartLifecycle.DEFAULT_PHASE - 4096);
			assertThat(lifecycle.isPauseable()).isFalse();
			assertThat(lifecycle.isAutoStartup()).isTrue();
		});
	}

	@Test
	void waitsToBeStarted() {
		this.runner.withUserConfiguration(PingActor.class, PongActor.class)
			.withPropertyValues("cajun.auto-startup=false")
			.run((context) -> {
				assertThat(context.getBean(ApplicationNode.class).node().state()).isEqualTo(NodeState.NEW);
				assertThat(context.getBean(ClusterManagement.class).types()).hasSize(2);
				context.getSourceApplicationContext().start();
				assertThat(context.getBean(ApplicationNode.class).node().state()).isEqualTo(NodeState.UP);
			});
	}

	@Test
	void refusesToTalkToActorsWhileBeansAreCreated() {
		this.runner.withUserConfiguration(PingActor.class, PongActor.class, Impatient.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(IllegalStateException.class)
				.hasMessageContaining("ApplicationRunner"));
	}

	@Test
	void saysWhatToDoWhenAskedTooEarly() {
		this.runner.withPropertyValues("cajun.auto-startup=false")
			.run((context) -> assertThatIllegalStateException()
				.isThrownBy(() -> context.getBean(ActorSystem.class).actors("a", String.class))
				.withMessageContaining("ApplicationRunner"));
	}

	@Test
	void backsOffForBeansOfTheApplication() {
		InMemoryActorStore store = new InMemoryActorStore();
		JacksonActorSerializer serializer = JacksonActorSerializer.json();
		this.runner.withBean("serializer", ActorSerializer.class, () -> serializer)
			.withBean("store", ActorStore.class, () -> store)
			.run((context) -> {
				assertThat(context).getBean(ActorSerializer.class).isSameAs(serializer);
				assertThat(context).getBean(ActorStore.class).isSameAs(store);
			});
	}

	@Test
	void backsOffForAnActorSystemOfTheApplication() {
		this.runner.withBean("system", ActorSystem.class, () -> mock(ActorSystem.class))
			.withUserConfiguration(PingActor.class, PongActor.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context).doesNotHaveBean(ApplicationNode.class);
				assertThat(context).doesNotHaveBean(ActorStore.class);
				assertThat(context).getBean("pingActors").isInstanceOf(Actors.class);
			});
	}

	@Test
	void namesItsBeansApart() {
		this.runner
			.withConfiguration(
					AutoConfigurations.of(EndpointAutoConfiguration.class, AuditEventsEndpointAutoConfiguration.class,
							HealthContributorRegistryAutoConfiguration.class, ClusterEndpointAutoConfiguration.class,
							ClusterHealthAutoConfiguration.class, CajunMetricsAutoConfiguration.class))
			.withPropertyValues("management.endpoints.web.exposure.include=*")
			.withBean("serializer", String.class, () -> "mine")
			.withBean("transport", String.class, () -> "mine")
			.withBean("actorSystem", String.class, () -> "mine")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(Arrays.stream(context.getBeanDefinitionNames())
					.filter((name) -> context.getType(name) != null
							&& context.getType(name).getName().startsWith("dev.cajun"))
					.filter((name) -> !name.startsWith("dev.cajun.spring.autoconfigure"))).isNotEmpty()
					.allMatch((name) -> name.startsWith("cajun"));
			});
	}

	@Test
	void publishesNothingThatSwitchesBootOff() {
		this.runner.run((context) -> {
			assertThat(context).doesNotHaveBean(Executor.class);
			assertThat(context).doesNotHaveBean(ScheduledExecutorService.class);
			assertThat(context).doesNotHaveBean(Clock.class);
			assertThat(context).doesNotHaveBean(JsonMapper.class);
			assertThat(context).doesNotHaveBean(Scheduler.class);
		});
	}

	@Test
	void usesSettingsAndNames() {
		this.runner
			.withPropertyValues("spring.application.name=shop", "cajun.node.name=n1", "cajun.cluster.shards=16",
					"cajun.max-active=10", "cajun.delivery.guarantee=exactly-once",
					"cajun.transport.max-message-size=64KB", "cajun.shutdown.drain-timeout=1s")
			.run((context) -> {
				assertThat(context.getBean(ClusterManagement.class).node().cluster()).isEqualTo("shop");
				assertThat(context.getBean(ClusterManagement.class).node().shards()).isEqualTo(16);
				assertThat(context.getBean(ActorSystem.class).node()).startsWith("n1#");
			});
		this.runner.run((context) -> assertThat(context.getBean(ClusterManagement.class).node().cluster())
			.isEqualTo("application"));
		this.runner.withPropertyValues("spring.application.name=shop", "cajun.cluster.name=other")
			.run((context) -> assertThat(context.getBean(ClusterManagement.class).node().cluster()).isEqualTo("other"));
	}

	@Test
	void hooksMayDependOnActors() {
		this.runner.withUserConfiguration(PingActor.class, PongActor.class, Hooks.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(ClusterManagement.class).node().cluster()).isEqualTo("customized");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { MeterRegistry.class, HealthIndicator.class, Endpoint.class })
	void startsWithoutAnOptionalLibrary(Class<?> missing) {
		this.runner.withClassLoader(new FilteredClassLoader(missing))
			.withConfiguration(AutoConfigurations.of(ClusterEndpointAutoConfiguration.class,
					ClusterHealthAutoConfiguration.class, CajunMetricsAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(ApplicationNode.class));
	}

	static class Impatient {

		Impatient(Actors<PingMessage> actors) {
			actors.get("a");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Hooks {

		@Bean
		CajunNodeCustomizer customizer(Actors<PingMessage> actors, ActorSystem system) {
			return (builder) -> builder
				.settings(NodeSettings.defaults().withCluster("customized").withDrainTimeout(Duration.ofSeconds(1)));
		}

		@Bean
		NodeListener listener(Actors<PingMessage> actors) {
			return new NodeListener() {
			};
		}

	}

}
