package dev.cajun.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * Keeps state in this process: for tests, and for applications that need none of it after
 * a restart. Survives its being closed and opened again, so that a test can restart a
 * node; every stage is complete on return.
 */
public final class InMemoryActorStore implements ActorStore {

	/** Journal records given at a time. */
	private static final int PAGE = 512;

	private static final Comparator<StoredReminder> BY_TIME = Comparator.comparingLong(StoredReminder::dueMillis)
		.thenComparing(StoredReminder::actor)
		.thenComparing(StoredReminder::name);

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<Integer, Shard> shards = new HashMap<>();

	private final TreeMap<ActorId, Entry> actors = new TreeMap<>();

	private @Nullable StoreMeta meta;

	private long epoch;

	private boolean open;

	@Override
	public CompletionStage<StoreMeta> open(StoreMeta wanted) {
		this.lock.lock();
		try {
			if (this.open) {
				return failed(StoreException.Kind.LOCKED, "The in-memory store is open already");
			}
			this.open = true;
			StoreMeta found = this.meta;
			if (found == null) {
				found = wanted;
				this.meta = found;
			}
			return CompletableFuture.completedFuture(found);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public CompletionStage<Long> nextLocalEpoch() {
		return guarded(() -> {
			long highest = this.shards.values().stream().mapToLong((shard) -> shard.epoch).max().orElse(0);
			this.epoch = Math.max(this.epoch, highest) + 1;
			return this.epoch;
		});
	}

	@Override
	public CompletionStage<ClaimResult> claim(Fence fence, boolean claimedBefore) {
		return guarded(() -> {
			Shard shard = this.shards.get(fence.shard());
			if (shard == null) {
				if (claimedBefore) {
					return new ClaimResult.Lost();
				}
				shard = new Shard();
				this.shards.put(fence.shard(), shard);
			}
			else if (fence.epoch() < shard.epoch
					|| (fence.epoch() == shard.epoch && !fence.owner().equals(shard.owner))) {
				return new ClaimResult.Refused(shard.epoch, shard.owner);
			}
			ClaimResult found = new ClaimResult.Claimed(shard.epoch, shard.owner);
			shard.epoch = fence.epoch();
			shard.owner = fence.owner();
			return found;
		});
	}

	@Override
	public CompletionStage<StoreResult> release(Fence fence) {
		return guarded(() -> {
			StoreResult fenced = fenced(fence);
			if (fenced != null) {
				return fenced;
			}
			shard(fence).owner = "";
			return new StoreResult.Applied(0);
		});
	}

	@Override
	public CompletionStage<LoadResult> load(Fence fence, ActorId actor) {
		return guarded(() -> {
			if (fenced(fence) instanceof StoreResult.Fenced found) {
				return new LoadResult.Fenced(found.epoch(), found.owner());
			}
			Entry entry = this.actors.get(actor);
			if (entry == null) {
				return new LoadResult.Loaded(StoredActor.NEVER_WRITTEN);
			}
			return new LoadResult.Loaded(new StoredActor(entry.sequence, entry.batch, entry.state, entry.stateSequence,
					List.copyOf(entry.records.subList(0, Math.min(PAGE, entry.records.size()))),
					Map.copyOf(entry.received), List.copyOf(entry.replies.values()), List.copyOf(entry.tells.values()),
					List.copyOf(entry.reminders.values())));
		});
	}

	@Override
	public CompletionStage<List<byte[]>> records(Fence fence, ActorId actor, long afterSequence) {
		return guarded(() -> {
			Entry entry = this.actors.get(actor);
			if (entry == null || fenced(fence) != null) {
				return List.of();
			}
			int from = (int) Math.max(0, afterSequence - entry.stateSequence);
			int to = Math.min(entry.records.size(), from + PAGE);
			return (from >= to) ? List.of() : List.copyOf(entry.records.subList(from, to));
		});
	}

	@Override
	public CompletionStage<StoreResult> commit(Fence fence, Commit commit) {
		return guarded(() -> {
			Entry entry = this.actors.get(commit.actor());
			if (entry != null && commit.batch().equals(entry.batch)) {
				return new StoreResult.Duplicate(entry.sequence);
			}
			StoreResult refused = refused(fence, commit.expectedSequence(), entry);
			if (refused != null) {
				return refused;
			}
			if (entry == null) {
				entry = new Entry();
				this.actors.put(commit.actor(), entry);
			}
			apply(commit, entry, shard(fence));
			return new StoreResult.Applied(entry.sequence);
		});
	}

	private void apply(Commit commit, Entry entry, Shard shard) {
		if (commit.clear()) {
			entry.state = null;
			entry.records.clear();
			entry.stateSequence = entry.sequence;
			entry.reminders.values().forEach(shard.reminders::remove);
			entry.reminders.clear();
		}
		if (commit.state() != null) {
			entry.state = commit.state();
		}
		entry.records.addAll(commit.records());
		entry.sequence = commit.nextSequence();
		if (commit.records().isEmpty()) {
			// What the state stands for covers them
			entry.records.clear();
			entry.stateSequence = entry.sequence;
		}
		entry.batch = commit.batch();
		commit.forgotten().forEach(entry.received::remove);
		entry.received.putAll(commit.received());
		commit.expiredReplies().forEach(entry.replies::remove);
		for (StoredReply reply : commit.replies()) {
			entry.replies.remove(reply.key());
			entry.replies.put(reply.key(), reply);
		}
		// One by one: removeAll would search the list for each tell when it is the longer
		commit.acknowledgedTells().forEach(entry.tells::remove);
		for (StoredTell tell : commit.tells()) {
			entry.tells.put(tell.number(), tell);
		}
		for (String name : commit.cancelledReminders()) {
			remove(entry.reminders.remove(name), shard);
		}
		for (StoredReminder reminder : commit.reminders()) {
			remove(entry.reminders.put(reminder.name(), reminder), shard);
			shard.reminders.add(reminder);
		}
		if (commit.wake()) {
			shard.wake.add(commit.actor());
		}
		else {
			shard.wake.remove(commit.actor());
		}
	}

	private static void remove(@Nullable StoredReminder reminder, Shard shard) {
		if (reminder != null) {
			shard.reminders.remove(reminder);
		}
	}

	@Override
	public CompletionStage<Map<ActorId, StoreResult>> confirm(Fence fence, Map<ActorId, Long> sequences) {
		return guarded(() -> {
			Map<ActorId, StoreResult> results = new HashMap<>();
			sequences.forEach((actor, sequence) -> {
				StoreResult refused = refused(fence, sequence, this.actors.get(actor));
				results.put(actor, (refused != null) ? refused : new StoreResult.Applied(sequence));
			});
			return results;
		});
	}

	@Override
	public CompletionStage<StoreResult> snapshot(Fence fence, ActorId actor, long sequence, byte[] state) {
		return guarded(() -> {
			Entry entry = this.actors.get(actor);
			StoreResult refused = refused(fence, sequence, entry);
			if (refused != null) {
				return refused;
			}
			if (entry != null) {
				entry.state = state;
				entry.stateSequence = sequence;
				entry.records.clear();
			}
			return new StoreResult.Applied(sequence);
		});
	}

	@Override
	public CompletionStage<Set<ActorId>> wakeSet(Fence fence) {
		return guarded(() -> (fenced(fence) != null) ? Set.of() : Set.copyOf(shard(fence).wake));
	}

	@Override
	public CompletionStage<List<StoredReminder>> reminders(Fence fence, @Nullable StoredReminder after, int limit) {
		return guarded(() -> {
			if (fenced(fence) != null) {
				return List.of();
			}
			TreeSet<StoredReminder> all = shard(fence).reminders;
			return ((after == null) ? all : all.tailSet(after, false)).stream().limit(limit).toList();
		});
	}

	@Override
	public CompletionStage<StoredIds> scan(String type, @Nullable String cursor, int limit) {
		return guarded(() -> {
			List<ActorId> ids = new ArrayList<>();
			for (Map.Entry<ActorId, Entry> actor : this.actors.entrySet()) {
				ActorId id = actor.getKey();
				boolean stored = actor.getValue().state != null || !actor.getValue().records.isEmpty();
				if (stored && id.type().equals(type) && (cursor == null || id.key().compareTo(cursor) > 0)) {
					if (ids.size() == limit) {
						return new StoredIds(List.copyOf(ids), ids.get(limit - 1).key());
					}
					ids.add(id);
				}
			}
			return new StoredIds(List.copyOf(ids), null);
		});
	}

	@Override
	public String description() {
		return "memory";
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			this.open = false;
		}
		finally {
			this.lock.unlock();
		}
	}

	private @Nullable StoreResult refused(Fence fence, long expected, @Nullable Entry entry) {
		StoreResult fenced = fenced(fence);
		if (fenced != null) {
			return fenced;
		}
		long found = (entry == null) ? 0 : entry.sequence;
		return (found == expected) ? null : new StoreResult.SequenceMismatch(found);
	}

	private @Nullable StoreResult fenced(Fence fence) {
		Shard shard = this.shards.get(fence.shard());
		if (shard == null) {
			return new StoreResult.Fenced(0, "");
		}
		boolean own = shard.epoch == fence.epoch() && shard.owner.equals(fence.owner());
		return own ? null : new StoreResult.Fenced(shard.epoch, shard.owner);
	}

	private Shard shard(Fence fence) {
		return this.shards.computeIfAbsent(fence.shard(), (number) -> new Shard());
	}

	private <T> CompletionStage<T> guarded(Operation<T> operation) {
		this.lock.lock();
		try {
			if (!this.open) {
				return failed(StoreException.Kind.CLOSED, "The in-memory store is closed");
			}
			return CompletableFuture.completedFuture(operation.run());
		}
		finally {
			this.lock.unlock();
		}
	}

	private static <T> CompletionStage<T> failed(StoreException.Kind kind, String message) {
		return CompletableFuture.failedFuture(new StoreException(kind, message, null));
	}

	@FunctionalInterface
	private interface Operation<T> {

		T run();

	}

	private static final class Shard {

		private long epoch;

		private String owner = "";

		private final Set<ActorId> wake = new TreeSet<>();

		private final TreeSet<StoredReminder> reminders = new TreeSet<>(BY_TIME);

	}

	private static final class Entry {

		private long sequence;

		private @Nullable BatchId batch;

		private byte @Nullable [] state;

		private long stateSequence;

		private final List<byte[]> records = new ArrayList<>();

		private final Map<String, Long> received = new HashMap<>();

		private final Map<String, StoredReply> replies = new LinkedHashMap<>();

		private final TreeMap<Long, StoredTell> tells = new TreeMap<>();

		private final Map<String, StoredReminder> reminders = new HashMap<>();

	}

}
