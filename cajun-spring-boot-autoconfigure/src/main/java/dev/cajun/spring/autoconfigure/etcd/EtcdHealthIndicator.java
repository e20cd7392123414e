package dev.cajun.spring.autoconfigure.etcd;

import dev.cajun.cluster.MetadataInfo;
import dev.cajun.node.ClusterManagement;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * {@link HealthIndicator} of etcd, as the node gets on with it: etcd itself is not asked.
 */
class EtcdHealthIndicator extends AbstractHealthIndicator {

	private final ClusterManagement management;

	EtcdHealthIndicator(ClusterManagement management) {
		super("etcd health check failed");
		this.management = management;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		MetadataInfo metadata = this.management.node().metadata();
		if (metadata == null) {
			builder.unknown().withDetail("reason", "The node has not been started");
			return;
		}
		if (metadata.available()) {
			builder.up();
		}
		else {
			builder.down().withDetail("reason", metadata.error());
		}
		builder.withDetail("metadata", metadata.description());
		if (metadata.leaseAge() != null) {
			builder.withDetail("leaseAge", metadata.leaseAge().toMillis() + " ms");
		}
	}

}
