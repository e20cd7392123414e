package dev.cajun.benchmarks;

import java.util.Map;
import java.util.function.Consumer;

/** One name on the command line: what is measured, and what should come out. */
interface Benchmark {

	/** What it measures, in a line. */
	String description();

	/** The heap it is made for. */
	default String heap() {
		return "2g";
	}

	/** Options whose defaults are its own. */
	default Map<String, String> defaults() {
		return Map.of();
	}

	/** Whether a part of it can be chosen by a pattern. */
	default boolean takesPattern() {
		return false;
	}

	/**
	 * Measures.
	 * @param options how long, how often
	 * @param factory begins sessions
	 * @param report takes each figure
	 */
	void run(Options options, Session.Factory factory, Consumer<Figure> report);

}
