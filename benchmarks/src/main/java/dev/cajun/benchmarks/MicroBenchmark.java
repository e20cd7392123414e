package dev.cajun.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import dev.cajun.benchmarks.micro.AppendBenchmark;
import dev.cajun.benchmarks.micro.ClaimBenchmark;
import dev.cajun.benchmarks.micro.OpenedStore;
import dev.cajun.benchmarks.micro.RecoveryBenchmark;
import dev.cajun.benchmarks.micro.StoreKind;
import dev.cajun.routing.RouteBenchmark;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Single operations, measured by JMH. A round of the output is one iteration of JMH. */
final class MicroBenchmark implements Benchmark {

	/**
	 * With the sides that take part, which are the values of its parameter where that is
	 * a store. Each is run, and its figures are printed, before the next begins.
	 */
	private static final Map<Class<?>, List<Side>> SIDES = sides();

	private static final Pattern CAPITAL = Pattern.compile("(?=[A-Z])");

	private static Map<Class<?>, List<Side>> sides() {
		Map<Class<?>, List<Side>> sides = new LinkedHashMap<>();
		sides.put(RouteBenchmark.class, List.of(Side.PROJECT));
		sides.put(AppendBenchmark.class, List.of(Side.STATE, Side.FSYNC, Side.REDIS));
		sides.put(RecoveryBenchmark.class, List.of(Side.STATE, Side.REDIS));
		sides.put(ClaimBenchmark.class, List.of(Side.REDIS));
		return sides;
	}

	@Override
	public String description() {
		return "single operations, with JMH: routing, append and recovery of 500 events, claims of shards; a pattern\n"
				+ " ".repeat(18) + "such as Append, or Route.*remote, chooses some";
	}

	@Override
	public String heap() {
		return "1g";
	}

	@Override
	public Map<String, String> defaults() {
		return Map.of("--seconds", "1", "--warmup", "3");
	}

	@Override
	public boolean takesPattern() {
		return true;
	}

	@Override
	public void run(Options options, Session.Factory factory, Consumer<Figure> report) {
		boolean found = false;
		for (Map.Entry<Class<?>, List<Side>> each : SIDES.entrySet()) {
			List<Side> sides = each.getValue().stream().filter(options.sides()::contains).toList();
			if (!sides.isEmpty()) {
				Collection<RunResult> results = run(each.getKey(), sides, options);
				results.forEach((result) -> report.accept(figure(result)));
				found |= !results.isEmpty();
			}
		}
		if (!found) {
			throw new IllegalStateException("No micro benchmark matches '" + options.pattern() + "'");
		}
	}

	private Collection<RunResult> run(Class<?> type, List<Side> sides, Options options) {
		TimeValue time = TimeValue.nanoseconds(options.nanos());
		List<String> jvm = new ArrayList<>(ChildJvm.OPENED);
		jvm.addAll(options.jvmOptions(heap()));
		jvm.add("-D" + OpenedStore.DIRECTORY + "=" + options.directory());
		try {
			return new Runner(new OptionsBuilder()
				.include("^(?=.*(?:" + options.pattern() + "))" + Pattern.quote(type.getName() + "."))
				.param("store", sides.stream().map(MicroBenchmark::store).toArray(String[]::new))
				.forks(options.forks())
				.warmupIterations(options.warmup())
				.warmupTime(time)
				.measurementIterations(options.rounds())
				.measurementTime(time)
				.jvmArgs(jvm.toArray(String[]::new))
				.shouldFailOnError(true)
				.verbosity(VerboseMode.SILENT)
				.build()).run();
		}
		catch (NoBenchmarksException ex) {
			return List.of();
		}
		catch (RunnerException ex) {
			throw new IllegalStateException("JMH: " + ex.getMessage(), ex);
		}
	}

	/** Read by those that have such a parameter. */
	private static String store(Side side) {
		return switch (side) {
			case STATE -> StoreKind.EMBEDDED_ACK.toString();
			case FSYNC -> StoreKind.EMBEDDED_FSYNC.toString();
			default -> side.label();
		};
	}

	private static Figure figure(RunResult result) {
		List<Double> scores = new ArrayList<>();
		for (BenchmarkResult fork : result.getBenchmarkResults()) {
			for (IterationResult iteration : fork.getIterationResults()) {
				scores.add(iteration.getPrimaryResult().getScore());
			}
		}
		return Figure.of(name(result), result.getPrimaryResult().getScoreUnit(),
				scores.stream().mapToDouble(Double::doubleValue).toArray());
	}

	/** {@code appendEvents} with {@code redis} is {@code append-events-redis}. */
	private static String name(RunResult result) {
		String benchmark = result.getParams().getBenchmark();
		int method = benchmark.lastIndexOf('.');
		String type = benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1, method);
		StringBuilder name = new StringBuilder();
		if (type.equals(RouteBenchmark.class.getSimpleName())) {
			// Its methods are named by what is found
			name.append("route-");
		}
		name.append(String.join("-", CAPITAL.split(benchmark.substring(method + 1), -1)).toLowerCase(Locale.ROOT));
		for (String parameter : result.getParams().getParamsKeys()) {
			name.append('-').append(result.getParams().getParam(parameter));
		}
		return name.toString();
	}

}
