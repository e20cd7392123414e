package dev.cajun.node;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import dev.cajun.activation.ActorType;
import dev.cajun.placement.NodeLoad;
import dev.cajun.time.Scheduler;

/**
 * Measures what this node has to do. Messages per second are those since it was asked
 * last.
 * <p>
 * Measured by one thread at a time, which is the control plane's; the last figures are
 * for anybody.
 */
final class LoadMeter implements Supplier<NodeLoad> {

	private static final double NANOS_PER_SECOND = 1e9;

	/** Of the other shards the leader knows the sum. */
	private static final int MOST_SHARDS = 1000;

	private final Collection<ActorType> types;

	private final IntToLongFunction handledByShard;

	private final Scheduler scheduler;

	private final OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();

	private final long[] lastByShard;

	private long lastHandled;

	private long lastTime;

	private volatile NodeLoad latest = NodeLoad.NONE;

	/**
	 * Creates a meter.
	 * @param handledByShard messages handled since the node was started, by shard
	 */
	LoadMeter(Collection<ActorType> types, int shards, IntToLongFunction handledByShard, Scheduler scheduler) {
		this.types = types;
		this.handledByShard = handledByShard;
		this.scheduler = scheduler;
		this.lastByShard = new long[shards];
		this.lastTime = scheduler.nanoTime();
	}

	@Override
	public NodeLoad get() {
		long handled = 0;
		long active = 0;
		for (ActorType type : this.types) {
			handled += type.statistics().handled();
			active += type.statistics().active();
		}
		long now = this.scheduler.nanoTime();
		double seconds = (now - this.lastTime) / NANOS_PER_SECOND;
		double rate = (seconds > 0) ? (handled - this.lastHandled) / seconds : 0;
		this.lastHandled = handled;
		this.lastTime = now;
		Runtime runtime = Runtime.getRuntime();
		double heap = (double) (runtime.totalMemory() - runtime.freeMemory()) / runtime.maxMemory();
		NodeLoad load = new NodeLoad(active, rate, cpu(), heap, ratesByShard(seconds));
		this.latest = load;
		return load;
	}

	private Map<Integer, Double> ratesByShard(double seconds) {
		Map<Integer, Double> rates = new TreeMap<>();
		for (int shard = 0; shard < this.lastByShard.length; shard++) {
			long handled = this.handledByShard.applyAsLong(shard);
			if (handled > this.lastByShard[shard] && seconds > 0) {
				rates.put(shard, (handled - this.lastByShard[shard]) / seconds);
			}
			this.lastByShard[shard] = handled;
		}
		if (rates.size() <= MOST_SHARDS) {
			return rates;
		}
		return rates.entrySet()
			.stream()
			.sorted(Map.Entry.<Integer, Double>comparingByValue(Comparator.reverseOrder())
				.thenComparing(Map.Entry.comparingByKey()))
			.limit(MOST_SHARDS)
			.collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
	}

	/**
	 * The processors' use since it was asked last where Java knows it: the average over
	 * the last minute says too late that a node is busy.
	 */
	private double cpu() {
		if (this.system instanceof com.sun.management.OperatingSystemMXBean known) {
			return known.getCpuLoad();
		}
		double average = this.system.getSystemLoadAverage();
		return (average < 0) ? -1 : Math.min(1, average / this.system.getAvailableProcessors());
	}

	/** The figures of the last time. */
	NodeLoad latest() {
		return this.latest;
	}

}
