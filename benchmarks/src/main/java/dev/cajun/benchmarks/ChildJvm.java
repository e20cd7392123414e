package dev.cajun.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/** A session in a JVM of its own. */
final class ChildJvm implements Session {

	/** What Pekko opens; given to all. */
	static final List<String> OPENED = opened();

	private static final String END = "end of output";

	private final Side side;

	private final Process process;

	private final PrintStream commands;

	private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

	private final Thread killer;

	private final Duration patience;

	private ChildJvm(Side side, Process process, Duration patience) {
		this.side = side;
		this.process = process;
		this.patience = patience;
		this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
		this.killer = Thread.ofPlatform().unstarted(process::destroyForcibly);
		Runtime.getRuntime().addShutdownHook(this.killer);
		Thread.ofPlatform().daemon().name("output of " + side.label()).start(this::read);
	}

	private static List<String> opened() {
		List<String> opened = new ArrayList<>(List.of("--add-opens=java.base/java.nio=ALL-UNNAMED",
				"--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED"));
		if (Runtime.version().feature() >= 23) {
			opened.add("--sun-misc-unsafe-memory-access=allow");
		}
		return List.copyOf(opened);
	}

	/**
	 * Starts a JVM.
	 * @param side who does the work
	 * @param jvmOptions heap settings and the like
	 * @param place where those who store something store it: a directory, or the address
	 * of a server
	 * @param patience how long a command may take
	 */
	static ChildJvm start(Side side, List<String> jvmOptions, String place, Duration patience) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(OPENED);
		command.addAll(jvmOptions);
		command
			.addAll(List.of("-cp", System.getProperty("java.class.path"), Worker.class.getName(), side.label(), place));
		try {
			Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
			return new ChildJvm(side, process, patience);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void read() {
		try (BufferedReader reader = this.process.inputReader(StandardCharsets.UTF_8)) {
			reader.lines().forEach(this.lines::add);
		}
		catch (IOException | UncheckedIOException ex) {
			this.lines.add(Worker.FAILED + ex);
		}
		this.lines.add(END);
	}

	@Override
	public Sample run(String command) {
		this.commands.println(command);
		long end = System.nanoTime() + this.patience.toNanos();
		for (String line = next(end); line != null; line = next(end)) {
			if (line.startsWith(Worker.RESULT)) {
				return Sample.parse(line.substring(Worker.RESULT.length()));
			}
			if (line.startsWith(Worker.FAILED) || line.equals(END)) {
				throw new IllegalStateException(this.side.label() + ": " + line);
			}
		}
		throw new IllegalStateException(
				this.side.label() + ": '" + command + "' took longer than " + this.patience.toSeconds() + " s");
	}

	private @Nullable String next(long end) {
		try {
			return this.lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	@Override
	public long cpuNanos() {
		return Stream.concat(Stream.of(this.process.toHandle()), this.process.descendants())
			.mapToLong((each) -> each.info().totalCpuDuration().map(Duration::toNanos).orElse(0L))
			.sum();
	}

	@Override
	public void close() {
		this.commands.close();
		try {
			if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
		}
		Runtime.getRuntime().removeShutdownHook(this.killer);
	}

}
