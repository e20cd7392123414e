package dev.cajun.transport;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.random.RandomGenerator;

import dev.cajun.time.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The links of one process, in both directions: all that a transport needs apart from
 * connections. What is sent goes over {@link Link links}, which connect through the
 * {@link Wire}; whoever accepts connections asks {@link #accept} for each stream of each.
 * <p>
 * Thread-safe.
 */
public final class Links {

	/**
	 * Processes that are remembered: given up, or received from but not connected. Far
	 * more than a cluster starts within the time that one of them may hang.
	 */
	private static final int REMEMBERED = 4096;

	private static final int MAX_STREAMS = 64;

	private final Transport.Self self;

	private final Address address;

	private final Transport.Receiver receiver;

	private final LinkSettings settings;

	private final Wire wire;

	private final Function<Transport.Peer, Scheduler> threads;

	private final RandomGenerator random;

	private final Map<Refusal, LongAdder> refused = new EnumMap<>(Refusal.class);

	private final ConcurrentHashMap<String, ReliableLink> links = new ConcurrentHashMap<>();

	/** Guards what follows. */
	private final ReentrantLock lock = new ReentrantLock();

	private final Map<String, Arrivals> arrivals = new LinkedHashMap<>();

	/** What went over links that have ended. */
	private final Traffic retired = new Traffic();

	/** The last session of each process given up, from which nothing is received. */
	private final Map<String, Long> givenUp = new LinkedHashMap<>() {

		private static final long serialVersionUID = 1L;

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
			return size() > REMEMBERED;
		}

	};

	private final AtomicLong sessions = new AtomicLong();

	private boolean closed;

	/**
	 * Creates it.
	 * @param self this process
	 * @param address where it is reached
	 * @param receiver is given what arrives
	 * @param settings how links behave
	 * @param wire makes connections
	 * @param threads a peer's thread: a scheduler that runs one task at a time, or throws
	 * {@link java.util.concurrent.RejectedExecutionException} once it has ended
	 * @param random spreads attempts to connect
	 */
	public Links(Transport.Self self, Address address, Transport.Receiver receiver, LinkSettings settings, Wire wire,
			Function<Transport.Peer, Scheduler> threads, RandomGenerator random) {
		this.self = self;
		this.address = address;
		this.receiver = receiver;
		this.settings = settings;
		this.wire = wire;
		this.threads = threads;
		this.random = random;
		for (Refusal refusal : Refusal.values()) {
			this.refused.put(refusal, new LongAdder());
		}
	}

	Transport.Self self() {
		return this.self;
	}

	Address address() {
		return this.address;
	}

	LinkSettings settings() {
		return this.settings;
	}

	Wire wire() {
		return this.wire;
	}

	/**
	 * The link to a process. One that was given up stays until it has told every parcel
	 * so, and then makes room for another.
	 * @param peer the process
	 * @return the link
	 */
	public Link link(Transport.Peer peer) {
		ReliableLink link = this.links.get(peer.bootId());
		if (link != null) {
			return link;
		}
		this.lock.lock();
		try {
			if (this.closed) {
				return new ClosedLink(peer, this.settings.streams());
			}
			return this.links.computeIfAbsent(peer.bootId(), (bootId) -> new ReliableLink(this, peer,
					this.sessions.incrementAndGet(), arrivals(peer).traffic(), this.threads.apply(peer), this.random));
		}
		finally {
			this.lock.unlock();
		}
	}

	private Arrivals arrivals(Transport.Peer from) {
		return this.arrivals.computeIfAbsent(from.bootId(),
				(bootId) -> new Arrivals(from, this.receiver, this.settings, new Traffic(), 0));
	}

	/**
	 * A process was given up: nothing is received from it any more, unless it begins a
	 * new session.
	 * @return what arrived in the last one, to be disconnected
	 */
	@Nullable Arrivals forget(String bootId) {
		this.lock.lock();
		try {
			Arrivals last = this.arrivals.remove(bootId);
			if (last != null) {
				this.givenUp.merge(bootId, last.session(), Math::max);
				retire(last);
			}
			return last;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A link has told every parcel what became of it. */
	void ended(ReliableLink link) {
		this.links.remove(link.peer().bootId(), link);
	}

	private void retire(@Nullable Arrivals ended) {
		if (ended != null) {
			ended.end();
			ended.traffic().addTo(this.retired);
		}
	}

	/**
	 * Decides whether a stream may connect. It is listened to from now on, and its
	 * earlier connection no longer is.
	 * @param hello what the process said
	 * @param answers the way back
	 * @param timers runs what comes later, on any thread
	 * @return a {@link Session}, or why not
	 */
	public Acceptance accept(Wire.Hello hello, Answers answers, Scheduler timers) {
		Refusal refusal = check(hello);
		if (refusal != null) {
			return refuse(refusal, hello);
		}
		Inlet inlet;
		Arrivals former = null;
		this.lock.lock();
		try {
			if (this.closed) {
				return refuse(Refusal.UNAVAILABLE, hello);
			}
			String bootId = hello.from().bootId();
			if (hello.session() <= this.givenUp.getOrDefault(bootId, 0L)) {
				return refuse(Refusal.GIVEN_UP, hello);
			}
			forgetOldest();
			Arrivals present = arrivals(hello.from());
			if (hello.session() < present.session()) {
				return refuse(Refusal.FORGOTTEN, hello);
			}
			if (hello.session() > present.session()) {
				present.end();
				former = present;
				present = present.next(hello.session());
				this.arrivals.put(bootId, present);
			}
			inlet = present.inlet(hello.stream());
		}
		finally {
			this.lock.unlock();
		}
		if (former != null) {
			former.disconnect("replaced by a newer session");
		}
		Inlet.Session session = inlet.attach(hello.first(), answers, timers);
		if (session == null) {
			return refuse(Refusal.FORGOTTEN, hello);
		}
		seen(hello.from().bootId());
		return session;
	}

	/**
	 * Whether a process is one of this cluster, and means this process.
	 * @param hello what it said
	 * @return why not, or {@code null}
	 */
	private @Nullable Refusal check(Wire.Hello hello) {
		if (!hello.cluster().equals(this.self.cluster())) {
			return Refusal.OTHER_CLUSTER;
		}
		if (!hello.target().equals(this.self.bootId())) {
			return Refusal.OTHER_PROCESS;
		}
		return (hello.stream() < 0 || hello.stream() >= MAX_STREAMS) ? Refusal.PROTOCOL : null;
	}

	private Refused refuse(Refusal refusal, Wire.Hello hello) {
		String here = this.self.node() + " at " + this.address;
		return refuse(refusal, switch (refusal) {
			case OTHER_CLUSTER ->
				here + " belongs to the cluster '" + this.self.cluster() + "', not to '" + hello.cluster() + "'";
			case OTHER_PROCESS -> here + " is the process " + this.self.bootId() + ", not " + hello.target();
			case GIVEN_UP -> here + " has given up " + hello.from().node();
			case FORGOTTEN -> here + " no longer knows what it received from " + hello.from().node();
			case UNAVAILABLE -> here + " is closing";
			case TLS, TOKEN, PROTOCOL -> here + " does not understand " + hello.from().node();
		});
	}

	/**
	 * Counts a refusal.
	 * @param refusal why
	 * @param reason why, for people
	 * @return both
	 */
	public Refused refuse(Refusal refusal, String reason) {
		LongAdder counter = this.refused.get(refusal);
		if (counter != null) {
			counter.increment();
		}
		return new Refused(refusal, reason);
	}

	/** Forgets the process that has not been connected for longest, if there are many. */
	private void forgetOldest() {
		if (this.arrivals.size() < REMEMBERED) {
			return;
		}
		this.arrivals.entrySet()
			.stream()
			.filter((entry) -> !this.links.containsKey(entry.getKey()) && !entry.getValue().isConnected())
			.findFirst()
			.map(Map.Entry::getKey)
			.ifPresent((bootId) -> retire(this.arrivals.remove(bootId)));
	}

	/**
	 * A process was seen alive: its link need not wait any longer to connect.
	 * @param bootId the process
	 */
	public void seen(String bootId) {
		ReliableLink link = this.links.get(bootId);
		if (link != null) {
			link.hurry();
		}
	}

	/**
	 * Makes every connection anew, because what they were made with has changed. Nothing
	 * is lost.
	 * @param reason what has changed
	 */
	public void renew(String reason) {
		this.links.values().forEach((link) -> link.renew(reason));
	}

	/**
	 * What was done so far.
	 * @return the counters
	 */
	public TransportStatistics statistics() {
		Map<String, TransportStatistics.LinkStatistics> all = new TreeMap<>();
		Traffic total = new Traffic();
		this.lock.lock();
		try {
			this.retired.addTo(total);
			this.arrivals.forEach((bootId, one) -> {
				one.traffic().addTo(total);
				ReliableLink link = this.links.get(bootId);
				all.put(one.from().node() + "#" + bootId,
						(link != null) ? link.statistics()
								: new TransportStatistics.LinkStatistics(one.from(), TransportStatistics.LinkState.IDLE,
										TransportStatistics.BreakerState.CLOSED, 0, 0, one.traffic().counts()));
			});
		}
		finally {
			this.lock.unlock();
		}
		Map<Refusal, Long> counts = new EnumMap<>(Refusal.class);
		this.refused.forEach((refusal, count) -> counts.put(refusal, count.sum()));
		return new TransportStatistics(List.copyOf(all.values()), total.counts(), Map.copyOf(counts));
	}

	/**
	 * Gives every link up, and receives no more. Returns before the links' threads have
	 * told the parcels. Idempotent.
	 */
	public void close() {
		List<Arrivals> ended;
		this.lock.lock();
		try {
			this.closed = true;
			ended = new ArrayList<>(this.arrivals.values());
		}
		finally {
			this.lock.unlock();
		}
		ended.forEach((one) -> one.disconnect("closed"));
		this.links.values().forEach((link) -> link.close("this process is closing"));
	}

	/** What {@link #accept} decides. */
	public sealed interface Acceptance permits Session, Refused {

	}

	/**
	 * The stream is refused.
	 *
	 * @param refusal why
	 * @param reason why, for people
	 */
	public record Refused(Refusal refusal, String reason) implements Acceptance {

	}

	/** The stream is listened to. */
	public sealed interface Session extends Acceptance permits Inlet.Session {

		/**
		 * The number of the message that is expected next, to be told to the sender.
		 * @return the number
		 */
		long expected();

		/**
		 * A frame arrived.
		 * @param frame the frame
		 */
		void received(Frame frame);

		/** The connection is gone. */
		void closed();

	}

	/** The way back to the sender of a stream. Called by one thread at a time. */
	public interface Answers {

		/**
		 * Acknowledges messages.
		 * @param next the number of the message that is expected next
		 */
		void acknowledge(long next);

		/**
		 * Ends the connection.
		 * @param reason why
		 */
		void close(String reason);

	}

}
