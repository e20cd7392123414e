package dev.cajun.node;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.Collection;
import java.util.Map;
import java.util.function.Supplier;

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

	private final Collection<ActorType> types;

	private final Scheduler scheduler;

	private final OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();

	private long lastHandled;

	private long lastTime;

	private volatile NodeLoad latest = NodeLoad.NONE;

	LoadMeter(Collection<ActorType> types, Scheduler scheduler) {
		this.types = types;
		this.scheduler = scheduler;
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
		double average = this.system.getSystemLoadAverage();
		double cpu = (average < 0) ? -1 : Math.min(1, average / this.system.getAvailableProcessors());
		NodeLoad load = new NodeLoad(active, rate, cpu, heap, Map.of());
		this.latest = load;
		return load;
	}

	/** The figures of the last time. */
	NodeLoad latest() {
		return this.latest;
	}

}
