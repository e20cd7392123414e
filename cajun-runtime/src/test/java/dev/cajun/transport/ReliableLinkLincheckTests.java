package dev.cajun.transport;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.time.Scheduler;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Any thread sends over a link and gives it up, while the link's thread works and the
 * transport closes, which ends that thread. What becomes of a message is told later and
 * by another thread, so there is no order of whole operations to compare with; whatever
 * the interleaving, no message hears of its end twice, and once the transport is closed
 * every message that was queued has heard of it.
 */
public class ReliableLinkLincheckTests {

	private static final Transport.Peer PEER = new Transport.Peer("n2", "boot2", new Address("n2", 1));

	private final LinkThread thread = new LinkThread();

	private final Network network = new Network();

	private final Links links = new Links(new Transport.Self("c", "n1", "boot1"), new Address("n1", 1), new Nobody(),
			LinkSettings.DEFAULTS, this.network, (peer) -> this.thread, new Random(1));

	private final Link link = this.links.link(PEER);

	private final Queue<Parcel> queued = new ConcurrentLinkedQueue<>();

	private boolean closed;

	/** The link holds a message that is on its way. */
	public ReliableLinkLincheckTests() {
		sendOne();
		this.thread.runAll();
		this.network.open();
	}

	@Operation
	public void send() {
		sendOne();
	}

	private void sendOne() {
		Parcel parcel = new Parcel();
		if (this.link.send(0, parcel) == Link.Sent.QUEUED) {
			this.queued.add(parcel);
		}
	}

	@Operation
	public void giveUp() {
		this.link.giveUp("for the test");
	}

	/** Sends what has queued; then the peer acknowledges everything. */
	@Operation(nonParallelGroup = "link's thread")
	public void work() {
		this.thread.runAll();
		this.network.acknowledge();
	}

	/** The transport lets the links' threads finish before it ends them. */
	@Operation(nonParallelGroup = "link's thread")
	public void closeTransport() {
		this.links.close();
		this.thread.runAll();
		this.thread.end();
		this.thread.runAll();
		this.network.end();
		this.closed = true;
	}

	@Validate
	public void eachMessageHearsOfItsEndOnce() {
		for (Parcel parcel : this.queued) {
			int told = parcel.told.get();
			if (told > 1 || (told == 0 && this.closed)) {
				throw new IllegalStateException("A message heard of its end " + told + " times");
			}
		}
	}

	@Test
	void tellsWhatBecameOfEachMessageInEveryInterleaving() {
		new ModelCheckingOptions().iterations(10)
			.invocationsPerIteration(200)
			.threads(2)
			.actorsPerThread(2)
			.actorsBefore(0)
			.actorsAfter(0)
			.check(getClass());
	}

	private static final class Parcel implements Link.Parcel {

		private final AtomicInteger told = new AtomicInteger();

		@Override
		public byte[] bytes() {
			return new byte[1];
		}

		@Override
		public void acknowledged() {
			this.told.incrementAndGet();
		}

		@Override
		public void lost(boolean maybeReceived) {
			this.told.incrementAndGet();
		}

	}

	/** One connection at a time, over which everything arrives. */
	private static final class Network implements Wire, Wire.Connection {

		private Wire.@Nullable Events events;

		private boolean open;

		private long next = 1;

		@Override
		public Connection connect(Hello[] hellos, Transport.Peer peer, Events events) {
			this.events = events;
			this.open = false;
			this.next = hellos[0].first();
			return this;
		}

		void open() {
			if (this.events != null && !this.open) {
				this.open = true;
				this.events.opened(new long[] { this.next });
			}
		}

		/** Events come on the link's thread. */
		void end() {
			this.events = null;
		}

		void acknowledge() {
			if (this.events != null && this.open) {
				this.events.acknowledged(0, this.next);
			}
		}

		@Override
		public boolean isReady(int stream) {
			return true;
		}

		@Override
		public void send(int stream, Frame frame) {
			this.next = frame.first() + frame.messages().length;
		}

		@Override
		public void close(String reason) {
			this.events = null;
		}

	}

	/** What is due later never comes. */
	private static final class LinkThread implements Scheduler {

		private final Queue<Runnable> tasks = new ArrayDeque<>();

		private boolean ended;

		void runAll() {
			for (Runnable task = next(); task != null; task = next()) {
				task.run();
			}
		}

		private synchronized @Nullable Runnable next() {
			return this.tasks.poll();
		}

		synchronized void end() {
			this.ended = true;
		}

		@Override
		public long nanoTime() {
			return 0;
		}

		@Override
		public Instant now() {
			return Instant.EPOCH;
		}

		@Override
		public synchronized Cancellable schedule(long delayNanos, Runnable task) {
			if (this.ended) {
				throw new RejectedExecutionException("The thread has ended");
			}
			if (delayNanos == 0) {
				this.tasks.add(task);
			}
			return () -> {
			};
		}

	}

}
