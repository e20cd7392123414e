package dev.cajun.spring.autoconfigure.metrics;

import dev.cajun.spring.ApplicationNode;
import dev.cajun.spring.autoconfigure.CajunAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the node's meters.
 */
@AutoConfiguration(after = { CajunAutoConfiguration.class, MetricsAutoConfiguration.class,
		CompositeMeterRegistryAutoConfiguration.class })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ ApplicationNode.class, MeterRegistry.class })
public final class CajunMetricsAutoConfiguration {

	@Bean
	NodeMeters cajunNodeMeters(ApplicationNode node) {
		return new NodeMeters(node);
	}

}
