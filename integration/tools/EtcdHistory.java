import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Three nodes with an etcd of three members: what actors cost it, the end of the member
 * that leads, and all of it wiped, or restored from an old backup, under load. Deposits
 * are there exactly once and reads are never stale. With {@code full} a member is away for
 * a minute.
 */
final class EtcdHistory {

	private static final int SHARDS = 1024;

	private static final int MANY = 10_000;

	private final LoadedCluster nodes;

	private final LocalEtcd etcd;

	private final boolean full;

	private EtcdHistory(LoadedCluster nodes, boolean full) {
		this.nodes = nodes;
		this.etcd = nodes.cluster.etcd;
		this.full = full;
	}

	public static void main(String[] arguments) {
		boolean full = Arrays.asList(arguments).contains("full");
		Check.main(Duration.ofMinutes(full ? 15 : 6), () -> {
			LocalCluster cluster = new LocalCluster(Path.of(arguments[0]), Path.of(arguments[1]), 3,
					(name) -> Host.HERE);
			new EtcdHistory(new LoadedCluster(cluster), full).run();
		});
	}

	private void run() throws Exception {
		manyActors();
		withoutLeadingMember();
		wiped();
		restored();
	}

	/** Nothing in etcd grows with the number of actors. */
	private void manyActors() throws Exception {
		this.nodes.awaitSettled();
		long before = this.etcd.revision();
		long start = System.nanoTime();
		List<Callers.Call> calls = new ArrayList<>();
		for (int caller = 0; caller < 10; caller++) {
			int first = caller;
			App app = this.nodes.node(LoadedCluster.NAMES[caller % 3]);
			calls.add(() -> activate(app, first));
		}
		Callers.once(calls);
		long grown = this.etcd.revision() - before;
		System.out.printf("%d actors became active in %d ms; etcd's revision grew by %d%n", MANY,
				Duration.ofNanos(System.nanoTime() - start).toMillis(), grown);
		Check.that(grown < 100, () -> "That is not less than 100");
	}

	private static void activate(App app, int first) throws IOException {
		for (int i = first; i < MANY; i += 10) {
			Check.equal(200, app.http.get("/accounts/many-" + i).status(), "The answer for many-" + i);
		}
	}

	/** The other members go on: nobody notices. */
	private void withoutLeadingMember() throws Exception {
		List<Long> before = this.nodes.awaitSettled();
		LoadedAccounts load = this.nodes.load();
		String killed = this.etcd.killLeader();
		Check.pause(Duration.ofSeconds(this.full ? 60 : 8));
		this.etcd.start();
		Check.pause(Duration.ofSeconds(2));
		int failures = load.failures();
		this.nodes.check(load, "kill -9 of " + killed + ", which led etcd");
		Check.equal(0, failures, "Failed deposits: " + load.failuresByStatus());
		Check.equal(0, load.failedReads(), "Failed reads");
		Check.equal(before, this.nodes.epochs(), "The epochs of all shards");
	}

	/** The table is made anew, of what the store knows, and above its epochs. */
	private void wiped() throws Exception {
		List<Long> before = this.nodes.awaitSettled();
		LoadedAccounts load = this.nodes.load();
		this.etcd.wipe();
		Check.pause(Duration.ofSeconds(2));
		this.etcd.start();
		awaitHigher(before, "wiped");
		this.nodes.check(load, "etcd wiped");
	}

	/**
	 * The leader changes and shards move after the backup, so what is restored names a
	 * leader that is none, under a create revision that it had, and epochs that are old.
	 */
	private void restored() throws Exception {
		this.nodes.awaitSettled();
		Path backup = this.etcd.backup();
		String led = this.nodes.leader();
		this.nodes.resign();
		// n1 is asked about the others, so it goes on
		String killed = led.equals("n1") ? this.nodes.follower() : led;
		this.nodes.node(killed).kill(() -> {
		});
		this.nodes.start(killed);
		List<Long> before = this.nodes.awaitSettled();
		LoadedAccounts load = this.nodes.load();
		this.etcd.restore(backup);
		this.etcd.start();
		awaitHigher(before, "restored");
		this.nodes.check(load, "etcd restored from a backup made before " + led + " stopped leading");
	}

	/** Waits until every shard is there, under a higher epoch, and nothing moves. */
	private void awaitHigher(List<Long> before, String what) {
		long since = System.nanoTime();
		this.nodes.node("n1").await("under higher epochs", Duration.ofSeconds(60), () -> {
			List<Long> now = this.nodes.epochs();
			return now.size() == before.size() && isHigher(before, now);
		});
		System.out.printf("etcd %s: every epoch is higher %d ms after it answered again%n", what,
				Duration.ofNanos(System.nanoTime() - since).toMillis());
		List<Long> after = this.nodes.awaitSettled();
		Check.equal(SHARDS, after.size(), "The number of shards");
		Check.that(isHigher(before, after), () -> "Epochs went back: " + before + ", " + after);
	}

	private static boolean isHigher(List<Long> before, List<Long> after) {
		for (int shard = 0; shard < before.size(); shard++) {
			if (after.get(shard) <= before.get(shard)) {
				return false;
			}
		}
		return true;
	}

}
