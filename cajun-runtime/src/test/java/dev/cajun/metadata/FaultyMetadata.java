package dev.cajun.metadata;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import dev.cajun.time.Scheduler;
import dev.cajun.time.VirtualTime;

/**
 * In-memory metadata that fails as told, for clusters under virtual time: what happens to
 * a store of one node's, by the node's name, and what happens to all of them, as if the
 * server behind them were killed, stopped, wiped or restored.
 * <p>
 * Every call takes the given latency each way, zero at first, and fails after
 * {@link #REQUEST_TIMEOUT}. A watch notices within {@link #SILENCE} that nobody answers,
 * and reads everything again every {@link #REREAD}. For one thread, which is also the one
 * that advances time.
 */
public final class FaultyMetadata {

	/** When a call that was not answered fails. */
	public static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);

	/** When a watch finds out that its connection is dead. */
	public static final Duration SILENCE = Duration.ofSeconds(5);

	/** How long a watch may be wrong whatever happens. */
	public static final Duration REREAD = Duration.ofSeconds(30);

	/** How soon a watch that could not read tries again. */
	public static final Duration RETRY = Duration.ofSeconds(1);

	final VirtualTime time;

	final List<Runnable> stalled = new ArrayList<>();

	private final Map<String, List<FaultyMetadataStore>> stores = new LinkedHashMap<>();

	private final Map<String, Road> roads = new LinkedHashMap<>();

	private final LeaseClock clock;

	private LongSupplier latencyNanos = () -> 0;

	private InMemoryMetadata server;

	private MetadataStore direct;

	/** Grows whenever another history begins. */
	private int generation = 1;

	private State state = State.RUNNING;

	private boolean full;

	/** Starts empty, without faults. */
	public FaultyMetadata(VirtualTime time) {
		this.time = time;
		this.clock = new LeaseClock(time);
		this.server = new InMemoryMetadata(this.clock);
		this.direct = this.server.connect();
	}

	/**
	 * The store of a node. A node that restarts connects again, under the same faults.
	 */
	public MetadataStore connect(String node) {
		FaultyMetadataStore store = new FaultyMetadataStore(this, node, road(node));
		this.stores.computeIfAbsent(node, (name) -> new ArrayList<>()).add(store);
		return store;
	}

	/** What is stored now, whatever the faults. */
	public Listing documents() {
		return this.direct.list("").toCompletableFuture().join();
	}

	/** Access that no fault hinders, for what an operator does by hand. */
	public MetadataStore direct() {
		return this.direct;
	}

	// ---- faults of one node

	/** Neither requests nor answers nor changes pass. */
	public void cut(String node) {
		road(node).cut = true;
		each(node, FaultyMetadataStore::silent);
	}

	/** Ends {@link #cut(String)}. */
	public void mend(String node) {
		road(node).cut = false;
	}

	/** Requests wait on the way, and are carried out at {@link #release(String)}. */
	public void hold(String node) {
		road(node).held = true;
		each(node, FaultyMetadataStore::silent);
	}

	/**
	 * Ends {@link #hold(String)}: what waited arrives, its caller having given up or not.
	 */
	public void release(String node) {
		Road road = road(node);
		road.held = false;
		List<Runnable> waiting = List.copyOf(road.waiting);
		road.waiting.clear();
		waiting.forEach(Runnable::run);
	}

	/** The next requests get lost; those of watches count. */
	public void loseRequests(String node, int count) {
		road(node).requestsToLose = count;
	}

	/** The answers to the next requests get lost after these were carried out. */
	public void loseReplies(String node, int count) {
		road(node).repliesToLose = count;
	}

	/**
	 * Answers pass, but no change is heard of: watches know only what they read again.
	 */
	public void deafen(String node) {
		road(node).deaf = true;
	}

	/** Ends {@link #deafen(String)}; what was missed meanwhile stays missed. */
	public void hear(String node) {
		road(node).deaf = false;
	}

	// ---- faults of the server

	/** How long a request takes to the server, and an answer back; asked for each. */
	public void latency(LongSupplier nanos) {
		this.latencyNanos = nanos;
	}

	/** As SIGSTOP: what comes in waits, and so does the end of leases. */
	public void pause() {
		this.state = State.PAUSED;
		this.clock.freeze();
		each(FaultyMetadataStore::silent);
	}

	/** As SIGCONT: leases whose time is over end, then what waited is carried out. */
	public void resume() {
		this.state = State.RUNNING;
		this.clock.thaw();
		List<Runnable> waiting = List.copyOf(this.stalled);
		this.stalled.clear();
		waiting.forEach(Runnable::run);
	}

	/** As kill -9: connections are refused. */
	public void stop() {
		this.state = State.STOPPED;
		this.clock.freeze();
		this.stalled.clear();
		each(FaultyMetadataStore::broken);
	}

	/**
	 * Starts again after {@link #stop()}, with the same data; leases have their full
	 * time.
	 */
	public void start() {
		this.clock.forget();
		replace(this.server.copy(this.clock, 0));
	}

	/** Whether there is no space: nothing is written, everything else goes on. */
	public void full(boolean full) {
		this.full = full;
	}

	boolean isFull() {
		return this.full;
	}

	/** Every lease ends now. */
	public void expireLeases() {
		this.clock.endAll();
	}

	/** All is gone: another history begins. */
	public void wipe() {
		this.generation++;
		this.clock.forget();
		replace(new InMemoryMetadata(this.clock, lastLease()));
	}

	/** What {@link #restore(Backup)} brings back. */
	public Backup backup() {
		return new Backup(this.server.copy(new VirtualTime(), 0));
	}

	/** All is as it was: another history begins, with old revisions, and old leases. */
	public void restore(Backup backup) {
		this.generation++;
		this.clock.forget();
		replace(backup.server.copy(this.clock, lastLease()));
	}

	/** Lease ids of real servers do not repeat, whatever happens to their data. */
	private long lastLease() {
		return (long) this.generation << 32;
	}

	private void replace(InMemoryMetadata next) {
		this.direct.close();
		this.server = next;
		this.direct = next.connect();
		this.state = State.RUNNING;
		this.stalled.clear();
		each(FaultyMetadataStore::broken);
	}

	private void each(Consumer<FaultyMetadataStore> action) {
		List.copyOf(this.stores.keySet()).forEach((node) -> each(node, action));
	}

	private void each(String node, Consumer<FaultyMetadataStore> action) {
		List.copyOf(this.stores.getOrDefault(node, List.of())).forEach(action);
	}

	private Road road(String node) {
		return this.roads.computeIfAbsent(node, (name) -> new Road());
	}

	void forget(String node, FaultyMetadataStore store) {
		this.stores.getOrDefault(node, new ArrayList<>()).remove(store);
	}

	int generation() {
		return this.generation;
	}

	State state() {
		return this.state;
	}

	long latencyNanos() {
		return this.latencyNanos.getAsLong();
	}

	/** What the server does. */
	enum State {

		RUNNING, PAUSED, STOPPED

	}

	/** A copy of everything at one moment. */
	public static final class Backup {

		private final InMemoryMetadata server;

		private Backup(InMemoryMetadata server) {
			this.server = server;
		}

	}

	/** The way between one node and the server. */
	static final class Road {

		final List<Runnable> waiting = new ArrayList<>();

		boolean cut;

		boolean held;

		boolean deaf;

		int requestsToLose;

		int repliesToLose;

		boolean losesRequest() {
			if (this.requestsToLose > 0) {
				this.requestsToLose--;
				return true;
			}
			return this.cut;
		}

		boolean losesReply() {
			if (this.repliesToLose > 0) {
				this.repliesToLose--;
				return true;
			}
			return this.cut;
		}

	}

	/** The server's time, which stands still while the server does. */
	private static final class LeaseClock implements Scheduler {

		private final VirtualTime time;

		private final Map<Object, Runnable> ends = new LinkedHashMap<>();

		private final Map<Object, Runnable> overdue = new LinkedHashMap<>();

		private boolean frozen;

		LeaseClock(VirtualTime time) {
			this.time = time;
		}

		@Override
		public long nanoTime() {
			return this.time.nanoTime();
		}

		@Override
		public Instant now() {
			return this.time.now();
		}

		@Override
		public Cancellable schedule(long delayNanos, Runnable task) {
			if (delayNanos == 0) {
				return this.time.schedule(0, task);
			}
			Object id = new Object();
			this.ends.put(id, task);
			Cancellable timer = this.time.schedule(delayNanos, () -> end(id));
			return () -> {
				this.ends.remove(id);
				this.overdue.remove(id);
				timer.cancel();
			};
		}

		private void end(Object id) {
			Runnable task = this.ends.remove(id);
			if (task == null) {
				return;
			}
			if (this.frozen) {
				this.overdue.put(id, task);
			}
			else {
				task.run();
			}
		}

		void freeze() {
			this.frozen = true;
		}

		void thaw() {
			this.frozen = false;
			List<Runnable> due = List.copyOf(this.overdue.values());
			this.overdue.clear();
			due.forEach(Runnable::run);
		}

		void forget() {
			this.frozen = false;
			this.ends.clear();
			this.overdue.clear();
		}

		void endAll() {
			List<Object> ids = List.copyOf(this.ends.keySet());
			ids.forEach(this::end);
		}

	}

}
