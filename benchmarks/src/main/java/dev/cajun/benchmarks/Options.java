package dev.cajun.benchmarks;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What can be given on the command line. Immutable.
 *
 * @param seconds how long a timed measurement takes, above 0 to 600; default 2
 * @param rounds counted rounds, 1 to 100; default 5
 * @param warmup rounds before that, 0 to 100; default 2
 * @param forks JVMs one after the other in which {@code micro} measures each, with these
 * rounds; 0 to 10, 0 for this one, which measures nothing that counts; default 2
 * @param actors population of {@code activate}, {@code idle} and {@code drain}, 1 to
 * 4,000,000; 0, the default, is each benchmark's own
 * @param soak seconds that {@code embedded} writes before it measures the directory,
 * above 0 to 3600; default 60
 * @param settle seconds before and while {@code idle} measures the processor, above 0 to
 * 600; default 12: more than the time between two searches for idle actors
 * @param heap the heap of each JVM, as in {@code -Xmx}; empty, the default, is each
 * benchmark's own
 * @param jvm more options for each JVM
 * @param directory where stored state is put, below the build directory by default
 * @param output the file for machine and figures; empty, the default, for a new one below
 * the build directory
 * @param sides who takes part; default all
 * @param pattern a regular expression for names of {@code micro}; empty, the default, for
 * all
 */
record Options(double seconds, int rounds, int warmup, int forks, int actors, double soak, double settle, String heap,
		List<String> jvm, String directory, String output, Set<Side> sides, String pattern) {

	static final String USAGE = """
			  --seconds N     how long a timed measurement takes (2; micro: 1)
			  --rounds N      counted rounds (5)
			  --warmup N      rounds before that (2; micro: 3)
			  --forks N       JVMs in which micro measures each, one after the other (2)
			  --actors N      population of activate, idle and drain
			  --soak N        seconds that embedded writes before it measures its directory (60)
			  --settle N      seconds for which idle measures the processor (12)
			  --heap SIZE     heap of each JVM (2g; idle: 1536m, micro: 1g)
			  --jvm OPTIONS   more options for each JVM, separated by spaces
			  --directory D   where stored state is put (benchmarks/target)
			  --output FILE   where machine and figures are written
			                  (benchmarks/target/results/NAME-TIME.json)
			  --sides A,B     who takes part: project, state, fsync, redis, lettuce, server, peer,
			                  bare (all)
			""";

	Options {
		require(seconds > 0 && seconds <= 600, "--seconds: above 0 to 600");
		require(rounds >= 1 && rounds <= 100, "--rounds: 1 to 100");
		require(warmup >= 0 && warmup <= 100, "--warmup: 0 to 100");
		require(forks >= 0 && forks <= 10, "--forks: 0 to 10");
		require(actors >= 0 && actors <= 4_000_000, "--actors: 0 to 4000000");
		require(soak > 0 && soak <= 3600, "--soak: above 0 to 3600");
		require(settle > 0 && settle <= 600, "--settle: above 0 to 600");
	}

	private static void require(boolean holds, String range) {
		if (!holds) {
			throw new IllegalArgumentException(range);
		}
	}

	/** Parses pairs of a name and a value. */
	static Options parse(List<String> args) {
		return parse(args, Map.of(), false);
	}

	/**
	 * Parses pairs of a name and a value.
	 * @param args the pairs
	 * @param defaults where a benchmark has others
	 * @param takesPattern whether a pattern may come before them
	 */
	static Options parse(List<String> args, Map<String, String> defaults, boolean takesPattern) {
		Map<String, String> values = new LinkedHashMap<>(defaults);
		boolean hasPattern = takesPattern && !args.isEmpty() && !args.getFirst().startsWith("--");
		for (int i = hasPattern ? 1 : 0; i < args.size(); i += 2) {
			if (i + 1 == args.size()) {
				throw new IllegalArgumentException(args.get(i) + " needs a value");
			}
			values.put(args.get(i), args.get(i + 1));
		}
		Options options = new Options(Double.parseDouble(take(values, "--seconds", "2")),
				Integer.parseInt(take(values, "--rounds", "5")), Integer.parseInt(take(values, "--warmup", "2")),
				Integer.parseInt(take(values, "--forks", "2")), Integer.parseInt(take(values, "--actors", "0")),
				Double.parseDouble(take(values, "--soak", "60")), Double.parseDouble(take(values, "--settle", "12")),
				take(values, "--heap", ""), words(take(values, "--jvm", ""), " +"),
				take(values, "--directory", "target"), take(values, "--output", ""),
				sides(words(take(values, "--sides", ""), ",")), hasPattern ? args.getFirst() : "");
		if (!values.isEmpty()) {
			throw new IllegalArgumentException("Unknown: " + String.join(", ", values.keySet()));
		}
		return options;
	}

	private static String take(Map<String, String> values, String name, String otherwise) {
		String value = values.remove(name);
		return (value == null) ? otherwise : value;
	}

	private static List<String> words(String text, String separator) {
		return text.isBlank() ? List.of() : List.of(text.strip().split(separator, -1));
	}

	private static Set<Side> sides(List<String> labels) {
		return labels.isEmpty() ? EnumSet.allOf(Side.class) : EnumSet.copyOf(labels.stream().map(Side::of).toList());
	}

	int actorsOr(int ownDefault) {
		return (this.actors == 0) ? ownDefault : this.actors;
	}

	/** {@link #seconds()} in nanoseconds. */
	long nanos() {
		return nanos(this.seconds);
	}

	static long nanos(double seconds) {
		return (long) (seconds * 1e9);
	}

	/**
	 * The options of each JVM.
	 * @param ownHeap the heap unless one was given
	 */
	List<String> jvmOptions(String ownHeap) {
		String size = this.heap.isEmpty() ? ownHeap : this.heap;
		List<String> options = new ArrayList<>(List.of("-Xms" + size, "-Xmx" + size, "-XX:+UseG1GC"));
		options.addAll(this.jvm);
		return options;
	}

}
