package dev.cajun.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One line of the output: the medians over the rounds, and the median of the ratios of
 * the rounds.
 */
final class Figure {

	private final String name;

	private final String unit;

	private final double[] project;

	private double[] peer = {};

	private double[] bare = {};

	private double[] others = {};

	private String targets = "";

	private final List<Map<String, Object>> judged = new ArrayList<>();

	private Figure(String name, String unit, double[] project) {
		this.name = name;
		this.unit = unit;
		this.project = project;
	}

	static Figure of(String name, String unit, double... project) {
		return new Figure(name, unit, project);
	}

	Figure peer(double... peer) {
		this.peer = peer;
		return this;
	}

	Figure bare(double... bare) {
		this.bare = bare;
		return this;
	}

	Figure others(double... others) {
		this.others = others;
		return this;
	}

	/** What the figure should be. */
	Figure atLeast(double target) {
		return target(">=", median(this.project), target, true);
	}

	/** What the figure should be. */
	Figure atMost(double target) {
		return target("<=", median(this.project), target, false);
	}

	/** What the ratio to the peer should be. */
	Figure ratioAtLeast(double target) {
		return target("ratio>=", median(ratios(this.project, this.peer)), target, true);
	}

	/** What the ratio to the peer should be. */
	Figure ratioAtMost(double target) {
		return target("ratio<=", median(ratios(this.project, this.peer)), target, false);
	}

	/** What the ratio to the bare machine should be. */
	Figure atLeastOfBare(double target) {
		return target("bare_ratio>=", median(ratios(this.project, this.bare)), target, true);
	}

	private Figure target(String relation, double value, double target, boolean atLeast) {
		if (!Double.isNaN(value)) {
			boolean met = atLeast ? value >= target : value <= target;
			this.targets += " target=" + relation + number(target) + " met=" + (met ? "yes" : "no");
			Map<String, Object> judgement = new LinkedHashMap<>();
			judgement.put("target", relation + number(target));
			judgement.put("met", met);
			this.judged.add(judgement);
		}
		return this;
	}

	/** Whether there is anything to print. */
	boolean isEmpty() {
		return this.project.length == 0;
	}

	/** All of it: what is printed, and the value of each round. */
	Map<String, Object> values() {
		Map<String, Object> values = new LinkedHashMap<>();
		values.put("name", this.name);
		values.put("unit", this.unit);
		put(values, "project", this.project);
		put(values, "peer", this.peer);
		put(values, "ratio", ratios(this.project, this.peer));
		put(values, "bare", this.bare);
		put(values, "bare_ratio", ratios(this.project, this.bare));
		put(values, "others_cores", this.others);
		if (!this.judged.isEmpty()) {
			values.put("targets", this.judged);
		}
		return values;
	}

	private static void put(Map<String, Object> into, String name, double[] rounds) {
		if (rounds.length > 0) {
			Map<String, Object> summary = new LinkedHashMap<>();
			summary.put("median", json(median(rounds)));
			summary.put("min", json(Arrays.stream(rounds).min().getAsDouble()));
			summary.put("max", json(Arrays.stream(rounds).max().getAsDouble()));
			summary.put("rounds", Arrays.stream(rounds).mapToObj(Figure::json).toList());
			into.put(name, summary);
		}
	}

	/** JSON has numbers for finite values only. */
	private static Object json(double value) {
		return Double.isFinite(value) ? value : Double.toString(value);
	}

	@Override
	public String toString() {
		StringBuilder line = new StringBuilder(this.name);
		line.append(" project=").append(number(median(this.project)));
		line.append(" peer=").append(number(median(this.peer)));
		line.append(" ratio=").append(number(median(ratios(this.project, this.peer))));
		line.append(" unit=").append(this.unit).append(this.targets);
		if (this.bare.length > 0) {
			line.append(" bare=").append(number(median(this.bare)));
			line.append(" bare_ratio=").append(number(median(ratios(this.project, this.bare))));
		}
		line.append(" rounds=").append(this.project.length);
		if (this.project.length > 1) {
			range(line, "project", this.project);
			range(line, "peer", this.peer);
			range(line, "ratio", ratios(this.project, this.peer));
			range(line, "bare", this.bare);
		}
		if (this.others.length > 0) {
			line.append(" others_cores=").append(number(median(this.others)));
		}
		return line.toString();
	}

	private static void range(StringBuilder line, String name, double[] values) {
		if (values.length > 0) {
			double[] sorted = values.clone();
			Arrays.sort(sorted);
			line.append(' ')
				.append(name)
				.append("_range=")
				.append(number(sorted[0]))
				.append("..")
				.append(number(sorted[sorted.length - 1]));
		}
	}

	/** The ratio of each round. */
	static double[] ratios(double[] values, double[] to) {
		double[] ratios = new double[Math.min(values.length, to.length)];
		Arrays.setAll(ratios, (i) -> values[i] / to[i]);
		return ratios;
	}

	/** The median; NaN of nothing. */
	static double median(double... values) {
		if (values.length == 0) {
			return Double.NaN;
		}
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		int middle = sorted.length / 2;
		return (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
	}

	private static String number(double value) {
		if (Double.isNaN(value)) {
			return "-";
		}
		if (Math.abs(value) >= 1000 || value == Math.rint(value)) {
			return String.format(Locale.ROOT, "%.0f", value);
		}
		return String.format(Locale.ROOT,
				(Math.abs(value) >= 100) ? "%.1f" : (Math.abs(value) >= 0.1) ? "%.2f" : "%.4f", value);
	}

}
