package dev.cajun.benchmarks;

import java.util.List;
import java.util.function.Consumer;

/** Actors that do not exist yet, one message each; they end after each round. */
final class ActivateBenchmark implements Benchmark {

	private static final int ACTORS = 200_000;

	@Override
	public String description() {
		return "first messages to actors that do not exist yet, a second";
	}

	@Override
	public void run(Options options, Session.Factory factory, Consumer<Figure> report) {
		String command = "activate new-%d- " + options.actorsOr(ACTORS);
		try (Rounds rounds = new Rounds(factory, options, false)) {
			Results results = rounds
				.run(List.of(new Step("activate", Side.PROJECT, command), new Step("activate", Side.PEER, command),
						new Step("activate", Side.BARE, command), new Step("activate", Side.STATE, command)));
			report.accept(Figure.of("activate", "activations/s", results.values("activate", Side.PROJECT, "rate"))
				.peer(results.values("activate", Side.PEER, "rate"))
				.bare(results.values("activate", Side.BARE, "rate"))
				.others(results.others("activate", Side.PROJECT))
				.ratioAtLeast(3));
			report.accept(Figure
				.of("activate-cpu", "us-of-processor/activation", results.values("activate", Side.PROJECT, "cpu"))
				.peer(results.values("activate", Side.PEER, "cpu"))
				.bare(results.values("activate", Side.BARE, "cpu")));
			report.accept(Figure.of("activate-state", "activations/s", results.values("activate", Side.STATE, "rate"))
				.others(results.others("activate", Side.STATE)));
		}
	}

}
