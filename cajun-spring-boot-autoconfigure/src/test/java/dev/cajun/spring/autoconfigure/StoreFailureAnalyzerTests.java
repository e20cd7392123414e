package dev.cajun.spring.autoconfigure;

import dev.cajun.metadata.MetadataStore;
import dev.cajun.store.StoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/** Advice is about the store that is used, whether or not a property names it. */
class StoreFailureAnalyzerTests {

	private final MockEnvironment environment = new MockEnvironment();

	private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory();

	private FailureAnalysis analysis(StoreException.Kind kind) {
		FailureAnalysis analysis = new StoreFailureAnalyzer(this.environment, this.beans)
			.analyze(new StoreException(kind, "the store does not open", null));
		assertThat(analysis).isNotNull();
		return analysis;
	}

	private void cluster() {
		this.beans.registerBeanDefinition("metadata", new RootBeanDefinition(MetadataStore.class));
	}

	@ParameterizedTest
	@EnumSource(value = StoreException.Kind.class, names = { "LOCKED", "FOREIGN", "CORRUPT", "NOT_APPLIED" })
	void isAboutTheDirectoryWithoutACluster(StoreException.Kind kind) {
		assertThat(analysis(kind).getAction()).contains("cajun.persistence.embedded.directory");
	}

	@ParameterizedTest
	@EnumSource(value = StoreException.Kind.class, names = { "LOCKED", "FOREIGN", "CORRUPT", "UNSUITABLE" })
	void isAboutRedisInACluster(StoreException.Kind kind) {
		cluster();
		assertThat(analysis(kind).getAction()).doesNotContain("embedded").containsAnyOf("redis", "Redis");
	}

	@Test
	void isAboutWhatAPropertySays() {
		cluster();
		this.environment.setProperty("cajun.persistence.store", "embedded");
		assertThat(analysis(StoreException.Kind.CORRUPT).getAction()).contains("./cajun-data");
		this.environment.setProperty("cajun.persistence.store", "redis");
		assertThat(analysis(StoreException.Kind.CORRUPT).getAction()).contains("Restore Redis");
	}

	@Test
	void isAboutRedisInLocalModeWithRedis() {
		cluster();
		this.environment.setProperty("cajun.cluster.mode", "local");
		assertThat(analysis(StoreException.Kind.CORRUPT).getAction()).contains("./cajun-data");
		this.environment.setProperty("cajun.persistence.store", "redis");
		assertThat(analysis(StoreException.Kind.UNSUITABLE).getAction()).contains("unsafe-settings");
	}

}
