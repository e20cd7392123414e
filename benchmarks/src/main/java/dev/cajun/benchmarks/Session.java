package dev.cajun.benchmarks;

import org.jspecify.annotations.Nullable;

/** A contestant that carries out commands, in a JVM of its own or in this one. */
interface Session extends AutoCloseable {

	/**
	 * Carries out a command; see {@link ContestantSession} for those there are.
	 * @param command words separated by one space
	 * @return what was measured
	 * @throws IllegalStateException if the command failed or took too long
	 */
	Sample run(String command);

	/** Processor time used so far by a JVM of its own, in nanoseconds; else 0. */
	default long cpuNanos() {
		return 0;
	}

	@Override
	void close();

	/** Begins sessions. */
	@FunctionalInterface
	interface Factory {

		/**
		 * Begins a session.
		 * @param side who does the work
		 * @param address the server that it works with; {@code null} for a directory of
		 * its own
		 */
		Session open(Side side, @Nullable String address);

		default Session open(Side side) {
			return open(side, null);
		}

	}

}
