package dev.cajun;

/** What an answer that did not change the actor's state may be based on. */
public enum ReadConsistency {

	/**
	 * Linearizable: the store confirms that this node still owns the actor before the
	 * answer leaves.
	 */
	STRONG,

	/**
	 * The answer leaves without asking the store. It may be stale when ownership has
	 * moved without this node knowing.
	 */
	LOCAL

}
