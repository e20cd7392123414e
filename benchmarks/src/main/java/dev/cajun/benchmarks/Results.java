package dev.cajun.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the counted rounds gave, by measurement and side. */
final class Results {

	private final Map<String, List<Measured>> measured = new LinkedHashMap<>();

	private static String key(String label, Side side) {
		return label + "/" + side;
	}

	void add(Step step, Measured measured) {
		this.measured.computeIfAbsent(key(step.label(), step.side()), (key) -> new ArrayList<>()).add(measured);
	}

	/** One value of each round, in order; empty when the side took no part. */
	double[] values(String label, Side side, String name) {
		return this.measured.getOrDefault(key(label, side), List.of())
			.stream()
			.mapToDouble((measured) -> measured.sample().get(name))
			.toArray();
	}

	/** Cores that other programs used meanwhile, of each round; NaN where not known. */
	double[] others(String label, Side side) {
		return this.measured.getOrDefault(key(label, side), List.of()).stream().mapToDouble(Measured::others).toArray();
	}

	/**
	 * One measurement of one round.
	 *
	 * @param sample what was measured
	 * @param others cores that other programs used meanwhile
	 */
	record Measured(Sample sample, double others) {

	}

}
