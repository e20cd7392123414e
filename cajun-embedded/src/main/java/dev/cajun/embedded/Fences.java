package dev.cajun.embedded;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.cajun.store.Fence;
import dev.cajun.store.StoreResult;
import org.jspecify.annotations.Nullable;

/**
 * The fences of all shards. They can be kept in memory because this process alone has the
 * file. Staged and published like {@link Heads}.
 */
final class Fences {

	private final Map<Integer, Fence> staged = new HashMap<>();

	private final ConcurrentHashMap<Integer, Fence> published = new ConcurrentHashMap<>();

	@Nullable Fence current(int shard) {
		Fence found = this.staged.isEmpty() ? null : this.staged.get(shard);
		return (found != null) ? found : this.published.get(shard);
	}

	/** The refusal, unless the caller owns the shard as far as the owner thread knows. */
	StoreResult.@Nullable Fenced refusal(Fence fence) {
		return refusal(fence, current(fence.shard()));
	}

	/** The refusal, unless the caller durably owns the shard; any thread. */
	StoreResult.@Nullable Fenced publishedRefusal(Fence fence) {
		return refusal(fence, this.published.get(fence.shard()));
	}

	private static StoreResult.@Nullable Fenced refusal(Fence fence, @Nullable Fence found) {
		if (found == null) {
			return new StoreResult.Fenced(0, "");
		}
		boolean owns = found.epoch() == fence.epoch() && found.owner().equals(fence.owner());
		return owns ? null : new StoreResult.Fenced(found.epoch(), found.owner());
	}

	long highestEpoch() {
		long highest = 0;
		for (Fence fence : this.published.values()) {
			highest = Math.max(highest, fence.epoch());
		}
		for (Fence fence : this.staged.values()) {
			highest = Math.max(highest, fence.epoch());
		}
		return highest;
	}

	void stage(Fence fence) {
		this.staged.put(fence.shard(), fence);
	}

	void publish() {
		if (!this.staged.isEmpty()) {
			this.published.putAll(this.staged);
			this.staged.clear();
		}
	}

	void discard() {
		this.staged.clear();
	}

	/** What is stored becomes what is known. */
	void reset(Map<Integer, Fence> stored) {
		this.staged.clear();
		this.published.keySet().retainAll(stored.keySet());
		this.published.putAll(stored);
	}

}
