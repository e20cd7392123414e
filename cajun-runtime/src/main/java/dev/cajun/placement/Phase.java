package dev.cajun.placement;

/**
 * What a shard's ownership is at, by the placement table. Only the leader takes it from
 * one phase to the next.
 */
public enum Phase {

	/** Nobody ever owned it. */
	UNOWNED,

	/** Given to an owner, which has not claimed it in the store yet. */
	CLAIMING,

	/** Claimed by its owner. */
	OWNED,

	/** Its owner gives it up to another node. */
	MOVING;

	/**
	 * The phase after a step.
	 * @param step what happens
	 * @return the next phase
	 * @throws IllegalStateException if that cannot happen in this phase
	 */
	public Phase after(Step step) {
		Phase next = switch (step) {
			case MINT -> CLAIMING;
			case CLAIM -> (this == CLAIMING) ? OWNED : null;
			case ANNOUNCE -> (this == OWNED) ? MOVING : null;
			case ABORT -> (this == MOVING) ? OWNED : null;
		};
		if (next == null) {
			throw new IllegalStateException("A shard that is " + this + " cannot take the step " + step);
		}
		return next;
	}

	/** What can happen to a shard's ownership. */
	public enum Step {

		/**
		 * It is given to an owner under a new epoch: nobody owned it, its owner is gone
		 * or does not claim it, or has released it.
		 */
		MINT,

		/** Its owner has claimed it. */
		CLAIM,

		/** It shall move to another node. */
		ANNOUNCE,

		/** It does not move after all: its owner keeps it. */
		ABORT

	}

}
