package dev.cajun.cluster;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.Delivery;
import dev.cajun.MessageTooLargeException;
import dev.cajun.Request;
import dev.cajun.activation.Activation;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Ask;
import dev.cajun.activation.Turn;
import dev.cajun.activation.Tell;
import dev.cajun.serialization.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * A reference that finds its actor through the router, and remembers the activation that
 * it found last.
 */
final class RoutedRef<M> implements ActorRef<M> {

	private final Router router;

	private final ActorType type;

	private final ActorId id;

	/** A hint; read and written without order, an activation is safe to see half-way. */
	private @Nullable Activation last;

	RoutedRef(Router router, ActorType type, ActorId id) {
		this.router = router;
		this.type = type;
		this.id = id;
	}

	@Override
	public ActorId id() {
		return this.id;
	}

	@Override
	public void tell(M message) {
		Delivery delivery = this.router.delivery();
		if (delivery != Delivery.AT_MOST_ONCE) {
			send(message, delivery);
			return;
		}
		int size = check(messageType(message), message);
		Turn turn = Turn.current();
		if (turn != null) {
			turn.tell(this.id, message, size, delivery);
			return;
		}
		this.router.checkAdmission(this.id);
		this.last = this.router.offer(this.last, this.type, this.id, new Tell(message, size));
	}

	@Override
	public CompletableFuture<Void> tell(M message, Delivery delivery) {
		return send(message, Objects.requireNonNull(delivery, "delivery")).toCompletableFuture();
	}

	private CompletionStage<Void> send(M message, Delivery delivery) {
		int size = check(messageType(message), message);
		Turn turn = Turn.current();
		if (turn != null) {
			return turn.tell(this.id, message, size, delivery);
		}
		this.router.checkAdmission(this.id);
		if (delivery != Delivery.AT_MOST_ONCE) {
			return this.router.outbox().tell(this.id, message, size, delivery);
		}
		this.last = this.router.offer(this.last, this.type, this.id, new Tell(message, size));
		return CompletableFuture.completedFuture(null);
	}

	@Override
	@SuppressWarnings("unchecked")
	public <R> CompletableFuture<R> ask(Request<R> request, AskOptions options) {
		Blocking.checkNotReplaying(this.id);
		AskFuture<R> future = new AskFuture<>(this.router, this.id);
		send(request, options, (CompletableFuture<Object>) future);
		return future;
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" }) // a reply may be null
	public <R> R call(Request<R> request, AskOptions options) {
		Blocking.checkNotReplaying(this.id);
		Ask ask = send(request, options, null);
		Blocking blocking = Blocking.on(this.router, this.id, () -> !ask.isOpen(), ask::cancel);
		try {
			return (R) ask.await();
		}
		finally {
			blocking.end();
		}
	}

	private Ask send(Request<?> request, AskOptions options, @Nullable CompletableFuture<Object> future) {
		MessageType messageType = messageType(request);
		int size = check(messageType, request);
		Ask ask = this.router.newAsk(this.type, this.id, messageType, request, size, options, future);
		this.last = this.router.sendAsk(this.last, this.type, this.id, ask);
		return ask;
	}

	private MessageType messageType(@Nullable Object message) {
		if (message == null) {
			throw new NullPointerException("The message to actor " + this.id + " is null");
		}
		return this.type.messageType(this.id, message);
	}

	private int check(MessageType messageType, Object message) {
		long size = messageType.size(message);
		if (size > this.router.maxMessageSize()) {
			throw new MessageTooLargeException("The message " + messageType.name() + " to actor " + this.id
					+ " has about " + size + " bytes; " + this.router.maxMessageSize()
					+ " are allowed. Send less, or raise cajun.transport.max-message-size");
		}
		return (int) size;
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof ActorRef<?> ref && ref.id().equals(this.id);
	}

	@Override
	public int hashCode() {
		return this.id.hashCode();
	}

	@Override
	public String toString() {
		return this.id.toString();
	}

}
