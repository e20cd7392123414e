package dev.cajun.spring.autoconfigure.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.cajun.RequiresEtcd;
import dev.cajun.RequiresRedis;
import dev.cajun.node.CajunNode;
import dev.cajun.node.NodeState;
import dev.cajun.spring.ApplicationNode;
import dev.cajun.spring.autoconfigure.security.LetterApplication.LetterMessage;
import dev.cajun.spring.autoconfigure.security.LetterApplication.Write;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** The dashboard and the alert rules name what a running application publishes. */
@RequiresEtcd
@RequiresRedis
class OperationsDocumentsIntegrationTests {

	private static final Path DOCUMENTS = Path.of("..", "docs", "operations");

	/** A metric's name, as ours and those of the JVM begin. */
	private static final Pattern METRIC = Pattern.compile("\\b(?:cajun|jvm|process)_[a-z_]+");

	/** A meter's name in the first cell of a row, or in the text. */
	private static final Pattern METER = Pattern.compile("`(cajun\\.[a-z.]+)`");

	@TempDir
	private Path directory;

	@Test
	void everyMetricOfDashboardAndAlertsExists() throws Exception {
		Set<String> named = new TreeSet<>();
		dashboard().forEach((expression) -> named.addAll(metrics(expression)));
		alerts().forEach((alert) -> named.addAll(metrics(alert.path("expr").asString())));
		named.addAll(metrics(Files.readString(DOCUMENTS.resolve("runbook.md"))));
		assertThat(named).hasSizeGreaterThan(30);

		try (SecuredServers servers = new SecuredServers(this.directory);
				ConfigurableApplicationContext application = LetterApplication
					.start(servers.properties("n1", servers.certificates("n1")))) {
			CajunNode node = application.getBean(ApplicationNode.class).node();
			Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> node.state() == NodeState.UP);
			assertThat(node.system().actors("letter", LetterMessage.class).get("a").call(new Write("x"))).isEqualTo(1);
			PrometheusMeterRegistry registry = application.getBean(PrometheusMeterRegistry.class);
			// The JVM has no meter of pauses before the first
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
				System.gc();
				return registry.scrape().contains("jvm_gc_pause");
			});
			assertThat(metrics(registry.scrape())).containsAll(named);
			assertThat(registry.scrape()).contains("cajun_cluster_state{state=\"up\"} 1.0")
				.contains("cajun_links_refused_connections_total{reason=\"other-cluster\"}")
				.contains("cajun_messages_total{outcome=\"failed\",type=\"letter\"}")
				.contains("cajun_ask_failures_asks_total{reason=\"timeout\",type=\"letter\"}");
		}
	}

	@Test
	void metersAreThoseOfTheManual() throws Exception {
		String manual = Files.readString(DOCUMENTS.resolveSibling("configuration.md"));
		Set<String> documented = METER
			.matcher(manual.substring(manual.indexOf("## Meters"), manual.indexOf("## Traces")))
			.results()
			.map((name) -> name.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(documented).hasSizeGreaterThan(30);

		try (SecuredServers servers = new SecuredServers(this.directory);
				ConfigurableApplicationContext application = LetterApplication
					.start(servers.properties("n1", servers.certificates("n1")))) {
			Set<String> meters = application.getBean(PrometheusMeterRegistry.class)
				.getMeters()
				.stream()
				.map((meter) -> meter.getId().getName())
				.filter((name) -> name.startsWith("cajun."))
				.collect(Collectors.toCollection(TreeSet::new));
			assertThat(meters).containsAll(documented);
			assertThat(meters).allMatch((name) -> documented.contains(name)
					|| (name.endsWith(".size") && documented.contains(name.substring(0, name.lastIndexOf('.')))));
		}
	}

	@Test
	void everyAlertHasItsPlaceInTheRunbook() throws IOException {
		Set<String> headings = Files.readAllLines(DOCUMENTS.resolve("runbook.md"))
			.stream()
			.filter((line) -> line.startsWith("## "))
			.map((line) -> line.substring("## ".length()))
			.collect(Collectors.toSet());
		Pattern reference = Pattern.compile("Runbook: (.+)$");
		assertThat(alerts()).hasSizeGreaterThan(10).allSatisfy((alert) -> {
			String description = alert.path("annotations").path("description").asString();
			assertThat(reference.matcher(description).results().map((found) -> found.group(1)))
				.as(alert.path("alert").asString())
				.isNotEmpty()
				.allMatch(headings::contains);
		});
	}

	@Test
	void everyPropertyOfTheDocumentsExists() throws IOException {
		List<String> known = JsonMapper.shared()
			.readTree(getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json"))
			.path("properties")
			.valueStream()
			.map((property) -> property.path("name").asString())
			.toList();
		List<String> named = new ArrayList<>();
		String deployment = Files.readString(DOCUMENTS.resolve("deployment.md"));
		Matcher block = Pattern.compile("```yaml\\n(.+?)```", Pattern.DOTALL).matcher(deployment);
		while (block.find()) {
			new Yaml().loadAll(block.group(1)).forEach((document) -> addKeys("", document, named));
		}
		addKeys("", new Yaml().load(Files.readString(SecuredServers.DOCUMENTS.resolve("application-secured.yaml"))),
				named);

		List<String> ours = named.stream().filter((name) -> name.startsWith("cajun.")).toList();
		assertThat(ours).contains("cajun.transport.token", "cajun.cluster.min-nodes");
		assertThat(known).containsAll(ours);
	}

	private static void addKeys(String prefix, Object value, List<String> keys) {
		if (value instanceof Map<?, ?> map) {
			map.forEach((key, part) -> addKeys(prefix.isEmpty() ? key.toString() : prefix + "." + key, part, keys));
		}
		else {
			keys.add(prefix);
		}
	}

	/** The expressions of every panel. */
	private static List<String> dashboard() throws IOException {
		JsonNode dashboard = JsonMapper.shared()
			.readTree(Files.readString(DOCUMENTS.resolve("grafana-dashboard.json")));
		List<String> expressions = dashboard.findValuesAsString("expr");
		assertThat(expressions).hasSizeGreaterThan(20);
		return expressions;
	}

	private static List<JsonNode> alerts() throws IOException {
		JsonNode file = JsonMapper.shared()
			.valueToTree(new Yaml().load(Files.readString(DOCUMENTS.resolve("alerts.yaml"))));
		return file.path("groups").valueStream().flatMap((group) -> group.path("rules").valueStream()).toList();
	}

	private static Set<String> metrics(String text) {
		return METRIC.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
	}

}
