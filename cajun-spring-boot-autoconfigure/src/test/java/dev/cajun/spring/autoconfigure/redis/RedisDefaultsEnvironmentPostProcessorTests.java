package dev.cajun.spring.autoconfigure.redis;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

class RedisDefaultsEnvironmentPostProcessorTests {

	private static final String HEALTH = "management.health.redis.enabled";

	private static final String REPOSITORIES = "spring.data.redis.repositories.enabled";

	private final ConfigurableEnvironment environment = new StandardEnvironment();

	private ConfigurableEnvironment processed() {
		new RedisDefaultsEnvironmentPostProcessor().postProcessEnvironment(this.environment, new SpringApplication());
		return this.environment;
	}

	private void set(String name, String value) {
		this.environment.getPropertySources().addFirst(new MapPropertySource("test", Map.of(name, value)));
	}

	@Test
	void keepsRedisOutOfApplicationsWithoutIt() {
		assertThat(processed().getProperty(HEALTH)).isEqualTo("false");
		assertThat(this.environment.getProperty(REPOSITORIES)).isEqualTo("false");
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.data.redis.host", "spring.data.redis.url", "spring.data.redis.sentinel.master",
			"spring.data.redis.ssl.bundle" })
	void leavesApplicationsWithRedisAlone(String property) {
		set(property, "x");
		assertThat(processed().containsProperty(HEALTH)).isFalse();
		assertThat(this.environment.containsProperty(REPOSITORIES)).isFalse();
	}

	@Test
	void seesEnvironmentVariables() {
		this.environment.getPropertySources()
			.addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment",
					Map.of("SPRING_DATA_REDIS_HOST", "x")));
		assertThat(processed().containsProperty(HEALTH)).isFalse();
	}

	@Test
	void keepsTheCacheOutOfRedisUnlessTheApplicationSaysOtherwise() {
		assertThat(processed().getProperty("spring.cache.type")).isIn("simple", "caffeine");
		this.environment.getPropertySources().remove(RedisDefaultsEnvironmentPostProcessor.SOURCE);
		set("spring.cache.type", "redis");
		assertThat(processed().getProperty("spring.cache.type")).isEqualTo("redis");
	}

	@Test
	void leavesClustersAlone() {
		set("cajun.cluster.mode", "clustered");
		assertThat(processed().containsProperty(HEALTH)).isFalse();
	}

	@Test
	void respectsWhatTheApplicationSays() {
		set(HEALTH, "true");
		assertThat(processed().getProperty(HEALTH)).isEqualTo("true");
		assertThat(this.environment.getProperty(REPOSITORIES)).isEqualTo("false");
	}

	@Test
	void isRegistered() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Object.class)
			.web(WebApplicationType.NONE)
			.properties("spring.jmx.enabled=false")
			.run()) {
			assertThat(context.getEnvironment().getProperty(HEALTH)).isEqualTo("false");
		}
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Object.class)
			.web(WebApplicationType.NONE)
			.properties(HEALTH + "=true")
			.run()) {
			assertThat(context.getEnvironment().getProperty(HEALTH)).isEqualTo("true");
		}
	}

}
