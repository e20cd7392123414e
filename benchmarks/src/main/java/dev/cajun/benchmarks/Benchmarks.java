package dev.cajun.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The program behind {@code benchmarks/run}. */
public final class Benchmarks {

	static final Map<String, Benchmark> BY_NAME = byName();

	private Benchmarks() {
	}

	private static Map<String, Benchmark> byName() {
		Map<String, Benchmark> benchmarks = new LinkedHashMap<>();
		benchmarks.put("tell", new TellBenchmark());
		benchmarks.put("ask-local", new AskLocalBenchmark());
		benchmarks.put("activate", new ActivateBenchmark());
		benchmarks.put("idle", new IdleBenchmark());
		benchmarks.put("embedded", new EmbeddedBenchmark());
		benchmarks.put("redis", new RedisBenchmark());
		benchmarks.put("ask-remote", new AskRemoteBenchmark());
		benchmarks.put("failover", new FailOverBenchmark());
		benchmarks.put("drain", new DrainBenchmark());
		benchmarks.put("micro", new MicroBenchmark());
		return benchmarks;
	}

	/**
	 * Runs one benchmark.
	 * @param args its name and options
	 * @throws IOException if there is no place for what is stored
	 */
	public static void main(String[] args) throws IOException {
		Benchmark benchmark = (args.length == 0) ? null : BY_NAME.get(args[0]);
		if (benchmark == null) {
			System.err.print(usage());
			System.exit((args.length == 0) ? 0 : 2);
			return;
		}
		Options options;
		try {
			options = Options.parse(List.of(args).subList(1, args.length), benchmark.defaults(),
					benchmark.takesPattern());
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage());
			System.exit(2);
			return;
		}
		try (Workplace workplace = new Workplace(Path.of(options.directory()))) {
			run(args, benchmark, options, workplace);
		}
		catch (IllegalStateException ex) {
			System.err.println("Failed: " + ex.getMessage());
			System.exit(1);
		}
	}

	private static void run(String[] args, Benchmark benchmark, Options options, Workplace workplace)
			throws IOException {
		List<String> jvmOptions = options.jvmOptions(benchmark.heap());
		Report report = new Report(args[0], options, jvmOptions);
		System.out.println(Machine.describe() + " jvm=\"" + String.join(" ", jvmOptions) + "\"");
		// What is still under way when the time is up, and a peer that starts, take some.
		Duration patience = Duration.ofNanos(Options.nanos(Math.max(options.seconds(), options.soak()))).plusMinutes(5);
		Session.Factory factory = (side, address) -> ChildJvm.start(side, jvmOptions,
				(address != null) ? address : workplace.next().toString(), patience);
		try {
			benchmark.run(options, factory, (figure) -> {
				if (!figure.isEmpty()) {
					System.out.println(figure);
					report.add(figure);
				}
			});
		}
		catch (IllegalStateException ex) {
			report.failed(ex);
			throw ex;
		}
		finally {
			System.out.println("written to " + report.write(options.output()));
		}
	}

	private static String usage() {
		List<String> lines = new ArrayList<>();
		lines.add("usage: benchmarks/run NAME [OPTION VALUE]...");
		lines.add("       benchmarks/run micro [PATTERN] [OPTION VALUE]...");
		BY_NAME.forEach((name, benchmark) -> lines.add("  %-15s %s".formatted(name, benchmark.description())));
		lines.add(Options.USAGE);
		return String.join(System.lineSeparator(), lines);
	}

	/** Directories for what is stored, deleted at the end. */
	private static final class Workplace implements AutoCloseable {

		private final Path root;

		private int count;

		Workplace(Path parent) throws IOException {
			this.root = Files.createTempDirectory(Files.createDirectories(parent), "data-");
		}

		Path next() {
			return this.root.resolve(Integer.toString(this.count++));
		}

		@Override
		public void close() throws IOException {
			List<Path> paths;
			try (var files = Files.walk(this.root)) {
				paths = new ArrayList<>(files.toList());
			}
			for (Path path : paths.reversed()) {
				Files.deleteIfExists(path);
			}
		}

	}

}
