package dev.cajun.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A Redis of the benchmark's own, found on the PATH: append-only file synced every
 * second, on a free port of the loopback interface.
 */
public final class RedisChild implements AutoCloseable {

	private static final String DEBIAN = "redis-server redis-tools";

	private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

	private final int port;

	private final Path directory;

	private final Process process;

	private final Thread killer;

	private RedisChild(int port, Path directory, Process process) {
		this.port = port;
		this.directory = directory;
		this.process = process;
		this.killer = Thread.ofPlatform().unstarted(process::destroyForcibly);
		Runtime.getRuntime().addShutdownHook(this.killer);
	}

	/**
	 * Starts a server.
	 * @param parent where it gets a directory of its own, which is deleted with it
	 * @return a server that answers
	 * @throws IllegalStateException if there is no {@code redis-server} on the PATH, or
	 * it does not answer
	 */
	public static RedisChild start(Path parent) {
		int port = Children.freePort();
		try {
			Path directory = Files.createTempDirectory(Files.createDirectories(parent).toAbsolutePath(), "redis-");
			Process process = Children.start(List.of("redis-server", "--port", Integer.toString(port), "--bind",
					"127.0.0.1", "--dir", directory.toString(), "--logfile", "redis.log", "--save", "", "--appendonly",
					"yes", "--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0"), DEBIAN);
			RedisChild child = new RedisChild(port, directory, process);
			child.await(() -> child.cli("PING").contains("PONG"));
			return child;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Runs a program to its end. */
	static String output(List<String> command) {
		return Children.output(command, DEBIAN);
	}

	int port() {
		return this.port;
	}

	/**
	 * Where it is reached.
	 * @return host and port
	 */
	public String address() {
		return "127.0.0.1:" + this.port;
	}

	/** Sends a command. */
	String cli(String... command) {
		List<String> words = new ArrayList<>(List.of("redis-cli", "-p", Integer.toString(this.port)));
		words.addAll(List.of(command));
		return output(words);
	}

	/** Removes what the bare script wrote, and with it what the file has of the past. */
	void tidy() {
		cli("EVAL", "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('UNLINK', key) end", "0",
				BareScript.PATTERN);
		cli("HSET", BareScript.FENCE, "epoch", BareScript.EPOCH);
		cli("BGREWRITEAOF");
		await(() -> {
			String info = cli("INFO", "persistence");
			return info.contains("aof_rewrite_in_progress:0") && info.contains("aof_rewrite_scheduled:0");
		});
	}

	/** Processor time used so far. */
	long cpuNanos() {
		return this.process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
	}

	private void await(BooleanSupplier condition) {
		Children.await(this.process, "redis-server on port " + this.port, condition, PATIENCE_NANOS);
	}

	@Override
	public void close() {
		Runtime.getRuntime().removeShutdownHook(this.killer);
		Children.end(this.process, this.directory);
	}

}
