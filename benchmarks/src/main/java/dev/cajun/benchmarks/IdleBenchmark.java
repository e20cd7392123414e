package dev.cajun.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Actors with a state of 16 bytes that got one message each and wait, in a 1.5 GB heap.
 */
final class IdleBenchmark implements Benchmark {

	private static final int FEW = 10_000;

	private static final int PROJECT_ACTORS = 1_000_000;

	/** As many as surely fit. */
	private static final int PEER_ACTORS = 300_000;

	@Override
	public String description() {
		return "heap, processor time and threads of actors that do nothing, in a 1.5 GB heap";
	}

	@Override
	public String heap() {
		return "1536m";
	}

	@Override
	public void run(Options options, Session.Factory factory, Consumer<Figure> report) {
		int projectActors = options.actorsOr(PROJECT_ACTORS);
		int peerActors = Math.min(projectActors, PEER_ACTORS);
		int few = Math.min(FEW, peerActors / 2);
		List<Step> steps = new ArrayList<>();
		for (Side side : List.of(Side.PROJECT, Side.PEER, Side.STATE)) {
			int many = (side == Side.PROJECT) ? projectActors : peerActors;
			String time = " " + Options.nanos(Math.min(1, options.settle())) + " " + Options.nanos(options.settle());
			// The first also warms up what exists once.
			steps.add(new Step("none", side, "idle 0 1 0 0"));
			steps.add(new Step("few", side, "idle 1 " + few + time));
			steps.add(new Step("many", side, "idle " + few + " " + many + time));
		}
		Results results;
		try (Rounds rounds = new Rounds(factory, options, true)) {
			results = rounds.run(steps);
		}
		report.accept(Figure.of("idle-bytes", "bytes/activation", bytes(results, Side.PROJECT, projectActors))
			.peer(bytes(results, Side.PEER, peerActors))
			.atMost(500));
		report.accept(Figure.of("idle-bytes-state", "bytes/activation", bytes(results, Side.STATE, peerActors)));
		report.accept(Figure.of("idle-cores-" + few, "cores", results.values("few", Side.PROJECT, "cores"))
			.peer(results.values("few", Side.PEER, "cores"))
			.atMost(0.02));
		report.accept(Figure.of("idle-cores-state-" + few, "cores", results.values("few", Side.STATE, "cores")));
		// Each with as many actors as it was given; the name has the project's.
		report.accept(Figure.of("idle-cores-" + projectActors, "cores", results.values("many", Side.PROJECT, "cores"))
			.peer(results.values("many", Side.PEER, "cores")));
		report
			.accept(Figure.of("idle-cores-state-" + peerActors, "cores", results.values("many", Side.STATE, "cores")));
		report.accept(
				Figure.of("idle-threads-" + projectActors, "threads", results.values("many", Side.PROJECT, "threads"))
					.peer(results.values("many", Side.PEER, "threads")));
	}

	private static double[] bytes(Results results, Side side, int actors) {
		double[] none = results.values("none", side, "heap");
		double[] many = results.values("many", side, "heap");
		double[] bytes = new double[many.length];
		Arrays.setAll(bytes, (i) -> (many[i] - none[i]) / (actors - 1));
		return bytes;
	}

}
