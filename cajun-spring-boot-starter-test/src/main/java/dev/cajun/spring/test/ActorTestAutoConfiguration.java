package dev.cajun.spring.test;

import dev.cajun.ActorSystem;
import dev.cajun.serialization.ActorSerializer;
import dev.cajun.spring.ApplicationNode;
import dev.cajun.spring.CajunNodeCustomizer;
import dev.cajun.spring.autoconfigure.CajunAutoConfiguration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration of what an {@link ActorTest} adds to the node. Not in the list of
 * auto-configurations: only the slice imports it.
 */
@AutoConfiguration(after = CajunAutoConfiguration.class)
public final class ActorTestAutoConfiguration {

	@Bean
	ActorTime cajunActorTime(ObjectProvider<ApplicationNode> node) {
		return new ActorTime(node::getObject);
	}

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	CajunNodeCustomizer cajunVirtualTimeCustomizer(ActorTime time) {
		return time::customize;
	}

	@Bean
	SerializationCheck cajunSerializationCheck(ConfigurableListableBeanFactory beanFactory, ActorSerializer serializer,
			ActorSystem system) {
		return new SerializationCheck(beanFactory, serializer, system);
	}

}
