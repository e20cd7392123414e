package dev.cajun.node;

import dev.cajun.ActorId;

/**
 * An actor that has much to do, over the last ten to twenty seconds.
 *
 * @param actor the actor
 * @param messagesPerSecond messages handled
 * @param busy the part of the time that its handler ran, 0 to 1
 * @param mailbox messages waiting
 */
public record HotActor(ActorId actor, double messagesPerSecond, double busy, int mailbox) {

	/** What makes an actor hot. */
	public enum Order {

		/** Messages a second. */
		MESSAGES,

		/** Time in its handler. */
		TIME;

		double of(HotActor hot) {
			return (this == MESSAGES) ? hot.messagesPerSecond() : hot.busy();
		}

	}

}
