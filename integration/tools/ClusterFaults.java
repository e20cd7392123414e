import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Three nodes of the sample under load, and what may happen to them and to their servers:
 * kill -9 of one and of all, pauses, etcd and Redis gone, a rolling restart. Every
 * deposit is there exactly once after each, no read was stale, and the times are printed.
 * With {@code full} outages last as long as the documentation says, kills are repeated,
 * and one is of a node with tens of thousands of active accounts.
 */
final class ClusterFaults {

	private static final int ACCOUNTS = 200;

	private static final int CLIENTS = 8;

	private static final int READERS = 3;

	private static final int MANY = 100_000;

	private static final int ASKING = 16;

	private final LocalCluster cluster;

	private final boolean full;

	/** The nodes that clients talk to. */
	private final List<App> open = new CopyOnWriteArrayList<>();

	private int rounds;

	private ClusterFaults(LocalCluster cluster, boolean full) {
		this.cluster = cluster;
		this.full = full;
	}

	public static void main(String[] arguments) {
		boolean full = Arrays.asList(arguments).contains("full");
		Check.main(Duration.ofMinutes(full ? 30 : 8),
				() -> new ClusterFaults(new LocalCluster(Path.of(arguments[0]), Path.of(arguments[1])), full).run());
	}

	private void run() throws Exception {
		forms();
		for (int i = 0; i < (this.full ? 5 : 1); i++) {
			kill("an owner", false);
			kill("the leader", true);
		}
		if (this.full) {
			killOfMany();
		}
		shortPause();
		longPause();
		withoutEtcd();
		withoutRedis();
		killAll();
		rollingRestart();
	}

	private void forms() throws Exception {
		join("n1", "n2");
		this.cluster.awaitMembers(Duration.ofSeconds(60), "n1", "n2");
		for (App node : this.open) {
			for (int i = 0; i < 20; i++) {
				Check.equal(200, node.http.post("/accounts/first-" + i + "/deposits", "{\"amount\":1}").status(),
						"The answer to a deposit");
			}
		}
		for (App node : this.open) {
			for (int i = 0; i < 20; i++) {
				Check.equal(2L, node.http.get("/accounts/first-" + i).number("balance"), "The balance of first-" + i);
			}
		}
		LoadedAccounts load = load();
		App third = this.cluster.start("n3");
		third.await("UP", Duration.ofSeconds(60),
				() -> LocalCluster.members(this.open.getFirst()).getOrDefault("n3", new LocalCluster.Member("", 0))
					.state()
					.equals("UP"));
		long up = System.nanoTime();
		third.await("owner of its share", Duration.ofSeconds(10),
				() -> LocalCluster.members(this.open.getFirst()).get("n3").shards() >= 1024 / 4);
		System.out.printf("n3 had its share %d ms after it was UP%n", millis(System.nanoTime() - up));
		third.awaitHealthy();
		this.open.add(third);
		int failures = load.failures();
		check(load, "a third node joined");
		Check.equal(0, failures, "Failed attempts while a node joined: " + load.failuresByStatus());
	}

	private void join(String... names) {
		for (String name : names) {
			this.cluster.start(name);
		}
		for (String name : names) {
			this.open.add(this.cluster.node(name).awaitHealthy());
		}
	}

	/** Its readers stay where they are: what a node answers after a fault is what counts. */
	private LoadedAccounts load() {
		List<App> all = List.copyOf(this.open);
		return load(() -> all);
	}

	private LoadedAccounts load(Supplier<List<App>> readers) {
		LoadedAccounts load = new LoadedAccounts("r" + ++this.rounds, ACCOUNTS, () -> this.open);
		load.start(CLIENTS);
		load.startReading(READERS, readers);
		this.open.getFirst().await("at work", Duration.ofSeconds(30), () -> load.count() > 2 * ACCOUNTS);
		return load;
	}

	private void check(LoadedAccounts load, String what) throws Exception {
		load.stop();
		load.verify();
		System.out.printf("%s: %d deposits, each exactly once, and %d reads, none stale; %d attempts failed %s%n", what,
				load.count(), load.reads(), load.failures(), load.failuresByStatus());
	}

	/** As soon as every account has had an answer since. */
	private void checkAtWork(LoadedAccounts load, String what) throws Exception {
		long now = System.nanoTime();
		this.open.getFirst()
			.await("at work on every account", Duration.ofSeconds(30), () -> load.isAnsweredSince(now));
		check(load, what);
	}

	private void kill(String what, boolean leader) throws Exception {
		LoadedAccounts load = load();
		String victim = leader ? LocalCluster.leader(this.open.getFirst()) : follower();
		List<Integer> its = accounts(load, victim::equals);
		List<Integer> others = accounts(load, Predicate.not(victim::equals));
		Check.pause(Duration.ofSeconds(1));
		App app = this.cluster.node(victim);
		this.open.remove(app);
		long killed = System.nanoTime();
		app.kill(() -> {
		});
		Check.pause(Duration.ofSeconds(2));
		load.stop();
		Duration first = load.firstAnswer(its, killed);
		Duration before = load.p99(others, killed - Duration.ofSeconds(1).toNanos(), killed);
		Duration during = load.p99(others, killed, killed + Duration.ofSeconds(1).toNanos());
		System.out.printf(
				"kill -9 of %s (%s): first answer of one of its %d accounts after %d ms; p99 of the others' %d ms, was %d ms%n",
				what, victim, its.size(), first.toMillis(), during.toMillis(), before.toMillis());
		load.verify();
		Check.that(first.toMillis() < 2000, () -> "That is not under 2 s");
		join(victim);
		this.cluster.awaitMembers(Duration.ofSeconds(30), "n1", "n2", "n3");
	}

	private String follower() {
		String leading = LocalCluster.leader(this.open.getFirst());
		return List.of("n1", "n2", "n3").stream().filter((it) -> !it.equals(leading)).findFirst().orElseThrow();
	}

	/** The accounts whose owner is such a node. */
	private List<Integer> accounts(LoadedAccounts load, Predicate<String> node) throws IOException {
		List<Integer> accounts = new ArrayList<>();
		for (int account = 0; account < load.accounts(); account++) {
			if (node.test(LocalCluster.owner(this.open.getFirst(), load.id(account)))) {
				accounts.add(account);
			}
		}
		return accounts;
	}

	/**
	 * A node with a third of 100,000 active accounts is killed, and all are asked for, one
	 * after the other by some clients: they are loaded then, and nobody else has to wait
	 * for that.
	 */
	private void killOfMany() throws Exception {
		LoadedAccounts many = new LoadedAccounts("many", MANY, () -> this.open);
		many.depositOnce(ASKING);
		LoadedAccounts load = load();
		String name = follower();
		App victim = this.cluster.node(name);
		List<Integer> others = accounts(load, Predicate.not(name::equals));
		long start = System.nanoTime();
		many.readOnce(ASKING);
		long read = System.nanoTime();
		long active = victim.http.get("/actuator/cluster/nodes/" + name).number("account");
		Check.that(active > MANY / 4, () -> name + " has only " + active + " active accounts");
		this.open.remove(victim);
		long killed = System.nanoTime();
		victim.kill(() -> {
		});
		many.readOnce(ASKING);
		long again = System.nanoTime();
		Duration before = load.p99(others, start, read);
		Duration during = load.p99(others, killed, again);
		System.out.printf(
				"kill -9 of a node with %d of %d active accounts: each was read within %d ms, before within %d ms; p99 of the others' deposits %d ms, was %d ms; %d reads were repeated%n",
				active, MANY, millis(again - killed), millis(read - start), during.toMillis(), before.toMillis(),
				many.failedReads());
		many.verifyAnswers();
		check(load, "kill -9 with many active");
		Check.that(during.toMillis() < Math.max(3 * before.toMillis(), 200),
				() -> "Deposits to accounts of other nodes took three times as long");
		join(name);
		this.cluster.awaitMembers(Duration.ofSeconds(30), "n1", "n2", "n3");
	}

	/** As when the power is gone: nobody is left who could hand anything over. */
	private void killAll() throws Exception {
		LoadedAccounts load = load();
		List<App> dead = List.copyOf(this.open);
		for (App app : dead) {
			app.kill(() -> {
			});
		}
		long killed = System.nanoTime();
		join("n1", "n2", "n3");
		this.open.removeAll(dead);
		this.cluster.awaitMembers(Duration.ofSeconds(30), "n1", "n2", "n3");
		System.out.printf("All nodes were back %d ms after the last was killed%n", millis(System.nanoTime() - killed));
		checkAtWork(load, "kill -9 of all nodes");
	}

	/** 0.8 of the lease's time: nothing moves. */
	private void shortPause() throws Exception {
		LoadedAccounts load = load();
		String before = owners(load);
		App victim = this.open.getLast();
		victim.pause();
		Check.pause(LocalCluster.TTL.multipliedBy(8).dividedBy(10));
		victim.resume();
		Check.pause(Duration.ofSeconds(2));
		check(load, "SIGSTOP for 0.8 of the lease");
		Check.equal(before, owners(load), "The owners of all accounts");
	}

	private String owners(LoadedAccounts load) throws IOException {
		StringBuilder owners = new StringBuilder();
		for (int account = 0; account < load.accounts(); account++) {
			owners.append(LocalCluster.owner(this.open.getFirst(), load.id(account))).append(' ');
		}
		return owners.toString();
	}

	/** 3 times the lease: a zombie, which is fenced and rejoins by itself. */
	private void longPause() throws Exception {
		LoadedAccounts load = load();
		App victim = this.open.getLast();
		this.open.remove(victim);
		victim.pause();
		Check.pause(LocalCluster.TTL.multipliedBy(3));
		victim.resume();
		this.cluster.awaitMembers(Duration.ofSeconds(30), "n1", "n2", "n3");
		victim.awaitHealthy();
		this.open.add(victim);
		checkAtWork(load, "SIGSTOP for 3 leases");
	}

	private void withoutEtcd() throws Exception {
		LoadedAccounts load = load();
		String before = owners(load);
		this.cluster.etcd.kill();
		Check.pause(Duration.ofSeconds(this.full ? 60 : 8));
		this.cluster.etcd.start();
		Check.pause(Duration.ofSeconds(4));
		int failures = load.failures();
		check(load, "etcd gone for " + (this.full ? 60 : 8) + " s");
		Check.equal(0, failures, "Failed attempts: " + load.failuresByStatus());
		Check.equal(before, owners(load), "The owners of all accounts");
		this.cluster.awaitMembers(Duration.ofSeconds(30), "n1", "n2", "n3");
	}

	private void withoutRedis() throws Exception {
		LoadedAccounts load = load();
		this.cluster.redis.kill();
		Check.pause(Duration.ofSeconds(this.full ? 30 : 8));
		this.cluster.redis.start();
		int count = load.count();
		long back = System.nanoTime();
		this.open.getFirst().await("writing again", Duration.ofSeconds(20), () -> load.count() > count + CLIENTS);
		System.out.printf("Deposits were answered again %d ms after Redis was back%n",
				millis(System.nanoTime() - back));
		checkAtWork(load, "Redis gone for " + (this.full ? 30 : 8) + " s");
		this.cluster.awaitMembers(Duration.ofSeconds(30), "n1", "n2", "n3");
	}

	/**
	 * Clients, the readers too, leave a node when it says that it is not ready; nobody
	 * sees a failure.
	 */
	private void rollingRestart() throws Exception {
		LoadedAccounts load = load(() -> this.open);
		for (String name : List.of("n1", "n2", "n3")) {
			App app = this.cluster.node(name);
			LeavingProbe probe = new LeavingProbe(app, () -> this.open.remove(app));
			long start = System.nanoTime();
			probe.signal();
			Check.equal(143, app.terminate(), "The exit code after SIGTERM");
			System.out.printf("%s was not ready %d ms after SIGTERM, and ended after %d ms%n", name,
					probe.await().toMillis(), millis(System.nanoTime() - start));
			join(name);
			this.cluster.awaitMembers(Duration.ofSeconds(30), "n1", "n2", "n3");
		}
		check(load, "a rolling restart");
		Check.equal(0, load.failures(), "Failed deposits: " + load.failuresByStatus());
		Check.equal(0, load.failedReads(), "Failed reads");
	}

	private static long millis(long nanos) {
		return Duration.ofNanos(nanos).toMillis();
	}

}
