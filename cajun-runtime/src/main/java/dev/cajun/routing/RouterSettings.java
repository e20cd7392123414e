package dev.cajun.routing;

import java.time.Duration;

import dev.cajun.Delivery;
import dev.cajun.placement.Shards;

/**
 * What is fixed for the life of a router.
 *
 * @param node this node's id
 * @param process identifies this process among all that ever were
 * @param incarnation 64 random bits, new at every start
 * @param shards the shards
 * @param maxActive activations before the least recently used are passivated
 * @param mailboxBytes estimated bytes of unhandled messages over all actors
 * @param maxMessageSize the largest message in bytes
 * @param delivery the guarantee of a plain tell
 * @param dedupMaxEntries answers one actor remembers
 * @param dedupMaxAge how long an answer is remembered
 */
public record RouterSettings(String node, String process, long incarnation, Shards shards, int maxActive,
		long mailboxBytes, int maxMessageSize, Delivery delivery, int dedupMaxEntries, Duration dedupMaxAge) {

}
