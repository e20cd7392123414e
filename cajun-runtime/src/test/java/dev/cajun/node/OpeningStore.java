package dev.cajun.node;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;

import dev.cajun.ActorId;
import dev.cajun.store.ActorStore;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Commit;
import dev.cajun.store.Fence;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredIds;
import dev.cajun.store.StoredReminder;
import org.jspecify.annotations.Nullable;

/** An in-memory store that takes its time to open. */
final class OpeningStore implements ActorStore {

	final CountDownLatch asked = new CountDownLatch(1);

	final CompletableFuture<Void> opened = new CompletableFuture<>();

	private final InMemoryActorStore memory = new InMemoryActorStore();

	@Override
	public CompletionStage<StoreMeta> open(StoreMeta wanted) {
		this.asked.countDown();
		return this.opened.thenCompose((nothing) -> this.memory.open(wanted));
	}

	@Override
	public CompletionStage<Long> nextLocalEpoch() {
		return this.memory.nextLocalEpoch();
	}

	@Override
	public CompletionStage<ClaimResult> claim(Fence fence, boolean claimedBefore) {
		return this.memory.claim(fence, claimedBefore);
	}

	@Override
	public CompletionStage<StoreResult> release(Fence fence) {
		return this.memory.release(fence);
	}

	@Override
	public CompletionStage<LoadResult> load(Fence fence, ActorId actor) {
		return this.memory.load(fence, actor);
	}

	@Override
	public CompletionStage<List<byte[]>> records(Fence fence, ActorId actor, long afterSequence) {
		return this.memory.records(fence, actor, afterSequence);
	}

	@Override
	public CompletionStage<StoreResult> commit(Fence fence, Commit commit) {
		return this.memory.commit(fence, commit);
	}

	@Override
	public CompletionStage<Map<ActorId, StoreResult>> confirm(Fence fence, Map<ActorId, Long> sequences) {
		return this.memory.confirm(fence, sequences);
	}

	@Override
	public CompletionStage<StoreResult> snapshot(Fence fence, ActorId actor, long sequence, byte[] state) {
		return this.memory.snapshot(fence, actor, sequence, state);
	}

	@Override
	public CompletionStage<Set<ActorId>> wakeSet(Fence fence) {
		return this.memory.wakeSet(fence);
	}

	@Override
	public CompletionStage<List<StoredReminder>> reminders(Fence fence, @Nullable StoredReminder after, int limit) {
		return this.memory.reminders(fence, after, limit);
	}

	@Override
	public CompletionStage<StoredIds> scan(String type, @Nullable String cursor, int limit) {
		return this.memory.scan(type, cursor, limit);
	}

	@Override
	public String description() {
		return "slow memory";
	}

	@Override
	public void close() {
		this.memory.close();
	}

}
