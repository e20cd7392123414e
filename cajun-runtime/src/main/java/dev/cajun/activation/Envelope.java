package dev.cajun.activation;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * One message on its way to one actor, and its link in the mailbox.
 * <p>
 * The link belongs to the mailbox until the consumer took the envelope, then to the
 * consumer.
 */
public abstract sealed class Envelope permits Tell, Ask, NumberedTell, TimerFired, ReminderDue, Control {

	/** The message; {@code null} where it is decoded later or there is none. */
	final @Nullable Object message;

	/** The message's estimated size in bytes. */
	final int size;

	@Nullable Envelope next;

	private @Nullable String messageId;

	/** The process that sent the message, where it is another one. */
	private @Nullable Origin origin;

	private Map<String, String> trace = Map.of();

	Envelope(@Nullable Object message, int size) {
		this.message = message;
		this.size = size;
	}

	/**
	 * Says that the message came from another process.
	 * @param origin that process; set before the message is offered
	 */
	public final void from(Origin origin) {
		this.origin = origin;
	}

	/**
	 * The process that sent the message.
	 * @return the process, or {@code null} when it is this one
	 */
	public final @Nullable Origin origin() {
		return this.origin;
	}

	/**
	 * Says which trace the message, sent by this process, belongs to.
	 * @param trace what identifies it; set before the message is offered
	 */
	public final void traced(Map<String, String> trace) {
		this.trace = trace;
	}

	/**
	 * The trace that the message belongs to, whichever process sent it.
	 * @return what identifies the trace; empty when there is none
	 */
	public final Map<String, String> trace() {
		Origin sender = this.origin;
		if (sender == null) {
			return this.trace;
		}
		Map<String, String> found = new LinkedHashMap<>();
		sender.context().forEach((key, value) -> {
			if (key.startsWith(MessageContext.TRACE)) {
				found.put(key.substring(MessageContext.TRACE.length()), value);
			}
		});
		return found;
	}

	/**
	 * The message.
	 * @return the message, or {@code null} where it is decoded later or there is none
	 */
	public final @Nullable Object message() {
		return this.message;
	}

	/**
	 * The message's size.
	 * @return estimated bytes
	 */
	public final int size() {
		return this.size;
	}

	/** Identifies the message at every repetition; made when it is first asked for. */
	final String messageId(Host host) {
		String id = this.messageId;
		if (id == null) {
			id = makeId(host);
			this.messageId = id;
		}
		return id;
	}

	String makeId(Host host) {
		return host.nextMessageId();
	}

	/** No handler has seen the message and none will: tells whoever sent it. */
	abstract void refuse(Activation receiver, Refusal refusal);

	/**
	 * The actor leaves this node, and the message had no effect: it goes back to where it
	 * came from, to be sent to wherever the actor is next.
	 */
	void handBack(Activation receiver) {
		receiver.host().handBack(receiver.type(), receiver.id(), this);
	}

}
