package dev.cajun.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import dev.cajun.ActorId;
import dev.cajun.store.BatchId;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Commit;
import dev.cajun.store.Fence;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredActor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Short ways to use a store in tests. */
final class Stores {

	static final int SHARDS = 16;

	static final StoreMeta META = new StoreMeta("3f0c", "test", SHARDS, StoreMeta.FORMAT_VERSION);

	static final Fence FENCE = new Fence(1, 5, "a#1");

	private static final AtomicLong batches = new AtomicLong();

	private Stores() {
	}

	static RedisStoreSettings settings(RedisServer server) {
		return RedisStoreSettings.standalone(server.uri(), "test");
	}

	/** An open store. */
	static RedisActorStore open(RedisStoreSettings settings) {
		RedisActorStore store = new RedisActorStore(settings);
		await(store.open(META));
		return store;
	}

	static RedisActorStore open(RedisServer server) {
		return open(settings(server));
	}

	/** Expects that a store cannot be opened. */
	static StoreException refusal(RedisStoreSettings settings) {
		try (RedisActorStore store = new RedisActorStore(settings)) {
			return failure(store.open(META));
		}
	}

	static StoreException failure(CompletionStage<?> stage) {
		StoreException ex = catchThrowableOfType(StoreException.class, () -> await(stage));
		assertThat(ex).as("failure").isNotNull();
		return ex;
	}

	static <T> T await(CompletionStage<T> stage) {
		try {
			return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof RuntimeException cause) ? cause : new CompletionException(ex.getCause());
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static void claim(RedisActorStore store, Fence fence) {
		assertThat(await(store.claim(fence, false))).isInstanceOf(ClaimResult.Claimed.class);
	}

	/** A commit of a state. */
	static Commit state(ActorId actor, long expected, String state) {
		return commit(actor, expected, bytes(state), List.of());
	}

	/** A commit of records. */
	static Commit records(ActorId actor, long expected, List<byte[]> records) {
		return commit(actor, expected, null, records);
	}

	private static Commit commit(ActorId actor, long expected, byte[] state, List<byte[]> records) {
		return new Commit(actor, expected, new BatchId(-3, batches.incrementAndGet()), false, state, records, Map.of(),
				List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), false);
	}

	static void write(RedisActorStore store, Fence fence, Commit commit) {
		assertThat(await(store.commit(fence, commit))).isEqualTo(new StoreResult.Applied(commit.nextSequence()));
	}

	static StoredActor load(RedisActorStore store, Fence fence, ActorId actor) {
		return ((LoadResult.Loaded) await(store.load(fence, actor))).actor();
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

}
