package dev.cajun.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one contestant reached in one round: values by name, in their order. Immutable.
 *
 * @param values the values
 */
record Sample(Map<String, Double> values) {

	static Sample of(String name, double value) {
		return new Sample(Map.of()).and(name, value);
	}

	Sample and(String name, double value) {
		Map<String, Double> values = new LinkedHashMap<>(this.values);
		values.put(name, value);
		return new Sample(values);
	}

	double get(String name) {
		Double value = this.values.get(name);
		if (value == null) {
			throw new IllegalArgumentException("No " + name + " among " + this.values.keySet());
		}
		return value;
	}

	/** What {@link #toString()} wrote. */
	static Sample parse(String text) {
		Map<String, Double> values = new LinkedHashMap<>();
		for (String pair : text.strip().split(" ", -1)) {
			int equals = pair.indexOf('=');
			values.put(pair.substring(0, equals), Double.valueOf(pair.substring(equals + 1)));
		}
		return new Sample(values);
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder();
		this.values
			.forEach((name, value) -> text.append(text.isEmpty() ? "" : " ").append(name).append('=').append(value));
		return text.toString();
	}

}
