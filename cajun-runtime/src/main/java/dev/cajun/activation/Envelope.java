package dev.cajun.activation;

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

	Envelope(@Nullable Object message, int size) {
		this.message = message;
		this.size = size;
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

}
