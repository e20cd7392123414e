package dev.cajun.spring.autoconfigure.redis;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.ClassUtils;

/**
 * Keeps the Redis that the starter brings out of applications that have none: without
 * this, an application of one node would be unhealthy because nobody answers at
 * {@code localhost:6379}. Anything that the application says about Redis is respected,
 * and so is whatever it says about these properties.
 */
class RedisDefaultsEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	static final String SOURCE = "cajunRedisDefaults";

	private static final String CACHE_TYPE = "spring.cache.type";

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
		String cache = cacheWithoutRedis(application.getClassLoader());
		if (cache != null && !environment.containsProperty(CACHE_TYPE)) {
			defaults.put(CACHE_TYPE, cache);
		}
		if (!defaults.isEmpty()) {
			environment.getPropertySources().addLast(new MapPropertySource(SOURCE, defaults));
		}
	}

	/**
	 * Spring Boot prefers Redis, which is on the class path by us, to Caffeine and to its
	 * own cache; what it prefers to Redis it finds by itself.
	 */
	private static @Nullable String cacheWithoutRedis(@Nullable ClassLoader loader) {
		for (String preferred : new String[] { "javax.cache.Caching", "com.hazelcast.core.HazelcastInstance",
				"com.couchbase.client.java.Cluster" }) {
			if (ClassUtils.isPresent(preferred, loader)) {
				return null;
			}
		}
		boolean caffeine = ClassUtils.isPresent("com.github.benmanes.caffeine.cache.Caffeine", loader)
				&& ClassUtils.isPresent("org.springframework.cache.caffeine.CaffeineCacheManager", loader);
		return caffeine ? "caffeine" : "simple";
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
