package dev.cajun.spring.autoconfigure.redis;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import dev.cajun.RequiresBrowser;
import dev.cajun.RequiresEtcd;
import dev.cajun.RequiresRedis;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** The cluster page in a browser, with three nodes, a real etcd and Redis. */
@RequiresBrowser
@RequiresEtcd
@RequiresRedis
class ClusterPageIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final String HOSTILE = "<img src=x onerror=alert(1)>";

	@TempDir
	private Path temporary;

	private final List<AutoCloseable> opened = new ArrayList<>();

	private PageBrowser browser;

	private LampCluster servers;

	@BeforeEach
	void start() throws Exception {
		this.servers = LampCluster.empty();
		this.opened.add(this.servers);
		this.browser = new PageBrowser(this.temporary);
		this.opened.add(this.browser);
	}

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable closeable : this.opened.reversed()) {
			closeable.close();
		}
	}

	@Test
	void operatesAClusterWithThePageAlone() throws Exception {
		List<ConfigurableApplicationContext> nodes = new ArrayList<>();
		for (String name : List.of("n1", "n2", "n3")) {
			nodes.add(node(name));
		}
		for (int i = 0; i < 40; i++) {
			for (int times = 0; times <= 40 - i; times += 8) {
				press(nodes.getFirst(), "lamp-" + i);
			}
		}
		press(nodes.getFirst(), "alice");
		press(nodes.getFirst(), "%3Cimg%20src=x%20onerror=alert(1)%3E");
		this.browser.open("localhost:" + port(nodes.getFirst()), "/cajun");
		awaitRows("nodes", 3);
		await(() -> this.browser.text("status").equals("UP") && this.browser.rows("hot").size() > 3);

		explain("alice");
		String from = this.browser.fact("Node");
		assertThat(List.of("n1", "n2", "n3")).contains(from);
		assertThat(this.browser.fact("Moved last")).matches("(FOUND|FIRST|MEMBERSHIP|AGAIN): .+");
		String target = from.equals("n1") ? "n2" : "n1";
		this.browser.select("target", target);
		this.browser.find("move").click();
		assertThat(this.browser.text("question")).contains("lamp/alice", target);
		this.browser.screenshot("confirm");
		this.browser.find("yes").click();
		await(() -> this.browser.fact("Node").equals(target));
		await(() -> this.browser.fact("Moved last").startsWith("MIGRATE"));
		await(() -> this.browser.rows("moves")
			.stream()
			.anyMatch((row) -> row.contains(target) && row.contains("COMPLETED")));

		for (String scheme : List.of("light", "dark")) {
			this.browser.colours(scheme);
			this.browser.screenshot("desktop-" + scheme);
			this.browser.phone();
			assertThat(this.browser.fits()).as("fits a phone").isTrue();
			this.browser.screenshot("phone-" + scheme);
			this.browser.desktop();
		}

		explain(HOSTILE);
		assertThat(this.browser.fact("Actor")).isEqualTo("lamp/" + HOSTILE);
		assertThat(this.browser.all("img")).isEmpty();
		assertThat(this.browser.complaints()).isEmpty();
	}

	@Test
	void hidesWritesWhereTheEndpointIsReadOnlyAndNamesANodeThatDoesNotAnswer() throws Exception {
		int management = RedisProcess.freePort();
		ConfigurableApplicationContext first = node("n1", "--management.server.port=" + management,
				"--management.endpoint.cluster.access=read-only",
				// Nobody takes over its shards: the other stands still by then
				"--cajun.shutdown.drain-timeout=1s");
		Process other = this.servers.process("n2", arguments("n2"));
		// With a password in the address, as people have it among their bookmarks
		this.browser.open("viewer:secret@localhost:" + management, "/cajun/");
		awaitRows("nodes", 2);
		explain("alice");

		assertThat(this.browser.text("writes")).isEqualTo("read-only");
		assertThat(this.browser.all("button").stream().filter(WebElement::isDisplayed).map(WebElement::getText))
			.containsOnly("Explain", "By messages", "By handler time", "By mailbox");
		assertThat(status(port(first), "/cajun/")).as("on the application's port").isEqualTo(404);

		LampCluster.signal(other, "STOP");
		await(() -> this.browser.text("trouble").contains("Does not answer: n2"));
		this.browser.screenshot("unanswered");
		first.close();
		await(() -> this.browser.text("trouble").contains("Shown is what was known before"));
		assertThat(this.browser.rows("nodes")).hasSizeBetween(1, 2);
		assertThat(this.browser.fact("Actor")).isEqualTo("lamp/alice");
	}

	private void explain(String key) {
		await(() -> !this.browser.find("type").getText().isBlank());
		this.browser.select("type", "lamp");
		this.browser.find("key").clear();
		this.browser.find("key").sendKeys(key);
		this.browser.find("explain").submit();
		await(() -> this.browser.fact("Actor").equals("lamp/" + key));
	}

	private void awaitRows(String id, int count) {
		await(() -> this.browser.rows(id).size() == count
				&& this.browser.rows(id).stream().allMatch((row) -> row.contains("UP") && !row.contains("UP0")));
	}

	private static void await(Callable<Boolean> condition) {
		Awaitility.await().atMost(PATIENCE).until(condition);
	}

	private static int port(ConfigurableApplicationContext node) {
		return node.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	private static String[] arguments(String name, String... more) {
		return Stream
			.concat(Stream.of("--cajun.cluster.lease-ttl=30s", "--cajun.cluster.shards=1024",
					"--cajun.page.enabled=true", "--cajun.node.zone=zone-" + name.charAt(1)), Stream.of(more))
			.toArray(String[]::new);
	}

	private ConfigurableApplicationContext node(String name, String... more) {
		return this.servers.start(name, arguments(name, more));
	}

	private static void press(ConfigurableApplicationContext node, String name) throws Exception {
		HttpResponse<String> response = send(
				HttpRequest.newBuilder(uri(port(node), "/lamps/" + name)).POST(HttpRequest.BodyPublishers.noBody()));
		assertThat(response.statusCode()).isEqualTo(200);
	}

	private static int status(int port, String path) throws Exception {
		return send(HttpRequest.newBuilder(uri(port, path))).statusCode();
	}

	private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		try (HttpClient client = HttpClient.newHttpClient()) {
			return client.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
		}
	}

	private static URI uri(int port, String path) {
		return URI.create("http://localhost:" + port + path);
	}

}
