package dev.cajun.spring.autoconfigure.redis;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

import dev.cajun.RequiresEtcd;
import dev.cajun.RequiresRedis;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/** Applications that form a cluster, by properties alone, with a real etcd and Redis. */
@RequiresEtcd
@RequiresRedis
class ClusteredApplicationIntegrationTests {

	private final LampCluster cluster = LampCluster.empty();

	@AfterEach
	void close() throws Exception {
		this.cluster.close();
	}

	@Test
	void propertiesAloneFormAClusterThatIsOperatedByItsEndpoint() throws Exception {
		this.cluster.start("n1");
		this.cluster.start("n2");
		this.cluster.awaitShards(2);

		for (int i = 0; i < 20; i++) {
			assertThat(this.cluster.press("n1", "lamp" + i)).isEqualTo(1);
			assertThat(this.cluster.press("n2", "lamp" + i)).isEqualTo(2);
		}
		TreeSet<String> owners = new TreeSet<>();
		for (int i = 0; i < 20; i++) {
			String owner = json("n1", "/actuator/cluster/routing/lamp/lamp" + i).path("node").asString();
			assertThat(json("n2", "/actuator/cluster/routing/lamp/lamp" + i).path("node").asString()).isEqualTo(owner);
			owners.add(owner);
		}
		assertThat(owners).containsExactly("n1", "n2");
		assertThat(json("n1", "/actuator/health/cluster").path("details").path("mode").asString())
			.isEqualTo("clustered");
		this.cluster.names().forEach(this::showsWhatAllNodesKnow);
		this.cluster.names().forEach(this::countsWhatGoesToAndFro);

		this.cluster.stop("n2");
		for (int i = 1; i < 20; i++) {
			assertThat(this.cluster.press("n1", "lamp" + i)).isEqualTo(3);
		}
		assertThat(json("n1", "/actuator/cluster/nodes").path("nodes").size()).isEqualTo(1);
		assertThat(meter("n1", "cajun.cluster.migrations?tag=outcome:completed")).isPositive();
		assertThat(meter("n1", "cajun.cluster.migrations.active")).isZero();
	}

	private void countsWhatGoesToAndFro(String node) {
		assertThat(meter(node, "cajun.routing.sent")).isPositive();
		assertThat(meter(node, "cajun.routing.received")).isPositive();
		assertThat(meter(node, "cajun.routing.unreadable")).isZero();
	}

	private double meter(String node, String name) {
		JsonNode value = json(node, "/actuator/metrics/" + name).path("measurements").path(0).path("value");
		assertThat(value.isNumber()).as(name).isTrue();
		return value.asDouble();
	}

	private void showsWhatAllNodesKnow(String node) {
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
	void mixedVersionsAreShownDuringARollingUpgrade() {
		this.cluster.start("n1", "--spring.application.version=1");
		this.cluster.start("n2", "--spring.application.version=1");
		this.cluster.awaitShards(2);
		assertThat(mixed()).containsOnly(false);
		for (String name : List.of("n1", "n2")) {
			this.cluster.stop(name);
			this.cluster.start(name, "--spring.application.version=2");
			this.cluster.awaitShards(2);
			assertThat(mixed()).containsOnly(name.equals("n1"));
		}
	}

	private List<Boolean> mixed() {
		return this.cluster.names()
			.stream()
			.map((name) -> json(name, "/actuator/cluster/versions").path("mixed").asBoolean())
			.toList();
	}

	@Test
	void containerConnectedAsEtcdAloneMeansClustered() throws Exception {
		EtcdContainer.port = URI.create(this.cluster.etcd()).getPort();
		try (ConfigurableApplicationContext application = LampApplication.start(EtcdContainer.class,
				"--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + this.cluster.redisPort())) {
			this.cluster.add("alone", application);
			this.cluster.awaitShards(1);

			assertThat(this.cluster.press("alone", "lamp")).isEqualTo(1);
			assertThat(json("alone", "/actuator/health/cluster").path("details").path("mode").asString())
				.isEqualTo("clustered");
		}
	}

	private JsonNode json(String node, String path) {
		return this.cluster.json(node, path);
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
