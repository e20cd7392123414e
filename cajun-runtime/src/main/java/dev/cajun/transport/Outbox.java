package dev.cajun.transport;

import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sending end of one stream. Any thread adds; all else happens on the link's thread.
 * A message gets its number when it is taken from the queue into the ring, which holds
 * the numbers from {@code first} up to {@code next}:
 *
 * <pre>
 * first ............ sent ............ next
 *   | not acknowledged | not sent yet   |
 * </pre>
 *
 * A reconnect sets {@code sent} back to what the peer expects.
 */
final class Outbox {

	private static final Logger logger = LoggerFactory.getLogger(Outbox.class);

	/** Bytes after which a frame takes no further message, each with its length. */
	private static final int FRAME_BYTES = 64 * 1024;

	private static final int LENGTH_BYTES = 4;

	private final ConcurrentLinkedQueue<Link.Parcel> queued = new ConcurrentLinkedQueue<>();

	private Link.@Nullable Parcel[] ring = new Link.Parcel[64];

	private long first = 1;

	private long sent = 1;

	private long next = 1;

	/** Messages below this number may have been received by the peer. */
	private long doubtful = 1;

	/** Adds a message. Any thread. */
	void add(Link.Parcel parcel) {
		this.queued.add(parcel);
	}

	/** Gives numbers to what has queued. */
	void number() {
		for (Link.Parcel parcel = this.queued.poll(); parcel != null; parcel = this.queued.poll()) {
			if (this.next - this.first == this.ring.length) {
				grow();
			}
			this.ring[index(this.next++)] = parcel;
		}
	}

	private void grow() {
		Link.@Nullable Parcel[] larger = new Link.Parcel[this.ring.length * 2];
		for (long number = this.first; number < this.next; number++) {
			larger[(int) (number & (larger.length - 1))] = this.ring[index(number)];
		}
		this.ring = larger;
	}

	private int index(long number) {
		return (int) (number & (this.ring.length - 1));
	}

	private Link.Parcel parcel(long number) {
		Link.Parcel parcel = this.ring[index(number)];
		if (parcel == null) {
			throw new IllegalStateException("There is no message " + number);
		}
		return parcel;
	}

	boolean isEmpty() {
		return this.first == this.next;
	}

	boolean hasUnsent() {
		return this.sent < this.next;
	}

	boolean hasUnacknowledged() {
		return this.first < this.sent;
	}

	/** The number of the first message that is not acknowledged. */
	long first() {
		return this.first;
	}

	/** The next frame; there must be something unsent. */
	Frame frame(Traffic traffic) {
		long from = this.sent;
		long to = from;
		long bytes = 0;
		do {
			bytes += parcel(to++).bytes().length + LENGTH_BYTES;
		}
		while (to < this.next && bytes < FRAME_BYTES);
		byte[][] messages = new byte[(int) (to - from)][];
		for (int i = 0; i < messages.length; i++) {
			messages[i] = parcel(from + i).bytes();
		}
		this.sent = to;
		traffic.sent(messages.length, bytes - (long) LENGTH_BYTES * messages.length,
				Math.clamp(this.doubtful - from, 0, messages.length));
		this.doubtful = Math.max(this.doubtful, to);
		return new Frame(from, messages);
	}

	/** A frame that asks for an acknowledgement. */
	Frame heartbeat() {
		return Frame.heartbeat(this.sent);
	}

	/**
	 * The peer has everything below a number.
	 * @return messages and bytes that are done with, as {@link Load} counts them, or -1
	 * when the number cannot be
	 */
	long acknowledge(long expected) {
		if (expected > this.next) {
			return -1;
		}
		long load = 0;
		while (this.first < expected) {
			int index = index(this.first++);
			Link.Parcel parcel = parcel(this.first - 1);
			this.ring[index] = null;
			load += Load.of(parcel);
			try {
				parcel.acknowledged();
			}
			catch (Throwable ex) {
				logger.error("A message's callback failed", ex);
			}
		}
		this.sent = Math.max(this.sent, this.first);
		return load;
	}

	/** A new connection begins with the first message that is not acknowledged. */
	void resume() {
		this.sent = this.first;
	}

	/** The link has ended: every message is lost. */
	void lose() {
		for (long number = this.first; number < this.next; number++) {
			lose(parcel(number), number < this.doubtful);
		}
		Arrays.fill(this.ring, null);
		this.first = this.next;
		this.sent = this.next;
		loseQueued();
	}

	/** What was added too late. Any thread. */
	void loseQueued() {
		for (Link.Parcel parcel = this.queued.poll(); parcel != null; parcel = this.queued.poll()) {
			lose(parcel, false);
		}
	}

	private static void lose(Link.Parcel parcel, boolean maybeReceived) {
		try {
			parcel.lost(maybeReceived);
		}
		catch (Throwable ex) {
			logger.error("A message's callback failed", ex);
		}
	}

}
