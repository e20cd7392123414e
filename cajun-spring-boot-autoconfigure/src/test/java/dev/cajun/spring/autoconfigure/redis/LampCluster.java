package dev.cajun.spring.autoconfigure.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Applications with lamps that form a cluster, with an etcd and a Redis of their own, and
 * a client of their HTTP interface.
 */
public final class LampCluster implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(40);

	private final HttpClient client = HttpClient.newHttpClient();

	private final RedisProcess redis = RedisProcess.started();

	private final Path directory;

	private final String etcdEndpoint;

	private final List<String> etcdCommand;

	private Process etcd;

	private final List<Process> processes = new ArrayList<>();

	private final Map<String, ConfigurableApplicationContext> nodes = new TreeMap<>();

	private LampCluster() {
		this.etcdEndpoint = "http://127.0.0.1:" + RedisProcess.freePort();
		String peers = "http://127.0.0.1:" + RedisProcess.freePort();
		try {
			this.directory = Files.createTempDirectory("cajun-etcd-");
			this.etcdCommand = List.of("etcd", "--name", "e1", "--data-dir", this.directory.resolve("data").toString(),
					"--listen-client-urls", this.etcdEndpoint, "--advertise-client-urls", this.etcdEndpoint,
					"--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster",
					"e1=" + peers);
			this.etcd = run(this.etcdCommand, "etcd.log");
		}
		catch (IOException ex) {
			throw new IllegalStateException(
					"These tests need 'etcd' on the PATH: install it (Debian: apt-get install etcd-server)", ex);
		}
	}

	/** It ends with this process at the latest. */
	private Process run(List<String> command, String log) throws IOException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(Redirect.appendTo(this.directory.resolve(log).toFile()))
			.start();
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
		return process;
	}

	/** The servers, and no node yet. */
	public static LampCluster empty() {
		return new LampCluster();
	}

	/** Nodes n1, n2, … of which each has shards. */
	public static LampCluster started(int count, String... properties) {
		LampCluster cluster = empty();
		for (int i = 1; i <= count; i++) {
			cluster.start("n" + i, properties);
		}
		cluster.awaitShards(count);
		return cluster;
	}

	/** Starts a node. */
	public ConfigurableApplicationContext start(String name, String... properties) {
		ConfigurableApplicationContext node = LampApplication.start(arguments(name, properties));
		this.nodes.put(name, node);
		return node;
	}

	/** Starts a node as a process of its own, which can be frozen. */
	Process process(String name, String... properties) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
						System.getProperty("java.class.path"), LampApplication.class.getName()));
		command.addAll(List.of(arguments(name, properties)));
		Process process = run(command, name + ".log");
		this.processes.add(process);
		return process;
	}

	private String[] arguments(String name, String... properties) {
		Map<String, String> arguments = new LinkedHashMap<>();
		Stream<String> defaults = Stream.of("--cajun.node.name=" + name, "--cajun.cluster.name=lamps",
				"--cajun.etcd.endpoints=" + this.etcdEndpoint, "--cajun.cluster.lease-ttl=3s",
				"--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + this.redis.port(),
				"--management.endpoint.cluster.access=unrestricted",
				// Between two looks of a test nothing moves by itself
				"--cajun.cluster.rebalance.enabled=false");
		Stream.concat(defaults, Stream.of(properties))
			.forEach((argument) -> arguments.put(argument.substring(0, argument.indexOf('=')), argument));
		return arguments.values().toArray(String[]::new);
	}

	/** A node that was started in another way. */
	void add(String name, ConfigurableApplicationContext node) {
		this.nodes.put(name, node);
	}

	/** Where etcd is. */
	String etcd() {
		return this.etcdEndpoint;
	}

	int redisPort() {
		return this.redis.port();
	}

	RedisProcess redis() {
		return this.redis;
	}

	/** Kills etcd. */
	void stopEtcd() {
		this.etcd.destroyForcibly().onExit().join();
	}

	/** Starts it again, over what its directory holds. */
	void startEtcd() throws IOException {
		this.etcd = run(this.etcdCommand, "etcd.log");
	}

	/** Freezes etcd. */
	void freezeEtcd() {
		signal(this.etcd, "STOP");
	}

	/** Lets it go on. */
	void thawEtcd() {
		signal(this.etcd, "CONT");
	}

	static void signal(Process process, String signal) {
		try {
			new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** The names of the nodes that were started. */
	public List<String> names() {
		return List.copyOf(this.nodes.keySet());
	}

	/** Stops a node in good order. */
	public void stop(String name) {
		this.nodes.remove(name).close();
	}

	/** Waits until so many nodes are up, have shards that stay, and answer each other. */
	public void awaitShards(int count) {
		for (String name : names()) {
			Awaitility.await("the cluster as " + name + " sees it")
				.atMost(PATIENCE)
				.until(() -> isWhole(json(name, "/actuator/cluster/nodes"), count)
						&& json(name, "/actuator/cluster/shards").path("shards")
							.valueStream()
							.allMatch((shard) -> shard.path("phase").asString().equals("OWNED")));
		}
	}

	private static boolean isWhole(JsonNode answer, int count) {
		return answer.path("nodes").size() == count && answer.path("unanswered").isEmpty()
				&& answer.path("nodes")
					.valueStream()
					.allMatch((node) -> node.path("state").asString().equals("UP") && node.path("shards").asInt() > 0);
	}

	/** Presses a lamp through a node; answers how often it was pressed. */
	public int press(String node, String lamp) {
		return Integer.parseInt(send(request(node, "/lamps/" + lamp).POST(BodyPublishers.noBody())).body());
	}

	public HttpResponse<String> get(String node, String path) {
		return send(request(node, path).GET());
	}

	public JsonNode json(String node, String path) {
		return JsonMapper.shared().readTree(get(node, path).body());
	}

	public HttpResponse<String> post(String node, String path, String json) {
		return send(request(node, path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
	}

	public HttpResponse<String> send(HttpRequest.Builder request) {
		try {
			return this.client.send(request.build(), BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A request to a node; actuators have a port, and a path above theirs, of their own
	 * where that is separate.
	 */
	public HttpRequest.Builder request(String node, String path) {
		var environment = this.nodes.get(node).getEnvironment();
		String port = environment.getProperty("local.server.port");
		if (path.startsWith("/actuator")) {
			port = environment.getProperty("local.management.port", port);
			path = environment.getProperty("management.server.base-path", "") + path;
		}
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
	}

	@Override
	public void close() throws IOException {
		List.copyOf(this.nodes.values()).reversed().forEach(ConfigurableApplicationContext::close);
		this.processes.forEach((process) -> process.destroyForcibly().onExit().join());
		this.redis.close();
		this.etcd.destroyForcibly().onExit().join();
		try (Stream<Path> files = Files.walk(this.directory)) {
			files.sorted((a, b) -> b.compareTo(a)).forEach((file) -> file.toFile().delete());
		}
	}

}
