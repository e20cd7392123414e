package dev.cajun.node;

import dev.cajun.ActorId;

/**
 * An actor that has much to do.
 *
 * @param actor the actor
 * @param messagesPerSecond messages that it dealt with per second, averaged over the last
 * half minute or so
 * @param busy which part of that time its handlers ran, 0 to 1
 * @param mailbox messages that wait or are in hand
 */
public record HotActor(ActorId actor, double messagesPerSecond, double busy, int mailbox) {

}
