package dev.cajun.activation;

import java.time.Duration;
import java.util.List;

import dev.cajun.ActorActivity;
import dev.cajun.ActorId;

/**
 * What an activation is doing at one moment.
 *
 * @param actor the actor
 * @param node this node
 * @param phase what it is at
 * @param messageType the message in hand, empty when none
 * @param runningNanos for how long
 * @param stack the handler's stack, innermost first
 * @param waiting messages in the mailbox
 */
public record Activity(ActorId actor, String node, String phase, String messageType, long runningNanos,
		List<StackTraceElement> stack, int waiting) {

	String describe() {
		StringBuilder text = new StringBuilder("It is ").append(this.phase);
		if (!this.messageType.isEmpty()) {
			text.append(' ')
				.append(this.messageType)
				.append(" since ")
				.append(this.runningNanos / 1_000_000)
				.append(" ms");
		}
		text.append(" on ").append(this.node).append(" with ").append(this.waiting).append(" messages waiting");
		if (!this.stack.isEmpty()) {
			text.append(", at ").append(this.stack.get(0));
		}
		return text.toString();
	}

	/**
	 * As applications see it.
	 * @return the same
	 */
	public ActorActivity toActorActivity() {
		return new ActorActivity(this.actor, this.node, this.phase, this.messageType,
				Duration.ofNanos(this.runningNanos), this.stack);
	}

}
