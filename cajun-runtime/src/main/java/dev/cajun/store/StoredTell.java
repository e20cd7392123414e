package dev.cajun.store;

import dev.cajun.ActorId;
import dev.cajun.Delivery;

/**
 * A tell with a guarantee that the receiver has not acknowledged yet.
 *
 * @param number grows with every guaranteed tell of the sender
 * @param receiver who it is for
 * @param delivery the guarantee
 * @param message the encoded message
 */
public record StoredTell(long number, ActorId receiver, Delivery delivery, byte[] message) {

}
