package dev.cajun.store;

import dev.cajun.ActorId;

/**
 * A message to an actor at a time.
 *
 * @param actor the actor
 * @param name names the reminder in the actor
 * @param dueMillis when, milliseconds of the epoch
 * @param message the encoded message
 */
public record StoredReminder(ActorId actor, String name, long dueMillis, byte[] message) {

}
