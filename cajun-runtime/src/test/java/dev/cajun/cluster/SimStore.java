package dev.cajun.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import dev.cajun.ActorId;
import dev.cajun.store.ActorStore;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Commit;
import dev.cajun.store.Fence;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredIds;
import dev.cajun.store.StoredReminder;
import dev.cajun.time.VirtualTime;
import org.jspecify.annotations.Nullable;

/**
 * One node's way to a store that all nodes share. Calls take a little time, keep their
 * order, and fail after {@link #TIMEOUT} when the way is cut.
 */
final class SimStore implements ActorStore {

	static final Duration TIMEOUT = Duration.ofSeconds(2);

	private static final long LATENCY = 200_000;

	private final Shared shared;

	private boolean cut;

	private long cutSince;

	SimStore(Shared shared) {
		this.shared = shared;
	}

	/** Neither calls nor answers pass. */
	void cut(boolean isCut) {
		this.cut = isCut;
		this.cutSince = this.shared.time.nanoTime();
	}

	/** Whether the store ever answered a claim with a yes. */
	boolean hasGranted(Fence fence) {
		return this.shared.granted.contains(fence);
	}

	/** How long it has been cut. */
	Duration silentFor() {
		return this.cut ? Duration.ofNanos(this.shared.time.nanoTime() - this.cutSince) : Duration.ZERO;
	}

	private <T> CompletionStage<T> call(Supplier<CompletionStage<T>> operation) {
		CompletableFuture<T> answer = new CompletableFuture<>();
		VirtualTime time = this.shared.time;
		time.schedule(TIMEOUT, () -> answer
			.completeExceptionally(new StoreException(StoreException.Kind.UNKNOWN, "No answer from the store", null)));
		time.schedule(LATENCY, () -> {
			if (this.cut || this.shared.down) {
				return;
			}
			CompletionStage<T> result = operation.get();
			time.schedule(LATENCY, () -> {
				if (!this.cut) {
					result.whenComplete((value, error) -> {
						if (error == null) {
							answer.complete(value);
						}
						else {
							answer.completeExceptionally(error);
						}
					});
				}
			});
		});
		return answer;
	}

	@Override
	public CompletionStage<StoreMeta> open(StoreMeta wanted) {
		return call(() -> this.shared.open(wanted));
	}

	@Override
	public CompletionStage<ClaimResult> claim(Fence fence, boolean claimedBefore) {
		return call(() -> this.shared.claim(fence, claimedBefore));
	}

	@Override
	public CompletionStage<Set<ActorId>> wakeSet(Fence fence) {
		return call(() -> this.shared.memory.wakeSet(fence));
	}

	@Override
	public CompletionStage<Map<ActorId, StoreResult>> confirm(Fence fence, Map<ActorId, Long> sequences) {
		return call(() -> this.shared.memory.confirm(fence, sequences));
	}

	@Override
	public CompletionStage<Long> nextLocalEpoch() {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletionStage<StoreResult> release(Fence fence) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletionStage<LoadResult> load(Fence fence, ActorId actor) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletionStage<List<byte[]>> records(Fence fence, ActorId actor, long afterSequence) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletionStage<StoreResult> commit(Fence fence, Commit commit) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletionStage<StoreResult> snapshot(Fence fence, ActorId actor, long sequence, byte[] state) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletionStage<List<StoredReminder>> reminders(Fence fence, @Nullable StoredReminder after, int limit) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletionStage<StoredIds> scan(String type, @Nullable String cursor, int limit) {
		throw new UnsupportedOperationException();
	}

	@Override
	public String description() {
		return "simulated";
	}

	@Override
	public void close() {
	}

	/** The store behind all ways to it, which remembers who ever had what. */
	static final class Shared {

		private final VirtualTime time;

		private InMemoryActorStore memory = new InMemoryActorStore();

		private @Nullable StoreMeta meta;

		private boolean down;

		/** The fence that each claim left, by shard. */
		private final Map<Integer, Fence> fences = new HashMap<>();

		/** Who ever claimed a shard under an epoch. */
		private final Map<String, String> owners = new HashMap<>();

		private final Set<Fence> granted = new HashSet<>();

		Shared(VirtualTime time) {
			this.time = time;
		}

		private CompletionStage<StoreMeta> open(StoreMeta wanted) {
			StoreMeta known = this.meta;
			if (known == null) {
				known = this.memory.open(wanted).toCompletableFuture().join();
				this.meta = known;
			}
			return CompletableFuture.completedFuture(known);
		}

		private CompletionStage<ClaimResult> claim(Fence fence, boolean claimedBefore) {
			return this.memory.claim(fence, claimedBefore).thenApply((result) -> {
				if (result instanceof ClaimResult.Claimed) {
					this.granted.add(fence);
					Fence before = this.fences.put(fence.shard(), fence);
					if (before != null && before.epoch() > fence.epoch()) {
						throw new AssertionError("Epoch of shard went back: " + before + ", " + fence);
					}
					String owner = this.owners.putIfAbsent(fence.shard() + "@" + fence.epoch(), fence.owner());
					if (owner != null && !owner.equals(fence.owner())) {
						throw new AssertionError("Two owners of one epoch: " + owner + ", " + fence);
					}
				}
				return result;
			});
		}

		@Nullable Fence fence(int shard) {
			return this.fences.get(shard);
		}

		@Nullable StoreMeta meta() {
			return this.meta;
		}

		/** Nobody reaches it. */
		void down(boolean isDown) {
			this.down = isDown;
		}

		/** Everything in it is gone, its id included. */
		void wipe() {
			this.memory = new InMemoryActorStore();
			this.meta = null;
			this.fences.clear();
			this.owners.clear();
		}

		/** Its shards are gone, and it is still the same store. */
		void loseShards() {
			StoreMeta known = this.meta;
			this.memory = new InMemoryActorStore();
			if (known != null) {
				this.memory.open(known).toCompletableFuture().join();
			}
			this.fences.clear();
			this.owners.clear();
		}

	}

}
