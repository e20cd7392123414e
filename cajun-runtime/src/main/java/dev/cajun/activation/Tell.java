package dev.cajun.activation;

import dev.cajun.Delivery;

/** A message that is delivered at most once. */
public final class Tell extends Envelope {

	/**
	 * Wraps a message.
	 * @param message the message
	 * @param size its estimated size in bytes
	 */
	public Tell(Object message, int size) {
		super(message, size);
	}

	@Override
	void refuse(Activation receiver, Refusal refusal) {
		if (this.message != null) {
			receiver.undelivered(this.message, Delivery.AT_MOST_ONCE, refusal.reason());
		}
	}

}
