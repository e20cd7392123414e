package dev.cajun.routing;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.Delivery;
import dev.cajun.MessageUndelivered;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Ask;
import dev.cajun.activation.Envelope;
import dev.cajun.activation.MessageContext;
import dev.cajun.activation.NumberedTell;
import dev.cajun.activation.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * A message of this node that is not simply put into a mailbox here: it waits in a lane,
 * or goes to another node, perhaps more than once.
 */
final class Outgoing {

	private final NodeHost host;

	final ActorType type;

	final ActorId receiver;

	final Envelope envelope;

	/** Whether it may be refused because too much waits. */
	final boolean bounded;

	final long sinceNanos;

	/** Its place in the lane, given when it enters; guarded by the shard's lock. */
	long order;

	private byte @Nullable [] record;

	private Map<String, String> context = Map.of();

	Outgoing(NodeHost host, ActorType type, ActorId receiver, Envelope envelope, boolean bounded) {
		this.host = host;
		this.type = type;
		this.receiver = receiver;
		this.envelope = envelope;
		this.bounded = bounded;
		this.sinceNanos = host.scheduler().nanoTime();
	}

	/**
	 * Writes the message, on its sender's thread and outside any lock.
	 * @throws dev.cajun.serialization.SerializationException if it cannot be written
	 */
	Outgoing encoded() {
		if (this.record == null) {
			Object message = this.envelope.message();
			if (message == null) {
				throw new IllegalStateException("A message to " + this.receiver + " has no content");
			}
			this.context = withTrace(this.host.context().capture(), this.envelope.trace());
			this.record = this.host.codec().encode(message, "", 0);
		}
		return this;
	}

	private static Map<String, String> withTrace(Map<String, String> context, Map<String, String> trace) {
		if (trace.isEmpty()) {
			return context;
		}
		Map<String, String> both = new LinkedHashMap<>(context);
		trace.forEach((key, value) -> both.put(MessageContext.TRACE + key, value));
		return both;
	}

	byte[] record() {
		byte[] written = encoded().record;
		if (written == null) {
			throw new IllegalStateException("Not written");
		}
		return written;
	}

	Map<String, String> context() {
		return this.context;
	}

	/** Whether it is worth sending. */
	boolean isWanted() {
		return !(this.envelope instanceof Ask ask) || ask.isWanted();
	}

	/** Whether it has waited for an owner for as long as anybody would wait for it. */
	boolean isStale(long now) {
		return !isWanted() || (!(this.envelope instanceof Ask) && now - this.sinceNanos > this.type.askTimeoutNanos());
	}

	/** Nobody has handled it and nobody will: tells its sender, on another thread. */
	void refuse(CajunException why) {
		this.host.execute(() -> refuse(this.host, this.type, this.receiver, this.envelope, why));
	}

	static void refuse(NodeHost host, ActorType type, ActorId receiver, Envelope envelope, CajunException why) {
		switch (envelope) {
			case Ask ask -> ask.fail(why);
			case NumberedTell tell -> tell.refused(Refusal.of(why));
			default -> {
				Object message = envelope.message();
				if (message != null) {
					host.undelivered(new MessageUndelivered(receiver, type.messageType(receiver, message).name(),
							Delivery.AT_MOST_ONCE, String.valueOf(why.getMessage())));
				}
			}
		}
	}

}
