package dev.cajun.benchmarks;

import java.util.function.Consumer;

/** One name on the command line: what is measured, and what should come out. */
interface Benchmark {

	/** What it measures, in a line. */
	String description();

	/** The heap it is made for. */
	default String heap() {
		return "2g";
	}

	/**
	 * Measures.
	 * @param options how long, how often
	 * @param factory begins sessions
	 * @param report takes each figure
	 */
	void run(Options options, Session.Factory factory, Consumer<Figure> report);

}
