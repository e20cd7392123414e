package dev.cajun.spring.autoconfigure.health;

import dev.cajun.node.ClusterManagement;
import dev.cajun.spring.autoconfigure.CajunAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class ClusterHealthAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class, ClusterHealthAutoConfiguration.class,
				HealthContributorRegistryAutoConfiguration.class, HealthContributorAutoConfiguration.class,
				HealthEndpointAutoConfiguration.class, AvailabilityProbesAutoConfiguration.class,
				ApplicationAvailabilityAutoConfiguration.class))
		.withPropertyValues("cajun.persistence.store=memory", "management.endpoints.web.exposure.include=health");

	private static Health health(HealthContributorRegistry registry) {
		return ((HealthIndicator) registry.getContributor("cluster")).health();
	}

	@Test
	void isUpWithTheNode() {
		this.runner.run((context) -> {
			Health health = health(context.getBean(HealthContributorRegistry.class));
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("mode", "local")
				.containsEntry("cluster", "application")
				.containsKeys("node", "state", "store", "epoch", "shards", "activations", "quarantined");
		});
	}

	@Test
	void isOutOfServiceBeforeTheStart() {
		this.runner.withPropertyValues("cajun.auto-startup=false").run((context) -> {
			Health health = health(context.getBean(HealthContributorRegistry.class));
			assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
			assertThat(health.getDetails()).containsKey("reason");
		});
	}

	@Test
	void isDownAfterTheStop() {
		this.runner.run((context) -> {
			HealthContributorRegistry registry = context.getBean(HealthContributorRegistry.class);
			context.getSourceApplicationContext().stop();
			assertThat(health(registry).getStatus()).isEqualTo(Status.DOWN);
		});
	}

	@Test
	void belongsToReadinessAndNotToLiveness() {
		this.runner.run((context) -> {
			HealthEndpointGroups groups = context.getBean(HealthEndpointGroups.class);
			assertThat(groups.get("readiness").isMember("cluster")).isTrue();
			assertThat(groups.get("readiness").isMember("readinessState")).isTrue();
			assertThat(groups.get("liveness").isMember("cluster")).isFalse();
		});
	}

	@Test
	void leavesAReadinessGroupOfTheApplicationAlone() {
		this.runner.withPropertyValues("management.endpoint.health.group.readiness.include=readinessState")
			.run((context) -> assertThat(
					context.getBean(HealthEndpointGroups.class).get("readiness").isMember("cluster"))
				.isFalse());
	}

	@Test
	void letsTheApplicationNameIt() {
		this.runner.withPropertyValues("management.endpoint.health.group.mine.include=cluster")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void makesNoReadinessGroup() {
		this.runner.withPropertyValues("management.endpoint.health.probes.enabled=false")
			.run((context) -> assertThat(context.getBean(HealthEndpointGroups.class).get("readiness")).isNull());
	}

	@Test
	void keepsAdditionalPaths() {
		this.runner.withPropertyValues("management.endpoint.health.probes.add-additional-paths=true")
			.run((context) -> assertThat(
					context.getBean(HealthEndpointGroups.class).get("readiness").getAdditionalPath().getValue())
				.isEqualTo("/readyz"));
	}

	@Test
	void canBeSwitchedOff() {
		this.runner.withPropertyValues("management.health.cluster.enabled=false").run((context) -> {
			assertThat(context.getBean(HealthContributorRegistry.class).getContributor("cluster")).isNull();
			assertThat(context.getBean(HealthEndpointGroups.class).get("readiness").isMember("cluster")).isFalse();
			assertThat(context).hasSingleBean(ClusterManagement.class);
		});
	}

	@Test
	void leavesTheNameToABeanOfTheApplication() {
		HealthIndicator mine = () -> Health.up().build();
		this.runner.withBean("clusterHealthIndicator", HealthIndicator.class, () -> mine)
			.run((context) -> assertThat(context.getBean(HealthContributorRegistry.class).getContributor("cluster"))
				.isSameAs(mine));
	}

}
