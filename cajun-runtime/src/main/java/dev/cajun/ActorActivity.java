package dev.cajun;

import java.time.Duration;
import java.util.List;

/**
 * What an actor is doing at one moment.
 *
 * @param actor the actor
 * @param node the node it runs on
 * @param phase what it is at: loading, handling, writing
 * @param messageType the logical type name of the message in hand, empty when none is
 * @param running for how long
 * @param stack the stack of its virtual thread, innermost first; empty when no handler
 * runs
 */
public record ActorActivity(ActorId actor, String node, String phase, String messageType, Duration running,
		List<StackTraceElement> stack) {

	public ActorActivity {
		stack = List.copyOf(stack);
	}

}
