package dev.cajun.spring.autoconfigure.grpc;

import dev.cajun.grpc.GrpcTransport;
import dev.cajun.spring.autoconfigure.CajunAutoConfiguration;
import dev.cajun.spring.autoconfigure.OnClusteredCondition;
import dev.cajun.spring.autoconfigure.etcd.EtcdAutoConfiguration;
import dev.cajun.transport.Transport;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the links between the nodes of a cluster. The transport opens its
 * port when the node starts it, and is closed by the node, or else with the context.
 */
@AutoConfiguration(after = { SslAutoConfiguration.class, EtcdAutoConfiguration.class },
		before = CajunAutoConfiguration.class)
@ConditionalOnClass(GrpcTransport.class)
@Conditional(OnClusteredCondition.class)
@ConditionalOnMissingBean(Transport.class)
@EnableConfigurationProperties(TransportProperties.class)
public final class CajunGrpcAutoConfiguration {

	@Bean
	GrpcTransport cajunTransport(TransportProperties properties, Environment environment,
			ObjectProvider<SslBundles> sslBundles) {
		return new GrpcTransportFactory(properties, environment, sslBundles).create();
	}

}
