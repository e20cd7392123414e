package dev.cajun.spring.autoconfigure.endpoint;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/** The page where the application has a path of its own, and its servlet another. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "cajun.persistence.store=memory", "spring.application.name=cluster-page-tests",
				"management.endpoints.web.exposure.include=cluster", "cajun.page.enabled=true",
				"server.servlet.context-path=/app", "spring.mvc.servlet.path=/mvc" })
class ClusterPageTests {

	private final HttpClient browser = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

	@LocalServerPort
	private int port;

	@Test
	void isFoundWithoutItsSlash() throws Exception {
		HttpResponse<String> page = get("/app/mvc/cajun");

		assertThat(page.statusCode()).isEqualTo(200);
		assertThat(page.uri().getPath()).isEqualTo("/app/mvc/cajun/");
		assertThat(page.body()).contains("page.js");
	}

	@Test
	void namesTheEndpointAsSeenFromThePage() throws Exception {
		assertThat(get("/app/mvc/cajun/settings.json").body()).contains("\"/actuator/cluster\"");
		assertThat(get("/app/mvc/cajun/../actuator/cluster").statusCode()).isEqualTo(200);
	}

	private HttpResponse<String> get(String path) throws IOException, InterruptedException {
		URI uri = URI.create("http://localhost:" + this.port + path).normalize();
		return this.browser.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
