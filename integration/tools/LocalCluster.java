import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** etcd, Redis and nodes of the sample on this machine, each a process of its own. */
final class LocalCluster {

	/** The shortest that is allowed, so that a test of lost leases is short. */
	static final Duration TTL = Duration.ofSeconds(3);

	private static final Pattern NODE = Pattern
		.compile("\"name\"\\s*:\\s*\"([^\"]+)\"[^{}]*?\"state\"\\s*:\\s*\"(\\w+)\"[^{}]*?\"shards\"\\s*:\\s*(\\d+)");

	private static final Pattern LEADER = Pattern.compile("\"leader\"\\s*:\\s*\"([^\"#]+)");

	private static final Pattern EPOCH = Pattern.compile("\"epoch\"\\s*:\\s*(\\d+)");

	private final Path jar;

	private final Path directory;

	/** Where the nodes agree. */
	final LocalEtcd etcd;

	/** Where the state is. */
	final LocalRedis redis;

	private final Function<String, Host> hosts;

	private final Map<String, App> nodes = new LinkedHashMap<>();

	/** Each node's ways to everything else, where they can be cut. */
	private final Map<String, Ways> ways = new LinkedHashMap<>();

	/** The port of each node's transport, where its ways can be cut. */
	private final Map<String, Integer> transports = new LinkedHashMap<>();

	/** The clocks of nodes that have their own. */
	private final Map<String, Clock> clocks = new LinkedHashMap<>();

	/** Properties that all nodes have besides. */
	private List<String> properties = List.of();

	private final List<String> javaOptions = new ArrayList<>();

	private int starts;

	LocalCluster(Path jar, Path directory) {
		this(jar, directory, 1, (name) -> Host.HERE);
	}

	/**
	 * Starts a cluster.
	 * @param members how many etcd has: e1, e2 and so on
	 * @param hosts where each process runs, by its name; Redis is {@code redis}
	 */
	LocalCluster(Path jar, Path directory, int members, Function<String, Host> hosts, String... etcdOptions) {
		this.jar = jar;
		this.directory = directory;
		this.hosts = hosts;
		this.etcd = new LocalEtcd(directory, members, hosts, etcdOptions);
		this.redis = new LocalRedis(directory, "redis", hosts.apply("redis"));
	}

	/** The nodes of these names reach everything over ways that can be cut. */
	LocalCluster withWays(String... names) {
		for (String name : names) {
			this.transports.put(name, App.freePort());
		}
		for (String name : names) {
			this.ways.put(name, new Ways(this.directory, this.ways.size() + 1, this.etcd.ports(), this.redis.port,
					this.transports));
		}
		return this;
	}

	/** From its next start on, the node of this name has a clock of its own. */
	Clock clock(String name) {
		return this.clocks.computeIfAbsent(name, (any) -> new Clock(this.directory.resolve(name + ".clock")));
	}

	/** All nodes have these properties, each given as {@code --name=value}. */
	LocalCluster withProperties(String... properties) {
		this.properties = List.of(properties);
		return this;
	}

	/** The JVMs of all nodes have this option. */
	LocalCluster withJavaOption(String option) {
		this.javaOptions.add(option);
		return this;
	}

	Ways ways(String node) {
		return this.ways.get(node);
	}

	static void end(Process process) {
		try {
			process.destroyForcibly().waitFor();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Starts a server, which ends with this program, in a directory of its name. */
	static Process server(Path directory, String name, String... command) {
		try {
			Path home = Files.createDirectories(directory.resolve(name));
			Process process = new ProcessBuilder(command).directory(home.toFile())
				.redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve(name + ".log").toFile()))
				.start();
			Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
			return process;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot start " + name + "; bin/servers installs it", ex);
		}
	}

	/** Starts a node, and does not wait for it. */
	App start(String name) {
		Ways its = this.ways.get(name);
		List<String> arguments = new ArrayList<>(
				List.of("--cajun.node.name=" + name, "--cajun.cluster.lease-ttl=" + TTL.toSeconds() + "s",
						"--spring.data.redis.host=" + this.redis.address(),
						"--spring.lifecycle.timeout-per-shutdown-phase=30s",
						// Whether a fault moved a shard can be told only where the load does not
						"--cajun.cluster.rebalance.enabled=false",
						"--management.endpoint.cluster.access=unrestricted"));
		arguments.addAll(this.properties);
		arguments.addAll((its != null) ? its.arguments(name, this.transports.get(name)) : List
			.of("--cajun.etcd.endpoints=" + this.etcd.endpoints(), "--spring.data.redis.port=" + this.redis.port));
		Host host = this.hosts.apply(name);
		if (host.isOwn()) {
			arguments.addAll(List.of("--cajun.transport.host=" + host.address(), "--cajun.transport.port=7400",
					"--cajun.transport.insecure=true"));
		}
		List<String> options = new ArrayList<>(this.javaOptions);
		if (its != null) {
			options.addAll(its.javaOptions());
		}
		List<String> before = this.clocks.containsKey(name) ? this.clocks.get(name).command() : List.of();
		App app = App.start(name + "-" + ++this.starts, this.directory, this.jar, before, options, host,
				host.port(8080), arguments.toArray(String[]::new));
		this.nodes.put(name, app);
		return app;
	}

	App node(String name) {
		return this.nodes.get(name);
	}

	List<App> running() {
		return this.nodes.values().stream().filter(App::isAlive).toList();
	}

	/** Waits until every one of these sees all of these UP, and nobody else. */
	void awaitMembers(Duration atMost, String... names) {
		for (String name : names) {
			App app = node(name);
			app.await("aware of " + List.of(names) + ", all UP", atMost, () -> {
				Map<String, Member> members = members(app);
				return members.keySet().equals(java.util.Set.of(names))
						&& members.values().stream().allMatch((it) -> it.state.equals("UP") && it.shards > 0);
			});
		}
	}

	/** The nodes as one of them sees them, by name; empty when it does not answer. */
	static Map<String, Member> members(App app) {
		Map<String, Member> members = new LinkedHashMap<>();
		Http.Answer answer = app.http.tryGet("/actuator/cluster");
		if (answer != null && answer.status() == 200) {
			Matcher matcher = NODE.matcher(answer.body());
			while (matcher.find()) {
				members.put(matcher.group(1), new Member(matcher.group(2), Integer.parseInt(matcher.group(3))));
			}
		}
		return members;
	}

	/** The epoch of each shard, as one node sees the table. */
	static List<Long> epochs(App app) throws IOException {
		List<Long> epochs = new ArrayList<>();
		Matcher matcher = EPOCH.matcher(app.http.get("/actuator/cluster/shards").body());
		while (matcher.find()) {
			epochs.add(Long.parseLong(matcher.group(1)));
		}
		return epochs;
	}

	/** The name of the node that leads; waits while nobody does. */
	static String leader(App app) {
		AtomicReference<String> leader = new AtomicReference<>();
		app.await("aware of a leader", Duration.ofSeconds(20), () -> {
			Http.Answer answer = app.http.tryGet("/actuator/cluster");
			Matcher matcher = LEADER.matcher((answer == null) ? "" : answer.body());
			if (matcher.find()) {
				leader.set(matcher.group(1));
			}
			return leader.get() != null;
		});
		return leader.get();
	}

	/** The name of the node where an account lives. */
	static String owner(App app, String account) throws IOException {
		return app.http.get("/accounts/" + account).text("node").replaceFirst("#.*", "");
	}

	record Member(String state, int shards) {

	}

}
