package dev.cajun.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

import dev.cajun.ActorId;
import dev.cajun.RequiresRedis;
import dev.cajun.store.Commit;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreResult;
import io.lettuce.core.RedisURI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static dev.cajun.redis.Stores.FENCE;
import static dev.cajun.redis.Stores.failure;
import static dev.cajun.redis.Stores.load;
import static dev.cajun.redis.Stores.state;
import static dev.cajun.redis.Stores.text;
import static dev.cajun.redis.Stores.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What Redis can answer instead of doing what it is asked. */
@RequiresRedis
class ServerErrorsIntegrationTests {

	private static final ActorId ALICE = new ActorId("account", "alice");

	private RedisServer redis;

	private RedisActorStore store;

	@BeforeEach
	void openStore() {
		// What is acknowledged is in the file, so that a kill at any moment loses nothing
		this.redis = RedisServer.start("--appendfsync", "always");
		this.store = Stores.open(Stores.settings(this.redis).withCommandTimeout(Duration.ofMillis(600)));
		Stores.claim(this.store, FENCE);
		write(this.store, FENCE, state(ALICE, 0, "before"));
	}

	@AfterEach
	void closeStore() {
		this.store.close();
		this.redis.close();
	}

	@Test
	void outOfMemory() {
		this.redis.ask("CONFIG", "SET", "maxmemory", "1");
		assertRefused("OOM", "maxmemory");
		this.redis.ask("CONFIG", "SET", "maxmemory", "0");
		assertGoesOn();
	}

	@Test
	void outOfMemoryStillReads() {
		this.redis.ask("CONFIG", "SET", "maxmemory", "1");
		assertThat(text(load(this.store, FENCE, ALICE).state())).isEqualTo("before");
	}

	@Test
	void outOfMemoryStillLetsNodeStart() {
		this.redis.ask("CONFIG", "SET", "maxmemory", "1");
		try (RedisActorStore next = Stores.open(this.redis)) {
			Fence fence = new Fence(FENCE.shard(), Stores.await(next.nextLocalEpoch()), "b#2");
			assertThat(fence.epoch()).isGreaterThan(FENCE.epoch());
			Stores.claim(next, fence);
			assertThat(text(load(next, fence, ALICE).state())).isEqualTo("before");
			assertThat(failure(next.commit(fence, state(ALICE, 1, "after")))).hasMessageContaining("OOM");
		}
	}

	@Test
	void tooFewReplicas() {
		this.redis.ask("CONFIG", "SET", "min-replicas-to-write", "1");
		assertRefused("NOREPLICAS", "min-replicas-to-write");
		this.redis.ask("CONFIG", "SET", "min-replicas-to-write", "0");
		assertGoesOn();
	}

	@Test
	void stillReadsItsDataWhenItIsBack() {
		fillForSlowStart();
		this.redis.kill();
		this.redis.launch("--key-load-delay", "150");
		await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(this::isLoading);
		await().atMost(Duration.ofSeconds(3)).untilAsserted(() -> {
			StoreException ex = failure(commit("after"));
			assertThat(ex.kind()).isEqualTo(StoreException.Kind.NOT_APPLIED);
			assertThat(ex).hasMessageContaining("still reading its data").hasMessageContaining("wait until it is done");
		});
		assertThat(isLoading()).isTrue();
		this.redis.ask("CONFIG", "SET", "key-load-delay", "0");
		await().atMost(Duration.ofSeconds(20)).until(this::isUp);
		assertGoesOn();
		assertThat(this.store.statistics().lostWrites()).isZero();
	}

	@Test
	void readsItsDataAgain() {
		fillForSlowStart();
		this.redis.ask("CONFIG", "SET", "key-load-delay", "150");
		try (RedisServer.Connection other = this.redis.connect()) {
			other.send("DEBUG", "LOADAOF");
			await().atMost(Duration.ofSeconds(10)).until(this::isLoading);
			assertRefused("LOADING", "wait until it is done");
			assertThat(failure(this.store.load(FENCE, ALICE))).hasMessageContaining("LOADING");
			assertThat(this.store.statistics().retries()).isPositive();
			CompletionStage<StoreResult> waiting = commit("after");
			this.redis.ask("CONFIG", "SET", "key-load-delay", "0");
			assertThat(Stores.await(waiting)).isEqualTo(new StoreResult.Applied(2));
			assertThat(other.receive()).isEqualTo("OK");
		}
	}

	/** So much that reading it, with a delay for each key, takes seconds. */
	private void fillForSlowStart() {
		this.redis.ask("EVAL", "for i = 1, 40000 do redis.call('SET', 'other:' .. i, 'x') end", "0");
	}

	private boolean isLoading() {
		return this.redis.info("loading").equals("1");
	}

	@Test
	void cannotWriteItsDump() throws IOException {
		this.redis.ask("CONFIG", "SET", "save", "3600 1");
		Path inTheWay = Files.createDirectory(this.redis.directory().resolve("dump.rdb"));
		saveInBackground("err");
		assertRefused("MISCONF", "cannot write its files");
		assertThat(text(load(this.store, FENCE, ALICE).state())).isEqualTo("before");
		Files.delete(inTheWay);
		saveInBackground("ok");
		assertGoesOn();
	}

	private void saveInBackground(String outcome) {
		this.redis.ask("BGSAVE");
		await().atMost(Duration.ofSeconds(10))
			.until(() -> this.redis.info("rdb_bgsave_in_progress").equals("0")
					&& this.redis.info("rdb_last_bgsave_status").equals(outcome));
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void hasNoSpaceForItsFile() {
		// With 'always' it ends itself in this case
		this.redis.ask("CONFIG", "SET", "appendfsync", "everysec");
		this.redis.limitFiles(50_000);
		int acknowledged = 1;
		StoreException refusal = null;
		while (refusal == null) {
			try {
				write(this.store, FENCE, state(ALICE, acknowledged, "x".repeat(1000)));
				acknowledged++;
			}
			catch (StoreException ex) {
				refusal = ex;
			}
		}
		assertThat(refusal.kind()).isEqualTo(StoreException.Kind.NOT_APPLIED);
		assertThat(refusal).hasMessageContaining("MISCONF").hasMessageContaining("free space of its disk");
		assertThat(acknowledged).isBetween(30, 60);
		assertThat(load(this.store, FENCE, ALICE).sequence()).isEqualTo(acknowledged);
		this.redis.unlimitFiles();
		Commit next = state(ALICE, acknowledged, "after");
		await().atMost(Duration.ofSeconds(10))
			.ignoreExceptions()
			.until(() -> Stores.await(this.store.commit(FENCE, next)) instanceof StoreResult.Applied);
		this.redis.kill();
		this.redis.startAgain();
		await().atMost(Duration.ofSeconds(10)).until(this::isUp);
		assertThat(load(this.store, FENCE, ALICE).sequence()).isEqualTo(next.nextSequence());
		assertThat(this.store.statistics().lostWrites()).isZero();
	}

	@Test
	void noPermission() {
		this.redis.ask("ACL", "SETUSER", "default", "-evalsha", "-eval");
		assertRefused("NOPERM", "ACL");
		this.redis.ask("ACL", "SETUSER", "default", "+@all");
		assertGoesOn();
	}

	@Test
	void becomesReplica() {
		this.redis.ask("REPLICAOF", "127.0.0.1", "1");
		assertRefused("READONLY", "wait for the failover");
		await().atMost(Duration.ofSeconds(5))
			.untilAsserted(() -> assertThat(failure(commit("after"))).hasMessageContaining("not connected")
				.hasMessageContaining("is a replica"));
		this.redis.ask("REPLICAOF", "NO", "ONE");
		await().atMost(Duration.ofSeconds(10)).until(this::isUp);
		assertGoesOn();
	}

	@Test
	void becomesReplicaThatServesNoOldData() {
		this.redis.ask("CONFIG", "SET", "replica-serve-stale-data", "no");
		this.redis.ask("REPLICAOF", "127.0.0.1", "1");
		StoreException ex = failure(this.store.load(FENCE, ALICE));
		assertThat(ex.kind()).isEqualTo(StoreException.Kind.NOT_APPLIED);
		assertThat(ex).hasMessageContaining("MASTERDOWN").hasMessageContaining("wait for the failover");
		assertThat(failure(commit("after")).kind()).isEqualTo(StoreException.Kind.NOT_APPLIED);
		this.redis.ask("REPLICAOF", "NO", "ONE");
		await().atMost(Duration.ofSeconds(10)).until(this::isUp);
		assertGoesOn();
	}

	@Test
	void busyWithScriptOfSomebody() throws Exception {
		this.redis.ask("CONFIG", "SET", "busy-reply-threshold", "10");
		try (RedisServer.Connection other = this.redis.connect()) {
			other.send("EVAL", "while true do end", "0");
			await().atMost(Duration.ofSeconds(5)).until(this.redis::isBusy);
			StoreException ex = failure(commit("after"));
			assertThat(ex.kind()).isEqualTo(StoreException.Kind.NOT_APPLIED);
			assertThat(ex).hasMessageContaining("BUSY").hasMessageContaining("SCRIPT KILL");
			assertThat(this.store.statistics().retries()).isPositive();
			CompletionStage<StoreResult> waiting = commit("after");
			this.redis.ask("SCRIPT", "KILL");
			assertThat(Stores.await(waiting)).isEqualTo(new StoreResult.Applied(2));
		}
	}

	@Test
	void scriptsAreFlushed() {
		for (int i = 1; i < 200; i++) {
			if (i % 7 == 0) {
				this.redis.ask("SCRIPT", "FLUSH", "SYNC");
			}
			write(this.store, FENCE, state(ALICE, i, "s" + i));
		}
	}

	@Test
	void foreignKeyIsNotTakenForActor() {
		ActorId bob = new ActorId("account", "bob");
		byte[] name = Keys.state(new Keys("cajun:", "test").actors(FENCE.shard()), Keys.id(bob));
		this.redis.ask("SET", new ByteReader(name).text(), "foreign");
		assertThat(failure(this.store.load(FENCE, bob)).kind()).isEqualTo(StoreException.Kind.CORRUPT);
		assertThat(failure(this.store.commit(FENCE, state(bob, 0, "x"))).kind()).isEqualTo(StoreException.Kind.CORRUPT);
	}

	@Test
	void serverThatDoesNotAnswerLeavesOutcomeUnknown() {
		this.redis.freeze();
		Commit commit = state(ALICE, 1, "after");
		StoreException ex = failure(this.store.commit(FENCE, commit));
		assertThat(ex.kind()).isEqualTo(StoreException.Kind.UNKNOWN);
		assertThat(ex).hasMessageContaining("send the same again");
		assertThat(this.store.statistics().unknown()).isPositive();
		await().atMost(Duration.ofSeconds(10))
			.until(() -> failure(this.store.load(FENCE, ALICE)).kind() == StoreException.Kind.NOT_APPLIED);
		this.redis.thaw();
		await().atMost(Duration.ofSeconds(10)).until(this::isUp);
		assertThat(Stores.await(this.store.commit(FENCE, commit))).isIn(new StoreResult.Applied(2),
				new StoreResult.Duplicate(2));
		assertThat(load(this.store, FENCE, ALICE).sequence()).isEqualTo(2);
	}

	@Test
	void serverThatIsGoneRefusesAtOnce() {
		this.redis.kill();
		await().atMost(Duration.ofSeconds(5))
			.until(() -> failure(commit("after")).kind() == StoreException.Kind.NOT_APPLIED);
		assertThat(failure(commit("after"))).hasMessageContaining("not connected").hasMessageContaining("try again");
		this.redis.startAgain();
		await().atMost(Duration.ofSeconds(10)).until(this::isUp);
		assertGoesOn();
		assertThat(this.store.statistics().reconnects()).isPositive();
		assertThat(this.store.statistics().lostWrites()).isZero();
		await().atMost(Duration.ofSeconds(5)).until(() -> this.store.statistics().queued() == 0);
	}

	@Test
	void wrongPasswordIsTold() {
		this.redis.ask("ACL", "SETUSER", "cajun", "on", ">right", "~cajun:*", "+@all");
		RedisURI wrong = RedisURI.builder(this.redis.uri()).withAuthentication("cajun", "wrong").build();
		StoreException ex = Stores.refusal(RedisStoreSettings.standalone(wrong, "test"));
		assertThat(ex.kind()).isEqualTo(StoreException.Kind.UNSUITABLE);
		assertThat(ex).hasMessageContaining("password is wrong").hasMessageNotContaining("right");
		RedisURI right = RedisURI.builder(this.redis.uri()).withAuthentication("cajun", "right").build();
		Stores.open(RedisStoreSettings.standalone(right, "test")).close();
	}

	@Test
	void passwordIsChanged() {
		this.redis.ask("CONFIG", "SET", "requirepass", "new");
		assertThat(Stores.refusal(Stores.settings(this.redis))).hasMessageContaining("asks for a password")
			.matches((ex) -> ex.kind() == StoreException.Kind.UNSUITABLE);
		// Whoever is connected stays so, until the connection is lost
		write(this.store, FENCE, state(ALICE, 1, "after"));
		try (RedisServer.Connection other = this.redis.connect()) {
			other.ask("AUTH", "new");
			other.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
			await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
				StoreException ex = failure(this.store.load(FENCE, ALICE));
				assertThat(ex.kind()).isEqualTo(StoreException.Kind.NOT_APPLIED);
				assertThat(ex).hasMessageContaining("asks for a password");
			});
			other.ask("CONFIG", "SET", "requirepass", "");
		}
		await().atMost(Duration.ofSeconds(10)).until(this::isUp);
		assertThat(load(this.store, FENCE, ALICE).sequence()).isEqualTo(2);
	}

	private CompletionStage<StoreResult> commit(String state) {
		return this.store.commit(FENCE, state(ALICE, 1, state));
	}

	private boolean isUp() {
		try {
			load(this.store, FENCE, ALICE);
			return true;
		}
		catch (StoreException ex) {
			return false;
		}
	}

	private void assertRefused(String code, String advice) {
		StoreException ex = failure(commit("after"));
		assertThat(ex.kind()).isEqualTo(StoreException.Kind.NOT_APPLIED);
		assertThat(ex).hasMessageContaining(code).hasMessageContaining(advice).hasMessageContaining("COMMIT");
	}

	private void assertGoesOn() {
		assertThat(text(load(this.store, FENCE, ALICE).state())).isEqualTo("before");
		write(this.store, FENCE, state(ALICE, 1, "after"));
	}

}
