import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** etcd, Redis and nodes of the sample on this machine, each a process of its own. */
final class LocalCluster {

	/** The shortest that is allowed, so that a test of lost leases is short. */
	static final Duration TTL = Duration.ofSeconds(3);

	private static final Pattern NODE = Pattern
		.compile("\"name\"\\s*:\\s*\"([^\"]+)\"[^{}]*?\"state\"\\s*:\\s*\"(\\w+)\"[^{}]*?\"shards\"\\s*:\\s*(\\d+)");

	private final Path jar;

	private final Path directory;

	private final int etcdPort = App.freePort();

	private final int etcdPeerPort = App.freePort();

	private final int redisPort = App.freePort();

	private final Map<String, App> nodes = new LinkedHashMap<>();

	private Process etcd;

	private Process redis;

	private int starts;

	LocalCluster(Path jar, Path directory) {
		this.jar = jar;
		this.directory = directory;
		startEtcd();
		startRedis();
	}

	void startEtcd() {
		String client = "http://127.0.0.1:" + this.etcdPort;
		String peer = "http://127.0.0.1:" + this.etcdPeerPort;
		this.etcd = server("etcd", "etcd", "--name", "e1", "--data-dir", this.directory.resolve("etcd-data").toString(),
				"--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
				"--initial-advertise-peer-urls", peer, "--initial-cluster", "e1=" + peer);
	}

	/** What it acknowledges is in its file, so that a kill at any moment loses nothing. */
	void startRedis() {
		this.redis = server("redis", "redis-server", "--port", "" + this.redisPort, "--bind", "127.0.0.1", "--save", "",
				"--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction");
	}

	void killEtcd() {
		end(this.etcd);
	}

	void killRedis() {
		end(this.redis);
	}

	private static void end(Process process) {
		try {
			process.destroyForcibly().waitFor();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Process server(String name, String... command) {
		try {
			Path home = Files.createDirectories(this.directory.resolve(name));
			Process process = new ProcessBuilder(command).directory(home.toFile())
				.redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(this.directory.resolve(name + ".log").toFile()))
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
		int port = App.freePort();
		List<String> arguments = new ArrayList<>(List.of("--cajun.node.name=" + name,
				"--cajun.etcd.endpoints=http://127.0.0.1:" + this.etcdPort, "--spring.data.redis.host=127.0.0.1",
				"--spring.data.redis.port=" + this.redisPort, "--cajun.cluster.lease-ttl=" + TTL.toSeconds() + "s",
				"--spring.lifecycle.timeout-per-shutdown-phase=30s"));
		App app = App.start(name + "-" + ++this.starts, this.directory, this.jar, port,
				arguments.toArray(String[]::new));
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

	/** The name of the node that leads. */
	static String leader(App app) {
		return app.http.tryGet("/actuator/cluster").text("leader").replaceFirst("#.*", "");
	}

	/** The name of the node where an account lives. */
	static String owner(App app, String account) throws IOException {
		return app.http.get("/accounts/" + account).text("node").replaceFirst("#.*", "");
	}

	record Member(String state, int shards) {

	}

}
