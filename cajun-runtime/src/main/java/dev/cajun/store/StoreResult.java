package dev.cajun.store;

/** What a store answers to a fenced operation. */
public sealed interface StoreResult {

	/**
	 * Applied now.
	 *
	 * @param sequence the actor's sequence after it
	 */
	record Applied(long sequence) implements StoreResult {
	}

	/**
	 * The same batch was applied before, perhaps under an earlier fence.
	 *
	 * @param sequence the actor's sequence after it
	 */
	record Duplicate(long sequence) implements StoreResult {
	}

	/**
	 * Nothing was done: the shard belongs to somebody else.
	 *
	 * @param epoch the epoch of the fence found; 0 when there is none
	 * @param owner the owner found; empty when there is none
	 */
	record Fenced(long epoch, String owner) implements StoreResult {
	}

	/**
	 * Nothing was done: the actor has moved on, or back.
	 *
	 * @param sequence the sequence found
	 */
	record SequenceMismatch(long sequence) implements StoreResult {
	}

}
