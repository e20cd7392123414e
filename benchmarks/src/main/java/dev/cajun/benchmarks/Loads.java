package dev.cajun.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import com.sun.management.OperatingSystemMXBean;
import org.jspecify.annotations.Nullable;

/** The loops that put load on a contestant, the same for each. All are bounded. */
final class Loads {

	/** Tells that one sender leaves unhandled. */
	static final int OUTSTANDING_TELLS = 50_000;

	/** Activations that one sender leaves unfinished. */
	private static final int OUTSTANDING_ACTIVATIONS = 20_000;

	/** Sent between two looks at the clock and at what was handled. */
	private static final int BATCH = 1000;

	/** What is still under way when a loop ends must be over then. */
	private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

	private Loads() {
	}

	/** One sender, one actor, for as long as given; {@code rate} is tells a second. */
	static Sample tell(Contestant contestant, long nanos) {
		Contestant.Target target = contestant.target("tell");
		long before = contestant.handled();
		long sent = 0;
		long start = System.nanoTime();
		do {
			for (int i = 0; i < BATCH; i++) {
				target.tell();
			}
			sent += BATCH;
			awaitHandled(contestant, before + sent - OUTSTANDING_TELLS, start + nanos, true);
		}
		while (System.nanoTime() - start < nanos);
		awaitHandled(contestant, before + sent, start + nanos, true);
		return Sample.of("rate", rate(sent, start));
	}

	/**
	 * Callers on virtual threads ask actors chosen at random, one question at a time
	 * each; {@code rate} is answers a second, {@code p50}, {@code p99} and {@code cpu},
	 * the processor time per answer, are microseconds, {@code writes} is writes per
	 * answer.
	 * @param own whether no two callers ask the same actor, so that each question is a
	 * write of its own
	 */
	static Sample ask(Contestant contestant, int callers, int actors, long nanos, boolean call, boolean own)
			throws InterruptedException {
		if (own && callers > actors) {
			throw new IllegalArgumentException(callers + " callers cannot share " + actors + " actors");
		}
		List<String> all = keys(0, actors, 1);
		AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
		List<LatencyHistogram> latencies = new ArrayList<>(callers);
		CountDownLatch done = new CountDownLatch(callers);
		long[] answered = new long[callers];
		long writes = contestant.writes();
		long cpu = cpuNanos();
		long start = System.nanoTime();
		for (int caller = 0; caller < callers; caller++) {
			int index = caller;
			LatencyHistogram latency = new LatencyHistogram();
			latencies.add(latency);
			List<String> keys = own ? keys(caller, actors, callers) : all;
			Thread.startVirtualThread(() -> {
				try {
					answered[index] = askUntil(contestant, keys, new SplittableRandom(start + index), start + nanos,
							call, latency);
				}
				catch (Throwable ex) {
					failure.compareAndSet(null, ex);
				}
				finally {
					done.countDown();
				}
			});
		}
		if (!done.await(nanos + PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
			throw new IllegalStateException(done.getCount() + " callers wait for an answer");
		}
		double seconds = (System.nanoTime() - start) / 1e9;
		cpu = cpuNanos() - cpu;
		Throwable error = failure.get();
		if (error != null) {
			throw new IllegalStateException("An ask failed", error);
		}
		LatencyHistogram latency = new LatencyHistogram();
		latencies.forEach(latency::add);
		long total = 0;
		for (long count : answered) {
			total += count;
		}
		return Sample.of("rate", total / seconds)
			.and("p50", latency.quantile(0.5) / 1e3)
			.and("p99", latency.quantile(0.99) / 1e3)
			.and("cpu", cpu / 1e3 / total)
			.and("writes", (double) (contestant.writes() - writes) / total);
	}

	private static List<String> keys(int first, int actors, int step) {
		List<String> keys = new ArrayList<>(actors / step + 1);
		for (int i = first; i < actors; i += step) {
			keys.add("actor-" + i);
		}
		return keys;
	}

	private static long askUntil(Contestant contestant, List<String> keys, SplittableRandom random, long end,
			boolean call, LatencyHistogram latency) throws Exception {
		long answered = 0;
		do {
			Contestant.Target target = contestant.target(keys.get(random.nextInt(keys.size())));
			long before = System.nanoTime();
			if (call) {
				target.call();
			}
			else {
				target.ask();
			}
			latency.record(System.nanoTime() - before);
			answered++;
		}
		while (System.nanoTime() - end < 0);
		return answered;
	}

	/**
	 * One message to each of so many actors that do not exist yet, which end afterwards;
	 * {@code rate} is activations a second, {@code cpu} the processor time of each in
	 * microseconds.
	 */
	static Sample activate(Contestant contestant, String prefix, int count) {
		long cpu = cpuNanos();
		long start = System.nanoTime();
		sendToEach(contestant, prefix, 0, count);
		double rate = rate(count, start);
		cpu = cpuNanos() - cpu;
		long ended = contestant.ended();
		for (int i = 0; i < count; i++) {
			contestant.target(prefix + i).stop();
			if (i % BATCH == 0) {
				awaitEnded(contestant, ended + i - OUTSTANDING_ACTIVATIONS);
			}
		}
		awaitEnded(contestant, ended + count);
		System.gc();
		return Sample.of("rate", rate).and("cpu", cpu / 1e3 / count);
	}

	/**
	 * Leaves actors idle after one message each, from the first number to before the
	 * second; {@code heap} is the bytes of the heap in use after, {@code cores} the
	 * processor time while idle and {@code threads} the platform threads.
	 */
	static Sample idle(Contestant contestant, int from, int to, long settleNanos, long nanos)
			throws InterruptedException {
		sendToEach(contestant, "idle-", from, to);
		long heap = heap();
		TimeUnit.NANOSECONDS.sleep(settleNanos);
		long cpu = cpuNanos();
		long start = System.nanoTime();
		TimeUnit.NANOSECONDS.sleep(nanos);
		double cores = (cpuNanos() - cpu) / (double) (System.nanoTime() - start);
		return Sample.of("heap", (double) heap)
			.and("cores", cores)
			.and("threads", ManagementFactory.getThreadMXBean().getThreadCount());
	}

	private static void sendToEach(Contestant contestant, String prefix, int from, int to) {
		long before = contestant.handled() - from;
		long due = System.nanoTime();
		for (int i = from; i < to; i++) {
			contestant.target(prefix + i).tell();
			if (i % BATCH == 0) {
				awaitHandled(contestant, before + i - OUTSTANDING_ACTIVATIONS, due, false);
			}
		}
		awaitHandled(contestant, before + to, due, false);
	}

	private static void awaitHandled(Contestant contestant, long count, long end, boolean spin) {
		while (contestant.handled() < count) {
			pause(end, spin);
		}
	}

	private static void awaitEnded(Contestant contestant, long count) {
		long end = System.nanoTime();
		while (contestant.ended() < count) {
			pause(end, false);
		}
	}

	private static void pause(long end, boolean spin) {
		if (System.nanoTime() - end > PATIENCE_NANOS) {
			throw new IllegalStateException("Messages were lost, or are not handled in time");
		}
		if (spin) {
			Thread.onSpinWait();
		}
		else {
			LockSupport.parkNanos(100_000);
		}
	}

	private static double rate(long count, long start) {
		return count / ((System.nanoTime() - start) / 1e9);
	}

	/** Bytes of the heap that are in use. */
	static long heap() {
		for (int i = 0; i < 3; i++) {
			System.gc();
		}
		Runtime runtime = Runtime.getRuntime();
		return runtime.totalMemory() - runtime.freeMemory();
	}

	private static long cpuNanos() {
		return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
	}

}
