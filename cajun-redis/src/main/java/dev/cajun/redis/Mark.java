package dev.cajun.redis;

/**
 * What is known to be stored of an actor: how far the last answer said that it is.
 *
 * @param keys the actor's keys
 * @param sequence the sequence
 * @param incarnation of the batch that left it
 * @param counter of that batch
 */
record Mark(ActorKeys keys, long sequence, long incarnation, long counter) {

	/** Whether this is the batch that left it. */
	boolean isOf(long otherIncarnation, long otherCounter) {
		return this.incarnation == otherIncarnation && this.counter == otherCounter;
	}

}
