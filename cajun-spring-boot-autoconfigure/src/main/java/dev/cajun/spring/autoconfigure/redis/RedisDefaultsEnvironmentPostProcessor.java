package dev.cajun.spring.autoconfigure.redis;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Keeps the Redis that the starter brings out of applications that have none: without
 * this, an application of one node would be unhealthy because nobody answers at
 * {@code localhost:6379}. Anything that the application says about Redis is respected,
 * and so is whatever it says about these properties.
 */
class RedisDefaultsEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	static final String SOURCE = "cajunRedisDefaults";

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (isClustered(environment) || usesRedis(environment)) {
			return;
		}
		Map<String, Object> defaults = new LinkedHashMap<>();
		for (String property : new String[] { "management.health.redis.enabled",
				"spring.data.redis.repositories.enabled" }) {
			if (!environment.containsProperty(property)) {
				defaults.put(property, "false");
			}
		}
		if (!defaults.isEmpty()) {
			environment.getPropertySources().addLast(new MapPropertySource(SOURCE, defaults));
		}
	}

	private static boolean isClustered(ConfigurableEnvironment environment) {
		return "clustered".equalsIgnoreCase(environment.getProperty("cajun.cluster.mode"));
	}

	/** Whether any property of Redis is set, in a file, the environment or elsewhere. */
	private static boolean usesRedis(ConfigurableEnvironment environment) {
		return Binder.get(environment).bind("spring.data.redis", Bindable.mapOf(String.class, Object.class)).isBound();
	}

	/** When all files have been read. */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
