package dev.cajun.benchmarks;

import java.util.List;
import java.util.function.Consumer;

/** One sender, one actor. */
final class TellBenchmark implements Benchmark {

	@Override
	public String description() {
		return "messages without answer a second, from one sender to one actor";
	}

	@Override
	public void run(Options options, Session.Factory factory, Consumer<Figure> report) {
		String command = "tell " + options.nanos();
		try (Rounds rounds = new Rounds(factory, options, false)) {
			Results results = rounds
				.run(List.of(new Step("tell", Side.PROJECT, command), new Step("tell", Side.PEER, command),
						new Step("tell", Side.BARE, command), new Step("tell", Side.STATE, command)));
			report.accept(Figure.of("tell", "messages/s", results.values("tell", Side.PROJECT, "rate"))
				.peer(results.values("tell", Side.PEER, "rate"))
				.bare(results.values("tell", Side.BARE, "rate"))
				.others(results.others("tell", Side.PROJECT))
				.ratioAtLeast(2));
			report.accept(Figure.of("tell-state", "messages/s", results.values("tell", Side.STATE, "rate"))
				.others(results.others("tell", Side.STATE)));
		}
	}

}
