package dev.cajun.spring.autoconfigure.endpoint;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** What the endpoint and its page are for who calls them, by the access they have. */
class ClusterEndpointHttpAccessTests {

	private static final List<String> WRITES = List.of("/rebalance", "/leader/resign", "/nodes/local/drain",
			"/nodes/local/undrain", "/actors/lamp/a/migrate", "/actors/lamp/release?key=a");

	@Test
	void writesAreNotAllowedUnlessAccessIsUnrestricted() throws Exception {
		try (ConfigurableApplicationContext application = start(
				"--management.endpoints.web.exposure.include=cluster")) {
			assertThat(get(application, "/actuator/cluster")).isEqualTo(200);
			assertThat(get(application, "/cajun/")).isEqualTo(200);
			for (String path : WRITES) {
				assertThat(post(application, "/actuator/cluster" + path)).as(path).isEqualTo(405);
			}
		}
	}

	@Test
	void nothingIsThereWithoutExposure() throws Exception {
		try (ConfigurableApplicationContext application = start("--management.endpoint.cluster.access=unrestricted")) {
			assertNothingIsThere(application);
		}
	}

	@Test
	void nothingIsThereWithoutAccess() throws Exception {
		try (ConfigurableApplicationContext application = start("--management.endpoints.web.exposure.include=cluster",
				"--management.endpoint.cluster.access=none")) {
			assertNothingIsThere(application);
		}
	}

	private static void assertNothingIsThere(ConfigurableApplicationContext application) throws Exception {
		for (String path : List.of("/actuator/cluster", "/actuator/cluster/nodes", "/cajun/", "/cajun/page.js")) {
			assertThat(get(application, path)).as(path).isEqualTo(404);
		}
		for (String path : WRITES) {
			assertThat(post(application, "/actuator/cluster" + path)).as(path).isEqualTo(404);
		}
	}

	private static ConfigurableApplicationContext start(String... arguments) {
		return new SpringApplicationBuilder(Application.class).run(Stream
			.concat(Stream.of("--server.port=0", "--spring.application.name=access-tests",
					"--cajun.persistence.store=memory", "--cajun.page.enabled=true"), Stream.of(arguments))
			.toArray(String[]::new));
	}

	private static int get(ConfigurableApplicationContext application, String path) throws Exception {
		return status(request(application, path).GET());
	}

	private static int post(ConfigurableApplicationContext application, String path) throws Exception {
		return status(request(application, path).header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString("{}")));
	}

	private static HttpRequest.Builder request(ConfigurableApplicationContext application, String path) {
		String port = application.getEnvironment().getRequiredProperty("local.server.port");
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
	}

	private static int status(HttpRequest.Builder request) throws IOException, InterruptedException {
		try (HttpClient client = HttpClient.newHttpClient()) {
			return client.send(request.build(), BodyHandlers.discarding()).statusCode();
		}
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
