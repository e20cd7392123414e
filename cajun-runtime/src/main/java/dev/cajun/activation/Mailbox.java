package dev.cajun.activation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from many producers to one consumer, which costs an idle actor three
 * fields.
 * <p>
 * {@code load} counts the messages that were admitted and not yet released, with their
 * estimated bytes, and is the right to run as well: whoever raises it from nothing must
 * schedule the consumer, and the consumer keeps that right until it releases the last
 * message. So it only ever counts messages that will be there: it is raised by
 * compare-and-set after the bounds were checked, never raised and taken back. Admission
 * comes first, then the push onto {@code pushed}, a stack (Treiber, 1986) that the
 * consumer takes whole and turns round; one producer's messages stay in order, and a
 * consumer that knows of more messages than it finds waits for the push under way.
 * {@code taken} belongs to the consumer and is handed on with the right to run.
 * <p>
 * {@link #CLOSED} is set only by the consumer, when the load holds nothing but what the
 * consumer is about to release; a producer that meets it looks for the next activation.
 */
abstract sealed class Mailbox permits Activation {

	/** Ignores both bounds. */
	static final int UNBOUNDED = Integer.MAX_VALUE;

	private static final int COUNT_BITS = 24;

	private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

	private static final long CLOSED = Long.MIN_VALUE;

	private static final VarHandle LOAD;

	private static final VarHandle PUSHED;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			LOAD = lookup.findVarHandle(Mailbox.class, "load", long.class);
			PUSHED = lookup.findVarHandle(Mailbox.class, "pushed", Envelope.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private volatile long load;

	private volatile @Nullable Envelope pushed;

	private @Nullable Envelope taken;

	/**
	 * Adds an envelope at the end. Any thread.
	 * @param capacity messages this mailbox may hold, or {@link #UNBOUNDED}
	 * @param maxBytes estimated bytes it may hold; one message alone may be larger
	 * @param budget the bytes of all mailboxes of the node
	 */
	final Offer offer(Envelope envelope, int capacity, long maxBytes, MemoryBudget budget) {
		long unit = 1L | ((long) envelope.size << COUNT_BITS);
		long before;
		do {
			before = this.load;
			if (before < 0) {
				return Offer.CLOSED;
			}
			if (capacity != UNBOUNDED) {
				long bytes = before >>> COUNT_BITS;
				if ((before & COUNT_MASK) >= capacity || (bytes > 0 && bytes + envelope.size > maxBytes)
						|| (envelope.size > 0 && budget.isExhausted())) {
					return Offer.FULL;
				}
			}
		}
		while (!LOAD.compareAndSet(this, before, before + unit));
		budget.changed(before >>> COUNT_BITS, (before + unit) >>> COUNT_BITS);
		Envelope head;
		do {
			head = this.pushed;
			envelope.next = head;
		}
		while (!PUSHED.compareAndSet(this, head, envelope));
		return ((before & COUNT_MASK) == 0) ? Offer.SCHEDULE : Offer.TAKEN;
	}

	/**
	 * Takes the first envelope. Consumer only.
	 * @param unreleased how many were taken and not yet released
	 * @return the envelope, or {@code null} when there is none
	 */
	final @Nullable Envelope poll(int unreleased) {
		Envelope first = this.taken;
		if (first == null) {
			if ((this.load & COUNT_MASK) <= unreleased) {
				return null;
			}
			first = takeAll();
		}
		this.taken = first.next;
		first.next = null;
		return first;
	}

	@SuppressWarnings("ThreadPriorityCheck") // the producer whose push is awaited needs a
												// carrier
	private Envelope takeAll() {
		Envelope newest = (Envelope) PUSHED.getAndSet(this, null);
		for (int spins = 0; newest == null; spins++) {
			if (spins < 100) {
				Thread.onSpinWait();
			}
			else {
				Thread.yield();
			}
			newest = (Envelope) PUSHED.getAndSet(this, null);
		}
		Envelope oldest = null;
		while (newest != null) {
			Envelope before = newest.next;
			newest.next = oldest;
			oldest = newest;
			newest = before;
		}
		return Objects.requireNonNull(oldest);
	}

	/**
	 * Puts envelopes that were taken back in front of all others. Consumer only.
	 * @param first a chain of envelopes in their order
	 */
	final void putBack(@Nullable Envelope first) {
		if (first == null) {
			return;
		}
		Envelope last = first;
		while (last.next != null) {
			last = last.next;
		}
		last.next = this.taken;
		this.taken = first;
	}

	/**
	 * Gives back the room of envelopes that were taken, and with the last of them the
	 * right to run. Consumer only.
	 * @return how many messages are left; at 0 the caller must touch nothing any more
	 */
	final int release(int count, long bytes, MemoryBudget budget) {
		long unit = count | (bytes << COUNT_BITS);
		long before = (long) LOAD.getAndAdd(this, -unit);
		budget.changed(before >>> COUNT_BITS, (before - unit) >>> COUNT_BITS);
		return (int) ((before - unit) & COUNT_MASK);
	}

	/**
	 * Ends the mailbox if it holds nothing but what was taken and not yet released.
	 * Consumer only.
	 * @return whether it is closed now; the right to run is gone then
	 */
	final boolean close(int unreleased, long bytes, MemoryBudget budget) {
		long expected = unreleased | (bytes << COUNT_BITS);
		if (!LOAD.compareAndSet(this, expected, CLOSED)) {
			return false;
		}
		budget.changed(bytes, 0);
		return true;
	}

	/** Messages admitted and not yet released. Any thread. */
	final int depth() {
		long now = this.load;
		return (now < 0) ? 0 : (int) (now & COUNT_MASK);
	}

	/** What became of an offer. */
	public enum Offer {

		/** Taken, and the consumer is or will be running. */
		TAKEN,

		/** Taken, and the caller must schedule the consumer. */
		SCHEDULE,

		/** Refused: too many messages, or too many bytes. */
		FULL,

		/** Refused: the activation has ended; there may be a next one. */
		CLOSED

	}

}
