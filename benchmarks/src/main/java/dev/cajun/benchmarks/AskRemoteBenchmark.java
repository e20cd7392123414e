package dev.cajun.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Callers on virtual threads ask actors of another JVM. */
final class AskRemoteBenchmark implements Benchmark {

	private static final int ACTORS = 1000;

	private static final List<Integer> CALLERS = List.of(1, 64, 256);

	private static final List<Side> SIDES = List.of(Side.REMOTE, Side.REMOTE_PEER, Side.STREAM);

	private static final List<String> NAMES = List.of("rate", "p50", "p99");

	@Override
	public String description() {
		return "requests to actors of another JVM and their answers, beside Pekko and a bare stream of gRPC";
	}

	@Override
	public void run(Options options, Session.Factory factory, Consumer<Figure> report) {
		List<Step> steps = new ArrayList<>();
		for (int callers : CALLERS) {
			String terms = " " + callers + " " + ACTORS + " " + options.nanos();
			SIDES.forEach((side) -> steps.add(new Step("ask-" + callers, side, "ask" + terms)));
			steps.add(new Step("call-" + callers, Side.REMOTE, "call" + terms));
		}
		Results results = Rounds.ofClusters(steps, options, false, factory);
		for (int callers : CALLERS) {
			NAMES.forEach((name) -> report.accept(figure(results, "ask-" + callers, callers, name)));
			NAMES.forEach((name) -> report.accept(figure(results, "call-" + callers, callers, name)));
		}
	}

	/**
	 * A figure.
	 * @param own the steps of this project, which are compared with the asks of the
	 * others
	 */
	private static Figure figure(Results results, String own, int callers, String name) {
		String ask = "ask-" + callers;
		boolean call = !own.equals(ask);
		Figure figure = Figure
			.of("ask-remote-" + (call ? "call-" : "") + callers + "-" + name, name.equals("rate") ? "asks/s" : "us",
					results.values(own, Side.REMOTE, name))
			.peer(results.values(ask, Side.REMOTE_PEER, name))
			.bare(results.values(ask, Side.STREAM, name))
			.others(results.others(own, Side.REMOTE));
		if (call) {
			return figure;
		}
		if (callers == 1 && name.equals("p50")) {
			figure.ratioAtMost(0.6);
		}
		if (callers > 1 && name.equals("rate")) {
			figure.ratioAtLeast(2);
			if (callers == 64) {
				figure.atLeastOfBare(0.45);
			}
		}
		return figure;
	}

}
