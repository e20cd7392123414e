package dev.cajun;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Runs a simulation with many seeds, each on one thread and as many at once as there are
 * processors. The seeds are the same every time, unless system properties say otherwise:
 * {@code -Dcajun.simulation.seeds=5000} runs more, {@code -Dcajun.simulation.first=100}
 * starts with another, {@code -Dcajun.simulation.seed=17} runs one.
 */
public final class Seeds {

	private static final String COUNT = "cajun.simulation.seeds";

	private static final String FIRST = "cajun.simulation.first";

	private static final String ONE = "cajun.simulation.seed";

	/** Failures after which the other seeds are not run any more. */
	private static final int ENOUGH = 10;

	private Seeds() {
	}

	/**
	 * Fails with one line for each seed that failed: the command that runs it again.
	 * @param test whose simulation it is
	 * @param count how many seeds to run when no property says so
	 * @param run runs one
	 */
	public static void run(Class<?> test, long count, LongConsumer run) {
		Long one = Long.getLong(ONE);
		long first = (one != null) ? one : Long.getLong(FIRST, 1);
		long seeds = (one != null) ? 1 : Long.getLong(COUNT, count);
		Map<Long, Throwable> failed = new ConcurrentSkipListMap<>();
		try (ExecutorService threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
			LongStream.range(first, first + seeds).forEach((seed) -> threads.execute(() -> {
				try {
					if (failed.size() < ENOUGH) {
						run.accept(seed);
					}
				}
				catch (Throwable ex) {
					failed.put(seed, ex);
				}
			}));
		}
		if (!failed.isEmpty()) {
			String again = failed.keySet()
				.stream()
				.map((seed) -> "./mvnw -pl cajun-runtime test -Dtest=" + test.getSimpleName() + " -D" + ONE + "="
						+ seed)
				.collect(Collectors.joining("\n"));
			List<Throwable> errors = List.copyOf(failed.values());
			AssertionError error = new AssertionError(
					"Seeds that failed, and how to run each again:\n" + again + "\n" + errors.get(0).getMessage(),
					errors.get(0));
			errors.stream().skip(1).forEach(error::addSuppressed);
			throw error;
		}
	}

}
