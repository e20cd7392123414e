package dev.cajun.spring.autoconfigure.tracing;

import dev.cajun.activation.MessageObserver;
import dev.cajun.spring.autoconfigure.CajunAutoConfiguration;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/** What is traced stands in the tests of the cluster kit, which have a tracer. */
class CajunTracingAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class, CajunTracingAutoConfiguration.class))
		.withPropertyValues("cajun.persistence.store=memory");

	@Test
	void noMessagePaysForObservationsWithoutATracer() {
		this.runner.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(MessageObserver.class));
	}

	@Test
	void staysAwayWithoutMicrometer() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("cajunMessageObserver"));
	}

}
