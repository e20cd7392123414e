package dev.cajun.spring.autoconfigure.health;

import java.util.Map;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Adds the contributor {@code cluster} to the readiness group that Boot makes; a group
 * that the application defines is its own affair. Runs after Boot's, which has the same
 * order and is registered earlier.
 */
@Order(Ordered.LOWEST_PRECEDENCE)
class ReadinessGroupsPostProcessor implements HealthEndpointGroupsPostProcessor {

	private static final String GROUP = "management.endpoint.health.group." + ReadinessGroups.READINESS;

	private final Environment environment;

	ReadinessGroupsPostProcessor(Environment environment) {
		this.environment = environment;
	}

	@Override
	public HealthEndpointGroups postProcessHealthEndpointGroups(HealthEndpointGroups groups) {
		HealthEndpointGroup readiness = groups.get(ReadinessGroups.READINESS);
		boolean undefined = Binder.get(this.environment)
			.bind(GROUP, Bindable.mapOf(String.class, Object.class))
			.orElse(Map.of())
			.isEmpty();
		return (readiness != null && undefined) ? new ReadinessGroups(groups, readiness) : groups;
	}

}
