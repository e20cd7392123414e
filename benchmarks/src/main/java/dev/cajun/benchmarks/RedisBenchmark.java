package dev.cajun.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Requests that change 100 bytes of state, each stored in Redis before it is answered,
 * beside the bare script on the same Redis in the same rounds.
 */
final class RedisBenchmark implements Benchmark {

	private static final int ACTORS = 1000;

	/** Requests in flight. */
	private static final int CALLERS = 256;

	/** Callers of the one actor. */
	private static final int FLOOD = 1000;

	@Override
	public String description() {
		return "requests that change state in Redis, beside redis-benchmark and Lettuce with the least of a script";
	}

	@Override
	public void run(Options options, Session.Factory factory, Consumer<Figure> report) {
		String time = " " + options.nanos();
		String many = CALLERS + " " + ACTORS + time;
		String single = "1 " + ACTORS + time;
		Step tidy = new Step("tidy", Side.SERVER, "tidy");
		List<Step> steps = List.of(new Step("rate", Side.SERVER, "flood " + ACTORS + time), tidy,
				new Step("rate", Side.LETTUCE, "own " + many), tidy, new Step("rate", Side.REDIS, "own " + many), tidy,
				new Step("one-actor", Side.REDIS, "call " + FLOOD + " 1" + time), tidy,
				new Step("one-caller", Side.LETTUCE, "call " + single),
				new Step("one-caller", Side.REDIS, "call " + single), tidy);
		try (RedisChild server = RedisChild.start(Path.of(options.directory()));
				Rounds rounds = new Rounds((side, none) -> open(side, server, factory), options, false)) {
			report(rounds.run(steps), report);
		}
	}

	private static Session open(Side side, RedisChild server, Session.Factory factory) {
		return (side == Side.SERVER) ? new RedisTool(server) : factory.open(side, server.address());
	}

	private static void report(Results results, Consumer<Figure> report) {
		report.accept(Figure.of("redis-rate", "writes/s", results.values("rate", Side.REDIS, "rate"))
			.peer(results.values("rate", Side.SERVER, "rate"))
			.bare(results.values("rate", Side.LETTUCE, "rate"))
			.others(results.others("rate", Side.REDIS))
			.ratioAtLeast(0.5));
		report.accept(Figure.of("redis-rate-server", "scripts/s", results.values("rate", Side.SERVER, "rate")));
		report.accept(Figure.of("redis-rate-lettuce", "scripts/s", results.values("rate", Side.LETTUCE, "rate")));
		report.accept(Figure.of("redis-rate-writes", "writes/ask", results.values("rate", Side.REDIS, "writes")));
		for (String name : List.of("p50", "p99", "cpu")) {
			report.accept(Figure.of("redis-rate-" + name, "us", results.values("rate", Side.REDIS, name))
				.bare(results.values("rate", Side.LETTUCE, name)));
		}
		report.accept(Figure.of("redis-one-actor", "asks/s", results.values("one-actor", Side.REDIS, "rate"))
			.others(results.others("one-actor", Side.REDIS))
			.atLeast(50_000));
		report.accept(
				Figure.of("redis-one-actor-writes", "writes/ask", results.values("one-actor", Side.REDIS, "writes")));
		report.accept(Figure.of("redis-one-caller-p50", "us", results.values("one-caller", Side.REDIS, "p50"))
			.peer(results.values("one-caller", Side.LETTUCE, "p50"))
			.others(results.others("one-caller", Side.REDIS))
			.ratioAtMost(2));
		report.accept(Figure.of("redis-one-caller-p99", "us", results.values("one-caller", Side.REDIS, "p99"))
			.peer(results.values("one-caller", Side.LETTUCE, "p99")));
	}

}
