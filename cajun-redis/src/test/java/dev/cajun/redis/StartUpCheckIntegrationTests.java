package dev.cajun.redis;

import java.time.Duration;

import dev.cajun.RequiresRedis;
import dev.cajun.store.StoreException;
import io.lettuce.core.RedisURI;
import org.junit.jupiter.api.Test;

import static dev.cajun.redis.Stores.FENCE;
import static dev.cajun.redis.Stores.settings;
import static org.assertj.core.api.Assertions.assertThat;

@RequiresRedis
class StartUpCheckIntegrationTests {

	@Test
	void refusesServerThatEvicts() {
		try (RedisServer redis = RedisServer.start("--maxmemory-policy", "allkeys-lru", "--maxmemory", "100mb")) {
			assertRefused(StoreException.Kind.UNSUITABLE, settings(redis), "allkeys-lru", "noeviction");
			Stores.open(settings(redis).withRefuseUnsafe(false)).close();
			redis.ask("CONFIG", "SET", "maxmemory-policy", "noeviction");
			Stores.open(redis).close();
		}
	}

	@Test
	void refusesServerThatForgets() {
		try (RedisServer redis = RedisServer.start("--appendonly", "no")) {
			assertRefused(StoreException.Kind.UNSUITABLE, settings(redis), "appendonly", "appendonly to yes");
			Stores.open(settings(redis).withRefuseUnsafe(false)).close();
		}
	}

	@Test
	void refusesReplica() {
		try (RedisServer redis = RedisServer.start("--replicaof", "127.0.0.1 1")) {
			assertRefused(StoreException.Kind.NOT_APPLIED, settings(redis), "replica", "master");
			assertRefused(StoreException.Kind.NOT_APPLIED, settings(redis).withRefuseUnsafe(false), "replica",
					"master");
		}
	}

	@Test
	void acceptsServerThatHidesItsConfiguration() {
		try (RedisServer redis = RedisServer.start()) {
			redis.ask("ACL", "SETUSER", "cajun", "on", ">secret", "~cajun:*", "+@all", "-config");
			RedisURI uri = RedisURI.builder(redis.uri()).withAuthentication("cajun", "secret").build();
			Stores.open(RedisStoreSettings.standalone(uri, "test")).close();
		}
	}

	@Test
	void needsNoMoreThanWhatIsDocumented() {
		try (RedisServer redis = RedisServer.start()) {
			redis.ask("ACL", "SETUSER", "cajun", "on", ">secret", "~cajun:*", "-@all", "+@hash", "+@string", "+@list",
					"+@set", "+@sortedset", "+evalsha", "+eval", "+script|load", "+info", "+ping", "+exists", "+del",
					"+setbit");
			RedisURI uri = RedisURI.builder(redis.uri()).withAuthentication("cajun", "secret").build();
			try (RedisActorStore store = Stores.open(RedisStoreSettings.standalone(uri, "test"))) {
				assertThat(Stores.await(store.nextLocalEpoch())).isEqualTo(1);
				Stores.claim(store, FENCE);
			}
		}
	}

	@Test
	void tellsThatNobodyAnswers() {
		RedisURI nobody = RedisURI.create("127.0.0.1", RedisServer.freePort());
		assertRefused(StoreException.Kind.NOT_APPLIED, RedisStoreSettings.standalone(nobody, "test"),
				"cannot be reached", "start it");
	}

	@Test
	void doesNotHangOnServerThatIsFrozen() {
		try (RedisServer redis = RedisServer.start()) {
			redis.freeze();
			long start = System.nanoTime();
			assertThat(Stores.refusal(settings(redis).withCommandTimeout(Duration.ofMillis(500))).kind())
				.isEqualTo(StoreException.Kind.NOT_APPLIED);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
			redis.thaw();
		}
	}

	@Test
	void opensAfterItWasRefused() {
		try (RedisServer redis = RedisServer.start("--appendonly", "no");
				RedisActorStore store = new RedisActorStore(settings(redis))) {
			Stores.failure(store.open(Stores.META));
			redis.ask("CONFIG", "SET", "appendonly", "yes");
			Stores.await(store.open(Stores.META));
			Stores.claim(store, FENCE);
		}
	}

	@Test
	void connectsToNothingBeforeItIsOpened() {
		try (RedisServer redis = RedisServer.start(); RedisActorStore store = new RedisActorStore(settings(redis))) {
			assertThat(store.description()).contains(String.valueOf(redis.port()));
			assertThat(Stores.failure(store.nextLocalEpoch()).kind()).isEqualTo(StoreException.Kind.CLOSED);
			// The one that asks
			assertThat(redis.info("connected_clients")).isEqualTo("1");
		}
	}

	@Test
	void readsVersions() {
		assertThat(ServerChecks.isAtLeast("7.0.15", 7, 0)).isTrue();
		assertThat(ServerChecks.isAtLeast("7.0.15", 7, 2)).isFalse();
		assertThat(ServerChecks.isAtLeast("7.2.0", 7, 2)).isTrue();
		assertThat(ServerChecks.isAtLeast("6.2.99", 7, 0)).isFalse();
		assertThat(ServerChecks.isAtLeast("8", 7, 2)).isTrue();
		assertThat(ServerChecks.isAtLeast("10.1.0", 7, 2)).isTrue();
	}

	private static void assertRefused(StoreException.Kind kind, RedisStoreSettings settings, String reason,
			String remedy) {
		StoreException ex = Stores.refusal(settings);
		assertThat(ex.kind()).isEqualTo(kind);
		assertThat(ex).hasMessageContaining(reason).hasMessageContaining(remedy);
	}

}
