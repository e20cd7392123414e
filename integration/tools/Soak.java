import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Nodes come and go for as long as is wanted: every ten seconds one is started, stopped
 * or killed, under load, in an order that a seed decides. After each minute the load
 * pauses: every deposit is there exactly once on every node's word, no answer was stale,
 * and the nodes that run, and no others, have all shards. The first node stays, so that
 * it would show what is not given back: its heap is small.
 */
final class Soak {

	private static final List<String> NAMES = List.of("n1", "n2", "n3", "n4");

	private static final Duration INTERVAL = Duration.ofSeconds(10);

	private static final int STEPS = 6;

	private static final int ACCOUNTS = 200;

	private static final int DEPOSITORS = 6;

	private static final int READERS = 4;

	private final LocalCluster cluster;

	private final Random random;

	private final TreeMap<String, App> running = new TreeMap<>();

	/** The nodes that clients talk to. */
	private final List<App> open = new CopyOnWriteArrayList<>();

	private long deposits;

	private long reads;

	private long failures;

	private int starts;

	private int stops;

	private int kills;

	private Soak(LocalCluster cluster, long seed) {
		this.cluster = cluster;
		this.random = new Random(seed);
	}

	public static void main(String[] arguments) {
		int minutes = Integer.parseInt(arguments[2]);
		long seed = (arguments.length > 3) ? Long.parseLong(arguments[3]) : new Random().nextInt(1_000_000);
		System.out.printf("%d minutes; in the same order again: integration/soak.sh %d %d%n", minutes, minutes, seed);
		Check.main(Duration.ofMinutes(2L * minutes + 5), () -> {
			LocalCluster cluster = new LocalCluster(Path.of(arguments[0]), Path.of(arguments[1]));
			new Soak(cluster.withJavaOption("-Xmx192m"), seed).run(Duration.ofMinutes(minutes));
		});
	}

	private void run(Duration atLeast) throws Exception {
		for (String name : NAMES.subList(0, 3)) {
			this.running.put(name, this.cluster.start(name));
		}
		for (App app : this.running.values()) {
			this.open.add(app.awaitHealthy());
		}
		awaitWhole();
		long start = System.nanoTime();
		for (int round = 1; System.nanoTime() - start < atLeast.toNanos(); round++) {
			round(round);
		}
		System.out.printf(
				"%d s: %d starts, %d stops, %d kills; %d deposits, each exactly once; %d reads, none stale; %d attempts failed and were repeated; n1 has %d MiB%n",
				Duration.ofNanos(System.nanoTime() - start).toSeconds(), this.starts, this.stops, this.kills,
				this.deposits, this.reads, this.failures, this.running.get("n1").residentMebibytes());
	}

	private void round(int round) throws Exception {
		LoadedAccounts load = new LoadedAccounts("s" + round, ACCOUNTS, () -> this.open);
		load.start(DEPOSITORS);
		List<App> all = List.copyOf(this.open);
		load.startReading(READERS, () -> all);
		List<String> story = new ArrayList<>();
		long next = System.nanoTime();
		for (int step = 0; step < STEPS; step++) {
			next += INTERVAL.toNanos();
			story.add(step());
			Check.pause(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
		}
		load.stop();
		awaitWhole();
		load.verify();
		Check.that(load.count() > ACCOUNTS, () -> "Only " + load.count() + " deposits were answered in a minute");
		this.deposits += load.count();
		this.reads += load.reads();
		this.failures += load.failures();
		System.out.printf("%d: %s; %d deposits, %d reads, %d failed %s, longest %d ms; n1 has %d MiB%n", round, story,
				load.count(), load.reads(), load.failures(), load.failuresByStatus(), load.longest().toMillis(),
				this.running.get("n1").residentMebibytes());
	}

	/** Starts, stops or kills a node; two at least stay. Or has another one lead. */
	private String step() throws Exception {
		List<String> down = NAMES.stream().filter((name) -> !this.running.containsKey(name)).toList();
		boolean start = this.running.size() <= 2 || (!down.isEmpty() && this.random.nextBoolean());
		if (start) {
			return start(down.get(this.random.nextInt(down.size())));
		}
		List<String> mayGo = this.running.keySet().stream().filter((name) -> !name.equals("n1")).toList();
		String name = mayGo.get(this.random.nextInt(mayGo.size()));
		boolean kill = this.random.nextBoolean();
		boolean resign = this.random.nextBoolean();
		if (resign && "n1".equals(LocalCluster.leader(this.running.get("n1")))) {
			this.running.get("n1").http.post("/actuator/cluster/leader/resign", "{}");
		}
		App app = this.running.remove(name);
		if (kill) {
			this.kills++;
			app.kill(() -> this.open.remove(app));
			return "kill " + name;
		}
		this.stops++;
		Check.equal(143, app.terminate(), "The exit code of " + name + " after SIGTERM");
		this.open.remove(app);
		return "stop " + name;
	}

	private String start(String name) {
		this.starts++;
		App app = this.cluster.start(name);
		this.running.put(name, app);
		this.open.add(app.awaitHealthy());
		return "start " + name;
	}

	private void awaitWhole() {
		this.cluster.awaitMembers(Duration.ofSeconds(60), this.running.keySet().toArray(String[]::new));
	}

}
