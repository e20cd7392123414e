package dev.cajun.activation;

import java.util.List;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * An activation at one moment, seen from outside; the parts may be a moment apart.
 *
 * @param actor the actor
 * @param phase loading, idle, handling, writing, quarantined, ending, ended
 * @param sinceMillis when the activation began, milliseconds of the epoch
 * @param lastUsed the monotonic time of its last message
 * @param mailbox unhandled messages
 * @param messageType the logical name of the message in hand, or empty
 * @param turnSince the monotonic time at which the turn under way began, or 0
 * @param stack the stack of the handler's thread, innermost first
 * @param lastError the last failure, or {@code null}
 * @param sequence the sequence of the last write
 * @param snapshotSequence the sequence of the last snapshot or state
 * @param quarantine why it refuses messages, or {@code null}
 * @param epoch the epoch under which it was loaded
 */
public record ActivationSnapshot(ActorId actor, String phase, long sinceMillis, long lastUsed, int mailbox,
		String messageType, long turnSince, List<StackTraceElement> stack, @Nullable String lastError, long sequence,
		long snapshotSequence, @Nullable String quarantine, long epoch) {

}
