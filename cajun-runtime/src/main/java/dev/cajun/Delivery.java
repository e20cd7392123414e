package dev.cajun;

/**
 * How hard the runtime tries to deliver a tell. One sender's tells of the same guarantee
 * to one receiver are handled in the order sent.
 */
public enum Delivery {

	/** Never twice; lost when the receiver's node dies, or refuses, before it was run. */
	AT_MOST_ONCE,

	/**
	 * Not lost: from a handler of a persistent actor it is part of the handler's write
	 * and survives any crash; from elsewhere it is sent again while the sending process
	 * lives. The receiver may handle it more than once after a crash.
	 */
	AT_LEAST_ONCE,

	/** As {@link #AT_LEAST_ONCE}, and the receiver's state changes only once. */
	EXACTLY_ONCE

}
