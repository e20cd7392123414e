package dev.cajun.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

import dev.cajun.ActorId;
import dev.cajun.RequiresRedis;
import dev.cajun.store.Commit;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreResult;
import org.junit.jupiter.api.Test;

import static dev.cajun.redis.Stores.FENCE;
import static dev.cajun.redis.Stores.failure;
import static dev.cajun.redis.Stores.settings;
import static dev.cajun.redis.Stores.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@RequiresRedis
class DurabilityIntegrationTests {

	private static final ActorId ALICE = new ActorId("account", "alice");

	@Test
	void acknowledgesWhatReplicaHas() {
		try (RedisServer master = RedisServer.start();
				RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1 " + master.port());
				RedisActorStore store = openReplicated(master, replica)) {
			Stores.claim(store, FENCE);
			List<CompletionStage<StoreResult>> results = new ArrayList<>();
			for (int i = 0; i < 500; i++) {
				results.add(store.commit(FENCE, state(new ActorId("account", "k" + i), 0, "s" + i)));
			}
			for (int i = 0; i < 500; i++) {
				assertThat(Stores.await(results.get(i))).isEqualTo(new StoreResult.Applied(1));
			}
			master.kill();
			replica.ask("REPLICAOF", "NO", "ONE");
			assertThat(replica.keys("*:s")).hasSize(500);
		}
	}

	@Test
	void outcomeIsUnknownWithoutReplica() {
		try (RedisServer master = RedisServer.start();
				RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1 " + master.port());
				RedisActorStore store = openReplicated(master, replica)) {
			Stores.claim(store, FENCE);
			Stores.write(store, FENCE, state(ALICE, 0, "x"));
			replica.freeze();
			Commit commit = state(ALICE, 1, "y");
			StoreException ex = failure(store.commit(FENCE, commit));
			assertThat(ex.kind()).isEqualTo(StoreException.Kind.UNKNOWN);
			assertThat(ex).hasMessageContaining("replicated(1)").hasMessageContaining("send the same");
			// It is in the master, and still not where it should be
			assertThat(failure(store.commit(FENCE, commit)).kind()).isEqualTo(StoreException.Kind.UNKNOWN);
			// A refusal is one, replicas or not
			assertThat(failure(store.commit(FENCE, commit)).kind()).isEqualTo(StoreException.Kind.UNKNOWN);
			replica.thaw();
			await().atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> assertThat(Stores.await(store.commit(FENCE, commit)))
					.isEqualTo(new StoreResult.Duplicate(2)));
		}
	}

	@Test
	void fsyncNeedsServerThatCanWaitForDisk() {
		try (RedisServer redis = RedisServer.start()) {
			RedisStoreSettings settings = settings(redis).withDurability(new RedisDurability.Fsync());
			if (ServerChecks.isAtLeast(redis.info("redis_version"), 7, 2)) {
				try (RedisActorStore store = Stores.open(settings)) {
					Stores.claim(store, FENCE);
					Stores.write(store, FENCE, state(ALICE, 0, "x"));
				}
			}
			else {
				StoreException ex = Stores.refusal(settings);
				assertThat(ex.kind()).isEqualTo(StoreException.Kind.UNSUITABLE);
				assertThat(ex).hasMessageContaining("7.2").hasMessageContaining("fsync");
			}
		}
	}

	private static RedisActorStore openReplicated(RedisServer master, RedisServer replica) {
		await().atMost(Duration.ofSeconds(20))
			.until(() -> replica.info("master_link_status").equals("up")
					&& master.info("connected_slaves").equals("1"));
		return Stores.open(settings(master).withDurability(new RedisDurability.Replicated(1))
			.withCommandTimeout(Duration.ofSeconds(1)));
	}

}
