package dev.cajun.transport;

import java.util.concurrent.locks.ReentrantLock;

import dev.cajun.time.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving end of one stream of one process. It outlives connections: it knows which
 * message comes next, drops what came before, and refuses to skip any.
 * <p>
 * Guarded by a lock, taken once for a frame: at a reconnect the old connection's thread
 * may still be at work when the new one's begins. Only the newest session is listened to.
 */
final class Inlet {

	private static final Logger logger = LoggerFactory.getLogger(Inlet.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Arrivals arrivals;

	private final Transport.Receiver receiver;

	private final int stream;

	private final long acknowledgeDelay;

	/** The number of the message that comes next. */
	private long expected = 1;

	private volatile @Nullable Session session;

	Inlet(Arrivals arrivals, Transport.Receiver receiver, int stream) {
		this.arrivals = arrivals;
		this.receiver = receiver;
		this.stream = stream;
		this.acknowledgeDelay = arrivals.acknowledgeDelayNanos();
	}

	/**
	 * Listens to a connection from now on, and no longer to the one before.
	 * @param first the sender's first message that is not acknowledged
	 * @return the session, or {@code null} when messages before it are missing here
	 */
	@Nullable Session attach(long first, Links.Answers answers, Scheduler timers) {
		this.lock.lock();
		try {
			if (this.arrivals.hasEnded() || first > this.expected) {
				return null;
			}
			Session before = this.session;
			Session next = new Session(answers, timers);
			this.session = next;
			if (before != null) {
				before.answers.close("replaced by a newer connection");
			}
			return next;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Listens to nobody any more. */
	void disconnect(String reason) {
		this.lock.lock();
		try {
			Session last = this.session;
			if (last != null) {
				this.session = null;
				last.answers.close(reason);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean isConnected() {
		return this.session != null;
	}

	/** One connection's hold on the inlet. */
	final class Session implements Links.Session {

		private final Links.Answers answers;

		private final Scheduler timers;

		private final long start;

		private long acknowledged;

		private long acknowledgedAt;

		private boolean acknowledgementDue;

		Session(Links.Answers answers, Scheduler timers) {
			this.answers = answers;
			this.timers = timers;
			this.start = Inlet.this.expected;
			this.acknowledged = this.start;
			this.acknowledgedAt = timers.nanoTime() - Inlet.this.acknowledgeDelay;
		}

		@Override
		public long expected() {
			return this.start;
		}

		@Override
		public void received(Frame frame) {
			Inlet.this.lock.lock();
			try {
				if (Inlet.this.session == this) {
					take(frame);
				}
			}
			finally {
				Inlet.this.lock.unlock();
			}
		}

		private void take(Frame frame) {
			byte[][] messages = frame.messages();
			long missing = frame.first() - Inlet.this.expected;
			if (missing > 0) {
				fail(missing + " messages from " + Inlet.this.expected + " on are missing");
				return;
			}
			long before = Inlet.this.expected;
			long bytes = 0;
			for (long i = -missing; i < messages.length; i++) {
				if (Inlet.this.arrivals.hasEnded()) {
					return;
				}
				byte[] message = messages[(int) i];
				try {
					Inlet.this.receiver.received(Inlet.this.arrivals.from(), Inlet.this.stream, message);
				}
				catch (Throwable ex) {
					logger.error("Message {} of stream {} of {} was not taken, it will come again", Inlet.this.expected,
							Inlet.this.stream, Inlet.this.arrivals.from(), ex);
					fail("message " + Inlet.this.expected + " was not taken: " + ex);
					return;
				}
				Inlet.this.expected++;
				bytes += message.length;
			}
			Inlet.this.arrivals.traffic().received(Inlet.this.expected - before, bytes);
			acknowledge(messages.length == 0 || missing < 0);
		}

		private void acknowledge(boolean asked) {
			if (!asked && this.acknowledged == Inlet.this.expected) {
				return;
			}
			long now = this.timers.nanoTime();
			long wait = this.acknowledgedAt + Inlet.this.acknowledgeDelay - now;
			if (asked || wait <= 0) {
				this.acknowledged = Inlet.this.expected;
				this.acknowledgedAt = now;
				this.answers.acknowledge(Inlet.this.expected);
			}
			else if (!this.acknowledgementDue) {
				this.acknowledgementDue = true;
				this.timers.schedule(wait, this::acknowledgeLate);
			}
		}

		private void acknowledgeLate() {
			Inlet.this.lock.lock();
			try {
				this.acknowledgementDue = false;
				if (Inlet.this.session == this) {
					acknowledge(false);
				}
			}
			finally {
				Inlet.this.lock.unlock();
			}
		}

		private void fail(String reason) {
			Inlet.this.session = null;
			this.answers.close(reason);
		}

		@Override
		public void closed() {
			Inlet.this.lock.lock();
			try {
				if (Inlet.this.session == this) {
					Inlet.this.session = null;
				}
			}
			finally {
				Inlet.this.lock.unlock();
			}
		}

	}

}
