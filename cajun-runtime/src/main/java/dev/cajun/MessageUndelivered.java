package dev.cajun;

/**
 * A message that was accepted from its sender and could not be given to its receiver.
 *
 * @param receiver the actor it was for
 * @param messageType the logical type name of the message; empty when not even that can
 * be read
 * @param delivery the guarantee it was sent with
 * @param reason why it was dropped
 */
public record MessageUndelivered(ActorId receiver, String messageType, Delivery delivery, String reason) {

}
