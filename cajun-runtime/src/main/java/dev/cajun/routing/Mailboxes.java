package dev.cajun.routing;

import java.util.Set;

import dev.cajun.ActorId;
import dev.cajun.ActorQuarantinedException;
import dev.cajun.MailboxFullException;
import dev.cajun.activation.Activation;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Envelope;
import dev.cajun.activation.ReminderDue;
import dev.cajun.activation.Tell;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way into the mailboxes of this node, where a message's actor is here, and otherwise
 * into its lane.
 * <p>
 * Thread-safe.
 */
final class Mailboxes {

	private static final Logger logger = LoggerFactory.getLogger(Mailboxes.class);

	private final NodeHost host;

	Mailboxes(NodeHost host) {
		this.host = host;
	}

	/**
	 * Gives a message to its actor here, within the bounds of the mailbox.
	 * @return the activation, or {@code null} if the actor cannot be active here
	 */
	@Nullable Activation offer(@Nullable Activation hint, ActorType type, ActorId receiver, Envelope envelope) {
		Activation activation = (hint != null) ? hint : this.host.activations().activate(type, receiver);
		while (activation != null) {
			String quarantine = activation.quarantine();
			if (quarantine != null) {
				throw new ActorQuarantinedException("Actor " + receiver + " is quarantined: " + quarantine);
			}
			switch (activation.offer(envelope)) {
				case TAKEN, SCHEDULE -> {
					return activation;
				}
				case CLOSED -> activation = this.host.activations().next(activation);
				case FULL -> throw mailboxFull(activation);
			}
		}
		return null;
	}

	private MailboxFullException mailboxFull(Activation activation) {
		return new MailboxFullException("Actor " + activation.id() + " on " + this.host.node() + " has "
				+ activation.waiting() + " messages waiting (mailbox-capacity "
				+ activation.type().settings().mailboxCapacity() + ", all mailboxes of the node "
				+ this.host.budget().bytes() + " bytes); the message was not taken, send it again later");
	}

	/** As above, whatever the mailbox holds. */
	boolean offerUnbounded(ActorId receiver, Envelope envelope) {
		Activation activation = this.host.activations().activate(this.host.actorType(receiver.type()), receiver);
		while (activation != null && !activation.offerUnbounded(envelope)) {
			activation = this.host.activations().next(activation);
		}
		return activation != null;
	}

	/**
	 * Gives a message to its actor, wherever it is.
	 * @return where it was found, for the next time, or {@code null}
	 * @throws CajunException if it was not taken, as is known here
	 */
	@Nullable Activation send(@Nullable Activation hint, Door door, ActorType type, ActorId receiver, Envelope envelope) {
		if (door.lane().isLocal()) {
			Activation found = offer(hint, type, receiver, envelope);
			if (found != null) {
				return found;
			}
		}
		door.lane().send(new Outgoing(this.host, type, receiver, envelope, true));
		return null;
	}

	void deliver(ActorId receiver, Envelope envelope) {
		ActorType type = this.host.types().get(receiver.type());
		if (type == null) {
			logger.warn("Something is due for actor {}, and this application has no such actor type", receiver);
			return;
		}
		Lane lane = this.host.door(type, receiver).lane();
		if (lane.isLocal() && offerUnbounded(receiver, envelope)) {
			return;
		}
		if (envelope instanceof Tell) {
			lane.send(new Outgoing(this.host, type, receiver, envelope, false));
		}
	}

	void deliverIfActive(ActorId receiver, Envelope envelope) {
		Activation activation = this.host.activations().find(receiver);
		while (activation != null && !activation.offerUnbounded(envelope)) {
			Activation found = this.host.activations().find(receiver);
			activation = (found == activation) ? null : found;
		}
	}

	void wake(Set<ActorId> actors) {
		for (ActorId actor : actors) {
			ActorType type = this.host.types().get(actor.type());
			if (type == null) {
				logger.warn("Actor {} has messages to deliver, and this application has no such actor type", actor);
				continue;
			}
			Activation activation = this.host.activations().activate(type, actor);
			if (activation != null) {
				activation.wake();
			}
		}
	}

	void announce(ActorId receiver, ReminderDue due) {
		if (!this.host.types().containsKey(receiver.type()) || !offerUnbounded(receiver, due)) {
			due.postpone();
		}
	}

}
