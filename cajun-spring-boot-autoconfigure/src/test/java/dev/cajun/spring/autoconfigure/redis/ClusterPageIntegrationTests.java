package dev.cajun.spring.autoconfigure.redis;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/** The cluster page in a browser, with three nodes, a real etcd and Redis. */
class ClusterPageIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

	private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

	private static final String HOSTILE = "<img src=x onerror=alert(1)>";

	@TempDir
	private Path temporary;

	private final List<AutoCloseable> opened = new ArrayList<>();

	private ChromeDriver browser;

	private LampCluster servers;

	@BeforeEach
	void start() throws Exception {
		assumeThat(Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER))
			.as("These tests need Chromium and its driver: on Debian 'apt-get install chromium chromium-driver'")
			.isTrue();
		this.servers = LampCluster.empty();
		this.opened.add(this.servers);
		ChromeOptions options = new ChromeOptions();
		options.setBinary(CHROMIUM.toFile());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--disable-dev-shm-usage", "--window-size=1280,800",
				"--user-data-dir=" + Files.createDirectory(this.temporary.resolve("browser")));
		this.browser = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).usingAnyFreePort().build(),
				options);
		this.opened.add(this.browser::quit);
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
			nodes.add(node(name, "--management.endpoint.cluster.access=unrestricted"));
		}
		for (int i = 0; i < 40; i++) {
			for (int times = 0; times <= 40 - i; times += 8) {
				press(nodes.getFirst(), "lamp-" + i);
			}
		}
		press(nodes.getFirst(), "alice");
		press(nodes.getFirst(), "%3Cimg%20src=x%20onerror=alert(1)%3E");
		open(nodes.getFirst(), "/cajun");
		awaitRows("nodes", 3);
		await(() -> text("status").equals("UP") && rows("hot").size() > 3);

		explain("alice");
		String from = fact("Node");
		assertThat(List.of("n1", "n2", "n3")).contains(from);
		assertThat(fact("Moved last")).matches("(FOUND|FIRST|MEMBERSHIP|AGAIN): .+");
		String target = from.equals("n1") ? "n2" : "n1";
		select("target", target);
		find("move").click();
		assertThat(text("question")).contains("lamp/alice", target);
		screenshot("confirm");
		find("yes").click();
		await(() -> fact("Node").equals(target));
		await(() -> fact("Moved last").startsWith("MIGRATE"));
		await(() -> rows("moves").stream().anyMatch((row) -> row.contains(target) && row.contains("COMPLETED")));

		for (String scheme : List.of("light", "dark")) {
			this.browser.executeCdpCommand("Emulation.setEmulatedMedia",
					Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
			screenshot("desktop-" + scheme);
			phone();
			assertThat(this.browser.executeScript("return document.documentElement.scrollWidth <= innerWidth"))
				.as("fits a phone")
				.isEqualTo(true);
			screenshot("phone-" + scheme);
			this.browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
		}

		explain(HOSTILE);
		assertThat(fact("Actor")).isEqualTo("lamp/" + HOSTILE);
		assertThat(this.browser.findElements(By.tagName("img"))).isEmpty();
		assertThat(this.browser.manage().logs().get(LogType.BROWSER).getAll())
			.as("what the browser complains of, a broken policy among it")
			.isEmpty();
	}

	@Test
	void hidesWritesWhereTheEndpointIsReadOnlyAndNamesANodeThatDoesNotAnswer() throws Exception {
		int management = RedisProcess.freePort();
		ConfigurableApplicationContext first = node("n1", "--management.server.port=" + management);
		Process other = process("n2");
		openPort(management, "/cajun/");
		awaitRows("nodes", 2);
		explain("alice");

		assertThat(text("writes")).isEqualTo("read-only");
		assertThat(this.browser.findElements(By.tagName("button"))
			.stream()
			.filter(WebElement::isDisplayed)
			.map(WebElement::getText)).containsOnly("Explain", "By messages", "By handler time");
		assertThat(status(port(first), "/cajun/")).as("on the application's port").isEqualTo(404);

		new ProcessBuilder("kill", "-STOP", Long.toString(other.pid())).start().waitFor();
		await(() -> text("trouble").contains("Does not answer: n2"));
		screenshot("unanswered");
		first.close();
		await(() -> text("trouble").contains("Shown is what was known before"));
		assertThat(rows("nodes")).hasSizeBetween(1, 2);
		assertThat(fact("Actor")).isEqualTo("lamp/alice");
	}

	private void phone() {
		this.browser.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", 390, "height", 844, "deviceScaleFactor", 2, "mobile", true));
	}

	private void explain(String key) {
		await(() -> !find("type").getText().isBlank());
		select("type", "lamp");
		find("key").clear();
		find("key").sendKeys(key);
		find("explain").submit();
		await(() -> fact("Actor").equals("lamp/" + key));
	}

	private void select(String id, String text) {
		find(id).findElements(By.tagName("option"))
			.stream()
			.filter((option) -> option.getText().equals(text))
			.findFirst()
			.orElseThrow()
			.click();
	}

	private String fact(String name) {
		Object text = this.browser
			.executeScript("return document.querySelector('[data-fact=\"' + arguments[0] + '\"]')?.textContent", name);
		return (text == null) ? "" : text.toString();
	}

	private WebElement find(String id) {
		return this.browser.findElement(By.id(id));
	}

	private String text(String id) {
		return find(id).getText();
	}

	private List<String> rows(String id) {
		List<String> rows = new ArrayList<>();
		Object found = this.browser
			.executeScript("return [...document.getElementById(arguments[0]).rows].map((row) => row.textContent)", id);
		((List<?>) found).forEach((row) -> rows.add(String.valueOf(row)));
		return rows;
	}

	private void awaitRows(String id, int count) {
		await(() -> rows(id).size() == count
				&& rows(id).stream().allMatch((row) -> row.contains("UP") && !row.contains("UP0")));
	}

	private static void await(Callable<Boolean> condition) {
		Awaitility.await().atMost(PATIENCE).until(condition);
	}

	private void screenshot(String name) throws IOException {
		this.browser.executeScript("scrollTo(0, 0)");
		Path directory = Files.createDirectories(Path.of("target", "screenshots"));
		Files.write(directory.resolve(name + ".png"), this.browser.getScreenshotAs(OutputType.BYTES));
	}

	private void open(ConfigurableApplicationContext node, String path) {
		openPort(port(node), path);
	}

	private void openPort(int port, String path) {
		this.browser.get("http://localhost:" + port + path);
	}

	private static int port(ConfigurableApplicationContext node) {
		return node.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	private String[] arguments(String name, String... more) {
		List<String> arguments = new ArrayList<>(List.of("--cajun.node.name=" + name, "--cajun.cluster.name=lamps",
				"--cajun.etcd.endpoints=" + this.servers.etcd(), "--cajun.cluster.lease-ttl=30s",
				"--cajun.cluster.shards=1024", "--spring.data.redis.host=127.0.0.1",
				"--spring.data.redis.port=" + this.servers.redisPort(), "--cajun.page.enabled=true",
				"--cajun.node.zone=zone-" + name.charAt(1)));
		arguments.addAll(List.of(more));
		return arguments.toArray(String[]::new);
	}

	private ConfigurableApplicationContext node(String name, String... more) {
		ConfigurableApplicationContext context = LampApplication.start(arguments(name, more));
		this.opened.add(context);
		return context;
	}

	/** A node that can be frozen. */
	private Process process(String name) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
						System.getProperty("java.class.path"), LampApplication.class.getName()));
		command.addAll(List.of(arguments(name)));
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(this.temporary.resolve(name + ".log").toFile())
			.start();
		this.opened.add(() -> process.destroyForcibly().waitFor());
		return process;
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
