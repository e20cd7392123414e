package dev.cajun.node;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * Where messages to an actor go.
 *
 * @param actor the actor
 * @param shard its shard
 * @param node the name of the node that owns the shard, or {@code null} when none does
 * @param address where that node is reached; {@code null} in local mode
 * @param epoch the fencing number of the ownership
 * @param source what is known from: {@code local} or {@code placement table}
 */
public record RoutingInfo(ActorId actor, int shard, @Nullable String node, @Nullable String address, long epoch,
		String source) {

}
