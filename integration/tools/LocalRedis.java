import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A Redis in a process of its own. What it acknowledges is in its file, so that a kill at
 * any moment loses nothing.
 */
final class LocalRedis {

	private final Path directory;

	private final String name;

	private final Host host;

	private final List<String> options;

	final int port;

	private Process process;

	/** Starts a server. */
	LocalRedis(Path directory, String name, Host host, String... options) {
		this.directory = directory;
		this.name = name;
		this.host = host;
		this.options = List.of(options);
		this.port = host.port(6379);
		start();
	}

	String address() {
		return this.host.address();
	}

	void start() {
		List<String> command = new ArrayList<>(this.host.command());
		command.addAll(List.of("redis-server", "--port", "" + this.port, "--bind", this.host.listens(),
				"--protected-mode", "no", "--save", "", "--appendonly", "yes", "--appendfsync", "always",
				"--maxmemory-policy", "noeviction"));
		command.addAll(this.options);
		this.process = LocalCluster.server(this.directory, this.name, command.toArray(String[]::new));
	}

	void kill() {
		LocalCluster.end(this.process);
	}

	/** Waits until its INFO has a line. */
	void await(String line) {
		long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
		while (ask("INFO").lines().noneMatch(line::equals)) {
			Check.that(System.nanoTime() < deadline, () -> this.name + " does not say " + line);
			Check.pause(Duration.ofMillis(50));
		}
	}

	/** What it answers. */
	String ask(String... command) {
		List<String> all = new ArrayList<>(List.of("redis-cli", "-h", address(), "-p", "" + this.port));
		all.addAll(List.of(command));
		return Commands.run(all);
	}

}
