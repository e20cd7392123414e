package dev.cajun;

/** Where the actors of a type live. */
public enum Placement {

	/** Spread over the nodes by the hash of type and key. */
	SHARDED,

	/** One actor of the type, with the key {@value #SINGLETON_KEY}. */
	SINGLETON,

	/**
	 * One per key and node, never routed elsewhere; only for {@link Persistence#NONE}.
	 */
	LOCAL;

	/** The only key of a {@link #SINGLETON} type. */
	public static final String SINGLETON_KEY = "singleton";

}
