package dev.cajun.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.IntStream;

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
import dev.cajun.store.StoredIds;
import dev.cajun.store.StoredReminder;
import io.lettuce.core.protocol.CommandType;
import org.jspecify.annotations.Nullable;

/** The operations of a store from its being opened to its being closed. */
@SuppressWarnings("FutureReturnValueIgnored") // whatever they become is handled in them
final class OpenStore {

	/** The largest number that a Lua script holds exactly. */
	static final long MAX_NUMBER = (1L << 53) - 1;

	/** Actors remembered in all, about; see {@link Marks}. */
	private static final int MARKS = 65_536;

	private static final int MARKS_PER_SHARD = 64;

	private static final byte[] PAGE_RECORDS = ByteWriter.of("512");

	private static final byte[] PAGE_BYTES = ByteWriter.of(String.valueOf(1 << 20));

	private final RedisStatistics statistics;

	private final String description;

	private final long timeoutNanos;

	private final Keys keys;

	private final ServerChecks checks;

	private final Connections connections;

	private final Creation creation;

	private final LocalPlace place;

	private final CompletableFuture<StoreMeta> opening = new CompletableFuture<>();

	private volatile List<Shard> shards = List.of();

	private volatile @Nullable Ownership ownership;

	OpenStore(RedisStoreSettings settings, RedisStatistics statistics, String description) {
		this.statistics = statistics;
		this.description = description;
		this.timeoutNanos = settings.commandTimeout().toNanos();
		this.keys = new Keys(settings.prefix(), settings.cluster());
		this.checks = new ServerChecks(settings, this.keys.meta());
		this.connections = new Connections(settings, statistics, this.checks);
		this.creation = new Creation(this.connections, this.keys, description);
		this.place = new LocalPlace(this.connections, this.keys.place(), description);
	}

	CompletableFuture<StoreMeta> open(StoreMeta wanted) {
		this.connections.open()
			.thenCompose((connected) -> this.creation.open(wanted))
			.thenApply(this::opened)
			.whenComplete((meta, ex) -> {
				if (ex != null) {
					this.opening.completeExceptionally(ex);
				}
				else {
					this.opening.complete(meta);
				}
			});
		return this.opening;
	}

	private StoreMeta opened(StoreMeta meta) {
		this.checks.opened(meta.storeId());
		int marks = Math.max(MARKS_PER_SHARD, MARKS / meta.shards());
		List<Shard> all = IntStream.range(0, meta.shards())
			.mapToObj((number) -> new Shard(this.keys, number, marks))
			.toList();
		Ownership owned = new Ownership(this.connections, all);
		this.ownership = owned;
		this.shards = all;
		this.connections.listen(owned::connected);
		return meta;
	}

	/**
	 * Waits for what is under way, and fails what would wait for something else. Blocks.
	 */
	void close() {
		this.opening.completeExceptionally(new StoreException(StoreException.Kind.CLOSED,
				"The store " + this.description + " was closed while it was being opened", null));
		this.connections.retries().close();
		long until = System.nanoTime() + 2 * this.timeoutNanos;
		while (!this.connections.isIdle() && System.nanoTime() - until < 0) {
			LockSupport.parkNanos(this, 200_000);
		}
		this.place.leave();
		this.connections.close();
	}

	// ---- shards

	CompletionStage<Long> nextLocalEpoch() {
		return this.place.take().thenCompose((taken) -> {
			List<CompletableFuture<Long>> epochs = this.shards.stream().map(this::epoch).toList();
			return CompletableFuture.allOf(epochs.toArray(CompletableFuture<?>[]::new))
				.thenCompose((read) -> this.creation
					.nextEpoch(epochs.stream().mapToLong(CompletableFuture::join).max().orElse(0)));
		});
	}

	private CompletableFuture<Long> epoch(Shard shard) {
		Call<Long> call = Call.command(CommandType.GET, shard.slot, shard.number, new byte[][] { shard.fence },
				(reply) -> (reply == null) ? 0 : Answers.epoch((byte[]) reply), deadline());
		return send(shard, call);
	}

	CompletionStage<ClaimResult> claim(Fence fence, boolean claimedBefore) {
		Shard shard = shard(fence);
		Link link = this.connections.slots().link(shard.slot, shard.number);
		Link.Live live = (link != null) ? link.live() : null;
		boolean known = this.creation.isClaimed(fence.shard());
		Call<ClaimResult> call = ownership().claim(shard, fence, claimedBefore || known);
		this.connections.send(call);
		CompletableFuture<ClaimResult> claimed = call.result().thenApply((result) -> {
			if (result instanceof ClaimResult.Claimed && live != null) {
				shard.hold(fence, live.runId());
			}
			return result;
		});
		if (known) {
			return claimed;
		}
		// Before anything can be written: a fence that is missing later is lost
		return claimed.thenCompose((result) -> (result instanceof ClaimResult.Claimed)
				? this.creation.claimed(fence.shard()).thenApply((noted) -> result)
				: CompletableFuture.completedFuture(result));
	}

	CompletionStage<StoreResult> release(Fence fence) {
		Shard shard = shard(fence);
		byte[][] parts = { shard.fence, shard.text(fence), ByteWriter.of(String.valueOf(fence.epoch())) };
		return send(shard, Call.script(Script.RELEASE, shard.slot, shard.number, 1, parts, (reply) -> {
			StoreResult result = Answers.write(reply, 0);
			shard.drop(fence);
			return result;
		}, deadline()));
	}

	CompletionStage<Set<ActorId>> wakeSet(Fence fence) {
		Shard shard = shard(fence);
		byte[][] parts = { shard.fence, shard.wake, shard.text(fence) };
		return send(shard, Call.script(Script.WAKE, shard.slot, shard.number, 2, parts,
				(reply) -> isFenced(shard, fence, reply) ? Set.of() : Set.copyOf(shard.ids(Answers.bytes(reply))),
				deadline()));
	}

	CompletionStage<List<StoredReminder>> reminders(Fence fence, @Nullable StoredReminder after, int limit) {
		return reminders(fence, (after == null) ? ByteWriter.of("-") : CommitArguments.behind(after),
				Math.max(0, limit));
	}

	private CompletableFuture<List<StoredReminder>> reminders(Fence fence, byte[] from, int limit) {
		Shard shard = shard(fence);
		byte[][] parts = { shard.fence, shard.reminders, shard.text(fence), from,
				ByteWriter.of(String.valueOf(limit)) };
		Call<List<byte[]>> call = Call.script(Script.REMINDERS, shard.slot, shard.number, 2, parts,
				(reply) -> isFenced(shard, fence, reply) ? List.of() : Answers.bytes(reply), deadline());
		return send(shard, call).thenCompose((members) -> {
			List<StoredReminder> found = shard.reminders(members);
			int missing = members.size() - found.size();
			// Fewer than asked for would mean that there are no more
			return (missing == 0 || members.size() < limit) ? CompletableFuture.completedFuture(found)
					: reminders(fence, ByteWriter.behind(members.getLast()), missing).thenApply((more) -> {
						found.addAll(more);
						return found;
					});
		});
	}

	CompletionStage<StoredIds> scan(String type, @Nullable String cursor, int limit) {
		return new IdScan(this.connections, this.shards, this.timeoutNanos, type, limit).from(cursor);
	}

	// ---- actors

	CompletionStage<LoadResult> load(Fence fence, ActorId actor) {
		Shard shard = shard(fence);
		Keys.OfActor names = shard.keys(actor);
		byte[][] parts = { shard.fence, names.state(), names.journal(), shard.ids, shard.text(fence), names.id(),
				PAGE_RECORDS, PAGE_BYTES };
		long start = System.nanoTime();
		return send(shard, Call.script(Script.LOAD, shard.slot, shard.number, 4, parts, (reply) -> {
			this.statistics.loads.increment();
			this.statistics.loadNanos.add(System.nanoTime() - start);
			if (isFenced(shard, fence, reply)) {
				StoreResult.Fenced found = Answers.fenced(reply);
				return new LoadResult.Fenced(found.epoch(), found.owner());
			}
			List<?> parted = Answers.list(reply);
			StoredActor stored = new ActorDecoder(actor).decode(Answers.bytes(parted.get(0)),
					Answers.bytes(parted.get(1)), (Long) Objects.requireNonNull(parted.get(2)));
			this.statistics.read(stored.state(), stored.records());
			ownership().met(shard, actor, stored.sequence());
			mark(shard, actor, names, stored.sequence(), stored.batch());
			return new LoadResult.Loaded(stored);
		}, start + this.timeoutNanos));
	}

	CompletionStage<List<byte[]>> records(Fence fence, ActorId actor, long afterSequence) {
		Shard shard = shard(fence);
		Keys.OfActor names = shard.keys(actor);
		byte[][] parts = { shard.fence, names.state(), names.journal(), shard.text(fence),
				ByteWriter.of(String.valueOf(afterSequence)), PAGE_RECORDS, PAGE_BYTES };
		return send(shard, Call.script(Script.RECORDS, shard.slot, shard.number, 3, parts, (reply) -> {
			if (isFenced(shard, fence, reply)) {
				return List.of();
			}
			List<byte[]> records = Answers.bytes(reply);
			records.forEach((record) -> this.statistics.bytesRead.add(record.length));
			return records;
		}, deadline()));
	}

	CompletionStage<StoreResult> commit(Fence fence, Commit commit) {
		Shard shard = shard(fence);
		long next = commit.nextSequence();
		if (next > MAX_NUMBER) {
			throw new StoreException(
					StoreException.Kind.NOT_APPLIED, "Sequence " + next + " of actor " + commit.actor()
							+ " is beyond what the store " + this.description + " counts, which is " + MAX_NUMBER,
					null);
		}
		Keys.OfActor names = shard.keys(commit.actor());
		byte[][] parts = CommitArguments.of(shard, shard.text(fence), names, commit);
		this.statistics.written(commit.state(), commit.records());
		long start = System.nanoTime();
		return send(shard, Call.script(Script.COMMIT, shard.slot, shard.number, 6, parts, (reply) -> {
			this.statistics.commits.increment();
			this.statistics.commitNanos.add(System.nanoTime() - start);
			StoreResult result = Answers.write(reply, next);
			switch (result) {
				case StoreResult.Applied applied -> mark(shard, commit.actor(), names, next, commit.batch());
				case StoreResult.Duplicate duplicate ->
					mark(shard, commit.actor(), names, duplicate.sequence(), commit.batch());
				case StoreResult.Fenced fenced -> ownership().fenced(shard, fence, fenced);
				case StoreResult.SequenceMismatch mismatch ->
					ownership().mismatched(shard, commit.actor(), mismatch.sequence());
			}
			return result;
		}, start + this.timeoutNanos));
	}

	private void mark(Shard shard, ActorId actor, Keys.OfActor names, long sequence, @Nullable BatchId batch) {
		if (batch != null) {
			shard.marks.put(actor, new Marks.Mark(names, sequence, batch.incarnation(), batch.counter()));
		}
	}

	CompletionStage<StoreResult> snapshot(Fence fence, ActorId actor, long sequence, byte[] state) {
		Shard shard = shard(fence);
		Keys.OfActor names = shard.keys(actor);
		byte[][] parts = { shard.fence, names.state(), names.journal(), shard.ids, shard.text(fence),
				new ByteWriter(8).int64(sequence).toBytes(), names.id(), state };
		this.statistics.bytesWritten.add(state.length);
		return send(shard, Call.script(Script.SNAPSHOT, shard.slot, shard.number, 4, parts, (reply) -> {
			StoreResult result = Answers.write(reply, sequence);
			note(shard, fence, actor, result);
			return result;
		}, deadline()));
	}

	CompletionStage<Map<ActorId, StoreResult>> confirm(Fence fence, Map<ActorId, Long> sequences) {
		Shard shard = shard(fence);
		Map<ActorId, StoreResult> results = HashMap.newHashMap(sequences.size());
		List<ActorId> actors = List.copyOf(sequences.keySet());
		CompletableFuture<Map<ActorId, StoreResult>> all = CompletableFuture.completedFuture(results);
		for (int from = 0; from < actors.size(); from += Ownership.ACTORS_PER_CALL) {
			List<ActorId> some = actors.subList(from, Math.min(actors.size(), from + Ownership.ACTORS_PER_CALL));
			CompletableFuture<Map<ActorId, StoreResult>> part = confirm(shard, fence, some, sequences);
			all = (actors.size() <= Ownership.ACTORS_PER_CALL) ? part : all.thenCombine(part, (sum, more) -> {
				sum.putAll(more);
				return sum;
			});
		}
		return all;
	}

	private CompletableFuture<Map<ActorId, StoreResult>> confirm(Shard shard, Fence fence, List<ActorId> actors,
			Map<ActorId, Long> sequences) {
		List<Keys.OfActor> names = new ArrayList<>(actors.size());
		actors.forEach((actor) -> names.add(shard.keys(actor)));
		Function<@Nullable Object, Map<ActorId, StoreResult>> decoder = (reply) -> {
			Map<ActorId, StoreResult> results = HashMap.newHashMap(actors.size());
			StoreResult.Fenced fenced = Answers.isFenced(reply) ? Answers.fenced(reply) : null;
			if (fenced != null) {
				ownership().fenced(shard, fence, fenced);
				actors.forEach((actor) -> results.put(actor, fenced));
				return results;
			}
			List<byte[]> heads = Answers.bytes(reply);
			for (int i = 0; i < heads.size(); i++) {
				ActorId actor = actors.get(i);
				long found = (heads.get(i).length == 0) ? 0 : new ByteReader(heads.get(i), 16).int64();
				StoreResult result = (found == sequences.getOrDefault(actor, -1L)) ? new StoreResult.Applied(found)
						: new StoreResult.SequenceMismatch(found);
				note(shard, fence, actor, result);
				results.put(actor, result);
			}
			return results;
		};
		return send(shard, ownership().heads(shard, fence, names, decoder));
	}

	private void note(Shard shard, Fence fence, ActorId actor, StoreResult result) {
		if (result instanceof StoreResult.SequenceMismatch mismatch) {
			ownership().mismatched(shard, actor, mismatch.sequence());
		}
		else if (result instanceof StoreResult.Fenced fenced) {
			ownership().fenced(shard, fence, fenced);
		}
	}

	private boolean isFenced(Shard shard, Fence fence, @Nullable Object reply) {
		if (!Answers.isFenced(reply)) {
			return false;
		}
		ownership().fenced(shard, fence, Answers.fenced(reply));
		return true;
	}

	// ---- sending

	private long deadline() {
		return System.nanoTime() + this.timeoutNanos;
	}

	private Ownership ownership() {
		Ownership owned = this.ownership;
		if (owned == null) {
			throw notOpen();
		}
		return owned;
	}

	private StoreException notOpen() {
		return new StoreException(StoreException.Kind.CLOSED, "The store " + this.description + " is not open yet",
				null);
	}

	private Shard shard(Fence fence) {
		List<Shard> all = this.shards;
		if (all.isEmpty()) {
			throw notOpen();
		}
		if (fence.shard() < 0 || fence.shard() >= all.size()) {
			throw new StoreException(StoreException.Kind.NOT_APPLIED, "There is no shard " + fence.shard()
					+ ": the store " + this.description + " was created with " + all.size() + " shards", null);
		}
		if (fence.epoch() > MAX_NUMBER) {
			throw new StoreException(
					StoreException.Kind.NOT_APPLIED, "Epoch " + fence.epoch() + " of shard " + fence.shard()
							+ " is beyond what the store " + this.description + " counts, which is " + MAX_NUMBER,
					null);
		}
		return all.get(fence.shard());
	}

	private <T> CompletableFuture<T> send(Shard shard, Call<T> call) {
		StoreException displaced = this.place.refusal();
		if (displaced != null) {
			throw displaced;
		}
		Link link = this.connections.slots().link(shard.slot, shard.number);
		Link.Live live = (link != null) ? link.live() : null;
		if (link != null && live != null) {
			ownership().verify(shard, link, live);
		}
		this.connections.send(call);
		return call.result();
	}

}
