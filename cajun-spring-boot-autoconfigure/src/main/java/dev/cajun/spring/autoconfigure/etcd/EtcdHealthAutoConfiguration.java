package dev.cajun.spring.autoconfigure.etcd;

import dev.cajun.etcd.EtcdMetadataStore;
import dev.cajun.node.ClusterManagement;
import dev.cajun.spring.autoconfigure.CajunAutoConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the health contributor {@code etcd}.
 */
@AutoConfiguration(after = { EtcdAutoConfiguration.class, CajunAutoConfiguration.class })
@ConditionalOnClass({ HealthIndicator.class, EtcdMetadataStore.class })
@ConditionalOnBean({ ClusterManagement.class, EtcdMetadataStore.class })
@ConditionalOnEnabledHealthIndicator("etcd")
public final class EtcdHealthAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "etcdHealthIndicator", "etcdHealthContributor" })
	HealthIndicator etcdHealthContributor(ClusterManagement management) {
		return new EtcdHealthIndicator(management);
	}

}
