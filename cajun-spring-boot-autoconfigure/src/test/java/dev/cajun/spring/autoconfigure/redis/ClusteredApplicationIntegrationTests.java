package dev.cajun.spring.autoconfigure.redis;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/** Applications that form a cluster, by properties alone, with a real etcd and Redis. */
class ClusteredApplicationIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(40);

	@TempDir
	private Path temporary;

	private final HttpClient client = HttpClient.newHttpClient();

	private final List<AutoCloseable> opened = new ArrayList<>();

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable closeable : this.opened.reversed()) {
			closeable.close();
		}
	}

	@Test
	void propertiesAloneFormAClusterThatIsOperatedByItsEndpoint() throws Exception {
		RedisProcess redis = RedisProcess.started();
		this.opened.add(redis);
		String etcd = startEtcd();
		ConfigurableApplicationContext first = start("n1", etcd, redis);
		ConfigurableApplicationContext second = start("n2", etcd, redis);
		awaitShards(first, 2);
		awaitShards(second, 2);

		for (int i = 0; i < 20; i++) {
			assertThat(press(first, "lamp" + i)).isEqualTo("1");
			assertThat(press(second, "lamp" + i)).isEqualTo("2");
		}
		TreeSet<String> owners = new TreeSet<>();
		for (int i = 0; i < 20; i++) {
			String owner = json(first, "/actuator/cluster/routing/lamp/lamp" + i).path("node").asString();
			assertThat(json(second, "/actuator/cluster/routing/lamp/lamp" + i).path("node").asString())
				.isEqualTo(owner);
			owners.add(owner);
		}
		assertThat(owners).containsExactly("n1", "n2");
		assertThat(json(first, "/actuator/cluster").path("leader").asString())
			.isEqualTo(json(second, "/actuator/cluster").path("leader").asString());
		assertThat(json(first, "/actuator/health/cluster").path("details").path("mode").asString())
			.isEqualTo("clustered");

		for (ConfigurableApplicationContext node : List.of(first, second)) {
			showsWhatAllNodesKnow(node);
		}

		JsonNode routing = json(first, "/actuator/cluster/routing/lamp/lamp0");
		String target = routing.path("node").asString().equals("n1") ? "n2" : "n1";
		HttpResponse<String> migrating = send(
				write(second, "/actuator/cluster/actors/lamp/lamp0/migrate", "{\"target\":\"" + target + "\"}"));
		assertThat(migrating.statusCode()).isEqualTo(202);
		assertThat(JsonMapper.shared().readTree(migrating.body()).path("activations").asInt())
			.as("the actors that move along")
			.isPositive();
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> json(first, "/actuator/cluster/routing/lamp/lamp0").path("node").asString().equals(target));
		assertThat(press(first, "lamp0")).isEqualTo("3");
		for (ConfigurableApplicationContext node : List.of(first, second)) {
			JsonNode lamp = json(node, "/actuator/cluster/actors/lamp/lamp0");
			assertThat(lamp.path("active").asBoolean()).isTrue();
			assertThat(lamp.path("owners").path(0).path("reason").asString()).isEqualTo("MIGRATE");
		}

		assertThat(post(first, "/actuator/cluster/nodes/nobody/drain", "{}")).isEqualTo(404);
		assertThat(post(first, "/actuator/cluster/nodes/n2/drain", "{\"force\":\"perhaps\"}")).isEqualTo(400);
		assertThat(post(first, "/actuator/cluster/nodes/n2/drain", "{}")).isEqualTo(202);
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> json(first, "/actuator/cluster/nodes/n2").path("shards").asInt() == 0);
		assertThat(post(first, "/actuator/cluster/nodes/n1/drain", "{\"force\":true}")).isEqualTo(409);
		assertThat(post(first, "/actuator/cluster/nodes/n2/undrain", "{}")).isEqualTo(202);
		awaitShards(first, 2);

		second.close();
		for (int i = 1; i < 20; i++) {
			assertThat(press(first, "lamp" + i)).isEqualTo("3");
		}
		assertThat(json(first, "/actuator/cluster/nodes").path("nodes").size()).isEqualTo(1);
	}

	private void showsWhatAllNodesKnow(ConfigurableApplicationContext node) throws Exception {
		List<String> lamps = new ArrayList<>();
		String cursor = "";
		while (!cursor.isEmpty() || lamps.isEmpty()) {
			JsonNode page = json(node, "/actuator/cluster/actors?type=lamp&limit=7&cursor=" + cursor);
			assertThat(page.path("unanswered")).isEmpty();
			page.path("actors").forEach((actor) -> lamps.add(actor.path("key").asString()));
			cursor = page.path("cursor").asString("");
		}
		assertThat(lamps).hasSize(20).isSorted().doesNotHaveDuplicates();

		for (String name : List.of("n1", "n2")) {
			JsonNode own = json(node, "/actuator/cluster/actors?node=" + name).path("actors");
			assertThat(own).isNotEmpty().allMatch((actor) -> actor.path("node").asString().equals(name));
			String key = own.path(0).path("key").asString();
			JsonNode lamp = json(node, "/actuator/cluster/actors/lamp/" + key);
			assertThat(lamp.path("node").asString()).isEqualTo(name);
			assertThat(lamp.path("active").asBoolean()).isTrue();
			assertThat(lamp.path("sequence").asLong()).isPositive();
			assertThat(json(node, "/actuator/cluster/load").path("nodes").path(name).has("activations")).isTrue();
			assertThat(json(node, "/actuator/cluster/nodes/" + name).path("activations").path("lamp").asInt())
				.isEqualTo(own.size());
		}
		JsonNode stored = json(node, "/actuator/cluster/actors?type=lamp&stored=true&limit=1000").path("actors");
		assertThat(stored).hasSize(20).allMatch((actor) -> actor.path("active").asBoolean());
	}

	@Test
	void containerConnectedAsEtcdAloneMeansClustered() throws Exception {
		RedisProcess redis = RedisProcess.started();
		this.opened.add(redis);
		EtcdContainer.port = URI.create(startEtcd()).getPort();
		ConfigurableApplicationContext application = LampApplication.start(EtcdContainer.class,
				"--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + redis.port());
		this.opened.add(application);
		awaitShards(application, 1);

		assertThat(press(application, "lamp")).isEqualTo("1");
		assertThat(json(application, "/actuator/health/cluster").path("details").path("mode").asString())
			.isEqualTo("clustered");
	}

	/** So many nodes, all up and with shards. */
	private void awaitShards(ConfigurableApplicationContext context, int count) {
		Awaitility.await().atMost(PATIENCE).until(() -> {
			JsonNode nodes = json(context, "/actuator/cluster/nodes").path("nodes");
			return nodes.size() == count && nodes.valueStream()
				.allMatch((node) -> node.path("state").asString().equals("UP") && node.path("shards").asInt() > 0);
		});
	}

	private ConfigurableApplicationContext start(String name, String etcd, RedisProcess redis) {
		ConfigurableApplicationContext context = LampApplication.start("--cajun.node.name=" + name,
				"--cajun.cluster.name=lamps", "--cajun.etcd.endpoints=" + etcd, "--cajun.cluster.lease-ttl=3s",
				"--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + redis.port(),
				"--cajun.persistence.store=redis", "--management.endpoint.cluster.access=unrestricted");
		this.opened.add(context);
		return context;
	}

	private String startEtcd() throws IOException {
		String clients = "http://127.0.0.1:" + freePort();
		String peers = "http://127.0.0.1:" + freePort();
		try {
			Process process = new ProcessBuilder("etcd", "--name", "e1", "--data-dir",
					this.temporary.resolve("etcd").toString(), "--listen-client-urls", clients,
					"--advertise-client-urls", clients, "--listen-peer-urls", peers, "--initial-advertise-peer-urls",
					peers, "--initial-cluster", "e1=" + peers)
				.redirectErrorStream(true)
				.redirectOutput(this.temporary.resolve("etcd.log").toFile())
				.start();
			this.opened.add(() -> process.destroyForcibly().waitFor());
			return clients;
		}
		catch (IOException ex) {
			throw new IllegalStateException(
					"These tests need 'etcd' on the PATH: install it (Debian: apt-get install etcd-server)", ex);
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	private String press(ConfigurableApplicationContext context, String name) throws Exception {
		return send(request(context, "/lamps/" + name).POST(BodyPublishers.noBody())).body();
	}

	private int post(ConfigurableApplicationContext context, String path, String json) throws Exception {
		return send(write(context, path, json)).statusCode();
	}

	private static HttpRequest.Builder write(ConfigurableApplicationContext context, String path, String json) {
		return request(context, path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json));
	}

	private JsonNode json(ConfigurableApplicationContext context, String path) throws Exception {
		return JsonMapper.shared().readTree(send(request(context, path).GET()).body());
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return this.client.send(request.build(), BodyHandlers.ofString());
	}

	private static HttpRequest.Builder request(ConfigurableApplicationContext context, String path) {
		return HttpRequest.newBuilder(
				URI.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port") + path));
	}

	/** An etcd that a test framework would have started. */
	@Configuration(proxyBeanMethods = false)
	static class EtcdContainer {

		private static int port;

		@Bean
		@ServiceConnection("etcd")
		GenericContainer<?> container() {
			GenericContainer<?> container = mock();
			given(container.getHost()).willReturn("127.0.0.1");
			given(container.getMappedPort(2379)).willReturn(port);
			return container;
		}

	}

}
