package dev.cajun.activation;

import dev.cajun.Delivery;

/**
 * A tell with a guarantee. The receiver takes it only behind {@code previous}, the tell
 * of the same sender to it that was not acknowledged when this one was sent, and answers
 * exactly once: handled, or refused so that the sender sends it again.
 */
public final class NumberedTell extends Envelope {

	private final String sender;

	private final long number;

	private final long previous;

	private final Delivery delivery;

	private final Sender answers;

	/**
	 * Wraps a message.
	 * @param message the message
	 * @param size its estimated size in bytes
	 * @param sender the sending actor or process
	 * @param number its number, growing with every tell of the sender
	 * @param previous the number of the one before it that is still unacknowledged, or 0
	 * @param delivery the guarantee
	 * @param answers hears the outcome
	 */
	public NumberedTell(Object message, int size, String sender, long number, long previous, Delivery delivery,
			Sender answers) {
		super(message, size);
		this.sender = sender;
		this.number = number;
		this.previous = previous;
		this.delivery = delivery;
		this.answers = answers;
	}

	/**
	 * The sending actor or process.
	 * @return its id
	 */
	public String sender() {
		return this.sender;
	}

	/**
	 * The number.
	 * @return grows with every tell of the sender
	 */
	public long number() {
		return this.number;
	}

	/**
	 * The unacknowledged tell before it.
	 * @return its number, or 0
	 */
	public long previous() {
		return this.previous;
	}

	/**
	 * The guarantee.
	 * @return the guarantee
	 */
	public Delivery delivery() {
		return this.delivery;
	}

	/** Tells the sender that the receiver handled it, and that this is durable. */
	public void handled() {
		this.answers.handled(this.number);
	}

	/**
	 * Tells the sender that the receiver did not take it.
	 * @param refusal why
	 */
	public void refused(Refusal refusal) {
		this.answers.refused(this.number, refusal);
	}

	@Override
	String makeId(Host host) {
		return this.sender + ":" + this.number;
	}

	@Override
	void refuse(Activation receiver, Refusal refusal) {
		refused(refusal);
	}

	/**
	 * Who hears what became of a guaranteed tell. Called on any thread, once per tell.
	 */
	public interface Sender {

		/**
		 * The receiver handled it and its write is durable.
		 * @param number the tell
		 */
		void handled(long number);

		/**
		 * The receiver did not handle it.
		 * @param number the tell
		 * @param refusal why
		 */
		void refused(long number, Refusal refusal);

	}

}
