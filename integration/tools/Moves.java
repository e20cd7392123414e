import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An account that is deposited to and read all the time is migrated between three nodes,
 * and with it its shard and the other accounts that are active there. No attempt fails,
 * every deposit is there exactly once and no answer is stale; how long callers waited is
 * printed. With {@code full} it moves more often, with more accounts, and callers wait
 * less than 200 ms, which needs a machine that does nothing else.
 */
final class Moves {

	private static final int SHARDS = 12;

	private static final int CALLERS = 10;

	private static final int CLIENTS = 4;

	private final LoadedCluster nodes;

	private final int moves;

	/** Accounts that are active, in all shards together. */
	private final int active;

	private final Duration longestPause;

	private Moves(LocalCluster cluster, boolean full) {
		this.nodes = new LoadedCluster(cluster);
		this.moves = full ? 100 : 30;
		this.active = SHARDS * (full ? 1000 : 200);
		this.longestPause = Duration.ofMillis(full ? 200 : 1000);
	}

	public static void main(String[] arguments) {
		boolean full = Arrays.asList(arguments).contains("full");
		Check.main(Duration.ofMinutes(8),
				() -> new Moves(new LocalCluster(Path.of(arguments[0]), Path.of(arguments[1]))
					.withProperties("--cajun.cluster.shards=" + SHARDS), full).run());
	}

	private void run() throws Exception {
		this.nodes.awaitSettled();
		activateMany();
		List<App> all = List.of(LoadedCluster.NAMES).stream().map(this.nodes::node).toList();
		LoadedAccounts load = new LoadedAccounts("moved", 1, () -> all);
		load.start(CLIENTS);
		load.startReading(CLIENTS, all);
		App n1 = this.nodes.node("n1");
		n1.await("at work", Duration.ofSeconds(30), () -> load.count() > 1000);
		List<Duration> moves = new ArrayList<>();
		List<Duration> pauses = new ArrayList<>();
		for (int i = 0; i < this.moves; i++) {
			long start = System.nanoTime();
			migrate(load.id(0));
			long end = System.nanoTime();
			moves.add(Duration.ofNanos(end - start));
			// What began before the end is answered soon after
			int count = load.count();
			n1.await("answered", Duration.ofSeconds(10), () -> load.count() >= count + 2 * CLIENTS);
			pauses.add(load.longest(start, end));
		}
		load.stop();
		load.verify();
		System.out.printf(
				"%d migrations of a shard with about %d active accounts: median %d ms, longest %d ms; callers waited %d ms at the median, %d ms at the 99th percentile%n",
				this.moves, this.active / SHARDS, percentile(moves, 0.5), percentile(moves, 1), percentile(pauses, 0.5),
				percentile(pauses, 0.99));
		System.out.printf("%d deposits, each exactly once, and %d reads, none stale; %d attempts and %d reads failed%n",
				load.count(), load.reads(), load.failures(), load.failedReads());
		Check.equal(0, load.failures() + load.failedReads(), "Failed attempts " + load.failuresByStatus());
		Check.that(percentile(pauses, 0.99) < this.longestPause.toMillis(), () -> "Callers waited longer than "
				+ this.longestPause);
	}

	private void activateMany() throws InterruptedException {
		List<Callers.Call> calls = new ArrayList<>();
		for (int caller = 0; caller < CALLERS; caller++) {
			int first = caller;
			App app = this.nodes.node(LoadedCluster.NAMES[caller % LoadedCluster.NAMES.length]);
			calls.add(() -> {
				for (int i = first; i < this.active; i += CALLERS) {
					Check.equal(200, app.http.get("/accounts/many-" + i).status(), "The answer for many-" + i);
				}
			});
		}
		Callers.once(calls);
	}

	/** To the next node; returns when it lives there. */
	private void migrate(String account) throws IOException {
		App n1 = this.nodes.node("n1");
		List<String> names = List.of(LoadedCluster.NAMES);
		String target = names.get((names.indexOf(LocalCluster.owner(n1, account)) + 1) % names.size());
		n1.await("able to migrate " + account, Duration.ofSeconds(10), () -> accepts(n1, account, target));
		n1.await("sending to " + target, Duration.ofSeconds(10), () -> {
			try {
				return LocalCluster.owner(n1, account).equals(target);
			}
			catch (IOException ex) {
				throw new AssertionError(ex);
			}
		});
	}

	/** Until the leader has noted that the move before has ended, there is a conflict. */
	private static boolean accepts(App node, String account, String target) {
		try {
			Http.Answer answer = node.http.post("/actuator/cluster/actors/account/" + account + "/migrate",
					"{\"target\":\"" + target + "\"}");
			Check.that(answer.status() == 202 || answer.status() == 409,
					() -> "The answer to a migration was " + answer);
			return answer.status() == 202;
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	private static long percentile(List<Duration> times, double part) {
		List<Duration> sorted = times.stream().sorted().toList();
		return sorted.get(Math.max(0, (int) Math.ceil(sorted.size() * part) - 1))
			.toMillis();
	}

}
