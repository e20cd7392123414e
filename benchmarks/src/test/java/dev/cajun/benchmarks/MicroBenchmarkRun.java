package dev.cajun.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Runs operations once in this JVM, for too short a time to measure anything. */
final class MicroBenchmarkRun {

	private MicroBenchmarkRun() {
	}

	static List<String> lines(String pattern, String sides) {
		MicroBenchmark micro = new MicroBenchmark();
		Options options = Options.parse(List.of(pattern, "--seconds", "0.001", "--rounds", "1", "--warmup", "0",
				"--forks", "0", "--sides", sides), micro.defaults(), micro.takesPattern());
		List<String> lines = new ArrayList<>();
		micro.run(options, (side, address) -> {
			throw new IllegalStateException("Operations need no session");
		}, (figure) -> lines.add(figure.toString()));
		return lines;
	}

}
