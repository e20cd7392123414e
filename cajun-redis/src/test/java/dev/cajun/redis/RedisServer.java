package dev.cajun.redis;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.lettuce.core.RedisURI;
import org.awaitility.Awaitility;

/**
 * A real {@code redis-server}, found on the PATH and started as a child process on a free
 * port of the loopback interface, with a directory of its own. It can be stopped, killed,
 * frozen and started again over the same data, and asked anything.
 */
final class RedisServer implements AutoCloseable {

	private static final Set<Process> running = ConcurrentHashMap.newKeySet();

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> running.forEach(Process::destroyForcibly)));
	}

	private final Path directory;

	private final int port;

	private final List<String> options;

	private Process process;

	private RedisServer(Path directory, int port, List<String> options) {
		this.directory = directory;
		this.port = port;
		this.options = options;
	}

	/**
	 * Starts a server with an append-only file that is synced every second.
	 * @param options more of {@code redis.conf}, such as {@code "--maxmemory", "10mb"}
	 */
	static RedisServer start(String... options) {
		return start(freePort(), options);
	}

	/** Starts a server on this port. */
	static RedisServer start(int port, String... options) {
		try {
			RedisServer server = new RedisServer(Files.createTempDirectory("cajun-redis-"), port, List.of(options));
			server.startAgain();
			return server;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Starts it over what its directory holds; waits until it answers. */
	void startAgain() {
		launch();
		Awaitility.await("Redis on port " + this.port).atMost(Duration.ofSeconds(30)).until(() -> {
			if (!this.process.isAlive()) {
				throw new IllegalStateException("redis-server ended at once: " + log());
			}
			return isUp();
		});
	}

	/**
	 * Starts it without waiting for its answer.
	 * @param more options for this run alone
	 */
	void launch(String... more) {
		// It shall take a file that must not grow for a full disk, and not for a reason
		// to end
		List<String> command = new ArrayList<>(List.of("sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh", "redis-server",
				"--port", String.valueOf(this.port), "--bind", "127.0.0.1", "--dir", this.directory.toString(),
				"--logfile", "redis.log", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
				"--daemonize", "no", "--enable-debug-command", "yes"));
		command.addAll(this.options);
		command.addAll(List.of(more));
		try {
			this.process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(this.directory.resolve("redis.out").toFile())
				.start();
			running.add(this.process);
		}
		catch (IOException ex) {
			throw new IllegalStateException(
					"These tests need 'redis-server' 7.0 or newer on the PATH: install it (Debian: apt-get install redis-server)",
					ex);
		}
	}

	private boolean isUp() {
		try (Connection connection = connect()) {
			return "PONG".equals(connection.ask("PING"));
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	int port() {
		return this.port;
	}

	/** The port of its cluster bus, where it has one. */
	String clusterPort() {
		return this.options.get(this.options.indexOf("--cluster-port") + 1);
	}

	long pid() {
		return this.process.pid();
	}

	/** Where it keeps its files. */
	Path directory() {
		return this.directory;
	}

	RedisURI uri() {
		return RedisURI.create("127.0.0.1", this.port);
	}

	/** What it wrote into its log. */
	String log() {
		try {
			return Files.readString(this.directory.resolve("redis.log"), StandardCharsets.UTF_8)
					+ Files.readString(this.directory.resolve("redis.out"), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	/** Stops it in order: what it acknowledged is on the disk. */
	void stop() {
		end("-TERM");
	}

	/** Ends it as {@code kill -9} does. */
	void kill() {
		end("-KILL");
	}

	/** Stops its execution: it takes connections, and answers nothing. */
	void freeze() {
		signal("-STOP");
	}

	/** Lets it go on. */
	void thaw() {
		signal("-CONT");
	}

	/** Lets none of its files grow beyond a size, as if the disk were full. On Linux. */
	void limitFiles(long bytes) {
		fileSize(bytes + ":");
	}

	/** There is space again. */
	void unlimitFiles() {
		fileSize("unlimited:");
	}

	private void fileSize(String limit) {
		if (run("prlimit", "--pid", String.valueOf(this.process.pid()), "--fsize=" + limit) != 0) {
			throw new IllegalStateException("These tests need 'prlimit' of util-linux on the PATH");
		}
	}

	private void end(String signal) {
		if (!this.process.isAlive()) {
			return;
		}
		signal(signal);
		signal("-CONT");
		try {
			if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
				throw new IllegalStateException("redis-server " + this.process.pid() + " does not end");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		running.remove(this.process);
	}

	private void signal(String signal) {
		if (this.process.isAlive()) {
			run("kill", signal, String.valueOf(this.process.pid()));
		}
	}

	private static int run(String... command) {
		try {
			return new ProcessBuilder(command).start().waitFor();
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Sends one command over a connection of its own.
	 * @return a {@link String} (decoded as ISO 8859-1), a {@link Long}, a {@link List} of
	 * these, or {@code null}
	 * @throws IllegalStateException with the text of an error reply
	 */
	Object ask(String... command) {
		try (Connection connection = connect()) {
			return connection.ask(command);
		}
	}

	/** Whether a script runs for longer than {@code busy-reply-threshold}. */
	boolean isBusy() {
		try {
			ask("GET", "x");
			return false;
		}
		catch (IllegalStateException ex) {
			return ex.getMessage().startsWith("BUSY");
		}
	}

	/** The keys that match, sorted. */
	List<String> keys(String pattern) {
		return ((List<?>) ask("KEYS", pattern)).stream().map(String::valueOf).sorted().toList();
	}

	/** A line of {@code INFO}, without its name. */
	String info(String name) {
		return String.valueOf(ask("INFO"))
			.lines()
			.filter((line) -> line.startsWith(name + ":"))
			.map((line) -> line.substring(name.length() + 1))
			.findFirst()
			.orElseThrow();
	}

	/** A connection that is none of the store's. */
	Connection connect() {
		return new Connection(this.port);
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

	/**
	 * A port that stays free while its server is away: below those that the system gives
	 * to connections.
	 */
	static int freePort() {
		for (int attempt = 0;; attempt++) {
			int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
			try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
				return socket.getLocalPort();
			}
			catch (BindException ex) {
				if (attempt == 100) {
					throw new UncheckedIOException(ex);
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	/** A plain connection: one command, one reply. Not thread-safe. */
	static final class Connection implements AutoCloseable {

		private final Socket socket = new Socket();

		private final InputStream in;

		Connection(int port) {
			try {
				this.socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
				this.socket.setSoTimeout(30_000);
				this.socket.setTcpNoDelay(true);
				this.in = new BufferedInputStream(this.socket.getInputStream());
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		Object ask(String... command) {
			send(command);
			return receive();
		}

		void send(String... command) {
			try {
				ByteArrayOutputStream bytes = new ByteArrayOutputStream();
				bytes.writeBytes(("*" + command.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
				for (String part : command) {
					byte[] value = part.getBytes(StandardCharsets.UTF_8);
					bytes.writeBytes(("$" + value.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
					bytes.writeBytes(value);
					bytes.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
				}
				this.socket.getOutputStream().write(bytes.toByteArray());
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		Object receive() {
			try {
				return read();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		private Object read() throws IOException {
			String line = line();
			String rest = line.substring(1);
			return switch (line.charAt(0)) {
				case '+' -> rest;
				case '-' -> throw new IllegalStateException(rest);
				case ':' -> Long.valueOf(rest);
				case '$' -> bulk(Integer.parseInt(rest));
				case '*' -> {
					int length = Integer.parseInt(rest);
					if (length < 0) {
						yield null;
					}
					List<Object> list = new ArrayList<>();
					for (int i = 0; i < length; i++) {
						list.add(read());
					}
					yield list;
				}
				default -> throw new IOException("What is '" + line + "'?");
			};
		}

		private String bulk(int length) throws IOException {
			if (length < 0) {
				return null;
			}
			byte[] value = this.in.readNBytes(length);
			if (value.length < length) {
				throw new EOFException();
			}
			line();
			return new String(value, StandardCharsets.ISO_8859_1);
		}

		private String line() throws IOException {
			StringBuilder text = new StringBuilder();
			for (int c = this.in.read(); c != '\r'; c = this.in.read()) {
				if (c < 0) {
					throw new EOFException();
				}
				text.append((char) c);
			}
			this.in.read();
			return text.toString();
		}

		@Override
		public void close() {
			try {
				this.socket.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
