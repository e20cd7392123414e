import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An application in a process of its own, which ends with this one. */
final class App implements AutoCloseable {

	/**
	 * What takes long in these processes is their start. A small code cache fills up, and
	 * is tidied up by a full collection: a pause that is none of ours.
	 */
	private static final List<String> QUICK_START = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
			"-XX:ReservedCodeCacheSize=240m");

	private final String name;

	private final Process process;

	private final Path log;

	final Http http;

	private App(String name, Process process, Path log, Http http) {
		this.name = name;
		this.process = process;
		this.log = log;
		this.http = http;
		Runtime.getRuntime().addShutdownHook(new Thread(this::close));
	}

	/** Starts a jar, with its AOT cache if it has one; {@code name} is the log's. */
	static App start(String name, Path directory, Path jar, String... arguments) {
		return start(name, directory, jar, freePort(), arguments);
	}

	/** Starts a jar that is to serve the port. */
	static App start(String name, Path directory, Path jar, int port, String... arguments) {
		return start(name, directory, jar, List.of(), List.of(), Host.HERE, port, arguments);
	}

	/** As above, on any host, with a command before Java's, and options for Java. */
	static App start(String name, Path directory, Path jar, List<String> before, List<String> options, Host host,
			int port, String... arguments) {
		List<String> command = new ArrayList<>(host.command());
		command.addAll(before);
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(QUICK_START);
		command.addAll(options);
		if (Files.exists(AotCache.of(jar))) {
			command.add("-XX:AOTCache=" + AotCache.of(jar));
		}
		command.addAll(List.of("-jar", jar.toString()));
		command.addAll(List.of(arguments));
		command.add("--server.port=" + port);
		return run(name, directory, new Http(host.clients(), port), command);
	}

	/** Starts any command that is to serve the port. */
	static App run(String name, Path directory, int port, List<String> command) {
		return run(name, directory, new Http(port), command);
	}

	private static App run(String name, Path directory, Http http, List<String> command) {
		try {
			Files.createDirectories(directory);
			Path log = directory.resolve(name + ".log");
			Process process = new ProcessBuilder(command).directory(directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(log.toFile())
				.start();
			return new App(name, process, log, http);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	App awaitHealthy() {
		return awaitHealthy(this.http);
	}

	/** As above, with the actuator on a port of its own. */
	App awaitHealthy(Http actuator) {
		await("healthy", Duration.ofSeconds(90), () -> {
			Http.Answer health = actuator.tryGet("/actuator/health");
			return health != null && health.status() == 200 && health.text("status").equals("UP");
		});
		return this;
	}

	void await(String what, Duration atMost, Condition condition) {
		long deadline = System.nanoTime() + atMost.toNanos();
		while (!condition.holds()) {
			Check.that(this.process.isAlive(), () -> this.name + " ended before it was " + what + "\n" + tail());
			Check.that(System.nanoTime() < deadline,
					() -> this.name + " was not " + what + " within " + atMost + "\n" + tail());
			Check.pause(Duration.ofMillis(50));
		}
	}

	/** Waits until something is so, or the process has ended. */
	void awaitEndOr(Duration atMost, Condition condition) {
		long deadline = System.nanoTime() + atMost.toNanos();
		while (isAlive() && !condition.holds()) {
			Check.that(System.nanoTime() < deadline, () -> this.name + " did nothing within " + atMost + "\n" + tail());
			Check.pause(Duration.ofMillis(50));
		}
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	List<String> log() {
		try {
			// A killed process may leave half a character
			return new String(Files.readAllBytes(this.log), StandardCharsets.ISO_8859_1).lines().toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private String tail() {
		List<String> lines = log();
		return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
	}

	/**
	 * kill -9: nothing of the process runs any more, no shutdown hook either. What its
	 * clients are to do is done when the signal is out, before the process is seen to be
	 * gone.
	 */
	void kill(Runnable clients) {
		this.process.destroyForcibly();
		clients.run();
		exitCode(Duration.ofSeconds(10));
	}

	/** Takes the process's processor away: it neither runs nor ends. */
	void pause() {
		signal("STOP");
	}

	void resume() {
		signal("CONT");
	}

	/** Has it share one processor with so many programs that never rest. */
	List<Process> starve(int programs) {
		List<Process> busy = new ArrayList<>();
		for (int i = 0; i < programs; i++) {
			busy.add(LocalCluster.server(this.log.getParent(), "busy-" + i, "taskset", "-c", "0", "sh", "-c",
					"while :; do :; done"));
		}
		Commands.run(List.of("taskset", "-a", "-p", "-c", "0", "" + this.process.pid()));
		return busy;
	}

	/** It has every processor again. */
	void feed() {
		Commands.run(List.of("taskset", "-a", "-p", "-c", "0-" + (Runtime.getRuntime().availableProcessors() - 1),
				"" + this.process.pid()));
	}

	private void signal(String name) {
		try {
			Check.equal(0, new ProcessBuilder("kill", "-" + name, "" + this.process.pid()).inheritIO().start().waitFor(),
					"kill -" + name);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** How much memory the process has. */
	long residentMebibytes() {
		try {
			Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", "" + this.process.pid()).start();
			return Long.parseLong(new String(ps.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip())
					/ 1024;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** SIGTERM, and nothing more. */
	void askToEnd() {
		this.process.destroy();
	}

	/** SIGTERM, and the exit code that follows. */
	int terminate() {
		this.process.destroy();
		return exitCode(Duration.ofSeconds(40));
	}

	int exitCode(Duration atMost) {
		try {
			Check.that(this.process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS),
					() -> this.name + " did not end within " + atMost + "\n" + tail());
			return this.process.exitValue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.process.descendants().forEach(ProcessHandle::destroyForcibly);
		this.process.destroyForcibly();
	}

	interface Condition {

		boolean holds();

	}

}
