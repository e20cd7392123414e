package dev.cajun.benchmarks;

/**
 * One way to do the work: actors that count, found by a key. Thread-safe.
 */
public interface Contestant extends AutoCloseable {

	/**
	 * Finds an actor, which need not exist yet.
	 * @param key its key
	 * @return what can be asked of it
	 */
	Target target(String key);

	/**
	 * Tells that were handled so far, over all actors.
	 * @return how many
	 */
	long handled();

	/**
	 * Actors that have ended so far.
	 * @return how many
	 */
	long ended();

	/**
	 * Writes to a store so far, over all actors; 0 where nothing is stored.
	 * @return how many
	 */
	default long writes() {
		return 0;
	}

	/**
	 * Kills a node and asks an actor that lived on it, again after each failure.
	 * @return nanoseconds from the kill to the first answer
	 * @throws Exception if there is no answer within two minutes
	 */
	default long failOver() throws Exception {
		throw new UnsupportedOperationException("There is no other node");
	}

	/**
	 * Makes one node leave in good order while actors that live on it are asked.
	 * @param actors how many are active on it, about; and on each other
	 * @return what the callers noticed
	 * @throws Exception if an actor does not answer any more
	 */
	default Leaving leave(int actors) throws Exception {
		throw new UnsupportedOperationException("There is no other node");
	}

	@Override
	void close();

	/** One actor. */
	interface Target {

		/** Sends a message that wants no answer and raises {@link #handled()} by one. */
		void tell();

		/**
		 * Sends a request through a future and waits for its answer.
		 * @throws Exception if there is none
		 */
		void ask() throws Exception;

		/**
		 * Sends a request and waits for its answer, where there is a shorter way than a
		 * future.
		 * @throws Exception if there is none
		 */
		default void call() throws Exception {
			ask();
		}

		/** Ends the actor, which raises {@link #ended()} by one. */
		void stop();

	}

}
