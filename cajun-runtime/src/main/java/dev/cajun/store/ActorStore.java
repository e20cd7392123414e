package dev.cajun.store;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the state of actors and refuses whoever is not a shard's owner any more. The
 * fence is the guarantee that one actor has one writer; everything else in a cluster only
 * makes it rare that the fence has to speak.
 * <p>
 * Every operation is asynchronous, all or nothing, and durable to the store's configured
 * degree before it answers. A stage fails with a {@link StoreException} whose kind tells
 * what is known. It may be complete on return; it may complete on any thread, which the
 * caller must not block. The operations of one shard are carried out in the order they
 * were called. Arrays are not copied: nobody changes one after passing it.
 * <p>
 * Thread-safe.
 */
public interface ActorStore extends AutoCloseable {

	/**
	 * Opens the store, or creates it with these values when it is new. Called once,
	 * before anything else.
	 * @param wanted the values for a new store
	 * @return what the store was created with; fails with {@link StoreException.Kind}
	 * LOCKED, FOREIGN, CORRUPT, UNSUITABLE, NOT_APPLIED or UNKNOWN. After a failure it
	 * may be called again
	 */
	CompletionStage<StoreMeta> open(StoreMeta wanted);

	/**
	 * Counts the starts of a node that owns every shard by itself, where no table gives
	 * epochs.
	 * @return an epoch higher than every fence in the store
	 */
	CompletionStage<Long> nextLocalEpoch();

	/**
	 * Takes a shard. A claim only raises: it needs a higher epoch than the fence has, or
	 * the equal epoch and owner.
	 * @param fence what the shard's fence shall be
	 * @param claimedBefore whether the placement table says that the shard was claimed
	 * before, so that a missing fence means lost data
	 * @return the outcome with the pair found
	 */
	CompletionStage<ClaimResult> claim(Fence fence, boolean claimedBefore);

	/**
	 * Gives a shard up: the fence keeps its epoch and has no owner.
	 * @param fence what the caller owns
	 * @return {@link StoreResult.Applied} or {@link StoreResult.Fenced}
	 */
	CompletionStage<StoreResult> release(Fence fence);

	/**
	 * Reads an actor.
	 * @param fence what the caller owns
	 * @param actor the actor
	 * @return what is stored; {@link StoredActor#NEVER_WRITTEN} for an actor that never
	 * was
	 */
	CompletionStage<LoadResult> load(Fence fence, ActorId actor);

	/**
	 * Reads more of an actor's journal.
	 * @param fence what the caller owns
	 * @param actor the actor
	 * @param afterSequence the sequence of the last record already read
	 * @return the next records, at least one unless there are no more
	 */
	CompletionStage<List<byte[]>> records(Fence fence, ActorId actor, long afterSequence);

	/**
	 * Writes what a drain left. The batch id is compared before the fence, so that a
	 * batch that was applied is recognised whoever owns the shard by now; then the fence,
	 * then the sequence.
	 * @param fence what the caller owns
	 * @param commit what to write
	 * @return {@link StoreResult.Applied}, {@link StoreResult.Duplicate},
	 * {@link StoreResult.Fenced} or {@link StoreResult.SequenceMismatch}
	 */
	CompletionStage<StoreResult> commit(Fence fence, Commit commit);

	/**
	 * Confirms that nothing has changed: the caller owns the shard and the actors are at
	 * these sequences.
	 * @param fence what the caller owns
	 * @param sequences the sequence of each actor
	 * @return the result of each actor, {@link StoreResult.Applied} when it is so
	 */
	CompletionStage<Map<ActorId, StoreResult>> confirm(Fence fence, Map<ActorId, Long> sequences);

	/**
	 * Replaces an actor's state by a snapshot and removes the journal records it covers.
	 * The sequence stays.
	 * @param fence what the caller owns
	 * @param actor the actor
	 * @param sequence the sequence that the snapshot stands for, which must be the stored
	 * one
	 * @param state the encoded state
	 * @return {@link StoreResult.Applied}, {@link StoreResult.Fenced} or
	 * {@link StoreResult.SequenceMismatch}
	 */
	CompletionStage<StoreResult> snapshot(Fence fence, ActorId actor, long sequence, byte[] state);

	/**
	 * The actors of a shard that have guaranteed tells to send.
	 * @param fence what the caller owns
	 * @return their ids; empty as well when the caller does not own the shard
	 */
	CompletionStage<Set<ActorId>> wakeSet(Fence fence);

	/**
	 * The earliest reminders of a shard, by due time, actor and name.
	 * @param fence what the caller owns
	 * @param after the reminder to start behind, or {@code null} for the first
	 * @param limit how many at most
	 * @return the reminders; empty as well when the caller does not own the shard
	 */
	CompletionStage<List<StoredReminder>> reminders(Fence fence, @Nullable StoredReminder after, int limit);

	/**
	 * Pages through the ids of a type that have a state or a journal, in no particular
	 * order; what is written meanwhile may or may not appear.
	 * @param type the actor type
	 * @param cursor where to start, from the page before, or {@code null}
	 * @param limit how many at most
	 * @return a page
	 * @throws IllegalArgumentException if it is seen that no page gave the cursor
	 */
	CompletionStage<StoredIds> scan(String type, @Nullable String cursor, int limit);

	/**
	 * Whether the store is a server, which may be away for a while when a node starts.
	 * Then a node whose store cannot be opened with kind NOT_APPLIED or UNKNOWN starts
	 * all the same, and tries again until it can.
	 * @return whether it is elsewhere; false for a store of this process or machine
	 */
	default boolean isRemote() {
		return false;
	}

	/**
	 * What operators want to know of the store besides its name, for health: a few
	 * figures and settings, nothing of actors.
	 * @return live values by name; none by default
	 */
	default Map<String, Object> details() {
		return Map.of();
	}

	/**
	 * A name for logs and health, such as {@code embedded (./cajun-data)}.
	 * @return the name
	 */
	String description();

	/** Finishes what was called, then closes. Idempotent. Blocks until it is done. */
	@Override
	void close();

}
