package dev.cajun.routing;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import dev.cajun.ActorId;
import dev.cajun.store.ActorStore;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Commit;
import dev.cajun.store.Fence;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredIds;
import dev.cajun.store.StoredReminder;
import org.jspecify.annotations.Nullable;

/**
 * One node's connection to a store that several share: calls are carried out in order, a
 * while later, and their answers come later still, or never.
 */
final class SimulatedStore implements ActorStore {

	private final ActorStore shared;

	private final Random random;

	private final Executor executor;

	private final ArrayDeque<Runnable> calls = new ArrayDeque<>();

	/** One answer of so many commits is lost; 0 for none. */
	int losesOneIn;

	private boolean dead;

	SimulatedStore(ActorStore shared, Random random, Executor executor) {
		this.shared = shared;
		this.random = random;
		this.executor = executor;
	}

	/** Half of what was called is still carried out, and nothing is answered. */
	void die() {
		this.dead = true;
		for (int left = this.calls.size() / 2; left > 0; left--) {
			this.calls.remove().run();
		}
		this.calls.clear();
	}

	private <T> CompletionStage<T> call(Supplier<CompletionStage<T>> operation, boolean lossy) {
		CompletableFuture<T> answer = new CompletableFuture<>();
		if (this.dead) {
			return answer;
		}
		boolean lost = lossy && this.losesOneIn > 0 && this.random.nextInt(this.losesOneIn) == 0;
		boolean applied = this.random.nextBoolean();
		this.calls.add(() -> {
			if (lost) {
				if (applied) {
					var unused = operation.get();
				}
				this.executor.execute(() -> answer.completeExceptionally(
						new StoreException(StoreException.Kind.UNKNOWN, "The answer was lost", null)));
				return;
			}
			operation.get().whenComplete((value, error) -> this.executor.execute(() -> {
				if (error != null) {
					answer.completeExceptionally(error);
				}
				else {
					answer.complete(value);
				}
			}));
		});
		this.executor.execute(this::carryOutNext);
		return answer;
	}

	private void carryOutNext() {
		Runnable next = this.calls.poll();
		if (next != null) {
			next.run();
		}
	}

	@Override
	public CompletionStage<StoreMeta> open(StoreMeta wanted) {
		return this.shared.open(wanted);
	}

	@Override
	public CompletionStage<Long> nextLocalEpoch() {
		return this.shared.nextLocalEpoch();
	}

	@Override
	public CompletionStage<ClaimResult> claim(Fence fence, boolean claimedBefore) {
		return call(() -> this.shared.claim(fence, claimedBefore), false);
	}

	@Override
	public CompletionStage<StoreResult> release(Fence fence) {
		return call(() -> this.shared.release(fence), false);
	}

	@Override
	public CompletionStage<LoadResult> load(Fence fence, ActorId actor) {
		return call(() -> this.shared.load(fence, actor), false);
	}

	@Override
	public CompletionStage<List<byte[]>> records(Fence fence, ActorId actor, long afterSequence) {
		return call(() -> this.shared.records(fence, actor, afterSequence), false);
	}

	@Override
	public CompletionStage<StoreResult> commit(Fence fence, Commit commit) {
		return call(() -> this.shared.commit(fence, commit), true);
	}

	@Override
	public CompletionStage<Map<ActorId, StoreResult>> confirm(Fence fence, Map<ActorId, Long> sequences) {
		return call(() -> this.shared.confirm(fence, sequences), false);
	}

	@Override
	public CompletionStage<StoreResult> snapshot(Fence fence, ActorId actor, long sequence, byte[] state) {
		return call(() -> this.shared.snapshot(fence, actor, sequence, state), false);
	}

	@Override
	public CompletionStage<Set<ActorId>> wakeSet(Fence fence) {
		// In an order that is the same in every JVM, unlike that of the set's own.
		return call(() -> this.shared.wakeSet(fence).thenApply(TreeSet::new), false);
	}

	@Override
	public CompletionStage<List<StoredReminder>> reminders(Fence fence, @Nullable StoredReminder after, int limit) {
		return call(() -> this.shared.reminders(fence, after, limit), false);
	}

	@Override
	public CompletionStage<StoredIds> scan(String type, @Nullable String cursor, int limit) {
		return call(() -> this.shared.scan(type, cursor, limit), false);
	}

	@Override
	public String description() {
		return "simulated";
	}

	@Override
	public void close() {
		// Others use it.
	}

}
