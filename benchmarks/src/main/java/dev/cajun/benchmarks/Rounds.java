package dev.cajun.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Runs rounds: in each, every step once, in turn, so that whatever else the machine does
 * meets everyone. The JVM of each side lives for all rounds, unless each round is to have
 * fresh ones.
 */
final class Rounds implements AutoCloseable {

	private final Session.Factory factory;

	private final Options options;

	private final boolean fresh;

	private final Map<Side, Session> sessions = new EnumMap<>(Side.class);

	Rounds(Session.Factory factory, Options options, boolean fresh) {
		this.factory = factory;
		this.options = options;
		this.fresh = fresh;
	}

	/** Runs the steps of clusters, with an etcd and a Redis for all of them. */
	static Results ofClusters(List<Step> steps, Options options, boolean fresh, Session.Factory factory) {
		Path directory = Path.of(options.directory());
		try (EtcdChild etcd = EtcdChild.start(directory);
				RedisChild redis = RedisChild.start(directory);
				Rounds rounds = new Rounds((side, none) -> factory.open(side, etcd.uri() + "," + redis.address()),
						options, fresh)) {
			return rounds.run(steps);
		}
	}

	/** Runs the steps of those who take part. */
	Results run(List<Step> steps) {
		List<Step> own = steps.stream().filter((step) -> this.options.sides().contains(step.side())).toList();
		Results results = new Results();
		int warmup = this.fresh ? 0 : this.options.warmup();
		for (int round = 0; round < warmup + this.options.rounds(); round++) {
			for (Step step : own) {
				Results.Measured measured = measure(step, round);
				if (round >= warmup) {
					results.add(step, measured);
				}
			}
			if (this.fresh) {
				close();
			}
		}
		return results;
	}

	private Results.Measured measure(Step step, int round) {
		Session session = this.sessions.computeIfAbsent(step.side(), this.factory::open);
		double busy = Machine.busyNanos() - ownNanos();
		long start = System.nanoTime();
		Sample sample = session.run(step.command().replace("%d", Integer.toString(round)));
		double others = (Machine.busyNanos() - ownNanos() - busy) / (System.nanoTime() - start);
		return new Results.Measured(sample, Math.max(0, others));
	}

	/** What this benchmark itself uses of the machine. */
	private long ownNanos() {
		return Machine.ownNanos() + this.sessions.values().stream().mapToLong(Session::cpuNanos).sum();
	}

	@Override
	public void close() {
		List<Session> open = new ArrayList<>(this.sessions.values());
		this.sessions.clear();
		open.forEach(Session::close);
	}

}
