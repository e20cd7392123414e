package dev.cajun.activation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.cajun.ActorId;
import dev.cajun.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * The guaranteed tells of one sender to one receiver that are not acknowledged yet: sent
 * in order, so many at a time, and after a refusal in order again from the first
 * (go-back-N). Each round of sending has a number, so that refusals of an earlier round
 * are recognised.
 * <p>
 * Not thread-safe: whoever owns the sender guards it.
 */
public final class Outbound {

	/**
	 * Tells under way at once: enough to keep a receiver busy, and few enough to send
	 * them again.
	 */
	private static final int WINDOW = 1024;

	private static final long FIRST_DELAY_NANOS = 5_000_000L;

	private static final long LONGEST_DELAY_NANOS = 30_000_000_000L;

	private final String sender;

	private final ActorId receiver;

	private final Port port;

	/** Sent in this round, in order. */
	private final ArrayDeque<Pending> sent = new ArrayDeque<>();

	/** To be sent behind these, in order. */
	private final ArrayDeque<Pending> waiting = new ArrayDeque<>();

	private int round;

	private int refusals;

	private boolean stalled;

	/**
	 * Creates an empty window.
	 * @param sender the sending actor or process
	 * @param receiver the receiving actor
	 * @param port the way out
	 */
	public Outbound(String sender, ActorId receiver, Port port) {
		this.sender = sender;
		this.receiver = receiver;
		this.port = port;
	}

	/**
	 * Adds a tell at the end and sends it, unless too many are under way or the window
	 * waits to send again.
	 * @param tell the tell, with a number above all before
	 */
	public void add(Pending tell) {
		this.waiting.addLast(tell);
		sendMore();
	}

	/**
	 * Adds a tell that was stored; {@link #sendAll()} sends it.
	 * @param tell the tell, with a number above all before
	 */
	void restore(Pending tell) {
		this.waiting.addLast(tell);
	}

	/** Sends everything anew, in order. */
	public void sendAll() {
		this.round++;
		this.stalled = false;
		while (!this.sent.isEmpty()) {
			this.waiting.addFirst(this.sent.removeLast());
		}
		sendMore();
	}

	/** What it sends may be answered, and so change the window, before it goes on. */
	private void sendMore() {
		while (!this.stalled && this.sent.size() < WINDOW && !this.waiting.isEmpty()) {
			Pending last = this.sent.peekLast();
			Pending tell = this.waiting.removeFirst();
			this.sent.addLast(tell);
			send(tell, (last == null) ? 0 : last.number());
		}
	}

	private void send(Pending tell, long previous) {
		Object message;
		try {
			message = tell.message().get();
		}
		catch (RuntimeException ex) {
			this.port.unreadable(this.receiver, tell, ex);
			stall();
			return;
		}
		this.port.send(this.receiver, new NumberedTell(message, tell.size(), this.sender, tell.number(), previous,
				tell.delivery(), this.port.answers(this, this.round)));
	}

	/**
	 * The receiver handled a tell, and so all before it.
	 * @param number the tell
	 * @return what is acknowledged by it, in order
	 */
	public List<Pending> handled(long number) {
		List<Pending> done = new ArrayList<>(1);
		take(this.sent, number, done);
		if (this.sent.isEmpty()) {
			// Of an earlier round
			take(this.waiting, number, done);
		}
		if (!done.isEmpty()) {
			this.refusals = 0;
			sendMore();
		}
		return done;
	}

	private static void take(ArrayDeque<Pending> tells, long number, List<Pending> done) {
		for (Pending tell = tells.peekFirst(); tell != null && tell.number() <= number; tell = tells.peekFirst()) {
			done.add(tells.removeFirst());
		}
	}

	/**
	 * The receiver refused a tell: everything from it on is sent again after a while.
	 * @param round the round it was sent in
	 */
	public void refused(int round) {
		if (round == this.round && !this.stalled && !isEmpty()) {
			stall();
		}
	}

	private void stall() {
		this.stalled = true;
		long delay = Math.min(LONGEST_DELAY_NANOS, FIRST_DELAY_NANOS << Math.min(this.refusals, 20));
		this.refusals++;
		this.port.sendAllLater(this, delay);
	}

	/**
	 * The receiving actor.
	 * @return its id
	 */
	public ActorId receiver() {
		return this.receiver;
	}

	/**
	 * Whether everything is acknowledged.
	 * @return true when nothing is pending
	 */
	public boolean isEmpty() {
		return this.sent.isEmpty() && this.waiting.isEmpty();
	}

	/**
	 * How many tells are not acknowledged.
	 * @return how many
	 */
	public int size() {
		return this.sent.size() + this.waiting.size();
	}

	/**
	 * One tell of the window.
	 *
	 * @param number its number
	 * @param delivery the guarantee
	 * @param size its estimated size in bytes
	 * @param message gives the message; throws when stored bytes cannot be read
	 * @param done what hears of the acknowledgement, or {@code null}
	 */
	public record Pending(long number, Delivery delivery, int size, Supplier<Object> message,
			@Nullable CompletableFuture<Void> done) {

	}

	/** The way out of a window. */
	public interface Port {

		/** Gives a tell to its receiver. */
		void send(ActorId receiver, NumberedTell tell);

		/** Hears of the tells of one round. */
		NumberedTell.Sender answers(Outbound window, int round);

		/** Calls {@link Outbound#sendAll()} later, under the owner's guard. */
		void sendAllLater(Outbound window, long delayNanos);

		/** A stored tell cannot be read; it is kept and tried again. */
		void unreadable(ActorId receiver, Pending tell, RuntimeException error);

	}

}
