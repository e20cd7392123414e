package dev.cajun.spring.autoconfigure;

import java.util.Locale;

import dev.cajun.ActorSystem;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.node.NodeSettings;
import dev.cajun.placement.PlacementStrategy;
import dev.cajun.serialization.ActorSerializer;
import dev.cajun.store.ActorStore;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Auto-configuration of the node and its actors.
 */
@AutoConfiguration
public final class CajunAutoConfiguration {

	@Bean
	static ActorsBeanRegistrar cajunActorsBeanRegistrar() {
		return new ActorsBeanRegistrar();
	}

	/** An application that brings its own actor system needs no node. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(ActorSystem.class)
	@EnableConfigurationProperties({ CajunProperties.class, PersistenceProperties.class,
			SerializationProperties.class })
	static class NodeConfiguration {

		private static final String REDIS_STORE = "dev.cajun.redis.RedisActorStore";

		private static final String REDIS_DETAILS = "org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails";

		private static final String LETTUCE = "io.lettuce.core.RedisClient";

		private static final String EMBEDDED_STORE = "dev.cajun.embedded.EmbeddedActorStore";

		@Bean
		@ConditionalOnMissingBean(ActorSerializer.class)
		ActorSerializer cajunActorSerializer(SerializationProperties properties,
				ConfigurableListableBeanFactory beanFactory) {
			return Serializers.writer(properties.format(), beanFactory.getBeanClassLoader());
		}

		@Bean
		@ConditionalOnMissingBean(ActorStore.class)
		ActorStore cajunActorStore(PersistenceProperties properties, ConfigurableListableBeanFactory beanFactory,
				Environment environment) {
			boolean clustered = OnClusteredCondition.isClustered(environment, beanFactory);
			PersistenceProperties.Store store = (properties.store() != null) ? properties.store()
					: clustered ? PersistenceProperties.Store.REDIS : PersistenceProperties.Store.EMBEDDED;
			if (clustered && store != PersistenceProperties.Store.REDIS) {
				throw new FailureAnalyzedException(
						"'cajun.persistence.store' is '%s', and this node is one of a cluster: the others could not "
							.formatted(store.name().toLowerCase(Locale.ROOT)) + "read what it stores.",
						"Set 'cajun.persistence.store' to 'redis', or 'cajun.cluster.mode' to 'local' for one node "
								+ "alone.");
			}
			return switch (store) {
				case REDIS -> throw noRedis(beanFactory.getBeanClassLoader());
				case MEMORY -> new InMemoryActorStore();
				case EMBEDDED -> {
					if (!ClassUtils.isPresent(EMBEDDED_STORE, getClass().getClassLoader())) {
						throw new FailureAnalyzedException(
								"'cajun.persistence.store' is 'embedded', and the library of that store is not on the "
										+ "class path.",
								"Add the dependency 'dev.cajun:cajun-embedded', which 'cajun-spring-boot-starter' "
										+ "brings, or set 'cajun.persistence.store' to 'memory', which keeps nothing.");
					}
					yield EmbeddedStores.create(properties.embedded(), properties.durability());
				}
			};
		}

		/** With everything that it needs there would be its auto-configuration's bean. */
		private static FailureAnalyzedException noRedis(@Nullable ClassLoader loader) {
			String what = "'cajun.persistence.store' is 'redis', and ";
			if (!ClassUtils.isPresent(REDIS_STORE, loader)) {
				return new FailureAnalyzedException(what + "the library of that store is not on the class path.",
						"Add the dependency 'dev.cajun:cajun-redis', which 'cajun-spring-boot-starter' brings, or set "
								+ "'cajun.persistence.store' to 'embedded'.");
			}
			if (!ClassUtils.isPresent(REDIS_DETAILS, loader) || !ClassUtils.isPresent(LETTUCE, loader)) {
				return new FailureAnalyzedException(what + "Spring Boot's support for Redis is not on the class path.",
						"Add the dependency 'org.springframework.boot:spring-boot-starter-data-redis', which "
								+ "'cajun-spring-boot-starter' brings, or set 'cajun.persistence.store' to 'embedded'.");
			}
			return new FailureAnalyzedException(
					what + "no bean of type DataRedisConnectionDetails says where Redis is: DataRedisAutoConfiguration "
							+ "or RedisStoreAutoConfiguration is excluded.",
					"Do not exclude them (see 'spring.autoconfigure.exclude') and set 'spring.data.redis.host' and "
							+ "'spring.data.redis.port', or set 'cajun.persistence.store' to 'embedded'.");
		}

		@Bean
		NodeLifecycle cajunNode(ConfigurableListableBeanFactory beanFactory, Environment environment,
				ApplicationEventPublisher events, CajunProperties properties, SerializationProperties serialization,
				ActorBeans actors, ActorStore store, ActorSerializer serializer,
				ObjectProvider<Clustering> clustering) {
			return new NodeLifecycle(new NodeFactory(beanFactory, environment, events, properties, serialization,
					actors, store, serializer, clustering.getIfAvailable()), properties.autoStartup());
		}

		@Bean
		@Conditional(OnClusteredCondition.class)
		Clustering cajunClustering(CajunProperties properties, Environment environment,
				ObjectProvider<MetadataStore> metadata, ObjectProvider<Transport> transport,
				ObjectProvider<PlacementStrategy> strategy) {
			return new Clustering(properties, environment, metadata, transport, strategy);
		}

		@Bean
		@Conditional(OnClusteredCondition.class)
		HandOverLifecycle cajunHandOver(NodeLifecycle node) {
			return new HandOverLifecycle(node);
		}

		@Bean
		@Conditional(OnClusteredCondition.class)
		@ConditionalOnBooleanProperty("cajun.shutdown.exit-when-drained")
		ExitWhenDrained cajunExitWhenDrained(ConfigurableApplicationContext context) {
			return new ExitWhenDrained(context);
		}

		@Bean
		NodeActorSystem cajunActorSystem(NodeLifecycle node, CajunProperties properties,
				ObjectProvider<Clustering> clustering) {
			Clustering cluster = clustering.getIfAvailable();
			String name = (cluster != null) ? cluster.nodeName() : properties.node().name();
			return new NodeActorSystem(node, (name != null) ? name : NodeSettings.defaults().name());
		}

		@Bean
		NodeManagement cajunClusterManagement(NodeLifecycle node, ActorBeans actors) {
			return new NodeManagement(node, actors);
		}

	}

}
