package dev.cajun.spring.autoconfigure.endpoint;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.cajun.RequiresEtcd;
import dev.cajun.RequiresRedis;
import dev.cajun.spring.autoconfigure.redis.LampCluster;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every operation of the endpoint over HTTP, on three nodes, each asked of every node.
 * The second has its actuator on a port of its own, the third also below another path.
 * The answers must be as {@code cluster-endpoint.schema.json} says, with no field more.
 */
@ExtendWith(OutputCaptureExtension.class)
@RequiresEtcd
@RequiresRedis
class ClusterEndpointIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final int LAMPS = 30;

	private static final ObjectNode SCHEMAS = schemas();

	private static final SchemaRegistry REGISTRY = SchemaRegistry
		.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

	private static LampCluster cluster;

	private static ObjectNode schemas() {
		try (InputStream file = ClusterEndpointIntegrationTests.class
			.getResourceAsStream("cluster-endpoint.schema.json")) {
			return (ObjectNode) JsonMapper.shared().readTree(file);
		}
		catch (IOException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	@BeforeAll
	static void start() {
		String stop = "--cajun.actors.lamp.on-failure=stop";
		String port = "--management.server.port=0";
		cluster = LampCluster.empty();
		cluster.start("n1", stop);
		cluster.start("n2", stop, port);
		cluster.start("n3", stop, port, "--management.server.base-path=/manage");
		cluster.awaitShards(3);
	}

	@AfterAll
	static void close() throws IOException {
		cluster.close();
	}

	/** The answer, after a look at it. */
	private static JsonNode valid(HttpResponse<String> response, int status, String schema) {
		assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
		Schema definition = REGISTRY.getSchema(SCHEMAS.deepCopy().put("$ref", "#/$defs/" + schema).toString(),
				InputFormat.JSON);
		assertThat(definition.validate(response.body(), InputFormat.JSON)).as(response.body()).isEmpty();
		return JsonMapper.shared().readTree(response.body());
	}

	private static JsonNode read(String node, String path, String schema) {
		return valid(cluster.get(node, "/actuator/cluster" + path), 200, schema);
	}

	private static JsonNode write(String node, String path, String body, int status, String schema) {
		return valid(cluster.post(node, "/actuator/cluster" + path, body), status, schema);
	}

	private static String owner(String asked, String lamp) {
		return read(asked, "/routing/lamp/" + lamp, "routing").path("node").asString();
	}

	/** Another node than those. */
	private static String except(String... nodes) {
		return cluster.names().stream().filter((name) -> !List.of(nodes).contains(name)).findFirst().orElseThrow();
	}

	@ParameterizedTest
	@ValueSource(strings = { "n1", "n2", "n3" })
	void everyNodeAnswersEveryReadForTheWholeCluster(String asked) {
		cluster.awaitShards(3);
		for (int i = 0; i < LAMPS; i++) {
			cluster.press(asked, "lamp" + i);
		}
		for (String root : List.of("", "/")) {
			JsonNode whole = read(asked, root, "cluster");
			assertThat(whole.path("node").asString()).startsWith(asked + "#");
			assertThat(whole.path("nodes")).hasSize(3);
			assertThat(whole.path("unanswered")).isEmpty();
		}
		JsonNode nodes = read(asked, "/nodes", "nodes").path("nodes");
		assertThat(nodes.valueStream().map((node) -> node.path("name").asString())).containsExactly("n1", "n2", "n3");
		assertThat(nodes.valueStream().mapToInt((node) -> node.path("shards").asInt()).sum()).isEqualTo(32);
		assertThat(nodes.valueStream().filter((node) -> node.path("leader").asBoolean())).hasSize(1);
		for (String other : cluster.names()) {
			JsonNode node = read(asked, "/nodes/" + other, "answeringNode");
			assertThat(node.path("name").asString()).isEqualTo(other);
			assertThat(
					read(asked, "/nodes/" + node.path("id").asString().replace("#", "%23"), "answeringNode").path("id"))
				.isEqualTo(node.path("id"));
			JsonNode plan = read(asked, "/nodes/" + other + "/drain-plan", "plan").path("moves");
			assertThat(plan).hasSize(node.path("shards").asInt());
			assertThat(plan).allMatch((move) -> !move.path("to").asString().equals(other));
		}
		assertThat(read(asked, "/shards", "shards").path("shards")).hasSize(32);
		JsonNode page = read(asked, "/actors?type=lamp&limit=1000", "actors").path("actors");
		assertThat(page.valueStream().map((actor) -> actor.path("key").asString())).contains("lamp0", "lamp29");
		read(asked, "/actors?type=lamp&limit=5", "actors");
		read(asked, "/actors?node=n2", "actors");
		read(asked, "/actors?type=lamp&stored=true", "actors");
		for (int i = 0; i < LAMPS; i++) {
			String key = "lamp" + i;
			Awaitility.await("seen where it is, though shards may still go to a node that came")
				.atMost(PATIENCE)
				.untilAsserted(() -> {
					cluster.press(asked, key);
					JsonNode owners = read(asked, "/shards", "shards").path("shards");
					JsonNode lamp = read(asked, "/actors/lamp/" + key, "actor");
					JsonNode routing = read(asked, "/routing/lamp/" + key, "routing");
					assertThat(lamp.path("active").asBoolean()).isTrue();
					assertThat(lamp.path("node")).isEqualTo(routing.path("node"));
					assertThat(owners.path(lamp.path("shard").asInt()).path("owner")).isEqualTo(routing.path("node"));
				});
		}
		Awaitility.await("what is a second old at most").atMost(PATIENCE).untilAsserted(() -> {
			// Where a shard has gone meanwhile, its lamp is active when it has something
			// to do
			for (int i = 0; i < LAMPS; i++) {
				cluster.press(asked, "lamp" + i);
			}
			JsonNode hot = read(asked, "/hot-actors", "hotActors");
			assertThat(hot.path("byMessages")).hasSize(10);
			assertThat(hot.path("byHandlerTime")).hasSize(10);
			assertThat(read(asked, "/hot-actors?limit=100", "hotActors").path("byMessages"))
				.hasSizeGreaterThanOrEqualTo(LAMPS);
		});
		read(asked, "/migrations", "migrations");
		JsonNode types = read(asked, "/types", "types");
		assertThat(types.path("unanswered")).isEmpty();
		assertThat(types.path("types")).hasSize(1);
		JsonNode type = types.path("types").path(0);
		assertThat(type.path("type").asString()).isEqualTo("lamp");
		assertThat(type.path("activations").asInt()).isGreaterThanOrEqualTo(LAMPS);
		assertThat(type.path("nodes").valueStream().map(JsonNode::asString)).containsExactly("n1", "n2", "n3");
		assertThat(read(asked, "/load", "load").path("nodes")).hasSize(3);
		assertThat(read(asked, "/versions", "versions").path("mixed").asBoolean()).isFalse();
	}

	@Test
	void migratesAnActorWithItsShardAndUnpinsIt() {
		String source = owner("n1", "lamp3");
		String target = except(source);
		String asked = except(source, target);
		int presses = cluster.press(asked, "lamp3");
		JsonNode begun = write(asked, "/actors/lamp/lamp3/migrate", "{\"target\":\"" + target + "\"}", 202,
				"migrating");
		assertThat(begun.path("activations").asInt()).isPositive();
		int shard = begun.path("shard").asInt();
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> cluster.names().stream().allMatch((name) -> owner(name, "lamp3").equals(target)));
		assertThat(cluster.press(source, "lamp3")).isEqualTo(presses + 1);
		for (String name : cluster.names()) {
			Awaitility.await("pinned, as " + name + " sees it").atMost(PATIENCE).untilAsserted(() -> {
				JsonNode placement = read(name, "/shards", "shards").path("shards").path(shard);
				assertThat(placement.path("pinnedTo").asString()).isEqualTo(target);
				assertThat(placement.path("pinnedByOperator").asBoolean()).isTrue();
				assertThat(read(name, "/actors/lamp/lamp3", "actor").path("owners").path(0).path("reason").asString())
					.isEqualTo("MIGRATE");
				assertThat(read(name, "/migrations", "migrations").path("migrations"))
					.anyMatch((migration) -> migration.path("shard").asInt() == shard
							&& migration.path("phase").asString().equals("COMPLETED"));
			});
		}

		write(source, "/actors/lamp/migrate", "{\"key\":\"lamp3\",\"target\":null}", 202, "migrating");
		Awaitility.await("unpinned")
			.atMost(PATIENCE)
			.until(() -> !read(target, "/shards", "shards").path("shards").path(shard).has("pinnedTo")
					&& owner(asked, "lamp3").equals(source));
	}

	@Test
	void drainsAndUndrainsANodeOnceAndNeverTheLast() {
		write("n1", "/nodes/n3/drain", "{}", 202, "done");
		Awaitility.await("drained")
			.atMost(PATIENCE)
			.until(() -> cluster.names()
				.stream()
				.allMatch((name) -> read(name, "/nodes/n3", "node").path("shards").asInt() == 0));
		assertThat(write("n2", "/nodes/n3/drain", "{}", 202, "done").path("result").asString()).contains("already");
		assertThat(write("n2", "/actors/lamp/lamp3/migrate", "{\"target\":\"n3\"}", 409, "error").path("reason")
			.asString()).contains("n3");
		write("n3", "/nodes/n2/drain", "{\"force\":true}", 202, "done");
		assertThat(write("n3", "/nodes/n1/drain", "{\"force\":true}", 409, "error").path("reason").asString())
			.contains("last");
		write("n2", "/nodes/n2/undrain", "{}", 202, "done");
		write("n1", "/nodes/n3/undrain", "{}", 202, "done");
		cluster.awaitShards(3);
	}

	@Test
	void releasesAStoppedActorFromAnyNode() {
		String owner = owner("n1", "broken");
		String asked = except(owner);
		assertThat(cluster.send(cluster.request(asked, "/lamps/broken").DELETE()).statusCode()).isEqualTo(500);
		for (String name : cluster.names()) {
			JsonNode broken = read(name, "/actors/lamp/broken", "actor");
			assertThat(broken.path("quarantine").asString()).contains("smashed");
			assertThat(broken.path("phase").asString()).isEqualTo("quarantined");
			JsonNode list = read(name, "/quarantined", "quarantined");
			assertThat(list.path("total").asInt()).isEqualTo(1);
			assertThat(list.path("actors").path(0).path("key").asString()).isEqualTo("broken");
			assertThat(list.path("actors").path(0).path("node").asString()).isEqualTo(owner);
			assertThat(list.path("actors").path(0).path("quarantine")).isEqualTo(broken.path("quarantine"));
			assertThat(list.path("unanswered")).isEmpty();
		}
		write(asked, "/actors/lamp/broken/release", "{}", 200, "released");
		write(asked, "/actors/lamp/broken/release", "{}", 409, "error");
		assertThat(read(asked, "/quarantined", "quarantined").path("actors")).isEmpty();
		assertThat(cluster.press(owner, "broken")).isEqualTo(1);
	}

	@Test
	void plansABalanceAndCarriesItOut() {
		write("n1", "/rebalance", "{\"dryRun\":true}", 202, "done");
		write("n2", "/rebalance?dryRun=false", "{}", 202, "done");
		cluster.awaitShards(3);
	}

	@Test
	void letsAnotherNodeLead() {
		String leader = read("n1", "", "cluster").path("leader").asString();
		write(except(leader), "/leader/resign", "{}", 202, "done");
		Awaitility.await("another leader").atMost(PATIENCE).until(() -> cluster.names().stream().allMatch((name) -> {
			JsonNode now = JsonMapper.shared().readTree(cluster.get(name, "/actuator/cluster").body()).path("leader");
			return now.isString() && !now.asString().equals(leader);
		}));
	}

	static Stream<String> keys() {
		return Stream.of("a/b", "a;b", "..", "%", "\u00fc", "a\\b", "a b", "x".repeat(512), "\ud83d\ude00", "?#&=+");
	}

	@ParameterizedTest
	@MethodSource("keys")
	void takesAnyKeyAsAParameterOrField(String key) {
		String encoded = URLEncoder.encode(key, StandardCharsets.UTF_8);
		for (String name : cluster.names()) {
			assertThat(read(name, "/actors/lamp?key=" + encoded, "actor").path("key").asString()).isEqualTo(key);
			assertThat(read(name, "/routing/lamp?key=" + encoded, "routing").path("key").asString()).isEqualTo(key);
		}
		String body = JsonMapper.shared().createObjectNode().put("key", key).put("target", "n1").toString();
		write("n2", "/actors/lamp/release", body, 409, "error");
		write("n2", "/actors/lamp/migrate", body, 202, "migrating");
		write("n2", "/actors/lamp/migrate", JsonMapper.shared().createObjectNode().put("key", key).toString(), 202,
				"migrating");
	}

	@ParameterizedTest
	@CsvSource({ "nodes/n9/drain, 404", "nodes/n9/undrain, 404", "nodes/n1/explode, 404", "leader/stay, 404",
			"actors/nothing/a/migrate, 404", "actors/lamp/migrate, 400", "actors/lamp/release, 400",
			"rebalance/now, 404", "nodes/n1/drain?force=perhaps, 400", "rebalance?dryRun=1, 400",
			"actors/lamp/a/migrate?target=n9, 404" })
	void refusesWhatCannotBe(String path, int status) {
		for (String name : cluster.names()) {
			assertThat(write(name, "/" + path, "{}", status, "error").path("status").asInt()).isEqualTo(status);
		}
	}

	@Test
	void malformedCallsAreTheCallersFault() {
		Random random = new Random(20261127);
		for (int i = 0; i < 200; i++) {
			String node = cluster.names().get(random.nextInt(3));
			HttpRequest.Builder request = malformed(node, random);
			HttpResponse<String> response = cluster.send(request);
			String described = i + ": " + request.build() + " was answered " + response.statusCode() + " "
					+ response.body();
			assertThat(response.statusCode()).as(described).isBetween(400, 499);
			if (response.body().contains("\"reason\"")) {
				valid(response, response.statusCode(), "error");
			}
			else {
				// What the web server refuses does not reach the endpoint
				assertThat(response.statusCode()).as(described).isIn(400, 415);
			}
		}
		cluster.awaitShards(3);
	}

	private static HttpRequest.Builder malformed(String node, Random random) {
		String junk = junk(random);
		String segment = URLEncoder.encode(junk, StandardCharsets.UTF_8);
		return switch (random.nextInt(16)) {
			case 0 -> get(node, "/x" + segment);
			case 1 -> get(node, "/nodes/" + segment);
			case 2 -> get(node, "/actors?limit=-" + random.nextInt(1, Integer.MAX_VALUE));
			case 3 -> get(node, "/actors?limit=z" + segment);
			case 4 -> get(node, "/actors?stored=z" + segment);
			case 5 -> get(node, "/actors?type=Z" + segment);
			case 6 -> get(node, "/actors?type=lamp&cursor=Z" + segment);
			case 7 -> get(node, "/actors/Z" + segment + "/a");
			case 8 -> get(node, "/actors/lamp?key=" + "x".repeat(random.nextInt(513, 2000)));
			case 9 -> get(node, "/routing/lamp?key=%0" + random.nextInt(1, 8) + segment);
			case 10 -> get(node, "/hot-actors?limit=z" + segment);
			case 11 -> post(node, "/actors/lamp/release", "{\"key\":" + junk);
			case 12 -> post(node, "/nodes/n1/drain", "{\"force\":\"z" + random.nextInt() + "\"}");
			case 13 -> post(node, "/rebalance", "[" + random.nextInt() + "]");
			case 14 -> post(node, "/x" + segment + "/" + segment, "{}");
			default -> cluster.request(node, "/actuator/cluster/nodes/n1/drain")
				.header("Content-Type", "text/plain")
				.POST(BodyPublishers.ofString(junk));
		};
	}

	private static HttpRequest.Builder get(String node, String path) {
		return cluster.request(node, "/actuator/cluster" + path).GET();
	}

	private static HttpRequest.Builder post(String node, String path, String body) {
		return cluster.request(node, "/actuator/cluster" + path)
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(body));
	}

	private static String junk(Random random) {
		String letters = "aZ0%/\\;:.?#&=+ \u00fc\u0001\t\"'<>{}[]*$\u20ac";
		StringBuilder junk = new StringBuilder();
		for (int i = random.nextInt(1, 20); i > 0; i--) {
			junk.append(letters.charAt(random.nextInt(letters.length())));
		}
		return junk.toString();
	}

	@Test
	void eachWriteIsOneLineOfTheLogWithWhoAndWhat(CapturedOutput output) {
		write("n2", "/actors/lamp/lamp5/release", "{}", 409, "error");

		assertThat(output.toString().lines().filter((line) -> line.contains("actors/lamp/lamp5/release")))
			.singleElement()
			.asString()
			.contains("by anonymous", "409");
	}

}
