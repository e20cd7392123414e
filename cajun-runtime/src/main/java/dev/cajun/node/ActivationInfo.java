package dev.cajun.node;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import dev.cajun.ActorId;
import dev.cajun.cluster.Ownership;
import org.jspecify.annotations.Nullable;

/**
 * One actor as operators see it; no payloads, no state.
 *
 * @param actor the actor
 * @param active whether it has an activation on this node
 * @param shard its shard
 * @param node the node that owns the shard
 * @param epoch the fencing number of the ownership
 * @param phase what the activation is at: loading, idle, handling, writing, quarantined,
 * ending; or inactive
 * @param activeSince when the activation began
 * @param mailbox unhandled messages
 * @param messageType the logical name of the message in hand
 * @param running how long it has been in hand
 * @param stack the stack of the handler's thread, innermost first
 * @param lastError the last failure of a handler or a write
 * @param sequence the sequence of the last write; 0 when never written
 * @param snapshotSequence the sequence of the last snapshot or state
 * @param quarantine why it refuses messages
 * @param owners the last owners of the shard that the node has seen, the latest first;
 * empty in local mode
 */
public record ActivationInfo(ActorId actor, boolean active, int shard, String node, long epoch, String phase,
		@Nullable Instant activeSince, int mailbox, @Nullable String messageType, @Nullable Duration running,
		List<String> stack, @Nullable String lastError, long sequence, long snapshotSequence,
		@Nullable String quarantine, List<Ownership> owners) {

}
