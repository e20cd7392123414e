package dev.cajun.redis;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

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
 * Keeps the state of actors in Redis, 7.0 or newer: one server, a master with sentinels,
 * or a Redis Cluster. It uses connections of its own, several to each master; what is
 * called for one shard goes over one of them, in order, and what has queued is sent
 * together.
 * <p>
 * How it fails:
 * <ul>
 * <li>Without a connection everything is refused at once as
 * {@link StoreException.Kind#NOT_APPLIED}; connecting goes on by itself. So it is when
 * too much is under way.</li>
 * <li>What Redis refuses for the moment is sent again as long as the command's time
 * lasts, then fails as {@link StoreException.Kind#NOT_APPLIED}, and so does what Redis
 * refuses for good; the text says what to do.</li>
 * <li>A command that was sent and got no answer fails as
 * {@link StoreException.Kind#UNKNOWN}. It is never sent again by the store.</li>
 * <li>A server that was restarted, or that took over, is looked at before it is used: an
 * empty or foreign one is refused, fences that it lost are claimed again, and writes that
 * it had acknowledged and lost are counted and logged.</li>
 * </ul>
 * Stages are completed by the threads of the connections, which nobody must block. When
 * scripts were flushed while several calls of one actor are under way, these may be
 * carried out in another order; batch and sequence keep that harmless.
 * <p>
 * It can be opened again after it was closed. Thread-safe.
 */
public final class RedisActorStore implements ActorStore {

	private final RedisStoreSettings settings;

	private final RedisStatistics statistics = new RedisStatistics();

	private final String description;

	private final ReentrantLock lifecycle = new ReentrantLock();

	private final AtomicReference<@Nullable OpenStore> current = new AtomicReference<>();

	/**
	 * Creates a store; {@link #open} connects it.
	 * @param settings its settings
	 */
	public RedisActorStore(RedisStoreSettings settings) {
		this.settings = settings;
		this.description = "redis (" + settings.uris().stream().map(Server::name).reduce((a, b) -> a + ", " + b).get()
				+ ", prefix " + settings.prefix() + ")";
	}

	@Override
	public CompletionStage<StoreMeta> open(StoreMeta wanted) {
		this.lifecycle.lock();
		try {
			if (this.current.get() != null) {
				return CompletableFuture.failedFuture(new StoreException(StoreException.Kind.LOCKED,
						"The store " + this.description + " is open already: open it once", null));
			}
			OpenStore next = new OpenStore(this.settings, this.statistics, this.description);
			this.current.set(next);
			return next.open(wanted).whenComplete((meta, ex) -> {
				if (ex != null) {
					abandon(next);
				}
			});
		}
		finally {
			this.lifecycle.unlock();
		}
	}

	private void abandon(OpenStore failed) {
		// Unless it failed because it is being closed
		if (this.current.compareAndSet(failed, null)) {
			// Not on this thread, which may be a connection's: closing waits for those
			Thread.ofVirtual().name("cajun-redis-close").start(failed::close);
		}
	}

	@Override
	public CompletionStage<Long> nextLocalEpoch() {
		return with(OpenStore::nextLocalEpoch);
	}

	@Override
	public CompletionStage<ClaimResult> claim(Fence fence, boolean claimedBefore) {
		return with((store) -> store.claim(fence, claimedBefore));
	}

	@Override
	public CompletionStage<StoreResult> release(Fence fence) {
		return with((store) -> store.release(fence));
	}

	@Override
	public CompletionStage<LoadResult> load(Fence fence, ActorId actor) {
		return with((store) -> store.load(fence, actor));
	}

	@Override
	public CompletionStage<List<byte[]>> records(Fence fence, ActorId actor, long afterSequence) {
		return with((store) -> store.records(fence, actor, afterSequence));
	}

	@Override
	public CompletionStage<StoreResult> commit(Fence fence, Commit commit) {
		return with((store) -> store.commit(fence, commit));
	}

	@Override
	public CompletionStage<Map<ActorId, StoreResult>> confirm(Fence fence, Map<ActorId, Long> sequences) {
		return with((store) -> store.confirm(fence, sequences));
	}

	@Override
	public CompletionStage<StoreResult> snapshot(Fence fence, ActorId actor, long sequence, byte[] state) {
		return with((store) -> store.snapshot(fence, actor, sequence, state));
	}

	@Override
	public CompletionStage<Set<ActorId>> wakeSet(Fence fence) {
		return with((store) -> store.wakeSet(fence));
	}

	@Override
	public CompletionStage<List<StoredReminder>> reminders(Fence fence, @Nullable StoredReminder after, int limit) {
		return with((store) -> store.reminders(fence, after, limit));
	}

	@Override
	public CompletionStage<StoredIds> scan(String type, @Nullable String cursor, int limit) {
		return with((store) -> store.scan(type, cursor, limit));
	}

	private <T> CompletionStage<T> with(Function<OpenStore, CompletionStage<T>> operation) {
		OpenStore store = this.current.get();
		if (store == null) {
			return CompletableFuture.failedFuture(new StoreException(StoreException.Kind.CLOSED,
					"The store " + this.description + " is not open", null));
		}
		try {
			return operation.apply(store);
		}
		catch (StoreException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	@Override
	public boolean isRemote() {
		return true;
	}

	@Override
	public Map<String, Object> details() {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("durability", this.settings.durability().toString());
		details.put("queued", this.statistics.queued());
		details.put("reconnects", this.statistics.reconnects());
		details.put("unknown", this.statistics.unknown());
		details.put("rollbacks", this.statistics.rollbacks());
		details.put("lostWrites", this.statistics.lostWrites());
		return details;
	}

	@Override
	public String description() {
		return this.description;
	}

	/**
	 * What the store counted.
	 * @return live counters
	 */
	public RedisStatistics statistics() {
		return this.statistics;
	}

	@Override
	public void close() {
		this.lifecycle.lock();
		try {
			OpenStore store = this.current.getAndSet(null);
			if (store != null) {
				store.close();
			}
		}
		finally {
			this.lifecycle.unlock();
		}
	}

}
