package dev.cajun.spring.autoconfigure.redis;

import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

import dev.cajun.Actors;
import dev.cajun.AskOptions;
import dev.cajun.RequiresEtcd;
import dev.cajun.RequiresRedis;
import dev.cajun.node.ClusterManagement;
import dev.cajun.spring.ApplicationNode;
import dev.cajun.spring.autoconfigure.redis.LampApplication.LampMessage;
import dev.cajun.spring.autoconfigure.redis.LampApplication.Spin;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Handlers that compute without an end hold every carrier of virtual threads: no actor of
 * the node has a turn, and no request to it where these have virtual threads too. The
 * node itself goes on, and another one says what is wrong with it.
 */
@RequiresEtcd
@RequiresRedis
class HandlersThatNeverRestIntegrationTests {

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private static final Duration LEASE = Duration.ofSeconds(3);

	private static final int CARRIERS = Runtime.getRuntime().availableProcessors();

	private static final int HANDLERS = 2 * CARRIERS;

	private final int port = RedisProcess.freePort();

	private LampCluster cluster;

	private ConfigurableApplicationContext node;

	@BeforeEach
	void start() throws Exception {
		this.cluster = LampCluster.empty();
		this.node = this.cluster.start("n1", "--spring.threads.virtual.enabled=true",
				"--cajun.actors.lamp.slow-after=1s", "--cajun.shutdown.drain-timeout=2s");
		this.cluster.process("n2", "--server.port=" + this.port);
		await("whole",
				() -> this.cluster.json("n1", "/actuator/cluster/nodes")
					.path("nodes")
					.valueStream()
					.filter((it) -> it.path("state").asString().equals("UP") && it.path("shards").asInt() > 0)
					.count() == 2
						&& this.cluster.json("n1", "/actuator/cluster/shards")
							.path("shards")
							.valueStream()
							.allMatch((shard) -> shard.path("phase").asString().equals("OWNED")));
	}

	@AfterEach
	void stop() throws Exception {
		LampApplication.HELD.release(HANDLERS);
		this.cluster.close();
		LampApplication.HELD.drainPermits();
	}

	private static void await(String what, Callable<Boolean> condition) {
		Awaitility.await(what).pollDelay(Duration.ZERO).atMost(PATIENCE).until(condition);
	}

	/** As the other node answers it. */
	private JsonNode json(String path) {
		URI uri = URI.create("http://localhost:" + this.port + path);
		return JsonMapper.shared().readTree(this.cluster.send(HttpRequest.newBuilder(uri).GET()).body());
	}

	/** What the other node says of the first, as far as it answers. */
	private String trouble() {
		return json("/actuator/cluster/nodes/n1").path("trouble").asString("");
	}

	private List<String> owners() {
		return json("/actuator/cluster/shards").path("shards")
			.valueStream()
			.map((shard) -> shard.path("owner").asString() + " " + shard.path("epoch").asLong())
			.toList();
	}

	/** More handlers than there are carriers. */
	private void spin() {
		Actors<LampMessage> lamps = this.node.getBean(ApplicationNode.class)
			.node()
			.system()
			.actors("lamp", LampMessage.class);
		int found = 0;
		for (int i = 0; found < HANDLERS; i++) {
			if (json("/actuator/cluster/routing/lamp/s" + i).path("node").asString().equals("n1")) {
				var unused = lamps.get("s" + i).ask(new Spin(), AskOptions.defaults().withTimeout(PATIENCE));
				found++;
			}
		}
		ClusterManagement management = this.node.getBean(ClusterManagement.class);
		await("slow", () -> management.slowHandlers().getOrDefault("lamp", 0) >= CARRIERS);
	}

	@Test
	void costTheNodeNeitherItsLeaseNorItsVoiceAndKeepItFromStoppingForTheDrainTimeoutOnly() {
		List<String> before = owners();
		spin();
		long start = System.nanoTime();
		await("named", () -> trouble().contains(" long: lamp/"));
		String lamp = trouble().replaceFirst(".*?lamp/(\\w+) .*", "$1");
		assertThat(json("/actuator/cluster/actors/lamp/" + lamp).path("stack").toString())
			.contains("LampApplication$LampActor.receive");

		await("two leases long", () -> System.nanoTime() - start > LEASE.multipliedBy(2).toNanos());
		assertThat(owners()).as("nobody took anything").isEqualTo(before);
		assertThat(json("/actuator/cluster/nodes").path("unanswered")).isEmpty();

		long stop = System.nanoTime();
		this.cluster.stop("n1");
		assertThat(Duration.ofNanos(System.nanoTime() - stop)).isLessThan(Duration.ofSeconds(30));
		await("taken over", () -> owners().stream().allMatch((owner) -> owner.startsWith("n2")));
	}

}
