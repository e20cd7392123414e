package dev.cajun.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Requests that change stored state, and what that leaves on the disk. */
final class EmbeddedBenchmark implements Benchmark {

	private static final int ACTORS = 1000;

	private static final int CALLERS = 64;

	private static final long MEGABYTE = 1L << 20;

	@Override
	public String description() {
		return "requests that change stored state: 64 callers over 1,000 actors; the size of the directory";
	}

	@Override
	public void run(Options options, Session.Factory factory, Consumer<Figure> report) {
		List<Step> steps = new ArrayList<>();
		for (int callers : List.of(1, CALLERS)) {
			for (Side side : List.of(Side.STATE, Side.FSYNC)) {
				steps.add(new Step("ask-" + callers, side, "ask " + callers + " " + ACTORS + " " + options.nanos()));
			}
		}
		try (Rounds rounds = new Rounds(factory, options, false)) {
			Results results = rounds.run(steps);
			rate(results, "embedded-ack", Side.STATE, report, 50_000);
			rate(results, "embedded-fsync", Side.FSYNC, report, 5_000);
		}
		if (options.sides().contains(Side.STATE)) {
			grow(options, factory, report);
		}
	}

	private static void rate(Results results, String name, Side side, Consumer<Figure> report, double target) {
		Figure rate = Figure.of(name, "asks/s", results.values("ask-" + CALLERS, side, "rate"))
			.others(results.others("ask-" + CALLERS, side));
		report.accept(rate.atLeast(target));
		for (int callers : List.of(CALLERS, 1)) {
			for (String quantile : List.of("p50", "p99")) {
				report.accept(Figure.of(name + "-" + callers + "-" + quantile, "us",
						results.values("ask-" + callers, side, quantile)));
			}
		}
	}

	private static void grow(Options options, Session.Factory factory, Consumer<Figure> report) {
		Sample written;
		Sample data;
		try (Session session = factory.open(Side.STATE)) {
			written = session.run("ask " + CALLERS + " " + ACTORS + " " + Options.nanos(options.soak()));
			data = session.run("data");
		}
		report.accept(Figure.of("embedded-soak", "asks/s", written.get("rate")));
		report.accept(Figure.of("embedded-live", "bytes", data.get("live")));
		report.accept(Figure.of("embedded-directory", "bytes", data.get("directory"))
			.atMost(4 * data.get("live") + 64 * MEGABYTE));
		report.accept(Figure.of("embedded-directory-closed", "bytes", data.get("closed")));
	}

}
