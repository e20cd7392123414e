package dev.cajun.activation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.cajun.ActorId;
import dev.cajun.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * The guaranteed tells of one sender to one receiver that are not acknowledged yet: sent
 * in order, all of them again in order after a refusal (go-back-N). Each round of sending
 * has a number, so that refusals of an earlier round are recognised.
 * <p>
 * Not thread-safe: whoever owns the sender guards it.
 */
public final class Outbound {

	private static final long FIRST_DELAY_NANOS = 5_000_000L;

	private static final long LONGEST_DELAY_NANOS = 30_000_000_000L;

	private final String sender;

	private final ActorId receiver;

	private final Port port;

	private final ArrayDeque<Pending> pending = new ArrayDeque<>();

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
	 * Adds a tell at the end and sends it, unless the window waits to send again.
	 * @param tell the tell, with a number above all before
	 */
	public void add(Pending tell) {
		Pending last = this.pending.peekLast();
		this.pending.addLast(tell);
		if (!this.stalled) {
			send(tell, (last == null) ? 0 : last.number());
		}
	}

	/**
	 * Adds a tell that was stored; {@link #sendAll()} sends it.
	 * @param tell the tell, with a number above all before
	 */
	void restore(Pending tell) {
		this.pending.addLast(tell);
	}

	/** Sends everything, in order. */
	public void sendAll() {
		this.round++;
		this.stalled = false;
		long previous = 0;
		for (Pending tell : List.copyOf(this.pending)) {
			send(tell, previous);
			if (this.stalled) {
				return;
			}
			previous = tell.number();
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
		for (Iterator<Pending> tells = this.pending.iterator(); tells.hasNext();) {
			Pending tell = tells.next();
			if (tell.number() > number) {
				break;
			}
			tells.remove();
			done.add(tell);
		}
		if (!done.isEmpty()) {
			this.refusals = 0;
		}
		return done;
	}

	/**
	 * The receiver refused a tell: everything from it on is sent again after a while.
	 * @param round the round it was sent in
	 */
	public void refused(int round) {
		if (round == this.round && !this.stalled && !this.pending.isEmpty()) {
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
		return this.pending.isEmpty();
	}

	/**
	 * How many tells are not acknowledged.
	 * @return how many
	 */
	public int size() {
		return this.pending.size();
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
