package dev.cajun.store;

/** What a store answers to {@link ActorStore#claim}. */
public sealed interface ClaimResult {

	/**
	 * The shard is the claimant's.
	 *
	 * @param previousEpoch the epoch of the fence before; 0 when there was none
	 * @param previousOwner its owner; empty when there was none or it was released
	 */
	record Claimed(long previousEpoch, String previousOwner) implements ClaimResult {
	}

	/**
	 * A claim only raises, and this one did not.
	 *
	 * @param epoch the epoch of the fence found
	 * @param owner its owner
	 */
	record Refused(long epoch, String owner) implements ClaimResult {
	}

	/** The shard was claimed before, and the store holds no trace of it: data is gone. */
	record Lost() implements ClaimResult {
	}

}
