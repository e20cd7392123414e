package dev.cajun.redis;

import java.time.Duration;
import java.util.List;

import dev.cajun.ActorId;
import dev.cajun.RequiresRedis;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Fence;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoreResult;
import org.junit.jupiter.api.Test;

import static dev.cajun.redis.Stores.FENCE;
import static dev.cajun.redis.Stores.META;
import static dev.cajun.redis.Stores.SHARDS;
import static dev.cajun.redis.Stores.failure;
import static dev.cajun.redis.Stores.load;
import static dev.cajun.redis.Stores.settings;
import static dev.cajun.redis.Stores.state;
import static dev.cajun.redis.Stores.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Redis was emptied, in whole or in part, or is another one: no actor starts empty. */
@RequiresRedis
class LostDataIntegrationTests {

	private static final ActorId ALICE = new ActorId("account", "alice");

	@Test
	void emptiedUnderWay() {
		try (RedisServer redis = RedisServer.start(); RedisActorStore store = Stores.open(redis)) {
			Stores.claim(store, FENCE);
			write(store, FENCE, state(ALICE, 0, "500"));
			redis.ask("FLUSHALL");
			assertThat(Stores.await(store.load(FENCE, ALICE))).isEqualTo(new LoadResult.Fenced(0, ""));
			assertThat(Stores.await(store.commit(FENCE, state(ALICE, 1, "1"))))
				.isEqualTo(new StoreResult.Fenced(0, ""));
			assertThat(Stores.await(store.claim(new Fence(1, 6, "a#1"), true))).isEqualTo(new ClaimResult.Lost());
			// The store remembers by itself, too
			assertThat(Stores.await(store.claim(new Fence(1, 6, "a#1"), false))).isEqualTo(new ClaimResult.Lost());
		}
	}

	@Test
	void emptiedAndStartedAgainIsNotServed() {
		try (RedisServer redis = RedisServer.start(); RedisActorStore store = Stores.open(redis)) {
			Stores.claim(store, FENCE);
			write(store, FENCE, state(ALICE, 0, "500"));
			redis.ask("FLUSHALL");
			redis.stop();
			redis.startAgain();
			await().atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> assertThat(failure(store.load(FENCE, ALICE)))
					.hasMessageContaining("does not hold the store that was opened")
					.hasMessageContaining("restore"));
		}
	}

	@Test
	void emptyRedisBecomesNoStoreWhereNoneIsToBeCreated() {
		try (RedisServer redis = RedisServer.start()) {
			RedisStoreSettings existing = settings(redis).withCreate(false);
			assertThat(Stores.refusal(existing).kind()).isEqualTo(StoreException.Kind.FOREIGN);
			try (RedisActorStore store = Stores.open(redis)) {
				Stores.claim(store, FENCE);
				write(store, FENCE, state(ALICE, 0, "500"));
			}
			try (RedisActorStore store = Stores.open(existing)) {
				assertThat(Stores.text(load(store, FENCE, ALICE).state())).isEqualTo("500");
			}
			redis.ask("FLUSHALL");
			StoreException ex = Stores.refusal(existing);
			assertThat(ex.kind()).isEqualTo(StoreException.Kind.FOREIGN);
			assertThat(ex).hasMessageContaining("is empty").hasMessageContaining("Restore its data");
			assertThat(redis.keys("*")).isEmpty();
		}
	}

	@Test
	void otherStoreBehindSameAddressIsNotServed() {
		try (RedisServer redis = RedisServer.start(); RedisActorStore store = Stores.open(redis)) {
			Stores.claim(store, FENCE);
			write(store, FENCE, state(ALICE, 0, "500"));
			redis.ask("FLUSHALL");
			redis.ask("HSET", "cajun:{test}:meta", "store-id", "other", "cluster", "test", "shards", "16", "format",
					"1");
			redis.ask("SET", "cajun:{test:1}:fence", "5 a#1");
			redis.stop();
			redis.startAgain();
			await().atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> assertThat(failure(store.load(FENCE, ALICE))).hasMessageContaining("store other"));
		}
	}

	@Test
	void emptiedMasterOfClusterIsNoticed() {
		try (RedisCluster cluster = RedisCluster.start()) {
			RedisStoreSettings settings = RedisStoreSettings.cluster(cluster.uris(), "test");
			RedisServer withMeta = cluster.masterOf("cajun:{test}:meta");
			RedisServer emptied = cluster.masters().stream().filter((master) -> master != withMeta).findFirst().get();
			try (RedisActorStore store = Stores.open(settings)) {
				for (int shard = 0; shard < SHARDS; shard++) {
					Stores.claim(store, new Fence(shard, 5, "a#1"));
				}
			}
			emptied.ask("FLUSHALL");
			try (RedisActorStore store = Stores.open(settings)) {
				assertThat(Stores.await(store.nextLocalEpoch())).isEqualTo(6);
				int lost = 0;
				for (int shard = 0; shard < SHARDS; shard++) {
					boolean gone = cluster.masterOf("cajun:{test:" + shard + "}:fence") == emptied;
					ClaimResult result = Stores.await(store.claim(new Fence(shard, 6, "b#2"), false));
					assertThat(result).isEqualTo(gone ? new ClaimResult.Lost() : new ClaimResult.Claimed(5, "a#1"));
					lost += gone ? 1 : 0;
				}
				assertThat(lost).isBetween(1, SHARDS - 1);
			}
			withMeta.ask("FLUSHALL");
			StoreException ex = Stores.refusal(settings);
			assertThat(ex.kind()).isEqualTo(StoreException.Kind.CORRUPT);
			assertThat(ex).hasMessageContaining("what it was created with is gone").hasMessageContaining("backup");
		}
	}

	@Test
	void actorWhoseKeyIsGoneIsDamaged() {
		try (RedisServer redis = RedisServer.start(); RedisActorStore store = Stores.open(redis)) {
			Stores.claim(store, FENCE);
			write(store, FENCE, state(ALICE, 0, "500"));
			redis.ask("DEL", "cajun:{test:1}:a:account/alice:s");
			assertThat(failure(store.load(FENCE, ALICE)).kind()).isEqualTo(StoreException.Kind.CORRUPT);
		}
	}

	@Test
	void actorWhosePartsAreGoneIsDamaged() {
		try (RedisServer redis = RedisServer.start(); RedisActorStore store = Stores.open(redis)) {
			Stores.claim(store, FENCE);
			String key = "cajun:{test:1}:a:account/alice:s";
			write(store, FENCE, state(ALICE, 0, "500"));
			redis.ask("HDEL", key, "v");
			assertThat(failure(store.load(FENCE, ALICE))).hasMessageContaining("state is missing");
			write(store, FENCE, state(ALICE, 1, "500"));
			assertThat(load(store, FENCE, ALICE).sequence()).isEqualTo(2);
			write(store, FENCE, Stores.records(ALICE, 2, List.of(Stores.bytes("r3"), Stores.bytes("r4"))));
			redis.ask("RPOP", "cajun:{test:1}:a:account/alice:j");
			assertThat(failure(store.load(FENCE, ALICE))).hasMessageContaining("journal has 1 records");
			redis.ask("HDEL", key, "h");
			assertThat(failure(store.load(FENCE, ALICE))).hasMessageContaining("head is missing");
		}
	}

	@Test
	void storeOfNewerFormatIsLeftAlone() {
		try (RedisServer redis = RedisServer.start()) {
			Stores.open(redis).close();
			redis.ask("HSET", "cajun:{test}:meta", "format", String.valueOf(StoreMeta.FORMAT_VERSION + 1));
			StoreException ex = Stores.refusal(settings(redis));
			assertThat(ex.kind()).isEqualTo(StoreException.Kind.FOREIGN);
			redis.ask("HDEL", "cajun:{test}:meta", "shards");
			assertThat(Stores.refusal(settings(redis)).kind()).isEqualTo(StoreException.Kind.CORRUPT);
		}
	}

	@Test
	void storesWithOtherPrefixOrClusterDoNotMeet() {
		try (RedisServer redis = RedisServer.start();
				RedisActorStore one = Stores.open(redis);
				RedisActorStore two = Stores.open(settings(redis).withPrefix("other:"));
				RedisActorStore three = Stores.open(RedisStoreSettings.standalone(redis.uri(), "third"))) {
			Stores.claim(one, FENCE);
			Stores.claim(two, new Fence(1, 1, "b#2"));
			Stores.claim(three, new Fence(1, 1, "c#3"));
			write(one, FENCE, state(ALICE, 0, "one"));
			assertThat(load(two, new Fence(1, 1, "b#2"), ALICE).sequence()).isZero();
			assertThat(load(three, new Fence(1, 1, "c#3"), ALICE).sequence()).isZero();
			assertThat(redis.keys("*")).allMatch((key) -> key.startsWith("cajun:{") || key.startsWith("other:{"));
			assertThat(META.cluster()).isEqualTo("test");
		}
	}

}
