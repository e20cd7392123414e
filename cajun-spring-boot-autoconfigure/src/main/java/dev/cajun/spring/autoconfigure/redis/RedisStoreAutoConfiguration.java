package dev.cajun.spring.autoconfigure.redis;

import java.util.Locale;

import dev.cajun.ActorSystem;
import dev.cajun.redis.RedisActorStore;
import dev.cajun.redis.RedisDurability;
import dev.cajun.redis.RedisStoreSettings;
import dev.cajun.spring.RedisStoreCustomizer;
import dev.cajun.spring.autoconfigure.CajunAutoConfiguration;
import dev.cajun.spring.autoconfigure.ClusterName;
import dev.cajun.spring.autoconfigure.etcd.EtcdAutoConfiguration;
import dev.cajun.store.ActorStore;
import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the store in Redis, where {@code cajun.persistence.store} asks
 * for it or the node is one of a cluster.
 */
@AutoConfiguration(after = { DataRedisAutoConfiguration.class, EtcdAutoConfiguration.class },
		before = CajunAutoConfiguration.class)
@ConditionalOnClass({ RedisActorStore.class, RedisClient.class, DataRedisConnectionDetails.class })
@Conditional(OnRedisStoreCondition.class)
@ConditionalOnBean(DataRedisConnectionDetails.class)
@ConditionalOnMissingBean({ ActorStore.class, ActorSystem.class })
@EnableConfigurationProperties(RedisStoreProperties.class)
public final class RedisStoreAutoConfiguration {

	/** Connects when the node starts, and goes on trying if it cannot. */
	@Bean
	RedisActorStore cajunRedisActorStore(RedisStoreProperties properties, DataRedisConnectionDetails details,
			Environment environment, ObjectProvider<RedisStoreCustomizer> customizers) {
		RedisStoreSettings settings = new RedisAddresses(details, urlAsksForTls(environment))
			.settings(ClusterName.of(environment))
			.withPrefix(properties.keyPrefix())
			.withConnections(properties.connections())
			.withCommandTimeout(properties.commandTimeout())
			.withQueueSize(properties.queueSize())
			.withDurability(durability(environment, properties))
			.withRefuseUnsafe(properties.unsafeSettings() == RedisStoreProperties.UnsafeSettings.REFUSE)
			.withPlaceTtl(properties.placeTtl())
			.withCreate(properties.create());
		for (RedisStoreCustomizer customizer : customizers.orderedStream().toList()) {
			settings = customizer.customize(settings);
		}
		return new RedisActorStore(settings);
	}

	/** The details of Spring Boot do not tell. */
	private static boolean urlAsksForTls(Environment environment) {
		return environment.getProperty("spring.data.redis.url", "").toLowerCase(Locale.ROOT).startsWith("rediss://");
	}

	private static RedisDurability durability(Environment environment, RedisStoreProperties properties) {
		return switch (Binder.get(environment)
			.bind("cajun.persistence.durability", RedisStoreProperties.Durability.class)
			.orElse(RedisStoreProperties.Durability.ACK)) {
			case ACK -> new RedisDurability.Ack();
			case REPLICATED -> new RedisDurability.Replicated(properties.replicas());
			case FSYNC -> new RedisDurability.Fsync();
		};
	}

	/** Meters need Micrometer. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	static class MetersConfiguration {

		@Bean
		RedisStoreMeters cajunRedisStoreMeters(RedisActorStore store) {
			return new RedisStoreMeters(store.statistics());
		}

	}

}
