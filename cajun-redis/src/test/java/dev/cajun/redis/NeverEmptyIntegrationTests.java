package dev.cajun.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.cajun.CajunException;
import dev.cajun.Persistence;
import dev.cajun.RequiresRedis;
import dev.cajun.activation.ActorSettings;
import dev.cajun.faults.TcpProxy;
import dev.cajun.history.ListActor;
import dev.cajun.store.StoreException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * An actor that has a past never starts without it, whatever Redis, or what was taken for
 * it, says.
 */
@RequiresRedis
class NeverEmptyIntegrationTests {

	private static final List<String> PAST = List.of("500");

	private static final ActorSettings SHORT_LIVED = ActorSettings.defaults()
		.withPersistence(Persistence.STATE)
		.withPassivateAfter(Duration.ofMillis(200));

	private RedisServer server;

	private TcpProxy proxy;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
		this.proxy = TcpProxy.to(this.server.port());
	}

	@AfterEach
	void stop() {
		this.proxy.close();
		this.server.close();
	}

	private RedisNode node() {
		return RedisNode.start(this.proxy.port(), ListActor.definition(SHORT_LIVED));
	}

	private static void passivate(RedisNode node) {
		await().atMost(Duration.ofSeconds(10)).until(() -> node.statistics().active() == 0);
	}

	/** What the actor says; nothing when it refuses, or cannot be asked. */
	private static List<String> read(RedisNode node, String key) {
		try {
			return node.list(key).call(new ListActor.Read()).ids();
		}
		catch (CajunException ex) {
			return null;
		}
	}

	@Test
	void failedReadDuringActivationFailsTheMessageAndNothingElse() {
		try (RedisNode node = node()) {
			node.list("a").call(new ListActor.Append("500"));
			for (int reply = 0; reply < 3; reply++) {
				passivate(node);
				this.proxy.dropNextReplies(1 + reply);
				await().atMost(Duration.ofSeconds(10)).until(() -> {
					List<String> ids = read(node, "a");
					assertThat(ids == null || ids.equals(PAST)).as("%s", ids).isTrue();
					return ids != null;
				});
			}
			passivate(node);
			this.proxy.hang();
			assertThat(read(node, "a")).isNull();
			this.proxy.heal();
			await().atMost(Duration.ofSeconds(10)).until(() -> PAST.equals(read(node, "a")));
			assertThat(node.list("a").call(new ListActor.Append("501"))).isEqualTo(1);
		}
	}

	@Test
	void emptiedRedisIsNotTakenForOneWithoutPast() {
		try (RedisNode node = node()) {
			node.list("active").call(new ListActor.Append("500"));
			node.list("passive").call(new ListActor.Append("500"));
			passivate(node);
			assertThat(read(node, "active")).isEqualTo(PAST);
			this.server.ask("FLUSHALL");
			for (int i = 0; i < 3; i++) {
				assertRefused(node, "active");
				assertRefused(node, "passive");
				assertRefused(node, "never written");
			}
			assertThat(this.server.keys("*:a:*")).isEmpty();
		}
	}

	@Test
	void redisThatCameBackEmptyIsNotTakenForOneWithoutPast() {
		try (RedisNode node = node(); RedisServer empty = RedisServer.start()) {
			node.list("a").call(new ListActor.Append("500"));
			passivate(node);
			this.proxy.redirect(empty.port());
			for (int i = 0; i < 3; i++) {
				assertRefused(node, "a");
			}
			this.proxy.redirect(this.server.port());
			await().atMost(Duration.ofSeconds(10)).until(() -> PAST.equals(read(node, "a")));
			assertThat(empty.keys("*:a:*")).isEmpty();
		}
	}

	@Test
	void otherRedisIsNotTakenForOurs() {
		try (RedisServer other = RedisServer.start()) {
			try (RedisNode foreign = RedisNode.start(other.port(), ListActor.definition(SHORT_LIVED))) {
				foreign.list("a").call(new ListActor.Append("someone else's"));
			}
			try (RedisNode node = node()) {
				node.list("a").call(new ListActor.Append("500"));
				passivate(node);
				this.proxy.redirect(other.port());
				for (int i = 0; i < 3; i++) {
					assertRefused(node, "a");
				}
				this.proxy.redirect(this.server.port());
				await().atMost(Duration.ofSeconds(10)).until(() -> PAST.equals(read(node, "a")));
			}
			try (RedisNode foreign = RedisNode.start(other.port(), ListActor.definition(SHORT_LIVED))) {
				assertThat(read(foreign, "a")).containsExactly("someone else's");
			}
		}
	}

	@Test
	void nodeOfOtherClusterDoesNotStart() {
		try (RedisNode node = node()) {
			node.list("a").call(new ListActor.Append("500"));
		}
		assertThatExceptionOfType(StoreException.class)
			.isThrownBy(() -> RedisNode.start(RedisNode.store(this.server.port()), RedisNode.SHARDS * 2,
					ListActor.definition(SHORT_LIVED)))
			.matches((ex) -> ex.kind() == StoreException.Kind.FOREIGN);
		try (RedisNode node = node()) {
			assertThat(read(node, "a")).isEqualTo(PAST);
		}
	}

	@Test
	void emptiedMasterIsNotTakenForOneWithoutPastAndTheOthersGoOn() {
		try (RedisCluster cluster = RedisCluster.start();
				RedisNode node = RedisNode.start(
						RedisNode.store(RedisStoreSettings.cluster(cluster.uris(), RedisNode.CLUSTER)),
						RedisNode.SHARDS, ListActor.definition(SHORT_LIVED))) {
			List<String> keys = new ArrayList<>();
			for (int i = 0; i < 40; i++) {
				keys.add("list-" + i);
				node.list("list-" + i).call(new ListActor.Append("500"));
			}
			Map<String, RedisServer> homes = new HashMap<>();
			for (RedisServer master : cluster.masters()) {
				for (String key : keys) {
					if (!master.keys("*:a:list/" + key + ":s").isEmpty()) {
						homes.put(key, master);
					}
				}
			}
			assertThat(homes).hasSize(keys.size());
			assertThat(homes.values()).contains(cluster.masters().toArray(RedisServer[]::new));
			passivate(node);
			RedisServer emptied = cluster.masters().get(1);
			emptied.ask("FLUSHALL");
			for (String key : keys) {
				if (homes.get(key) == emptied) {
					assertRefused(node, key);
				}
				else {
					assertThat(read(node, key)).as(key).isEqualTo(PAST);
				}
			}
			assertThat(emptied.keys("*:a:*")).isEmpty();
		}
	}

	private static void assertRefused(RedisNode node, String key) {
		assertThatExceptionOfType(CajunException.class).as(key)
			.isThrownBy(() -> node.list(key).call(new ListActor.Append("a new beginning")));
		assertThatExceptionOfType(CajunException.class).as(key)
			.isThrownBy(() -> node.list(key).call(new ListActor.Read()));
	}

}
