package dev.cajun.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.cajun.store.ClaimResult;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreMeta;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Another owner: takes every shard of a store under a higher epoch, as the next node does
 * after a placement.
 */
final class Rival implements AutoCloseable {

	static final String NAME = "rival#0";

	private final RedisActorStore store;

	private final List<Fence> fences = new ArrayList<>();

	private Rival(RedisActorStore store) {
		this.store = store;
	}

	/** Opens a store of its own on this Redis and claims all shards of the test node. */
	static Rival claimEverything(int port) {
		Rival rival = new Rival(RedisNode.store(port));
		await(rival.store.open(new StoreMeta(NAME, RedisNode.CLUSTER, RedisNode.SHARDS, StoreMeta.FORMAT_VERSION)));
		for (int shard = 0; shard < RedisNode.SHARDS; shard++) {
			ClaimResult.Refused found = (ClaimResult.Refused) await(rival.store.claim(new Fence(shard, 0, NAME), true));
			Fence fence = new Fence(shard, found.epoch() + 1, NAME);
			assertThat(await(rival.store.claim(fence, true))).isInstanceOf(ClaimResult.Claimed.class);
			rival.fences.add(fence);
		}
		return rival;
	}

	RedisActorStore store() {
		return this.store;
	}

	Fence fence(int shard) {
		return this.fences.get(shard);
	}

	static <T> T await(CompletionStage<T> stage) {
		try {
			return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof RuntimeException cause) ? cause : new IllegalStateException(ex);
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.store.close();
	}

}
