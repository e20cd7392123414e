package dev.cajun.spring.autoconfigure.health;

import java.util.Map;

import dev.cajun.node.ClusterManagement;
import dev.cajun.store.ActorStore;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.health.registry.HealthContributorRegistry;

/**
 * Registers the contributor {@code cluster}. A contributor bean is named after its bean,
 * and {@code clusterHealthIndicator} is a name that belongs to the application: if it has
 * such a bean, that one stays.
 */
class ClusterHealthRegistrar implements BeanPostProcessor {

	static final String NAME = "cluster";

	private final ObjectProvider<ClusterManagement> management;

	private final ObjectProvider<ActorStore> store;

	ClusterHealthRegistrar(ObjectProvider<ClusterManagement> management, ObjectProvider<ActorStore> store) {
		this.management = management;
		this.store = store;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof HealthContributorRegistry registry && registry.getContributor(NAME) == null) {
			this.management.ifAvailable((available) -> registry.registerContributor(NAME,
					new ClusterHealthIndicator(available, this::storeDetails)));
		}
		return bean;
	}

	private Map<String, Object> storeDetails() {
		ActorStore store = this.store.getIfUnique();
		return (store != null) ? store.details() : Map.of();
	}

}
