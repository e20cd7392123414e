package dev.cajun.benchmarks;

import java.util.List;
import java.util.function.Consumer;

/** One node of three leaves in good order while its actors are asked. */
final class DrainBenchmark implements Benchmark {

	private static final int ACTORS = 100_000;

	private static final String NAME = "drain";

	@Override
	public String description() {
		return "one of three nodes with so many active actors leaves in good order while they are asked,\n"
				+ " ".repeat(18) + "beside the coordinated shutdown of Pekko (whose entities store nothing)";
	}

	@Override
	public String heap() {
		return "1g";
	}

	@Override
	public void run(Options options, Session.Factory factory, Consumer<Figure> report) {
		String command = NAME + " " + options.actorsOr(ACTORS);
		List<Step> steps = List.of(new Step(NAME, Side.DRAIN, command), new Step(NAME, Side.DRAIN_STATE, command),
				new Step(NAME, Side.DRAIN_PEER, command));
		Results results = Rounds.ofClusters(steps, options, true, factory);
		report(results, report, "drain-", Side.DRAIN);
		report(results, report, "drain-state-", Side.DRAIN_STATE);
		report.accept(Figure.of("drain-state-store", "ops/s", results.values(NAME, Side.DRAIN_STATE, "operations")));
	}

	private static void report(Results results, Consumer<Figure> report, String prefix, Side side) {
		report.accept(figure(results, prefix + "actors", "actors", side, "actors"));
		report.accept(figure(results, prefix + "time", "s", side, "seconds"));
		report.accept(figure(results, prefix + "longest-wait", "ms", side, "longest"));
		report.accept(figure(results, prefix + "p99-wait", "ms", side, "p99"));
		report.accept(figure(results, prefix + "failed", "asks", side, "failed").atMost(0));
		report.accept(figure(results, prefix + "answers", "asks/s", side, "answers"));
	}

	private static Figure figure(Results results, String name, String unit, Side side, String value) {
		return Figure.of(name, unit, results.values(NAME, side, value))
			.peer(results.values(NAME, Side.DRAIN_PEER, value))
			.others(results.others(NAME, side));
	}

}
