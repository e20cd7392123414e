import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Three nodes, one of which is cut off etcd only, Redis only, one other node only, is
 * reached by no other node, or has a clock that jumps. Deposits are there exactly once and reads are never stale,
 * whichever node answers; shards move where they must, and nowhere else. With
 * {@code full} each lasts a minute, and the leader is cut off as well.
 */
final class ClusterPartitions {

	private final LoadedCluster nodes;

	private final boolean full;

	private ClusterPartitions(LoadedCluster nodes, boolean full) {
		this.nodes = nodes;
		this.full = full;
	}

	public static void main(String[] arguments) {
		boolean full = Arrays.asList(arguments).contains("full");
		Check.main(Duration.ofMinutes(full ? 30 : 6), () -> {
			LocalCluster cluster = new LocalCluster(Path.of(arguments[0]), Path.of(arguments[1]));
			new ClusterPartitions(new LoadedCluster(cluster.withWays(LoadedCluster.NAMES)), full).run();
		});
	}

	private void run() throws Exception {
		withoutOnePeer();
		withoutEtcd(this.nodes.follower());
		withoutRedis(this.nodes.follower());
		refusesPeers(this.nodes.follower());
		clockJumps(this.nodes.follower());
		if (this.full) {
			withoutEtcd(this.nodes.leaderOtherThanN1());
			withoutRedis(this.nodes.leaderOtherThanN1());
			refusesPeers(this.nodes.leaderOtherThanN1());
		}
	}

	/** Who owns what is etcd's to decide, and etcd hears of both. */
	private void withoutOnePeer() throws Exception {
		List<Long> before = this.nodes.awaitSettled();
		LoadedAccounts load = this.nodes.load();
		Ways one = this.nodes.cluster.ways("n1");
		Ways other = this.nodes.cluster.ways("n2");
		one.to("n2").silence();
		other.to("n1").silence();
		last(Duration.ofSeconds(6));
		one.to("n2").mend();
		other.to("n1").mend();
		this.nodes.check(load, "n1 and n2 do not hear each other");
		Check.equal(before, this.nodes.epochs(), "The epochs of all shards");

		load = this.nodes.load();
		one.to("n2").silence(true, false);
		last(Duration.ofSeconds(4));
		one.to("n2").mend();
		this.nodes.check(load, "n2 does not hear n1, which hears it");
		Check.equal(before, this.nodes.epochs(), "The epochs of all shards");

		load = this.nodes.load();
		one.to("n2").refuse();
		other.to("n1").refuse();
		last(Duration.ofSeconds(4));
		one.to("n2").mend();
		other.to("n1").mend();
		this.nodes.check(load, "n1 and n2 refuse each other, and n3 reaches both");
		Check.equal(before, this.nodes.epochs(), "The epochs of all shards");
	}

	/** Its lease ends, and its shards go to others; it joins again. */
	private void withoutEtcd(String victim) throws Exception {
		this.nodes.awaitSettled();
		LoadedAccounts load = this.nodes.load();
		List<Integer> its = this.nodes.owners(load).get(victim);
		long cut = System.nanoTime();
		this.nodes.cluster.ways(victim).etcd.forEach(Proxy::silence);
		Duration replaced = this.nodes.awaitReplaced(victim, LocalCluster.TTL.plusSeconds(4));
		last(LocalCluster.TTL.multipliedBy(2));
		this.nodes.cluster.ways(victim).etcd.forEach(Proxy::mend);
		Duration back = this.nodes.awaitBack();
		System.out.printf(
				"%s cut off etcd: its shards were others' after %d ms, its accounts answered after %d ms; back %d ms after the cut ended%n",
				victim, replaced.toMillis(), load.firstAnswer(its, cut + replaced.toNanos()).plus(replaced).toMillis(),
				back.toMillis());
		this.nodes.check(load, victim + " cut off etcd");
	}

	/** It says so, its shards go to others, and it has them again. */
	private void withoutRedis(String victim) throws Exception {
		this.nodes.awaitSettled();
		LoadedAccounts load = this.nodes.load();
		this.nodes.cluster.ways(victim).redis.silence();
		Duration replaced = this.nodes.awaitReplaced(victim, LocalCluster.TTL.plusSeconds(7));
		App app = this.nodes.node(victim);
		Check.equal(503, app.http.get("/actuator/health/readiness").status(), "The readiness of " + victim);
		last(LocalCluster.TTL.multipliedBy(2));
		this.nodes.cluster.ways(victim).redis.mend();
		Duration back = this.nodes.awaitBack();
		System.out.printf("%s cut off Redis: its shards were others' after %d ms; back %d ms after the cut ended%n",
				victim, replaced.toMillis(), back.toMillis());
		this.nodes.check(load, victim + " cut off Redis");
	}

	/** It is agreed dead while it lives; it is not UP before it can be reached. */
	private void refusesPeers(String victim) throws Exception {
		this.nodes.awaitSettled();
		LoadedAccounts load = this.nodes.load();
		List<String> others = Arrays.stream(LoadedCluster.NAMES).filter((name) -> !name.equals(victim)).toList();
		others.forEach((name) -> this.nodes.cluster.ways(name).to(victim).refuse());
		Duration replaced = this.nodes.awaitReplaced(victim, Duration.ofSeconds(5));
		App app = this.nodes.node(victim);
		app.await("aware of its address", Duration.ofSeconds(10), () -> {
			Http.Answer health = app.http.tryGet("/actuator/health/cluster");
			return health != null && health.status() == 503 && health.body().contains(victim + ".test:");
		});
		last(LocalCluster.TTL.multipliedBy(2));
		Check.that(!LocalCluster.members(this.nodes.node("n1"))
			.getOrDefault(victim, new LocalCluster.Member("", 0))
			.state()
			.equals("UP"), () -> victim + " is UP, and no other node reaches it");
		others.forEach((name) -> this.nodes.cluster.ways(name).to(victim).mend());
		Duration back = this.nodes.awaitBack();
		System.out.printf(
				"the port of %s refused all others: its shards were others' after %d ms; back %d ms after it was open%n",
				victim, replaced.toMillis(), back.toMillis());
		this.nodes.check(load, victim + " refused all others");
	}

	/** Nothing goes by the wall clock but reminders. */
	private void clockJumps(String victim) throws Exception {
		if (Clock.library().isEmpty()) {
			System.out.println("No clock was set: libfaketime is not installed");
			return;
		}
		Clock clock = this.nodes.cluster.clock(victim);
		Check.equal(143, this.nodes.node(victim).terminate(), "The exit code after SIGTERM");
		this.nodes.start(victim);
		List<Long> before = this.nodes.awaitSettled();
		LoadedAccounts load = this.nodes.load();
		App app = this.nodes.node(victim);
		for (int hours : List.of(1, -1, 0)) {
			clock.set(String.format("%+dh", hours));
			app.await("at another time", Duration.ofSeconds(10), () -> isAhead(app, Duration.ofHours(hours)));
			last(Duration.ofSeconds(4));
		}
		this.nodes.check(load, "the clock of " + victim + " was an hour fast, then an hour slow");
		Check.equal(0, load.failures() + load.failedReads(), "Failed deposits and reads");
		Check.equal(before, this.nodes.epochs(), "The epochs of all shards");
	}

	private static boolean isAhead(App app, Duration expected) {
		try {
			Duration ahead = Duration.between(Instant.now(), app.http.time());
			return ahead.minus(expected).abs().toMinutes() == 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private void last(Duration duration) {
		Check.pause(this.full ? Duration.ofMinutes(1) : duration);
	}

}
