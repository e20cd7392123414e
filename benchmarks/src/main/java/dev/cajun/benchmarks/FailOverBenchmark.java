package dev.cajun.benchmarks;

import java.util.List;
import java.util.function.Consumer;

/** One node of four is killed, and one of its actors is asked until it answers. */
final class FailOverBenchmark implements Benchmark {

	@Override
	public String description() {
		return "one of four nodes is killed: until an actor of it answers, beside Pekko with its defaults";
	}

	@Override
	public String heap() {
		return "512m";
	}

	@Override
	public void run(Options options, Session.Factory factory, Consumer<Figure> report) {
		String name = "failover";
		List<Step> steps = List.of(new Step(name, Side.FAILOVER, name), new Step(name, Side.FAILOVER_PEER, name));
		Results results = Rounds.ofClusters(steps, options, true, factory);
		report.accept(Figure.of(name, "ms", results.values(name, Side.FAILOVER, name))
			.peer(results.values(name, Side.FAILOVER_PEER, name))
			.others(results.others(name, Side.FAILOVER))
			.atMost(1000));
	}

}
