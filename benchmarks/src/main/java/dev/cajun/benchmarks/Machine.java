package dev.cajun.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

import com.sun.management.OperatingSystemMXBean;

/** The machine that measures, and how busy it is otherwise. */
final class Machine {

	private static final Path STAT = Path.of("/proc/stat");

	/** Linux reports processor time in hundredths of a second, on every machine. */
	private static final long NANOS_PER_TICK = 10_000_000;

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private Machine() {
	}

	static String describe() {
		return String.format(Locale.ROOT, "machine cores=%d memory=%dMB os=%s-%s jdk=\"%s %s\" load=%.2f",
				Runtime.getRuntime().availableProcessors(), SYSTEM.getTotalMemorySize() >> 20,
				System.getProperty("os.name"), System.getProperty("os.arch"), System.getProperty("java.vendor.version"),
				Runtime.version(), SYSTEM.getSystemLoadAverage());
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
