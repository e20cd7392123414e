package dev.cajun.embedded;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import dev.cajun.ActorId;
import dev.cajun.store.ActorStore;
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
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What the tests do with stores again and again. */
final class Stores {

	static final StoreMeta META = new StoreMeta("3f0c", "test", 16, StoreMeta.FORMAT_VERSION);

	static final Fence FENCE = new Fence(1, 5, "a#1");

	private static final AtomicLong batches = new AtomicLong();

	private Stores() {
	}

	static EmbeddedActorStore open(Path directory) {
		return open(new EmbeddedActorStore(directory, Durability.ACK));
	}

	static EmbeddedActorStore open(EmbeddedActorStore store) {
		await(store.open(META));
		assertThat(await(store.claim(FENCE, false))).isInstanceOf(ClaimResult.Claimed.class);
		return store;
	}

	static <T> T await(CompletionStage<T> stage) {
		try {
			return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof RuntimeException cause) ? cause : new CompletionException(ex.getCause());
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static StoreException failure(CompletionStage<?> stage, StoreException.Kind kind) {
		StoreException[] thrown = new StoreException[1];
		assertThatExceptionOfType(StoreException.class).isThrownBy(() -> await(stage)).satisfies((ex) -> {
			assertThat(ex.kind()).as(ex.getMessage()).isEqualTo(kind);
			thrown[0] = ex;
		});
		return thrown[0];
	}

	static ActorId actor(Object key) {
		return new ActorId("account", String.valueOf(key));
	}

	static Commit state(ActorId actor, long expected, String state) {
		return state(actor, expected, bytes(state));
	}

	static Commit state(ActorId actor, long expected, byte[] state) {
		return commit(actor, expected, new BatchId(1, batches.incrementAndGet()), state, List.of(), Map.of());
	}

	static Commit commit(ActorId actor, long expected, BatchId batch, byte[] state, List<byte[]> records,
			Map<String, Long> received) {
		return new Commit(actor, expected, batch, false, state, records, received, List.of(), List.of(), List.of(),
				List.of(), List.of(), List.of(), List.of(), false);
	}

	static void write(ActorStore store, Commit commit) {
		assertThat(await(store.commit(FENCE, commit))).isEqualTo(new StoreResult.Applied(commit.nextSequence()));
	}

	static StoredActor load(ActorStore store, ActorId actor) {
		return ((LoadResult.Loaded) await(store.load(FENCE, actor))).actor();
	}

	static String stateOf(ActorStore store, ActorId actor) {
		byte[] state = load(store, actor).state();
		return (state != null) ? new String(state, StandardCharsets.UTF_8) : null;
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
