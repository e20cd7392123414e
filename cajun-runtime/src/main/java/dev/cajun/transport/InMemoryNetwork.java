package dev.cajun.transport;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

import dev.cajun.time.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A network inside one process, with one {@link InMemoryTransport} for each process that
 * it pretends: for clusters in one JVM, and for tests of what happens when the network,
 * or a process, fails. Everything happens in the scheduler's tasks, so that a whole
 * cluster runs on one thread under virtual time, and the same seed gives the same run.
 * <p>
 * Connections behave like TCP: a cut holds back what is sent until it is healed, and
 * breaks nothing by itself. Faults take effect in the scheduler's next task.
 * <p>
 * Thread-safe, if the scheduler runs one task at a time.
 */
public final class InMemoryNetwork {

	private final Scheduler time;

	private final RandomGenerator random;

	final Map<Address, InMemoryTransport> ports = new ConcurrentHashMap<>();

	private final List<Conversation> conversations = new ArrayList<>();

	private final Set<Path> cuts = new HashSet<>();

	private final Map<Path, Duration> delays = new HashMap<>();

	private final Set<Address> refusing = new HashSet<>();

	private volatile long minLatency = 50_000;

	private volatile long maxLatency = 200_000;

	private volatile Disturbance disturbance = new Disturbance(0, 0, 0);

	/**
	 * Creates a network without faults, and a latency of 50 to 200 µs.
	 * @param time runs everything; one task at a time
	 * @param random decides latencies and disturbances
	 */
	public InMemoryNetwork(Scheduler time, RandomGenerator random) {
		this.time = time;
		this.random = random;
	}

	/**
	 * A new process.
	 * @param address where it will be reached
	 * @param settings how its links behave; as many streams as all others
	 * @return its transport, to be started
	 */
	public InMemoryTransport transport(Address address, LinkSettings settings) {
		return new InMemoryTransport(this, address, settings, this.time, this.random);
	}

	/**
	 * A new process with {@link LinkSettings#DEFAULTS}.
	 * @param address where it will be reached
	 * @return its transport, to be started
	 */
	public InMemoryTransport transport(Address address) {
		return transport(address, LinkSettings.DEFAULTS);
	}

	/**
	 * Sets how long messages take.
	 * @param min at least
	 * @param max at most
	 */
	public void latency(Duration min, Duration max) {
		this.minLatency = min.toNanos();
		this.maxLatency = Math.max(min.toNanos(), max.toNanos());
	}

	/**
	 * Makes one direction slow.
	 * @param from the sender
	 * @param to the receiver
	 * @param delay in addition to the latency
	 */
	public void delay(Address from, Address to, Duration delay) {
		task(() -> this.delays.put(new Path(from, to), delay));
	}

	/**
	 * Loses, repeats and reorders frames below the links, which must hide it.
	 * @param lost the share of frames that are lost, from 0 to 1
	 * @param repeated the share of frames that come twice
	 * @param reordered the share of frames that overtake the one before
	 */
	public void disturb(double lost, double repeated, double reordered) {
		this.disturbance = new Disturbance(lost, repeated, reordered);
	}

	/**
	 * Lets nothing through between two processes, in silence.
	 * @param one a process
	 * @param other another process
	 */
	public void cut(Address one, Address other) {
		cutOneWay(one, other);
		cutOneWay(other, one);
	}

	/**
	 * Lets nothing through in one direction, in silence.
	 * @param from the sender
	 * @param to the receiver
	 */
	public void cutOneWay(Address from, Address to) {
		task(() -> this.cuts.add(new Path(from, to)));
	}

	/**
	 * Ends cuts and delays between two processes.
	 * @param one a process
	 * @param other another process
	 */
	public void heal(Address one, Address other) {
		Predicate<Path> between = (path) -> path.equals(new Path(one, other)) || path.equals(new Path(other, one));
		heal(between);
	}

	/** Ends all cuts, delays, disturbances and refusals. */
	public void heal() {
		disturb(0, 0, 0);
		task(this.refusing::clear);
		heal((path) -> true);
	}

	private void heal(Predicate<Path> paths) {
		task(() -> {
			this.cuts.removeIf(paths);
			this.delays.keySet().removeIf(paths);
			flow();
		});
	}

	/**
	 * Resets the connections between two processes.
	 * @param one a process
	 * @param other another process
	 */
	public void reset(Address one, Address other) {
		resetIf((conversation) -> conversation.isBetween(one, other));
	}

	/**
	 * Refuses and resets every connection to a process, until {@link #admit}.
	 * @param address the process
	 */
	public void refuse(Address address) {
		task(() -> this.refusing.add(address));
		resetIf((conversation) -> conversation.to.equals(address));
	}

	/**
	 * Ends {@link #refuse}.
	 * @param address the process
	 */
	public void admit(Address address) {
		task(() -> this.refusing.remove(address));
	}

	private void resetIf(Predicate<Conversation> condition) {
		task(() -> this.conversations.stream().filter(condition).toList().forEach(Conversation::reset));
	}

	/**
	 * Stops a process, as a signal would: it is connected to, but does nothing, and its
	 * {@link InMemoryTransport#time() time} runs none of its tasks.
	 * @param address the process
	 */
	public void pause(Address address) {
		task(() -> process(address).time().pause());
	}

	/**
	 * Lets a process go on; what it has missed happens now.
	 * @param address the process
	 */
	public void resume(Address address) {
		task(() -> {
			process(address).time().resume();
			flow();
		});
	}

	/**
	 * Ends a process at once: its port is free, its connections are reset, none of its
	 * tasks runs any more, and no parcel of it hears anything.
	 * @param address the process
	 */
	public void kill(Address address) {
		InMemoryTransport killed = process(address);
		this.ports.remove(address, killed);
		killed.time().kill();
		resetIf((conversation) -> conversation.concerns(killed));
	}

	private InMemoryTransport process(Address address) {
		InMemoryTransport process = this.ports.get(address);
		if (process == null) {
			throw new IllegalArgumentException("There is no process at " + address);
		}
		return process;
	}

	private void task(Runnable task) {
		this.time.schedule(0, task);
	}

	private void flow() {
		List.copyOf(this.conversations).forEach((conversation) -> {
			conversation.out.flow();
			conversation.back.flow();
		});
	}

	/** One direction between two processes. */
	private record Path(Address from, Address to) {

	}

	/** Shares of frames. */
	private record Disturbance(double lost, double repeated, double reordered) {

	}

	/** What is due to happen at the other end. */
	private record Delivery(long at, Runnable action) {

	}

	/** A connection: something to and fro between a process and a port. */
	abstract class Conversation {

		private final InMemoryTransport client;

		private final Address to;

		/** Who accepted. */
		private @Nullable InMemoryTransport server;

		private final Pipe out;

		private final Pipe back;

		Conversation(InMemoryTransport client, Address to) {
			this.client = client;
			this.to = to;
			this.out = new Pipe(this, false);
			this.back = new Pipe(this, true);
			InMemoryNetwork.this.conversations.add(this);
			this.out.send(this::arrive);
		}

		private void arrive() {
			InMemoryTransport process = InMemoryNetwork.this.ports.get(this.to);
			if (process == null || InMemoryNetwork.this.refusing.contains(this.to)) {
				this.back.send(() -> broken("connection refused by " + this.to));
				return;
			}
			this.server = process;
			accepted(process);
		}

		/** At the server: who it is that was reached. */
		abstract void accepted(InMemoryTransport process);

		/** At the server: the client is gone. */
		abstract void hungUp();

		/** At the client: there is no server, or no longer. */
		abstract void broken(String reason);

		final void toServer(Runnable action, boolean frame) {
			if (frame) {
				this.out.disturbed(action);
			}
			else {
				this.out.send(action);
			}
		}

		final void toClient(Runnable action) {
			this.back.send(action);
		}

		private void reset() {
			this.out.clear();
			this.back.clear();
			if (this.server != null) {
				this.out.send(this::hungUp);
			}
			this.back.send(() -> broken("connection reset by " + this.to));
		}

		/** Nothing happens here any more. */
		final void end() {
			InMemoryNetwork.this.conversations.remove(this);
		}

		private boolean concerns(InMemoryTransport process) {
			return this.client == process || this.server == process;
		}

		private boolean isBetween(Address one, Address other) {
			Address from = this.client.address();
			return (from.equals(one) && this.to.equals(other)) || (from.equals(other) && this.to.equals(one));
		}

	}

	/** One direction of a connection; keeps the order. */
	private final class Pipe {

		private final Conversation conversation;

		private final boolean back;

		private final Path path;

		private final Deque<Delivery> deliveries = new ArrayDeque<>();

		private long lastAt;

		Pipe(Conversation conversation, boolean back) {
			this.conversation = conversation;
			this.back = back;
			Address client = conversation.client.address();
			this.path = back ? new Path(conversation.to, client) : new Path(client, conversation.to);
		}

		void send(Runnable action) {
			Scheduler time = InMemoryNetwork.this.time;
			long min = InMemoryNetwork.this.minLatency;
			long latency = min
					+ InMemoryNetwork.this.random.nextLong(Math.max(1, InMemoryNetwork.this.maxLatency - min + 1));
			Duration more = InMemoryNetwork.this.delays.getOrDefault(this.path, Duration.ZERO);
			this.lastAt = Math.max(this.lastAt, time.nanoTime() + latency + more.toNanos());
			this.deliveries.add(new Delivery(this.lastAt, action));
			time.schedule(this.lastAt - time.nanoTime(), this::flow);
		}

		void disturbed(Runnable action) {
			Disturbance share = InMemoryNetwork.this.disturbance;
			RandomGenerator random = InMemoryNetwork.this.random;
			if (share.lost > 0 && random.nextDouble() < share.lost) {
				return;
			}
			Delivery before = (share.reordered > 0 && random.nextDouble() < share.reordered)
					? this.deliveries.pollLast() : null;
			send(action);
			if (before != null) {
				send(before.action);
			}
			if (share.repeated > 0 && random.nextDouble() < share.repeated) {
				send(action);
			}
		}

		void clear() {
			this.deliveries.clear();
		}

		void flow() {
			while (!this.deliveries.isEmpty() && isOpen()) {
				Delivery next = this.deliveries.getFirst();
				if (next.at > InMemoryNetwork.this.time.nanoTime()) {
					return;
				}
				this.deliveries.removeFirst();
				InMemoryTransport receiver = receiver();
				if (receiver == null || !receiver.time().isKilled()) {
					next.action.run();
				}
			}
		}

		private boolean isOpen() {
			InMemoryTransport receiver = receiver();
			return !InMemoryNetwork.this.cuts.contains(this.path) && (receiver == null || !receiver.time().isPaused());
		}

		private @Nullable InMemoryTransport receiver() {
			if (this.back) {
				return this.conversation.client;
			}
			InMemoryTransport accepted = this.conversation.server;
			return (accepted != null) ? accepted : InMemoryNetwork.this.ports.get(this.conversation.to);
		}

	}

}
