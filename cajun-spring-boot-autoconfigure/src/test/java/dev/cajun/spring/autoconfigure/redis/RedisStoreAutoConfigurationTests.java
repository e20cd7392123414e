package dev.cajun.spring.autoconfigure.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import dev.cajun.node.ClusterManagement;
import dev.cajun.node.NodeState;
import dev.cajun.redis.RedisActorStore;
import dev.cajun.redis.RedisDurability;
import dev.cajun.redis.RedisStoreSettings;
import dev.cajun.redis.RedisStoreSettings.Topology;
import dev.cajun.spring.RedisStoreCustomizer;
import dev.cajun.spring.autoconfigure.CajunAutoConfiguration;
import dev.cajun.store.ActorStore;
import dev.cajun.store.InMemoryActorStore;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class RedisStoreAutoConfigurationTests {

	private final AtomicReference<RedisStoreSettings> settings = new AtomicReference<>();

	/** Nothing is started, so no server is needed. */
	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class, RedisStoreAutoConfiguration.class,
				DataRedisAutoConfiguration.class, SslAutoConfiguration.class))
		.withBean(RedisStoreCustomizer.class, () -> (found) -> {
			this.settings.set(found);
			return found;
		})
		.withPropertyValues("cajun.persistence.store=redis", "cajun.auto-startup=false");

	private RedisStoreSettings settings(String... properties) {
		this.runner.withPropertyValues(properties)
			.run((context) -> assertThat(context).getBean(ActorStore.class).isInstanceOf(RedisActorStore.class));
		return this.settings.get();
	}

	private RedisURI uri(String... properties) {
		List<RedisURI> uris = settings(properties).uris();
		assertThat(uris).hasSize(1);
		return uris.get(0);
	}

	private static RedisCredentials credentials(RedisURI uri) {
		return uri.getCredentialsProvider().resolveCredentials().block();
	}

	@Test
	void isUsedOnlyWhenAskedFor() {
		this.runner.withPropertyValues("cajun.persistence.store=memory")
			.run((context) -> assertThat(context).getBean(ActorStore.class).isInstanceOf(InMemoryActorStore.class));
		this.runner.withBean("mine", ActorStore.class, InMemoryActorStore::new)
			.run((context) -> assertThat(context).doesNotHaveBean(RedisActorStore.class));
	}

	@Test
	void hasDefaults() {
		RedisStoreSettings found = settings();
		assertThat(found.topology()).isEqualTo(Topology.STANDALONE);
		assertThat(found.uris().get(0).getHost()).isEqualTo("localhost");
		assertThat(found.uris().get(0).getPort()).isEqualTo(6379);
		assertThat(found.uris().get(0).isSsl()).isFalse();
		assertThat(found.ssl()).isNull();
		assertThat(found.cluster()).isEqualTo("application");
		assertThat(found.prefix()).isEqualTo("cajun:");
		assertThat(found.connections()).isEqualTo(4);
		assertThat(found.commandTimeout()).isEqualTo(Duration.ofSeconds(2));
		assertThat(found.queueSize()).isEqualTo(10_000);
		assertThat(found.durability()).isEqualTo(new RedisDurability.Ack());
		assertThat(found.refuseUnsafe()).isTrue();
		assertThat(found.placeTtl()).isEqualTo(Duration.ofSeconds(10));
		assertThat(found.create()).isTrue();
	}

	@Test
	void appliesProperties() {
		RedisStoreSettings found = settings("spring.application.name=shop", "cajun.persistence.redis.key-prefix=x:",
				"cajun.persistence.redis.connections=7", "cajun.persistence.redis.command-timeout=1s",
				"cajun.persistence.redis.queue-size=99", "cajun.persistence.redis.unsafe-settings=warn",
				"cajun.persistence.redis.place-ttl=3s", "cajun.persistence.redis.create=false",
				"cajun.persistence.durability=replicated", "cajun.persistence.redis.replicas=2");
		assertThat(found.cluster()).isEqualTo("shop");
		assertThat(found.prefix()).isEqualTo("x:");
		assertThat(found.connections()).isEqualTo(7);
		assertThat(found.commandTimeout()).isEqualTo(Duration.ofSeconds(1));
		assertThat(found.queueSize()).isEqualTo(99);
		assertThat(found.refuseUnsafe()).isFalse();
		assertThat(found.placeTtl()).isEqualTo(Duration.ofSeconds(3));
		assertThat(found.create()).isFalse();
		assertThat(found.durability()).isEqualTo(new RedisDurability.Replicated(2));
		assertThat(settings("cajun.persistence.durability=fsync", "cajun.cluster.name=other"))
			.satisfies((other) -> assertThat(other.durability()).isEqualTo(new RedisDurability.Fsync()))
			.satisfies((other) -> assertThat(other.cluster()).isEqualTo("other"));
	}

	@ParameterizedTest
	@CsvSource({ "replicas=0,replicas must be at least 1", "connections=65,connections must be 1 to 64",
			"command-timeout=1ms,command-timeout must be at least 50ms", "queue-size=0,queue-size must be at least 1",
			"place-ttl=10ms,place-ttl must be at least 1s" })
	void refusesPropertiesOutOfRange(String property, String text) {
		this.runner.withPropertyValues("cajun.persistence.redis." + property)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("cajun.persistence.redis." + text));
	}

	@Test
	void findsOneServer() {
		RedisURI uri = uri("spring.data.redis.host=h", "spring.data.redis.port=7", "spring.data.redis.database=3",
				"spring.data.redis.username=u", "spring.data.redis.password=p");
		assertThat(uri.getHost()).isEqualTo("h");
		assertThat(uri.getPort()).isEqualTo(7);
		assertThat(uri.getDatabase()).isEqualTo(3);
		assertThat(credentials(uri).getUsername()).isEqualTo("u");
		assertThat(credentials(uri).getPassword()).containsExactly('p');
	}

	@Test
	void usesAPasswordWithoutAUser() {
		RedisURI uri = uri("spring.data.redis.password=p");
		assertThat(credentials(uri).hasUsername()).isFalse();
		assertThat(credentials(uri).getPassword()).containsExactly('p');
	}

	@ParameterizedTest
	@CsvSource({ "redis,false", "rediss,true" })
	void readsTheUrl(String scheme, boolean tls) {
		RedisURI uri = uri("spring.data.redis.url=" + scheme + "://u:p@h:7/3");
		assertThat(uri.getHost()).isEqualTo("h");
		assertThat(uri.getPort()).isEqualTo(7);
		assertThat(uri.getDatabase()).isEqualTo(3);
		assertThat(credentials(uri).getUsername()).isEqualTo("u");
		assertThat(uri.isSsl()).isEqualTo(tls);
	}

	@Test
	void findsAMasterThroughSentinels() {
		RedisURI uri = uri("spring.data.redis.sentinel.master=m", "spring.data.redis.sentinel.nodes=a:1,b:2",
				"spring.data.redis.sentinel.username=su", "spring.data.redis.sentinel.password=sp",
				"spring.data.redis.password=p", "spring.data.redis.database=2", "spring.data.redis.ssl.enabled=true");
		assertThat(this.settings.get().topology()).isEqualTo(Topology.SENTINEL);
		assertThat(uri.getSentinelMasterId()).isEqualTo("m");
		assertThat(uri.getDatabase()).isEqualTo(2);
		assertThat(credentials(uri).getPassword()).containsExactly('p');
		assertThat(uri.isSsl()).isTrue();
		assertThat(uri.getSentinels()).extracting(RedisURI::getHost).containsExactly("a", "b");
		assertThat(uri.getSentinels()).extracting(RedisURI::getPort).containsExactly(1, 2);
		assertThat(uri.getSentinels()).allSatisfy((sentinel) -> {
			assertThat(credentials(sentinel).getUsername()).isEqualTo("su");
			assertThat(credentials(sentinel).getPassword()).containsExactly('s', 'p');
			assertThat(sentinel.isSsl()).isTrue();
		});
	}

	@Test
	void findsNodesOfACluster() {
		RedisStoreSettings found = settings("spring.data.redis.cluster.nodes=a:1,b:2", "spring.data.redis.username=u",
				"spring.data.redis.password=p");
		assertThat(found.topology()).isEqualTo(Topology.CLUSTER);
		assertThat(found.uris()).extracting(RedisURI::getHost).containsExactly("a", "b");
		assertThat(found.uris()).extracting((uri) -> credentials(uri).getUsername()).containsOnly("u");
	}

	@Test
	void usesTls() {
		assertThat(uri("spring.data.redis.ssl.enabled=true").isSsl()).isTrue();
		assertThat(this.settings.get().ssl()).isNotNull();
	}

	@Test
	void createsNoConnectionBeforeTheNodeStarts() {
		this.runner.withPropertyValues("spring.data.redis.port=1").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(ClusterManagement.class).node().state()).isEqualTo(NodeState.NEW);
		});
	}

	private static void assertFailure(AssertableApplicationContext context, String text, String action) {
		assertThat(context).getFailure().rootCause().isInstanceOfSatisfying(FailureAnalyzedException.class, (ex) -> {
			assertThat(ex.analysis().getDescription()).contains("'cajun.persistence.store' is 'redis'").contains(text);
			assertThat(ex.analysis().getAction()).contains(action);
		});
	}

	@Test
	void saysWhatToAddWithoutTheModule() {
		this.runner.withClassLoader(new FilteredClassLoader("dev.cajun.redis"))
			.run((context) -> assertFailure(context, "library of that store", "'dev.cajun:cajun-redis'"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.lettuce", "org.springframework.boot.data.redis" })
	void saysWhatToAddWithoutTheSupportOfSpringBoot(String missing) {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class, RedisStoreAutoConfiguration.class))
			.withPropertyValues("cajun.persistence.store=redis")
			.withClassLoader(new FilteredClassLoader(missing))
			.run((context) -> assertFailure(context, "Spring Boot's support for Redis",
					"'org.springframework.boot:spring-boot-starter-data-redis'"));
	}

	@Test
	void saysWhatToDoWithoutConnectionDetails() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class, RedisStoreAutoConfiguration.class))
			.withPropertyValues("cajun.persistence.store=redis")
			.run((context) -> assertFailure(context, "no bean of type DataRedisConnectionDetails",
					"'spring.data.redis.host'"));
	}

	@Test
	void refusesAStaticListOfReplicas() {
		this.runner.withPropertyValues("spring.data.redis.masterreplica.nodes=a:1,b:2")
			.run((context) -> assertFailure(context, "static list", "'spring.data.redis.sentinel.*'"));
	}

	@Test
	void otherStoresHaveNoReplicas() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class))
			.withPropertyValues("cajun.persistence.durability=replicated")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(FailureAnalyzedException.class, (ex) -> assertThat(ex.analysis().getAction())
					.contains("Set 'cajun.persistence.store' to 'redis'")));
	}

	@Test
	void publishesMeters() {
		this.runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run((context) -> {
			SimpleMeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(RedisStoreMeters.class).bindTo(registry);
			assertThat(registry.getMeters()).allSatisfy((meter) -> {
				assertThat(meter.getId().getName()).startsWith("cajun.store.");
				assertThat(meter.getId().getDescription()).isNotBlank();
			});
			assertThat(registry.get("cajun.store.lost.writes").functionCounter().count()).isZero();
		});
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed());
	}

}
