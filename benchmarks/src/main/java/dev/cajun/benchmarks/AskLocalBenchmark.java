package dev.cajun.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Callers on virtual threads, 1,000 actors chosen at random. */
final class AskLocalBenchmark implements Benchmark {

	private static final int ACTORS = 1000;

	private static final List<Integer> CALLERS = List.of(1, 64);

	private static final List<String> NAMES = List.of("rate", "p50", "p99", "cpu");

	@Override
	public String description() {
		return "requests and answers within one process, 1 and 64 callers over 1,000 actors";
	}

	@Override
	public void run(Options options, Session.Factory factory, Consumer<Figure> report) {
		List<Step> steps = new ArrayList<>();
		for (int callers : CALLERS) {
			String terms = " " + callers + " " + ACTORS + " " + options.nanos();
			steps.add(new Step("ask-" + callers, Side.PROJECT, "ask" + terms));
			steps.add(new Step("ask-" + callers, Side.PEER, "ask" + terms));
			steps.add(new Step("ask-" + callers, Side.BARE, "ask" + terms));
			steps.add(new Step("call-" + callers, Side.PROJECT, "call" + terms));
			steps.add(new Step("ask-" + callers, Side.STATE, "ask" + terms));
		}
		try (Rounds rounds = new Rounds(factory, options, false)) {
			Results results = rounds.run(steps);
			for (int callers : CALLERS) {
				report(results, callers, report);
			}
		}
	}

	private static void report(Results results, int callers, Consumer<Figure> report) {
		String ask = "ask-" + callers;
		String call = "call-" + callers;
		for (String name : NAMES) {
			Figure figure = beside(results, ask, name,
					Figure.of("ask-local-" + callers + "-" + name, unit(name), results.values(ask, Side.PROJECT, name)))
				.others(results.others(ask, Side.PROJECT));
			if (callers == 1 && name.equals("p50")) {
				figure.ratioAtMost(0.3);
			}
			if (callers == 64 && name.equals("rate")) {
				figure.ratioAtLeast(1.2).atLeastOfBare(0.6);
			}
			report.accept(figure);
		}
		for (String name : NAMES) {
			report.accept(beside(results, ask, name, Figure.of("ask-local-call-" + callers + "-" + name, unit(name),
					results.values(call, Side.PROJECT, name))));
		}
		for (String name : NAMES) {
			report.accept(Figure.of("ask-local-state-" + callers + "-" + name, unit(name),
					results.values(ask, Side.STATE, name)));
		}
	}

	private static Figure beside(Results results, String label, String name, Figure figure) {
		return figure.peer(results.values(label, Side.PEER, name)).bare(results.values(label, Side.BARE, name));
	}

	private static String unit(String name) {
		return switch (name) {
			case "rate" -> "asks/s";
			case "cpu" -> "us-of-processor/ask";
			default -> "us";
		};
	}

}
