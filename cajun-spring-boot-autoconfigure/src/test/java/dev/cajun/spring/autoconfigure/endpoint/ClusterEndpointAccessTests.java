package dev.cajun.spring.autoconfigure.endpoint;

import dev.cajun.spring.autoconfigure.CajunAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class ClusterEndpointAccessTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class, EndpointAutoConfiguration.class,
				WebEndpointAutoConfiguration.class, ClusterEndpointAutoConfiguration.class))
		.withPropertyValues("cajun.persistence.store=memory");

	@Test
	void isNotExposedByDefault() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(ClusterEndpoint.class));
	}

	@Test
	void isReadOnlyByDefault() {
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=cluster").run((context) -> {
			assertThat(endpoint(context.getBean(WebEndpointsSupplier.class)).getOperations())
				.extracting(WebOperation::getType)
				.isNotEmpty()
				.containsOnly(OperationType.READ);
		});
	}

	@Test
	void writesWhenAccessIsUnrestricted() {
		this.runner
			.withPropertyValues("management.endpoints.web.exposure.include=cluster",
					"management.endpoint.cluster.access=UNRESTRICTED")
			.run((context) -> assertThat(endpoint(context.getBean(WebEndpointsSupplier.class)).getOperations())
				.extracting(WebOperation::getType)
				.contains(OperationType.WRITE));
	}

	@Test
	void isGoneWhenAccessIsNone() {
		this.runner
			.withPropertyValues("management.endpoints.web.exposure.include=cluster",
					"management.endpoint.cluster.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(ClusterEndpoint.class));
	}

	private static ExposableWebEndpoint endpoint(WebEndpointsSupplier endpoints) {
		return endpoints.getEndpoints()
			.stream()
			.filter((endpoint) -> endpoint.getEndpointId().toString().equals("cluster"))
			.findFirst()
			.orElseThrow();
	}

}
