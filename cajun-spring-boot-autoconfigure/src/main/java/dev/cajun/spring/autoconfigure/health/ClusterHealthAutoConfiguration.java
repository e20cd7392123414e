package dev.cajun.spring.autoconfigure.health;

import dev.cajun.node.ClusterManagement;
import dev.cajun.spring.autoconfigure.CajunAutoConfiguration;
import dev.cajun.store.ActorStore;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the health contributor {@code cluster}.
 */
@AutoConfiguration(after = { CajunAutoConfiguration.class, AvailabilityProbesAutoConfiguration.class })
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnBean(ClusterManagement.class)
@ConditionalOnEnabledHealthIndicator("cluster")
public final class ClusterHealthAutoConfiguration {

	@Bean
	static ClusterHealthRegistrar cajunClusterHealthRegistrar(ObjectProvider<ClusterManagement> management,
			ObjectProvider<ActorStore> store) {
		return new ClusterHealthRegistrar(management, store);
	}

	/** Groups are a matter of the endpoint, which an application may have left out. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.boot.actuate.endpoint.annotation.Endpoint")
	static class ReadinessConfiguration {

		@Bean
		HealthEndpointGroupsPostProcessor cajunReadinessGroupsPostProcessor(Environment environment) {
			return new ReadinessGroupsPostProcessor(environment);
		}

	}

}
