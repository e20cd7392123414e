package dev.cajun.spring.autoconfigure;

import dev.cajun.ActorSystem;
import dev.cajun.node.NodeSettings;
import dev.cajun.serialization.ActorSerializer;
import dev.cajun.serialization.JacksonActorSerializer;
import dev.cajun.store.ActorStore;
import dev.cajun.store.InMemoryActorStore;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
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

		private static final String EMBEDDED_STORE = "dev.cajun.embedded.EmbeddedActorStore";

		private static final String CBOR_MAPPER = "tools.jackson.dataformat.cbor.CBORMapper";

		@Bean
		@ConditionalOnMissingBean(ActorSerializer.class)
		JacksonActorSerializer cajunActorSerializer(SerializationProperties properties) {
			return switch (properties.format()) {
				case JSON -> JacksonActorSerializer.json();
				case CBOR -> {
					if (!ClassUtils.isPresent(CBOR_MAPPER, getClass().getClassLoader())) {
						throw new FailureAnalyzedException(
								"'cajun.serialization.format' is 'cbor', and the library for CBOR is not on the class "
										+ "path.",
								"Add the dependency 'tools.jackson.dataformat:jackson-dataformat-cbor', or set "
										+ "'cajun.serialization.format' to 'json'.");
					}
					yield JacksonActorSerializer.cbor();
				}
			};
		}

		@Bean
		@ConditionalOnMissingBean(ActorStore.class)
		ActorStore cajunActorStore(PersistenceProperties properties) {
			return switch (properties.store()) {
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

		@Bean
		NodeLifecycle cajunNode(ConfigurableListableBeanFactory beanFactory, Environment environment,
				ApplicationEventPublisher events, CajunProperties properties, SerializationProperties serialization,
				ActorBeans actors, ActorStore store, ActorSerializer serializer) {
			return new NodeLifecycle(new NodeFactory(beanFactory, environment, events, properties, serialization,
					actors, store, serializer), properties.autoStartup());
		}

		@Bean
		NodeActorSystem cajunActorSystem(NodeLifecycle node, CajunProperties properties) {
			String name = properties.node().name();
			return new NodeActorSystem(node, (name != null) ? name : NodeSettings.defaults().name());
		}

		@Bean
		NodeManagement cajunClusterManagement(NodeLifecycle node, ActorBeans actors) {
			return new NodeManagement(node, actors);
		}

	}

}
