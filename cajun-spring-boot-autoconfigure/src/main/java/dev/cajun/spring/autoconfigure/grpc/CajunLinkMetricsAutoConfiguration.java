package dev.cajun.spring.autoconfigure.grpc;

import dev.cajun.transport.Transport;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the meters of the links, whichever transport they are of.
 */
@AutoConfiguration(after = { CajunGrpcAutoConfiguration.class, MetricsAutoConfiguration.class,
		CompositeMeterRegistryAutoConfiguration.class })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ Transport.class, MeterRegistry.class })
public final class CajunLinkMetricsAutoConfiguration {

	@Bean
	LinkMeters cajunLinkMeters(Transport transport) {
		return new LinkMeters(transport);
	}

}
