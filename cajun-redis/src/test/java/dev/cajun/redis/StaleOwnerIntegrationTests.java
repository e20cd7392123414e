package dev.cajun.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.cajun.ActorId;
import dev.cajun.Delivery;
import dev.cajun.RequiresRedis;
import dev.cajun.store.ActorStore;
import dev.cajun.store.BatchId;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Commit;
import dev.cajun.store.Fence;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredActor;
import dev.cajun.store.StoredReminder;
import dev.cajun.store.StoredReply;
import dev.cajun.store.StoredTell;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever is not the owner changes nothing in Redis, whatever it tries: the digest of the
 * whole data set is the same before and after.
 */
@RequiresRedis
class StaleOwnerIntegrationTests {

	private static final ActorId ACTOR = new ActorId("account", "alice");

	private static final Fence OWNER = new Fence(3, 7, "new#1");

	private static final Fence LOWER_EPOCH = new Fence(3, 6, "old#1");

	private static final Fence OTHER_OWNER = new Fence(3, 7, "other#1");

	private static RedisServer server;

	private RedisActorStore store;

	private long batches;

	@BeforeAll
	static void startServer() {
		server = RedisServer.start();
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@BeforeEach
	void open() {
		server.ask("FLUSHALL");
		this.store = RedisNode.store(server.port());
		Rival.await(this.store.open(new StoreMeta("s", RedisNode.CLUSTER, RedisNode.SHARDS, StoreMeta.FORMAT_VERSION)));
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	/** Everything an actor can have. */
	private void fill(Fence fence) {
		assertThat(Rival.await(this.store.commit(fence, commit(0, true, bytes("state"), List.of()))))
			.isEqualTo(new StoreResult.Applied(1));
		assertThat(Rival.await(this.store.commit(fence, commit(1, false, null, List.of(bytes("r2"), bytes("r3"))))))
			.isEqualTo(new StoreResult.Applied(3));
	}

	private Commit commit(long expected, boolean everything, byte[] state, List<byte[]> records) {
		BatchId batch = new BatchId(5, ++this.batches);
		if (!everything) {
			return new Commit(ACTOR, expected, batch, false, state, records, Map.of(), List.of(), List.of(), List.of(),
					List.of(), List.of(), List.of(), List.of(), true);
		}
		return new Commit(ACTOR, expected, batch, false, state, records, Map.of("sender", 4L), List.of(),
				List.of(new StoredReply("key", "fingerprint", 12, bytes("reply"))), List.of(),
				List.of(new StoredTell(9, ACTOR, Delivery.EXACTLY_ONCE, bytes("tell"))), List.of(),
				List.of(new StoredReminder(ACTOR, "later", 99, bytes("reminder"))), List.of(), true);
	}

	private Commit cleanUp(long expected) {
		return new Commit(ACTOR, expected, new BatchId(5, ++this.batches), false, null, List.of(), Map.of(),
				List.of("sender"), List.of(), List.of("key"), List.of(), List.of(9L), List.of(), List.of("later"),
				false);
	}

	private Commit clear(long expected) {
		return new Commit(ACTOR, expected, new BatchId(5, ++this.batches), true, null, List.of(), Map.of(), List.of(),
				List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), false);
	}

	static Stream<Fence> staleOwners() {
		return Stream.of(LOWER_EPOCH, OTHER_OWNER);
	}

	@ParameterizedTest
	@MethodSource("staleOwners")
	void staleOwnerChangesNothingByAnyOperation(Fence stale) {
		if (stale.equals(LOWER_EPOCH)) {
			// It was the owner, until somebody else claimed.
			assertThat(Rival.await(this.store.claim(stale, false))).isInstanceOf(ClaimResult.Claimed.class);
		}
		assertThat(Rival.await(this.store.claim(OWNER, false))).isInstanceOf(ClaimResult.Claimed.class);
		fill(OWNER);
		StoreResult fenced = new StoreResult.Fenced(OWNER.epoch(), OWNER.owner());

		Map<String, Function<ActorStore, CompletionStage<?>>> refused = new LinkedHashMap<>();
		refused.put("commit of state", (store) -> store.commit(stale, commit(3, false, bytes("x"), List.of())));
		refused.put("commit of records", (store) -> store.commit(stale, commit(3, false, null, List.of(bytes("x")))));
		refused.put("commit of everything", (store) -> store.commit(stale, commit(3, true, bytes("x"), List.of())));
		refused.put("clean-up", (store) -> store.commit(stale, cleanUp(3)));
		refused.put("clear", (store) -> store.commit(stale, clear(3)));
		refused.put("snapshot", (store) -> store.snapshot(stale, ACTOR, 3, bytes("x")));
		refused.put("release", (store) -> store.release(stale));
		Object digest = server.ask("DEBUG", "DIGEST");
		refused.forEach((name, operation) -> {
			assertThat(Rival.await(operation.apply(this.store))).as(name).isEqualTo(fenced);
			assertThat(server.ask("DEBUG", "DIGEST")).as(name).isEqualTo(digest);
		});

		assertThat(Rival.await(this.store.claim(stale, true))).isEqualTo(new ClaimResult.Refused(7, "new#1"));
		assertThat(Rival.await(this.store.load(stale, ACTOR))).isEqualTo(new LoadResult.Fenced(7, "new#1"));
		assertThat(Rival.await(this.store.confirm(stale, Map.of(ACTOR, 3L)))).isEqualTo(Map.of(ACTOR, fenced));
		assertThat(Rival.await(this.store.records(stale, ACTOR, 1))).isEmpty();
		assertThat(Rival.await(this.store.wakeSet(stale))).isEmpty();
		assertThat(Rival.await(this.store.reminders(stale, null, 10))).isEmpty();
		assertThat(server.ask("DEBUG", "DIGEST")).isEqualTo(digest);

		// The same from the owner: the refusals came from the fence and nothing else.
		assertThat(Rival.await(this.store.records(OWNER, ACTOR, 1))).hasSize(2);
		assertThat(Rival.await(this.store.wakeSet(OWNER))).containsExactly(ACTOR);
		assertThat(Rival.await(this.store.reminders(OWNER, null, 10))).hasSize(1);
		assertThat(Rival.await(this.store.commit(OWNER, cleanUp(3)))).isEqualTo(new StoreResult.Applied(4));
		assertThat(Rival.await(this.store.snapshot(OWNER, ACTOR, 4, bytes("s")))).isEqualTo(new StoreResult.Applied(4));
		assertThat(Rival.await(this.store.commit(OWNER, clear(4)))).isEqualTo(new StoreResult.Applied(5));
		assertThat(server.ask("DEBUG", "DIGEST")).isNotEqualTo(digest);
	}

	@Test
	void releasedShardTakesNothingFromItsFormerOwner() {
		Rival.await(this.store.claim(OWNER, false));
		fill(OWNER);
		assertThat(Rival.await(this.store.release(OWNER))).isInstanceOf(StoreResult.Applied.class);
		Object digest = server.ask("DEBUG", "DIGEST");
		assertThat(Rival.await(this.store.commit(OWNER, cleanUp(3)))).isEqualTo(new StoreResult.Fenced(7, ""));
		assertThat(Rival.await(this.store.claim(LOWER_EPOCH, true))).isEqualTo(new ClaimResult.Refused(7, ""));
		assertThat(server.ask("DEBUG", "DIGEST")).isEqualTo(digest);
	}

	@Test
	void batchAppliedBeforeShardMovedIsKnownAndNotAppliedAgain() {
		Rival.await(this.store.claim(LOWER_EPOCH, false));
		Commit deposit = commit(0, false, bytes("one deposit"), List.of());
		assertThat(Rival.await(this.store.commit(LOWER_EPOCH, deposit))).isEqualTo(new StoreResult.Applied(1));
		Rival.await(this.store.claim(OWNER, true));
		Object digest = server.ask("DEBUG", "DIGEST");

		assertThat(Rival.await(this.store.commit(LOWER_EPOCH, deposit))).isEqualTo(new StoreResult.Duplicate(1));
		assertThat(Rival.await(this.store.commit(OWNER, deposit))).isEqualTo(new StoreResult.Duplicate(1));
		assertThat(server.ask("DEBUG", "DIGEST")).isEqualTo(digest);
		StoredActor stored = ((LoadResult.Loaded) Rival.await(this.store.load(OWNER, ACTOR))).actor();
		assertThat(stored.sequence()).isEqualTo(1);
		assertThat(new String(stored.state(), StandardCharsets.UTF_8)).isEqualTo("one deposit");
	}

	@Test
	void writesOfTwoOwnersNeverMix() {
		List<Fence> owners = new ArrayList<>();
		long sequence = 0;
		for (int epoch = 1; epoch <= 20; epoch++) {
			Fence owner = new Fence(3, epoch, "node#" + epoch % 3);
			assertThat(Rival.await(this.store.claim(owner, epoch > 1))).isInstanceOf(ClaimResult.Claimed.class);
			List<CompletionStage<StoreResult>> refused = new ArrayList<>();
			for (Fence former : owners) {
				refused.add(this.store.commit(former, commit(sequence, false, null, List.of(bytes("stale")))));
			}
			StoreResult written = Rival
				.await(this.store.commit(owner, commit(sequence, false, null, List.of(bytes("epoch " + epoch)))));
			sequence++;
			assertThat(written).isEqualTo(new StoreResult.Applied(sequence));
			assertThat(refused).allSatisfy((result) -> assertThat(Rival.await(result))
				.isEqualTo(new StoreResult.Fenced(owner.epoch(), owner.owner())));
			owners.add(owner);
		}
		StoredActor stored = ((LoadResult.Loaded) Rival.await(this.store.load(owners.getLast(), ACTOR))).actor();
		assertThat(stored.records()).extracting((record) -> new String(record, StandardCharsets.UTF_8))
			.containsExactlyElementsOf(owners.stream().map((owner) -> "epoch " + owner.epoch()).toList());
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
