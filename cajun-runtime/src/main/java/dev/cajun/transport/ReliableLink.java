package dev.cajun.transport;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;

import dev.cajun.time.Scheduler;
import dev.cajun.transport.TransportStatistics.LinkState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sending half of a link: queues, connects, sends, sends again.
 * <p>
 * {@code send} and {@code giveUp} are called by any thread. They touch the queues of the
 * outboxes, the load and the volatile fields, and wake the link's thread; all else is
 * touched by that thread only, one task at a time. A wake-up is scheduled once for as
 * many messages as have queued until it runs: that is the batching. The thread runs as
 * long as the transport is open; what is sent while it ends is lost on the sender's
 * thread.
 */
final class ReliableLink implements Link {

	private static final Logger logger = LoggerFactory.getLogger(ReliableLink.class);

	private final Transport.Self self;

	private final Address address;

	private final Transport.Peer peer;

	private final LinkSettings settings;

	private final Wire wire;

	private final Scheduler thread;

	private final RandomGenerator random;

	private final Links links;

	private final long session;

	private final Traffic traffic;

	private final Outbox[] outboxes;

	private final Load load;

	private final Breaker breaker;

	private final Runnable work = this::work;

	private final AtomicBoolean awake = new AtomicBoolean();

	private final AtomicBoolean givenUp = new AtomicBoolean();

	private volatile boolean broken;

	private volatile @Nullable String trouble;

	private volatile LinkState state = LinkState.IDLE;

	private @Nullable Attempt attempt;

	private Scheduler.@Nullable Cancellable retry;

	private boolean connectedBefore;

	/** Attempts to connect since a message was acknowledged last. */
	private int fruitless;

	ReliableLink(Links links, Transport.Peer peer, long session, Traffic traffic, Scheduler thread,
			RandomGenerator random) {
		this.links = links;
		this.self = links.self();
		this.address = links.address();
		this.settings = links.settings();
		this.wire = links.wire();
		this.peer = peer;
		this.session = session;
		this.traffic = traffic;
		this.thread = thread;
		this.random = random;
		this.load = new Load(this.settings.queueMessages(), this.settings.queueBytes());
		this.breaker = new Breaker(peer.node(), this.settings, thread);
		this.outboxes = new Outbox[this.settings.streams()];
		for (int i = 0; i < this.outboxes.length; i++) {
			this.outboxes[i] = new Outbox();
		}
	}

	@Override
	public Transport.Peer peer() {
		return this.peer;
	}

	@Override
	public int streams() {
		return this.outboxes.length;
	}

	@Override
	public Sent send(int stream, Parcel parcel) {
		Outbox outbox = this.outboxes[stream];
		int size = parcel.bytes().length;
		if (size > this.settings.maxMessageSize()) {
			return Sent.TOO_LARGE;
		}
		if (this.givenUp.get()) {
			return Sent.CLOSED;
		}
		if (this.broken) {
			return Sent.BROKEN;
		}
		if (!this.load.admit(size)) {
			return Sent.FULL;
		}
		outbox.add(parcel);
		wake();
		return Sent.QUEUED;
	}

	private void wake() {
		if (!this.awake.get() && this.awake.compareAndSet(false, true)) {
			run(this.work);
		}
	}

	private void run(Runnable task) {
		try {
			this.thread.schedule(0, task);
		}
		catch (RejectedExecutionException ex) {
			// The transport is closed, and so is this link: only what came later is left
			this.awake.set(false);
			for (Outbox outbox : this.outboxes) {
				outbox.loseQueued();
			}
			this.links.ended(this);
		}
	}

	@Override
	public void giveUp(String reason) {
		if (this.givenUp.compareAndSet(false, true)) {
			this.trouble = "given up: " + reason;
			Arrivals received = this.links.forget(this.peer.bootId());
			run(() -> {
				end(reason);
				if (received != null) {
					received.disconnect("given up: " + reason);
				}
			});
		}
	}

	/**
	 * Gives the link up because the transport closes, which ends the thread. Who has
	 * given it up before may be about to call a thread that has ended by then: so what
	 * the link holds is told here.
	 */
	void close(String reason) {
		giveUp(reason);
		run(() -> end(reason));
	}

	/** The peer wants no more of this session; what it sends is its own. */
	private void refusedByPeer(String reason) {
		if (this.givenUp.compareAndSet(false, true)) {
			this.trouble = "given up by the peer: " + reason;
			end(reason);
		}
	}

	@Override
	public @Nullable String trouble() {
		return this.trouble;
	}

	/** The peer was seen alive: an attempt to connect need not wait for its time. */
	void hurry() {
		// An attempt that is about to fail, on the link's thread, will be waiting by then
		if (this.state == LinkState.WAITING || this.state == LinkState.CONNECTING) {
			run(() -> {
				if (this.state == LinkState.WAITING) {
					this.breaker.hurry();
					connect();
				}
			});
		}
	}

	/** Makes the connection anew, because what it was made with has changed. */
	void renew(String reason) {
		run(() -> {
			Attempt current = this.attempt;
			if (current != null && current.opened) {
				current.lost(reason);
			}
		});
	}

	TransportStatistics.LinkStatistics statistics() {
		return new TransportStatistics.LinkStatistics(this.peer, this.state, this.breaker.state(), this.load.messages(),
				this.load.bytes(), this.traffic.counts());
	}

	// From here on: the link's thread

	private void work() {
		this.awake.set(false);
		if (this.state == LinkState.CLOSED) {
			for (Outbox outbox : this.outboxes) {
				outbox.loseQueued();
			}
			return;
		}
		boolean empty = true;
		for (Outbox outbox : this.outboxes) {
			outbox.number();
			empty &= outbox.isEmpty();
		}
		Attempt current = this.attempt;
		if (current != null && current.opened) {
			flush(current);
		}
		else if (this.state == LinkState.IDLE && !empty) {
			connect();
		}
	}

	private void flush(Attempt current) {
		Wire.Connection connection = current.connection();
		for (int stream = 0; stream < this.outboxes.length; stream++) {
			Outbox outbox = this.outboxes[stream];
			while (outbox.hasUnsent() && this.attempt == current && connection.isReady(stream)) {
				connection.send(stream, outbox.frame(this.traffic));
			}
		}
	}

	private void connect() {
		if (this.retry != null) {
			this.retry.cancel();
			this.retry = null;
		}
		if (!this.breaker.tryAcquire()) {
			connectLater(this.settings.breakerOpen().toNanos());
			return;
		}
		this.state = LinkState.CONNECTING;
		Wire.Hello[] hellos = new Wire.Hello[this.outboxes.length];
		Transport.Peer from = new Transport.Peer(this.self.node(), this.self.bootId(), this.address);
		for (int stream = 0; stream < hellos.length; stream++) {
			hellos[stream] = new Wire.Hello(this.self.cluster(), from, this.peer.bootId(), this.session, stream,
					this.outboxes[stream].first());
		}
		Attempt next = new Attempt();
		this.attempt = next;
		next.connection = this.wire.connect(hellos, this.peer, next);
		next.watch(this.settings.connectTimeout().toNanos());
	}

	private void connectLater(long delay) {
		this.state = LinkState.WAITING;
		this.retry = this.thread.schedule(delay, () -> {
			if (this.state == LinkState.WAITING) {
				connect();
			}
		});
	}

	/** The first attempt after success comes at once, the others wait ever longer. */
	private long backoff() {
		int attempts = this.fruitless++;
		if (attempts == 0) {
			return 0;
		}
		long longest = this.settings.maxBackoff().toNanos();
		long doubled = this.settings.minBackoff().toNanos() << Math.min(attempts - 1, 20);
		long delay = (doubled > longest || doubled <= 0) ? longest : doubled;
		return delay - delay / 4 + this.random.nextLong(delay / 2 + 1);
	}

	private void failed(String reason) {
		if (this.trouble == null) {
			logger.info("No connection to {} at {}: {}", this.peer.node(), this.peer.address(), reason);
		}
		this.trouble = reason;
		if (!this.breaker.isClosed() && !this.broken) {
			this.broken = true;
			logger.warn("{} at {} cannot be reached, messages to it are refused: {}", this.peer.node(),
					this.peer.address(), reason);
		}
		// A little late is certainly after the breaker's time
		connectLater(this.breaker.isClosed() ? backoff() : this.settings.breakerOpen().toNanos() + 1_000_000);
	}

	private void end(String reason) {
		if (this.state == LinkState.CLOSED) {
			return;
		}
		this.state = LinkState.CLOSED;
		if (this.retry != null) {
			this.retry.cancel();
		}
		Attempt last = this.attempt;
		if (last != null) {
			last.stop("given up: " + reason);
		}
		for (Outbox outbox : this.outboxes) {
			outbox.number();
			outbox.lose();
		}
		this.load.release((this.load.bytes() << 24) | this.load.messages());
		this.links.ended(this);
		logger.info("The link to {} ({}) has ended: {}", this.peer.node(), this.peer.bootId(), reason);
	}

	/** One connection, from the attempt to make it up to its end. */
	private final class Attempt implements Wire.Events {

		private Wire.@Nullable Connection connection;

		private Scheduler.@Nullable Cancellable timer;

		private boolean opened;

		/** When the peer was heard last. */
		private long heard;

		Wire.Connection connection() {
			Wire.Connection current = this.connection;
			if (current == null) {
				throw new IllegalStateException("An event came before the connection");
			}
			return current;
		}

		private boolean isCurrent() {
			return ReliableLink.this.attempt == this;
		}

		private void watch(long timeout) {
			this.timer = ReliableLink.this.thread.schedule(timeout, () -> {
				if (isCurrent()) {
					if (this.opened) {
						beat();
					}
					else {
						lost("no answer within " + ReliableLink.this.settings.connectTimeout().toMillis() + " ms");
					}
				}
			});
		}

		private void beat() {
			long silent = ReliableLink.this.thread.nanoTime() - this.heard;
			if (silent > ReliableLink.this.settings.silence().toNanos()) {
				lost("no answer for " + silent / 1_000_000 + " ms");
				return;
			}
			if (silent > ReliableLink.this.settings.heartbeat().multipliedBy(2).toNanos()) {
				ReliableLink.this.state = LinkState.SILENT;
			}
			for (int stream = 0; stream < ReliableLink.this.outboxes.length; stream++) {
				Outbox outbox = ReliableLink.this.outboxes[stream];
				if ((stream == 0 || outbox.hasUnacknowledged()) && connection().isReady(stream)) {
					connection().send(stream, outbox.heartbeat());
				}
			}
			watch(ReliableLink.this.settings.heartbeat().toNanos());
		}

		private void stop(String reason) {
			ReliableLink.this.attempt = null;
			if (this.timer != null) {
				this.timer.cancel();
			}
			if (this.connection != null) {
				this.connection.close(reason);
			}
		}

		private void lost(String reason) {
			stop(reason);
			if (!this.opened) {
				ReliableLink.this.traffic.failed();
				ReliableLink.this.breaker.failed(reason);
			}
			ReliableLink.this.failed(reason);
		}

		@Override
		public void opened(long[] expected) {
			if (!isCurrent() || this.opened) {
				return;
			}
			if (this.timer != null) {
				this.timer.cancel();
			}
			for (int stream = 0; stream < expected.length; stream++) {
				Outbox outbox = ReliableLink.this.outboxes[stream];
				outbox.resume();
				if (!settle(stream, expected[stream])) {
					return;
				}
			}
			this.opened = true;
			this.heard = ReliableLink.this.thread.nanoTime();
			if (ReliableLink.this.connectedBefore) {
				ReliableLink.this.traffic.reconnected();
			}
			ReliableLink.this.connectedBefore = true;
			ReliableLink.this.breaker.succeeded();
			ReliableLink.this.broken = false;
			ReliableLink.this.state = LinkState.CONNECTED;
			if (ReliableLink.this.trouble != null && !ReliableLink.this.givenUp.get()) {
				ReliableLink.this.trouble = null;
				logger.info("{} at {} is connected again", ReliableLink.this.peer.node(),
						ReliableLink.this.peer.address());
			}
			watch(ReliableLink.this.settings.heartbeat().toNanos());
			flush(this);
		}

		@Override
		public void ready() {
			if (isCurrent() && this.opened) {
				flush(this);
			}
		}

		@Override
		public void acknowledged(int stream, long next) {
			if (isCurrent() && this.opened) {
				this.heard = ReliableLink.this.thread.nanoTime();
				if (ReliableLink.this.state == LinkState.SILENT) {
					ReliableLink.this.state = LinkState.CONNECTED;
				}
				ReliableLink.this.fruitless = 0;
				settle(stream, next);
			}
		}

		private boolean settle(int stream, long next) {
			long done = ReliableLink.this.outboxes[stream].acknowledge(next);
			if (done < 0) {
				giveUp("it acknowledged message " + next + " of stream " + stream + ", which was never sent");
				return false;
			}
			if (done > 0) {
				ReliableLink.this.fruitless = 0;
				ReliableLink.this.load.release(done);
			}
			return true;
		}

		@Override
		public void refused(Refusal refusal, String reason) {
			if (!isCurrent()) {
				return;
			}
			if (refusal.endsLink()) {
				refusedByPeer(reason);
			}
			else {
				lost(reason);
			}
		}

		@Override
		public void closed(String reason) {
			if (isCurrent()) {
				lost(reason);
			}
		}

	}

}
