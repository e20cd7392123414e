import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Three nodes, an etcd of three members, and a Redis with a replica, each on a host of
 * its own. A host disappears without a word and comes back; packets vanish in one
 * direction; Redis's host is lost, and a replica without the last writes takes over.
 * Deposits are there exactly once, but for those that Redis has lost, which are counted;
 * no read is stale. With {@code all} there are more, with {@code full} those last a
 * minute each.
 */
final class HostFaults {

	private static final List<String> ETCD = List.of("e1", "e2", "e3");

	/** What a node whose lease is not renewed is replaced in. */
	private static final Duration REPLACED = LocalCluster.TTL.plusSeconds(2);

	/** So little that it can be filled, and much more than the nodes write. */
	private static final long QUOTA = 64L << 20;

	private static final Pattern MEASURED = Pattern.compile("\"value\"\\s*:\\s*([0-9.E]+)");

	private final Hosts hosts;

	private final LoadedCluster nodes;

	private final LocalRedis replica;

	private final boolean all;

	private final boolean full;

	private HostFaults(Hosts hosts, LoadedCluster nodes, LocalRedis replica, boolean all, boolean full) {
		this.hosts = hosts;
		this.nodes = nodes;
		this.replica = replica;
		this.all = all;
		this.full = full;
	}

	public static void main(String[] arguments) {
		boolean full = Arrays.asList(arguments).contains("full");
		boolean all = full || Arrays.asList(arguments).contains("all");
		Check.main(Duration.ofMinutes(full ? 30 : all ? 12 : 5), () -> {
			Path directory = Path.of(arguments[1]);
			Hosts hosts = new Hosts(arguments[2]);
			LocalCluster cluster = new LocalCluster(Path.of(arguments[0]), directory, ETCD.size(), hosts::of,
					"--quota-backend-bytes", "" + QUOTA);
			LocalRedis replica = new LocalRedis(directory, "replica", hosts.of("replica"), "--replicaof",
					cluster.redis.address(), "" + cluster.redis.port);
			new HostFaults(hosts, new LoadedCluster(cluster), replica, all, full).run();
		});
	}

	private void run() throws Exception {
		lostHost(this.nodes.follower());
		oneWayBetweenNodes();
		oneWayToEtcd(this.nodes.follower(), true);
		if (this.all) {
			lostHost(this.nodes.leaderOtherThanN1());
			oneWayToEtcd(this.nodes.follower(), false);
			withoutRedis(this.nodes.follower());
			split(this.nodes.follower());
			withoutSpace(this.nodes.follower());
			starved(this.nodes.follower());
		}
		failover();
	}

	/**
	 * Clients reach it again before it hears anything of the cluster: whatever it answers
	 * them then must not be what it remembers.
	 */
	private void lostHost(String victim) throws Exception {
		this.nodes.awaitSettled();
		String leads = victim.equals(this.nodes.leader()) ? ", which led," : "";
		LoadedAccounts load = this.nodes.load();
		List<Integer> its = this.nodes.owners(load).get(victim);
		this.hosts.unplug(victim);
		long lost = System.nanoTime();
		Duration replaced = this.nodes.awaitReplaced(victim, REPLACED);
		last(LocalCluster.TTL);
		this.hosts.plugIntoClients(victim);
		App app = this.nodes.node(victim);
		app.await("reached by clients", Duration.ofSeconds(20),
				() -> app.http.tryGet("/actuator/health/liveness") != null);
		Http.Answer answer = app.http.tryGet("/accounts/" + load.id(its.getFirst()));
		Check.that(answer == null || answer.status() == 503 || answer.status() == 504,
				() -> victim + " reaches nothing, and answered " + answer);
		this.hosts.plugIntoCluster(victim);
		Duration back = this.nodes.awaitBack();
		System.out.printf(
				"the host of %s%s was lost: its shards were others' after %d ms, its accounts answered after %d ms; back %d ms after its host was%n",
				victim, leads, replaced.toMillis(), load.firstAnswer(its, lost).toMillis(), back.toMillis());
		this.nodes.check(load, "the host of " + victim + " was lost");
	}

	/** Who owns what is etcd's to decide, and etcd hears of both. */
	private void oneWayBetweenNodes() throws Exception {
		List<Long> before = this.nodes.awaitSettled();
		LoadedAccounts load = this.nodes.load();
		this.hosts.lose("n2", "n1");
		last(LocalCluster.TTL.multipliedBy(2));
		this.hosts.mend();
		this.nodes.check(load, "what n2 sends to n1 vanished");
		Check.equal(before, this.nodes.epochs(), "The epochs of all shards");
	}

	/** Its lease ends, and its shards go to others; it joins again. */
	private void oneWayToEtcd(String victim, boolean there) throws Exception {
		this.nodes.awaitSettled();
		LoadedAccounts load = this.nodes.load();
		for (String member : ETCD) {
			this.hosts.lose(there ? victim : member, there ? member : victim);
		}
		Duration replaced = this.nodes.awaitReplaced(victim, REPLACED.plusSeconds(2));
		last(LocalCluster.TTL);
		this.hosts.mend();
		Duration back = this.nodes.awaitBack();
		String what = there ? "what " + victim + " sends to etcd vanished"
				: "what etcd sends to " + victim + " vanished";
		System.out.printf("%s: its shards were others' after %d ms; back %d ms after that ended%n", what,
				replaced.toMillis(), back.toMillis());
		this.nodes.check(load, what);
	}

	/** It says so, its shards go to others, and it has them again. */
	private void withoutRedis(String victim) throws Exception {
		this.nodes.awaitSettled();
		LoadedAccounts load = this.nodes.load();
		this.hosts.part(List.of(victim), List.of("redis"));
		Duration replaced = this.nodes.awaitReplaced(victim, REPLACED.plusSeconds(5));
		Check.equal(503, this.nodes.node(victim).http.get("/actuator/health/readiness").status(),
				"The readiness of " + victim);
		last(LocalCluster.TTL);
		this.hosts.mend();
		Duration back = this.nodes.awaitBack();
		System.out.printf("%s did not reach Redis: its shards were others' after %d ms; back %d ms after it did%n",
				victim, replaced.toMillis(), back.toMillis());
		this.nodes.check(load, victim + " did not reach Redis");
	}

	/**
	 * One node and one member of etcd on one side, everything else on the other; Redis
	 * and clients are reached from both. Then the one node has the majority of etcd.
	 */
	private void split(String victim) throws Exception {
		this.nodes.awaitSettled();
		List<String> others = Stream.of(LoadedCluster.NAMES).filter((name) -> !name.equals(victim)).toList();
		LoadedAccounts load = this.nodes.load();
		this.hosts.part(List.of(victim, "e3"), List.of(others.getFirst(), others.getLast(), "e1", "e2"));
		Duration replaced = this.nodes.awaitReplaced(victim, REPLACED.plusSeconds(2));
		last(LocalCluster.TTL);
		this.hosts.mend();
		Duration back = this.nodes.awaitBack();
		System.out.printf(
				"%s and e3 were parted from all others: its shards were others' after %d ms; back %d ms after that ended%n",
				victim, replaced.toMillis(), back.toMillis());
		this.nodes.check(load, victim + " and e3 were parted from all others");

		this.nodes.awaitSettled();
		load = this.nodes.load();
		this.hosts.part(List.of("n1", "e1", "e2"), List.of("n2", "n3", "e3"));
		long parted = System.nanoTime();
		this.nodes.awaitReplaced("n2", REPLACED.plusSeconds(4));
		this.nodes.awaitReplaced("n3", REPLACED.plusSeconds(4));
		long replacedBoth = System.nanoTime() - parted;
		last(LocalCluster.TTL);
		this.hosts.mend();
		back = this.nodes.awaitBack();
		System.out.printf(
				"n1, e1 and e2 were parted from all others: n1 had every shard after %d ms; whole %d ms after that ended%n",
				Duration.ofNanos(replacedBoth).toMillis(), back.toMillis());
		this.nodes.check(load, "n1, e1 and e2 were parted from all others");
	}

	/**
	 * Nothing is written to etcd, leases are kept: actors go on. What has to be written
	 * tells why it cannot be, and is when there is space.
	 */
	private void withoutSpace(String victim) throws Exception {
		LocalEtcd etcd = this.nodes.cluster.etcd;
		List<Long> before = this.nodes.awaitSettled();
		LoadedAccounts load = this.nodes.load();
		etcd.fill();
		last(LocalCluster.TTL.multipliedBy(2));
		Check.equal(0, load.failures() + load.failedReads(), "Failed deposits and reads");
		Check.equal(before, this.nodes.epochs(), "The epochs of all shards");
		App leader = this.nodes.node(this.nodes.leader());
		App drained = this.nodes.node(victim);
		Thread drain = Thread.ofVirtual()
			.start(() -> leader.http.tryPost("/actuator/cluster/nodes/" + victim + "/drain", "{\"force\":false}"));
		leader.await("aware that etcd is full", Duration.ofSeconds(10), () -> {
			Http.Answer etcdHealth = leader.http.tryGet("/actuator/health/etcd");
			Http.Answer cluster = leader.http.tryGet("/actuator/health/cluster");
			return etcdHealth != null && etcdHealth.status() == 503 && etcdHealth.body().contains("space exceeded")
					&& cluster != null && cluster.status() == 200 && cluster.body().contains("space exceeded");
		});
		long made = System.nanoTime();
		etcd.makeSpace();
		drain.join();
		leader.http.post("/actuator/cluster/nodes/" + victim + "/drain", "{\"force\":false}");
		this.nodes.awaitReplaced(victim, Duration.ofSeconds(20));
		System.out.printf("etcd had no space: %s was drained %d ms after it had%n", victim,
				Duration.ofNanos(System.nanoTime() - made).toMillis());
		Check.equal(202, drained.http.post("/actuator/cluster/nodes/" + victim + "/undrain", "{}").status(),
				"The answer to the end of a drain");
		this.nodes.check(load, "etcd had no space");
		this.nodes.awaitWhole();
	}

	/** One processor for the node and for four programs that never rest: slow is not dead. */
	private void starved(String victim) throws Exception {
		List<Long> before = this.nodes.awaitSettled();
		LoadedAccounts load = this.nodes.load();
		App app = this.nodes.node(victim);
		List<Process> busy = app.starve(4);
		Check.pause(Duration.ofSeconds(this.full ? 60 : 20));
		busy.forEach(LocalCluster::end);
		app.feed();
		this.nodes.check(load, victim + " had a fifth of a processor");
		Check.equal(before, this.nodes.epochs(), "The epochs of all shards");
	}

	/**
	 * What the replica had not received is lost, was answered, and is counted: one
	 * depositor for each account, so that each deposit is a write of its own.
	 */
	private void failover() throws Exception {
		this.nodes.awaitSettled();
		this.replica.await("master_link_status:up");
		LoadedAccounts load = this.nodes.loadOfOneDepositorEach();
		this.hosts.part(List.of("redis"), List.of("replica"));
		int replicated = load.count();
		App first = this.nodes.node("n1");
		first.await("ahead of the replica", Duration.ofSeconds(20), () -> load.count() > replicated + 300);
		this.hosts.unplug("redis");
		load.awaitSilence(Duration.ofMillis(500), Duration.ofSeconds(10));
		long moment = System.nanoTime();
		this.replica.ask("REPLICAOF", "NO", "ONE");
		this.hosts.takeOver("replica", "redis");
		int count = load.count();
		first.await("writing again", Duration.ofSeconds(20), () -> load.count() > count);
		long back = System.nanoTime() - moment;
		first.await("at work on every account", Duration.ofSeconds(30), () -> load.isAnsweredSince(moment));
		load.stop();
		long lost = load.verifySetBack(moment);
		Check.that(lost > 0, () -> "Nothing was lost");
		long reported = 0;
		for (App app : this.nodes.all()) {
			reported += lostWrites(app);
		}
		System.out.printf(
				"Redis's host was lost, and a replica took over that lacked %d answered deposits, as many as were counted; answered again %d ms after it had the address%n",
				lost, Duration.ofNanos(back).toMillis());
		Check.equal(lost, reported, "The lost writes that the nodes report");
		this.nodes.print(load, "failover of Redis", "each but those exactly once");
		this.nodes.awaitWhole();
	}

	private static long lostWrites(App app) throws IOException {
		Http.Answer answer = app.http.get("/actuator/metrics/cajun.store.lost.writes");
		Matcher matcher = MEASURED.matcher(answer.body());
		Check.that(matcher.find(), () -> "No measurement in " + answer);
		return (long) Double.parseDouble(matcher.group(1));
	}

	private void last(Duration duration) {
		Check.pause(this.full ? Duration.ofMinutes(1) : duration);
	}

}
