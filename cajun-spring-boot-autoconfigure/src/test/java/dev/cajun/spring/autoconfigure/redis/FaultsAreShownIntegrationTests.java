package dev.cajun.spring.autoconfigure.redis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;

import dev.cajun.ActorRef;
import dev.cajun.MailboxFullException;
import dev.cajun.RequiresBrowser;
import dev.cajun.RequiresEtcd;
import dev.cajun.RequiresRedis;
import dev.cajun.spring.ApplicationNode;
import dev.cajun.spring.autoconfigure.redis.LampApplication.Hold;
import dev.cajun.spring.autoconfigure.redis.LampApplication.LampMessage;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What goes wrong is seen in health, meters and page within five seconds, with the
 * default times, and no longer once it is mended. Whether the process lives is never
 * doubted.
 */
@RequiresBrowser
@RequiresEtcd
@RequiresRedis
class FaultsAreShownIntegrationTests {

	private static final Duration SHOWN = Duration.ofSeconds(5);

	private static final Duration PATIENCE = Duration.ofSeconds(40);

	private static final int CAPACITY = 20;

	/** The field that has an actor's state, in Redis. */
	private static final byte[] STATE = { 'v' };

	private static LampCluster cluster;

	private static ConfigurableApplicationContext node;

	private static Process peer;

	private static PageBrowser page;

	@BeforeAll
	static void start(@TempDir Path directory) throws Exception {
		page = new PageBrowser(directory);
		cluster = LampCluster.empty();
		String[] properties = { "--cajun.cluster.lease-ttl=10s", "--cajun.page.enabled=true",
				"--cajun.actors.lamp.mailbox-capacity=" + CAPACITY, "--cajun.actors.lamp.passivate-after=1s" };
		node = cluster.start("n1", properties);
		peer = cluster.process("n2", properties);
		// A process of its own takes its time where the machine has other work
		await(PATIENCE.multipliedBy(3), "joined by the other", () -> cluster().path("members").path("UP").asInt() == 2);
		page.open("localhost:" + node.getEnvironment().getRequiredProperty("local.server.port"), "/cajun/");
	}

	@AfterAll
	static void stop() throws Exception {
		page.close();
		if (cluster != null) {
			cluster.close();
		}
	}

	@BeforeEach
	void isWell() {
		await(PATIENCE, "well before", () -> health("").equals("UP") && cluster().path("trouble").isMissingNode()
				&& cluster().path("members").path("UP").asInt() == 2 && cluster().path("owned").asInt() > 0);
		await(PATIENCE, "well on the page", () -> page.text("status").equals("UP") && page.text("trouble").isEmpty()
				&& page.rows("nodes").size() == 2);
	}

	@AfterEach
	void clears() {
		isWell();
	}

	private static void await(Duration atMost, String what, Callable<Boolean> condition) {
		Awaitility.await(what).pollDelay(Duration.ZERO).atMost(atMost).until(condition);
	}

	/** Each is looked for from the same moment on. */
	private static void shown(Map<String, Callable<Boolean>> conditions) {
		long start = System.nanoTime();
		conditions.forEach((what, condition) -> {
			Duration left = SHOWN.minusNanos(System.nanoTime() - start);
			assertThat(left).as("time left when it is the turn of: %s", what).isPositive();
			await(left, "shown: " + what, condition);
		});
	}

	private static String health(String path) {
		return cluster.json("n1", "/actuator/health" + path).path("status").asString();
	}

	/** The details of the health component. */
	private static JsonNode cluster() {
		return cluster.json("n1", "/actuator/health/cluster").path("details");
	}

	private static double meter(String name) {
		return cluster.json("n1", "/actuator/metrics/" + name).path("measurements").path(0).path("value").asDouble();
	}

	private static String row(String name) {
		return page.rows("nodes").stream().filter((row) -> row.startsWith(name)).findFirst().orElse("");
	}

	private static void assertAlive() {
		assertThat(health("/liveness")).isEqualTo("UP");
	}

	/** A lamp of the node that is looked at. */
	private static String lamp(String prefix) {
		for (int i = 0;; i++) {
			String lamp = prefix + i;
			if (cluster.json("n1", "/actuator/cluster/routing/lamp/" + lamp).path("node").asString().equals("n1")) {
				return lamp;
			}
		}
	}

	@Test
	void etcdIsGone() throws Exception {
		cluster.stopEtcd();
		try {
			etcdIsShown();
		}
		finally {
			cluster.startEtcd();
		}
		await(PATIENCE, "back", () -> health("/etcd").equals("UP") && meter("cajun.metadata.available") == 1);
	}

	@Test
	void etcdDoesNotAnswer() throws Exception {
		cluster.freezeEtcd();
		try {
			etcdIsShown();
		}
		finally {
			cluster.thawEtcd();
		}
		await(PATIENCE, "back", () -> health("/etcd").equals("UP") && meter("cajun.metadata.available") == 1);
	}

	private void etcdIsShown() {
		shown(Map.of("health", () -> health("").equals("DOWN") && health("/etcd").equals("DOWN"), "details",
				() -> cluster().path("trouble").asString("").contains("metadata"), "meter",
				() -> meter("cajun.metadata.available") == 0, "page",
				() -> page.text("trouble").contains("metadata") && row("n1").contains("metadata")));
		assertAlive();
		assertThat(health("/readiness")).as("what persistent actors need is there").isEqualTo("UP");
		assertThat(cluster.press("n1", lamp("lit"))).isPositive();
	}

	@Test
	void redisIsGone() {
		cluster.redis().kill();
		try {
			shown(Map.of("health", () -> health("/cluster").equals("DOWN"), "readiness",
					() -> health("/readiness").equals("DOWN"), "meter", () -> meter("cajun.store.available") == 0,
					"page", () -> page.text("status").equals("DOWN") && page.text("trouble").contains("store")));
			assertAlive();
		}
		finally {
			cluster.redis().start();
		}
		await(PATIENCE, "back", () -> health("/readiness").equals("UP") && meter("cajun.store.available") == 1);
	}

	@Test
	void peerStandsStill() {
		LampCluster.signal(peer, "STOP");
		try {
			peerIsShown();
		}
		finally {
			LampCluster.signal(peer, "CONT");
		}
	}

	private void peerIsShown() {
		shown(Map.of("health", () -> cluster().path("brokenLinks").path("n2").asString("").equals("SILENT"), "meter",
				() -> cluster.json("n1", "/actuator/metrics/cajun.links?tag=state:silent")
					.path("measurements")
					.path(0)
					.path("value")
					.asDouble() == 1,
				"page",
				() -> page.text("trouble").contains("Does not answer: n2") && row("n2").contains("does not answer")));
		assertAlive();
		assertThat(health("/readiness")).isEqualTo("UP");
	}

	@Test
	void mailboxIsFull() {
		String key = lamp("held");
		ActorRef<LampMessage> lamp = node.getBean(ApplicationNode.class)
			.node()
			.system()
			.actors("lamp", LampMessage.class)
			.get(key);
		for (int i = 0; i < CAPACITY; i++) {
			lamp.tell(new Hold());
		}
		assertThat(catchThrowable(() -> lamp.tell(new Hold()))).isInstanceOf(MailboxFullException.class);
		page.find("by-mailbox").click();
		shown(Map.of("health", () -> cluster().path("fullestMailbox").asInt() == CAPACITY, "meters",
				() -> meter("cajun.mailbox.fullest") == CAPACITY && meter("cajun.mailbox.refused") >= 1, "page",
				() -> page.rows("hot")
					.stream()
					.anyMatch((row) -> row.startsWith("lamp/" + key) && row.endsWith("20"))));
		assertAlive();
		LampApplication.HELD.release(CAPACITY);
		await(PATIENCE, "empty",
				() -> cluster().path("fullestMailbox").asInt() == 0 && meter("cajun.mailbox.fullest") == 0
						&& page.rows("hot").stream().noneMatch((row) -> row.contains(key)));
		page.find("by-messages").click();
	}

	@Test
	void actorIsQuarantined() {
		String key = lamp("damaged");
		cluster.press("n1", key);
		await(PATIENCE, "not active", () -> !explain(key).path("active").asBoolean());
		try (RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", cluster.redisPort()));
				StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE)) {
			RedisCommands<byte[], byte[]> redis = connection.sync();
			byte[] hash = redis.keys("*:a:lamp/" + key + ":s").getFirst();
			byte[] intact = redis.hget(hash, STATE);
			byte[] damaged = intact.clone();
			damaged[damaged.length / 2] ^= 1;
			redis.hset(hash, STATE, damaged);
			assertThat(cluster.get("n1", "/lamps/" + key).statusCode()).isEqualTo(500);
			shown(Map.of("health", () -> cluster().path("quarantined").asInt() == 1, "meter",
					() -> meter("cajun.quarantined") == 1, "page", () -> row("n1").contains("1 quarantined"), "explain",
					() -> explain(key).path("quarantine").asString().contains("checksum")));
			assertAlive();
			assertThat(health("")).as("other actors are well").isEqualTo("UP");
			redis.hset(hash, STATE, intact);
		}
		assertThat(cluster.post("n1", "/actuator/cluster/actors/lamp/" + key + "/release", "{}").statusCode())
			.isEqualTo(200);
		assertThat(cluster.press("n1", key)).isEqualTo(2);
		await(PATIENCE, "released", () -> cluster().path("quarantined").asInt() == 0 && meter("cajun.quarantined") == 0
				&& !row("n1").contains("quarantined"));
	}

	private static JsonNode explain(String key) {
		return cluster.json("n1", "/actuator/cluster/actors/lamp/" + key);
	}

}
