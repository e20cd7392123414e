import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The nodes n1, n2 and n3 of a cluster, with clients that deposit and read all the time. */
final class LoadedCluster {

	static final String[] NAMES = { "n1", "n2", "n3" };

	private static final int ACCOUNTS = 100;

	private static final int DEPOSITORS = 6;

	private static final int READERS = 6;

	final LocalCluster cluster;

	private final Map<String, App> nodes = new LinkedHashMap<>();

	private int rounds;

	LoadedCluster(LocalCluster cluster) {
		this.cluster = cluster;
		start(NAMES);
	}

	/** Starts nodes, and waits until all are UP with their shards. */
	void start(String... names) {
		for (String name : names) {
			this.nodes.put(name, this.cluster.start(name));
		}
		for (String name : names) {
			node(name).awaitHealthy();
		}
		awaitWhole();
	}

	App node(String name) {
		return this.nodes.get(name);
	}

	/** Waits until every node sees every node UP, with shards. */
	void awaitWhole() {
		this.cluster.awaitMembers(Duration.ofSeconds(60), NAMES);
	}

	/** Waits until nothing moves any more; gives the epochs of all shards. */
	List<Long> awaitSettled() {
		awaitWhole();
		List<List<Long>> seen = new ArrayList<>();
		node("n1").await("at rest", Duration.ofSeconds(60), () -> {
			Check.pause(Duration.ofMillis(1500));
			seen.add(epochs());
			return seen.size() > 1 && seen.getLast().equals(seen.get(seen.size() - 2));
		});
		return seen.getLast();
	}

	/** The epoch of every shard, as n1 sees it. */
	List<Long> epochs() {
		try {
			return LocalCluster.epochs(node("n1"));
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	String leader() {
		return LocalCluster.leader(node("n1"));
	}

	/** Has another node lead. */
	void resign() throws IOException {
		String leads = leader();
		Http.Answer answer = node("n1").http.post("/actuator/cluster/leader/resign", "{}");
		Check.equal(202, answer.status(), "The answer to a resignation " + answer);
		node("n1").await("led by another than " + leads, Duration.ofSeconds(20), () -> {
			Http.Answer cluster = node("n1").http.tryGet("/actuator/cluster");
			return cluster != null && cluster.body().matches("(?s).*\"leader\"\\s*:\\s*\"(?!" + leads + "#).*");
		});
	}

	/** A node that does not lead, other than n1, which is asked about the others. */
	String follower() {
		return leader().equals("n3") ? "n2" : "n3";
	}

	/** Accounts by the name of the node where each lives. */
	Map<String, List<Integer>> owners(LoadedAccounts load) throws IOException {
		Map<String, List<Integer>> owners = new TreeMap<>();
		for (int account = 0; account < load.accounts(); account++) {
			owners.computeIfAbsent(LocalCluster.owner(node("n1"), load.id(account)), (name) -> new ArrayList<>())
				.add(account);
		}
		return owners;
	}

	/** How long until a node of this name has no shards, as n1 sees it. */
	Duration awaitReplaced(String name, Duration atMost) {
		long since = System.nanoTime();
		node("n1").await("aware that " + name + " has no shards", atMost, () -> {
			Map<String, LocalCluster.Member> members = LocalCluster.members(node("n1"));
			return !members.isEmpty() && (!members.containsKey(name) || members.get(name).shards() == 0);
		});
		return Duration.ofNanos(System.nanoTime() - since);
	}

	/** Clients that deposit at any node, and read at each, whatever happens to it. */
	LoadedAccounts load() {
		return load(ACCOUNTS);
	}

	/** As above, where no two clients ever deposit to the same account. */
	LoadedAccounts loadOfOneDepositorEach() {
		return load(ACCOUNTS / DEPOSITORS * DEPOSITORS);
	}

	private LoadedAccounts load(int accounts) {
		List<App> all = List.copyOf(this.nodes.values());
		LoadedAccounts load = new LoadedAccounts("r" + ++this.rounds, accounts, () -> List.copyOf(this.nodes.values()));
		load.start(DEPOSITORS);
		load.startReading(READERS, () -> all);
		all.getFirst().await("at work", Duration.ofSeconds(30), () -> load.count() > ACCOUNTS);
		return load;
	}

	/** Every node. */
	List<App> all() {
		return List.copyOf(this.nodes.values());
	}

	/** How long until every node sees every node UP again. */
	Duration awaitBack() {
		long since = System.nanoTime();
		awaitWhole();
		return Duration.ofNanos(System.nanoTime() - since);
	}

	/** The node that leads, which n1 is not, as it is asked about the others. */
	String leaderOtherThanN1() throws IOException {
		while (leader().equals("n1")) {
			resign();
		}
		return leader();
	}

	/** Ends the load; every deposit is there once, and no answer was stale. */
	void check(LoadedAccounts load, String what) throws Exception {
		load.stop();
		load.verify();
		print(load, what, "each exactly once");
	}

	void print(LoadedAccounts load, String what, String how) {
		System.out.printf(
				"%s: %d deposits, %s, and %d reads, none stale; not answered: %d deposits %s and %d reads; longest deposit %d ms%n",
				what, load.count(), how, load.reads(), load.failures(), load.failuresByStatus(), load.failedReads(),
				load.longest().toMillis());
	}

}
