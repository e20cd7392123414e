package dev.cajun.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import com.sun.management.OperatingSystemMXBean;

/** The machine that measures, and how busy it is otherwise. */
final class Machine {

	private static final Path STAT = Path.of("/proc/stat");

	private static final Path CPUINFO = Path.of("/proc/cpuinfo");

	/** Linux reports processor time in hundredths of a second, on every machine. */
	private static final long NANOS_PER_TICK = 10_000_000;

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private static final String UNKNOWN = "unknown";

	private Machine() {
	}

	static String describe() {
		StringBuilder line = new StringBuilder("machine");
		facts().forEach((name, value) -> line.append(' ')
			.append(name)
			.append('=')
			.append((value instanceof String text && !text.matches("\\S*")) ? '"' + text + '"' : value));
		return line.append(String.format(Locale.ROOT, " load=%.2f", load())).toString();
	}

	/** What does not change while something is measured, by name. */
	static Map<String, Object> facts() {
		Map<String, Object> facts = new LinkedHashMap<>();
		facts.put("cores", Runtime.getRuntime().availableProcessors());
		facts.put("cpu", model());
		facts.put("memory_mb", SYSTEM.getTotalMemorySize() >> 20);
		facts.put("os", System.getProperty("os.name") + "-" + System.getProperty("os.arch"));
		facts.put("kernel", System.getProperty("os.version"));
		facts.put("jdk", System.getProperty("java.vendor.version") + " " + Runtime.version());
		return facts;
	}

	private static String model() {
		try (Stream<String> lines = Files.lines(CPUINFO)) {
			return lines.filter((line) -> line.startsWith("model name"))
				.map((line) -> line.substring(line.indexOf(':') + 1).strip())
				.findFirst()
				.orElse(UNKNOWN);
		}
		catch (IOException | UncheckedIOException ex) {
			return UNKNOWN;
		}
	}

	/** Processes that ran or waited for a core, on average of the last minute. */
	static double load() {
		return SYSTEM.getSystemLoadAverage();
	}

	/** Processor time of this JVM, in nanoseconds. */
	static long ownNanos() {
		return SYSTEM.getProcessCpuTime();
	}

	/**
	 * Processor time of everything on the machine, in nanoseconds; NaN where that is not
	 * known.
	 */
	static double busyNanos() {
		try {
			String[] fields = Files.readAllLines(STAT).get(0).split(" +", -1);
			// user, nice, system, (idle, iowait), irq, softirq, steal
			long ticks = 0;
			for (int field : new int[] { 1, 2, 3, 6, 7, 8 }) {
				ticks += Long.parseLong(fields[field]);
			}
			return (double) ticks * NANOS_PER_TICK;
		}
		catch (IOException | RuntimeException ex) {
			return Double.NaN;
		}
	}

}
