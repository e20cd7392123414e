package dev.cajun.spring.autoconfigure.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * A real {@code redis-server}, found on the PATH and started as a child process on the
 * loopback interface, with a directory of its own. It can be killed and started again.
 */
public final class RedisProcess implements AutoCloseable {

	private static final Set<Process> running = ConcurrentHashMap.newKeySet();

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> running.forEach(Process::destroyForcibly)));
	}

	private final Path directory;

	private final int port;

	private final List<String> options;

	private Process process;

	private int starts;

	private RedisProcess(Path directory, int port, List<String> options) {
		this.directory = directory;
		this.port = port;
		this.options = options;
	}

	/**
	 * A server that is not started.
	 * @param options more of {@code redis.conf}; {@code --port 0} leaves it to others
	 */
	static RedisProcess prepare(String... options) {
		try {
			return new RedisProcess(Files.createTempDirectory("cajun-redis-"), freePort(), List.of(options));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** A server that is started, with an append-only file. */
	public static RedisProcess started(String... options) {
		RedisProcess server = prepare(options);
		server.start();
		return server;
	}

	/**
	 * Starts it, again, over what its directory holds; waits until it is ready. What it
	 * acknowledges is in its file, so that a kill at any moment loses nothing.
	 */
	void start() {
		// A master waits 5 s for more replicas before it brings one up to date
		start("redis-server", List.of("--appendonly", "yes", "--appendfsync", "always", "--save", "",
				"--repl-diskless-sync-delay", "0"));
	}

	/** Starts it as a sentinel. */
	void startSentinel(String configuration) {
		try {
			Path file = this.directory.resolve("sentinel.conf");
			Files.writeString(file, configuration);
			run(List.of("redis-server", file.toString(), "--sentinel", "--port", String.valueOf(this.port), "--bind",
					"127.0.0.1"), "Sentinel ID is");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void start(String program, List<String> more) {
		List<String> command = new ArrayList<>(List.of(program, "--port", String.valueOf(this.port), "--bind",
				"127.0.0.1", "--dir", this.directory.toString(), "--daemonize", "no"));
		command.addAll(more);
		command.addAll(this.options);
		run(command, "Ready to accept connections");
	}

	private void run(List<String> command, String ready) {
		Path log = this.directory.resolve("out-" + ++this.starts + ".log");
		try {
			this.process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		}
		catch (IOException ex) {
			throw new IllegalStateException(
					"These tests need 'redis-server' 7.0 or newer on the PATH: install it (Debian: apt-get install redis-server)",
					ex);
		}
		running.add(this.process);
		Awaitility.await("Redis on port " + this.port).atMost(Duration.ofSeconds(30)).until(() -> {
			String text = Files.readString(log);
			if (!this.process.isAlive()) {
				throw new IllegalStateException("redis-server ended at once: " + text);
			}
			return text.contains(ready);
		});
	}

	public int port() {
		return this.port;
	}

	public Path directory() {
		return this.directory;
	}

	/** Ends it as {@code kill -9} does. */
	void kill() {
		if (this.process == null) {
			return;
		}
		this.process.destroyForcibly();
		try {
			if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
				throw new IllegalStateException("redis-server does not end");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		running.remove(this.process);
	}

	/** Kills it and removes its files. */
	@Override
	public void close() {
		kill();
		try (Stream<Path> files = Files.walk(this.directory)) {
			files.sorted((a, b) -> b.compareTo(a)).forEach((file) -> file.toFile().delete());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
