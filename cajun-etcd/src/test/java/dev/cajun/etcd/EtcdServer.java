package dev.cajun.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * A real {@code etcd} of one or several members, found on the PATH and started as child
 * processes on free ports of the loopback interface, with a directory of their own. They
 * can be killed, frozen, wiped and started again, and asked anything with
 * {@code etcdctl}.
 */
final class EtcdServer implements AutoCloseable {

	private static final String INSTALL = "These tests need 'etcd' and 'etcdctl' 3.4 or newer on the PATH: install them "
			+ "(Debian: apt-get install etcd-server etcd-client)";

	private static final Set<Process> running = ConcurrentHashMap.newKeySet();

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> running.forEach(Process::destroyForcibly)));
	}

	private final Path directory;

	private final List<Member> members;

	private final List<String> options;

	private List<String> access = List.of();

	private EtcdServer(Path directory, int members, List<String> options) {
		this.directory = directory;
		this.members = IntStream.range(0, members).mapToObj((number) -> new Member("m" + number)).toList();
		this.options = options;
	}

	/** One member. */
	static EtcdServer start(String... options) {
		return start(1, options);
	}

	/**
	 * Several members.
	 * @param options more command line options of each
	 */
	static EtcdServer start(int members, String... options) {
		try {
			EtcdServer server = new EtcdServer(Files.createTempDirectory("cajun-etcd-"), members, List.of(options));
			server.startAll();
			return server;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Starts the members that do not run, and waits until all answer. */
	void startAll() {
		this.members.forEach(Member::launch);
		this.members.forEach(Member::awaitUp);
	}

	List<URI> endpoints() {
		return this.members.stream().map(Member::endpoint).toList();
	}

	Member member(int number) {
		return this.members.get(number);
	}

	/** The only member. */
	Member member() {
		return this.members.getFirst();
	}

	/** The member that leads, as {@code etcdctl} says. */
	Member leader() {
		return this.members.stream()
			.filter((member) -> ctlAt(member.endpoint(), "endpoint", "status").split(", ", -1)[4].equals("true"))
			.findFirst()
			.orElseThrow();
	}

	/** What {@code etcdctl} needs to be let in. */
	void access(String... options) {
		this.access = List.of(options);
	}

	/** Runs {@code etcdctl} and gives what it printed. */
	String ctl(String... arguments) {
		return ctlAt(member().endpoint(), arguments);
	}

	private String ctlAt(URI endpoint, String... arguments) {
		List<String> command = new ArrayList<>(List.of("etcdctl", "--endpoints", endpoint.toString()));
		command.addAll(this.access);
		command.addAll(List.of(arguments));
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
		builder.environment().put("ETCDCTL_API", "3");
		try {
			Process process = builder.start();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (process.waitFor() != 0) {
				throw new IllegalStateException(command + " failed: " + output);
			}
			return output;
		}
		catch (IOException ex) {
			throw new IllegalStateException(INSTALL, ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** The revision that etcd is at. */
	long revision() {
		String status = ctl("endpoint", "status", "--write-out", "fields");
		return status.lines()
			.filter((line) -> line.startsWith("\"Revision\""))
			.map((line) -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
			.findFirst()
			.orElseThrow();
	}

	/** A metric of the only member. */
	double metric(String name) {
		try (HttpClient http = HttpClient.newHttpClient()) {
			return http
				.send(HttpRequest.newBuilder(member().endpoint().resolve("/metrics")).build(),
						HttpResponse.BodyHandlers.ofString())
				.body()
				.lines()
				.filter((line) -> line.startsWith(name + " "))
				.map((line) -> Double.parseDouble(line.substring(name.length() + 1)))
				.findFirst()
				.orElseThrow();
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Kills all and removes their files. */
	@Override
	public void close() {
		this.members.forEach(Member::kill);
		delete(this.directory);
	}

	private static void delete(Path directory) {
		if (Files.exists(directory)) {
			try (Stream<Path> files = Files.walk(directory)) {
				files.sorted((a, b) -> b.compareTo(a)).forEach((file) -> file.toFile().delete());
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** One process of etcd. */
	final class Member {

		private final String name;

		private final int port = freePort();

		private final int peerPort = freePort();

		private Process process;

		private Member(String name) {
			this.name = name;
		}

		URI endpoint() {
			String scheme = EtcdServer.this.options.contains("--cert-file") ? "https" : "http";
			return URI.create(scheme + "://127.0.0.1:" + this.port);
		}

		private String peer() {
			return "http://127.0.0.1:" + this.peerPort;
		}

		Path data() {
			return EtcdServer.this.directory.resolve(this.name);
		}

		/** Starts it, again, unless it runs. */
		void launch() {
			if (this.process != null && this.process.isAlive()) {
				return;
			}
			String cluster = EtcdServer.this.members.stream()
				.map((member) -> member.name + "=" + member.peer())
				.collect(Collectors.joining(","));
			List<String> command = new ArrayList<>(List.of("etcd", "--name", this.name, "--data-dir", data().toString(),
					"--listen-client-urls", endpoint().toString(), "--advertise-client-urls", endpoint().toString(),
					"--listen-peer-urls", peer(), "--initial-advertise-peer-urls", peer(), "--initial-cluster",
					cluster));
			command.addAll(EtcdServer.this.options);
			try {
				this.process = new ProcessBuilder(command).redirectErrorStream(true)
					.redirectOutput(log().toFile())
					.start();
				running.add(this.process);
			}
			catch (IOException ex) {
				throw new IllegalStateException(INSTALL, ex);
			}
		}

		private Path log() {
			return EtcdServer.this.directory.resolve(this.name + ".log");
		}

		void awaitUp() {
			Awaitility.await("etcd on port " + this.port)
				.atMost(Duration.ofSeconds(30))
				.pollInterval(Duration.ofMillis(50))
				.until(() -> {
					if (!this.process.isAlive()) {
						throw new IllegalStateException("etcd ended at once: " + Files.readString(log()));
					}
					return Files.readString(log()).contains("ready to serve client requests");
				});
		}

		/** Starts it again, and waits until it answers. */
		void restart() {
			launch();
			awaitUp();
		}

		/** Stops its execution: it takes connections, and answers nothing. */
		void freeze() {
			signal("-STOP");
		}

		/** Lets it go on. */
		void thaw() {
			signal("-CONT");
		}

		/** Ends it as {@code kill -9} does. */
		void kill() {
			if (this.process == null || !this.process.isAlive()) {
				return;
			}
			signal("-KILL");
			signal("-CONT");
			try {
				if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
					throw new IllegalStateException("etcd " + this.process.pid() + " does not end");
				}
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			running.remove(this.process);
		}

		/** Removes its data; it must not run. */
		void wipe() {
			delete(data());
		}

		/** Puts a snapshot, made by {@code etcdctl}, in the place of its data. */
		void restore(Path snapshot) {
			wipe();
			ctlAt(endpoint(), "snapshot", "restore", snapshot.toString(), "--name", this.name, "--data-dir",
					data().toString(), "--initial-cluster", this.name + "=" + peer(), "--initial-advertise-peer-urls",
					peer());
		}

		private void signal(String signal) {
			if (!this.process.isAlive()) {
				return;
			}
			try {
				new ProcessBuilder("kill", signal, String.valueOf(this.process.pid())).start().waitFor();
			}
			catch (IOException | InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
