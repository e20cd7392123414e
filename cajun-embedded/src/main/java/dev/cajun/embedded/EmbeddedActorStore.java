package dev.cajun.embedded;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;

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
 * Keeps the state of the actors of one machine in one directory, with no server. One
 * process at a time has the directory; whoever else opens it is refused as
 * {@link StoreException.Kind#LOCKED}.
 * <p>
 * All work is done by one platform thread. Calls that wait for it share a transaction, so
 * that many actors share the cost of a commit. A confirmation is answered at once, on the
 * calling thread, when the actors were used lately and nothing of them waits. Every stage
 * is completed by the store's thread otherwise: what depends on it must not block.
 * Interrupting a thread that uses the store has no effect on the store.
 * <p>
 * How it fails:
 * <ul>
 * <li>Every stored value has a checksum. An actor whose data is damaged fails as
 * {@link StoreException.Kind#CORRUPT}; others are not concerned. A file that cannot be
 * opened as a whole fails in {@link #open}, and is never replaced by an empty one.</li>
 * <li>While the disk is full, writes fail as {@link StoreException.Kind#NOT_APPLIED} and
 * reads go on; so do writes when there is space again.</li>
 * <li>After an error of the disk that leaves it open what was written, writes fail as
 * {@link StoreException.Kind#UNKNOWN} and the store opens itself again. Sending the same
 * batch again tells what became of it.</li>
 * </ul>
 * The file {@code data.db-wal} in the directory is as much part of the store as
 * {@code data.db}: copy the directory as a whole, and only while the store is closed. The
 * space of what is deleted is used again, but the file does not shrink.
 * <p>
 * It can be opened again after it was closed. Thread-safe.
 */
public final class EmbeddedActorStore implements ActorStore {

	/** Actors whose sequence is kept in memory, at least; twice that at most. */
	private static final int HEADS_PER_GENERATION = 32_768;

	/** Counters of queued writes; actors that share one only lose a shortcut. */
	private static final int STRIPES = 4096;

	/** What a row costs beside its bytes. */
	private static final int ROW_BYTES = 64;

	private final Path path;

	private final Durability durability;

	private final Database.CommitStep commitStep;

	private final Fences fences = new Fences();

	private final Heads heads = new Heads(HEADS_PER_GENERATION);

	/** Writes under way of actors, by hash. */
	private final AtomicIntegerArray writesUnderWay = new AtomicIntegerArray(STRIPES);

	/** Claims and releases under way. */
	private final AtomicInteger claimsUnderWay = new AtomicInteger();

	private final ReentrantLock lifecycle = new ReentrantLock();

	private volatile @Nullable StoreThread thread;

	/**
	 * Creates a store; {@link #open} opens it.
	 * @param directory where it keeps everything; created when it is missing. A store of
	 * its own needs a directory of its own
	 * @param durability what an acknowledged write survives
	 */
	public EmbeddedActorStore(Path directory, Durability durability) {
		this(directory, durability, PreparedStatement::execute);
	}

	EmbeddedActorStore(Path directory, Durability durability, Database.CommitStep commitStep) {
		this.path = directory;
		this.durability = durability;
		this.commitStep = commitStep;
	}

	@Override
	public CompletionStage<StoreMeta> open(StoreMeta wanted) {
		CompletableFuture<StoreMeta> opened = new CompletableFuture<>();
		this.lifecycle.lock();
		try {
			StoreThread current = this.thread;
			if (current != null && !current.isClosed()) {
				return CompletableFuture.failedFuture(new StoreException(StoreException.Kind.LOCKED,
						"The embedded store in " + this.path + " is open already: open it once", null));
			}
			this.heads.clear();
			StoreThread next = new StoreThread(new StoreDirectory(this.path, this.durability, this.commitStep),
					this.fences, this.heads, wanted, opened);
			this.thread = next;
			next.start();
			return opened;
		}
		finally {
			this.lifecycle.unlock();
		}
	}

	@Override
	public CompletionStage<Long> nextLocalEpoch() {
		return submit(null, true, (tables) -> tables.shards.nextLocalEpoch());
	}

	@Override
	public CompletionStage<ClaimResult> claim(Fence fence, boolean claimedBefore) {
		return submitClaim((tables) -> tables.shards.claim(fence, claimedBefore));
	}

	@Override
	public CompletionStage<StoreResult> release(Fence fence) {
		return submitClaim((tables) -> tables.shards.release(fence));
	}

	private <T> CompletionStage<T> submitClaim(Task.Body<T> body) {
		this.claimsUnderWay.incrementAndGet();
		return submit(new Task<>(null, true, ROW_BYTES, body, this.claimsUnderWay::decrementAndGet));
	}

	@Override
	public CompletionStage<LoadResult> load(Fence fence, ActorId actor) {
		return submit(actor, false, (tables) -> tables.actors.load(fence, actor));
	}

	@Override
	public CompletionStage<List<byte[]>> records(Fence fence, ActorId actor, long afterSequence) {
		return submit(actor, false, (tables) -> tables.actors.records(fence, actor, afterSequence));
	}

	@Override
	public CompletionStage<StoreResult> commit(Fence fence, Commit commit) {
		return submitWrite(commit.actor(), size(commit), (tables) -> tables.actors.commit(fence, commit));
	}

	@Override
	public CompletionStage<StoreResult> snapshot(Fence fence, ActorId actor, long sequence, byte[] state) {
		return submitWrite(actor, state.length, (tables) -> tables.actors.snapshot(fence, actor, sequence, state));
	}

	private CompletionStage<StoreResult> submitWrite(ActorId actor, int size, Task.Body<StoreResult> body) {
		int stripe = stripe(actor);
		this.writesUnderWay.incrementAndGet(stripe);
		return submit(
				new Task<>(actor, true, ROW_BYTES + size, body, () -> this.writesUnderWay.decrementAndGet(stripe)));
	}

	private static int stripe(ActorId actor) {
		int hash = actor.hashCode();
		return (hash ^ (hash >>> 16)) & (STRIPES - 1);
	}

	private static int size(Commit commit) {
		byte[] state = commit.state();
		long size = (state != null) ? state.length : 0;
		for (byte[] record : commit.records()) {
			size += ROW_BYTES + record.length;
		}
		return (int) Math.min(size, Integer.MAX_VALUE / 4);
	}

	/**
	 * {@inheritDoc} An actor whose stored sequence is damaged is missing in the answer.
	 */
	@Override
	public CompletionStage<Map<ActorId, StoreResult>> confirm(Fence fence, Map<ActorId, Long> sequences) {
		Map<ActorId, StoreResult> known = confirmed(fence, sequences);
		if (known != null) {
			return CompletableFuture.completedFuture(known);
		}
		return submit(null, false, (tables) -> {
			Map<ActorId, StoreResult> results = new HashMap<>();
			for (Map.Entry<ActorId, Long> entry : sequences.entrySet()) {
				StoreResult result = tables.actors.confirm(fence, entry.getKey(), entry.getValue());
				if (result != null) {
					results.put(entry.getKey(), result);
				}
			}
			return results;
		});
	}

	/**
	 * Answers from memory, unless something is unknown or under way. What is published is
	 * durable, and whoever writes counts before and publishes before it counts down: with
	 * nothing counted, all that was called before is in.
	 */
	private @Nullable Map<ActorId, StoreResult> confirmed(Fence fence, Map<ActorId, Long> sequences) {
		StoreThread current = this.thread;
		if (current == null || current.isClosed() || this.claimsUnderWay.get() != 0) {
			return null;
		}
		Map<ActorId, StoreResult> results = HashMap.newHashMap(sequences.size());
		for (Map.Entry<ActorId, Long> entry : sequences.entrySet()) {
			ActorId actor = entry.getKey();
			Head head = (this.writesUnderWay.get(stripe(actor)) == 0) ? this.heads.published(actor) : null;
			if (head == null) {
				return null;
			}
			results.put(actor, (head.sequence() == entry.getValue()) ? new StoreResult.Applied(head.sequence())
					: new StoreResult.SequenceMismatch(head.sequence()));
		}
		// After the sequences: who owns the shard now owned it, and nobody else, then
		StoreResult refused = this.fences.publishedRefusal(fence);
		if (refused != null) {
			results.replaceAll((actor, result) -> refused);
		}
		return results;
	}

	@Override
	public CompletionStage<Set<ActorId>> wakeSet(Fence fence) {
		return submit(null, false, (tables) -> tables.shards.wakeSet(fence));
	}

	@Override
	public CompletionStage<List<StoredReminder>> reminders(Fence fence, @Nullable StoredReminder after, int limit) {
		return submit(null, false, (tables) -> tables.shards.reminders(fence, after, limit));
	}

	@Override
	public CompletionStage<StoredIds> scan(String type, @Nullable String cursor, int limit) {
		ActorId after = (cursor == null) ? null : new ActorId(type, cursor);
		return submit(null, false, (tables) -> tables.shards.scan(type, after, limit));
	}

	/** Limits the pages of the file, for tests of a full disk; 0 allows any number. */
	CompletionStage<Long> limitPages(long more) {
		return submit(null, false, (tables) -> tables.database.limitPages(more));
	}

	private <T> CompletionStage<T> submit(@Nullable Object subject, boolean writes, Task.Body<T> body) {
		return submit(new Task<>(subject, writes, ROW_BYTES, body, () -> {
		}));
	}

	private <T> CompletionStage<T> submit(Task<T> task) {
		StoreThread current = this.thread;
		if (current == null) {
			task.fail(new StoreException(StoreException.Kind.CLOSED,
					"The embedded store in " + this.path + " is not open", null));
			return task.future;
		}
		return current.submit(task);
	}

	@Override
	public String description() {
		return "embedded (" + this.path + ")";
	}

	@Override
	public void close() {
		StoreThread current = this.thread;
		if (current != null) {
			current.close();
		}
	}

}
