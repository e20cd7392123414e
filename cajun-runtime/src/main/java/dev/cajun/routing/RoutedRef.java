package dev.cajun.routing;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.CajunException;
import dev.cajun.Delivery;
import dev.cajun.MessageTooLargeException;
import dev.cajun.NotAMemberException;
import dev.cajun.ReadConsistency;
import dev.cajun.Request;
import dev.cajun.activation.Activation;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Ask;
import dev.cajun.activation.AskTerms;
import dev.cajun.activation.MessageObserver;
import dev.cajun.activation.Turn;
import dev.cajun.activation.Tell;
import dev.cajun.serialization.MessageType;
import dev.cajun.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * A reference that finds its actor through the router, and remembers the activation that
 * it found last.
 */
final class RoutedRef<M> implements ActorRef<M> {

	private final NodeHost host;

	private final ActorType type;

	private final ActorId id;

	/** A hint; read and written without order, an activation is safe to see half-way. */
	private @Nullable Activation last;

	/** Found when it is first needed; a door is safe to see half-way as well. */
	private @Nullable Door door;

	RoutedRef(NodeHost host, ActorType type, ActorId id) {
		this.host = host;
		this.type = type;
		this.id = id;
	}

	@Override
	public ActorId id() {
		return this.id;
	}

	@Override
	public void tell(M message) {
		Delivery delivery = this.host.settings().delivery();
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
		checkAdmission();
		this.last = this.host.mailboxes().send(this.last, door(), this.type, this.id, newTell(message, size));
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
		checkAdmission();
		if (delivery != Delivery.AT_MOST_ONCE) {
			return this.host.outbox().tell(this.id, message, size, delivery);
		}
		this.last = this.host.mailboxes().send(this.last, door(), this.type, this.id, newTell(message, size));
		return CompletableFuture.completedFuture(null);
	}

	@Override
	@SuppressWarnings("unchecked")
	public <R> CompletableFuture<R> ask(Request<R> request, AskOptions options) {
		Blocking.checkNotReplaying(this.id);
		AskFuture<R> future = new AskFuture<>(this.host, this.id);
		MessageObserver.Asking asking = send(request, options, (CompletableFuture<Object>) future).asking();
		if (asking != null) {
			var unused = future.whenComplete((reply, error) -> answered(asking, error));
		}
		return future;
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" }) // a reply may be null
	public <R> R call(Request<R> request, AskOptions options) {
		Blocking.checkNotReplaying(this.id);
		Ask ask = send(request, options, null);
		Blocking blocking = Blocking.on(this.host, this.id, () -> !ask.isOpen(), ask::cancel);
		MessageObserver.Asking asking = ask.asking();
		Throwable failure = null;
		try {
			return (R) ask.await();
		}
		catch (Throwable ex) {
			failure = ex;
			throw ex;
		}
		finally {
			blocking.end();
			if (asking != null) {
				answered(asking, failure);
			}
		}
	}

	private static void answered(MessageObserver.Asking asking, @Nullable Throwable error) {
		if (error == null) {
			asking.answered();
		}
		else {
			asking.failed(error);
		}
	}

	private Tell newTell(Object message, int size) {
		Tell tell = new Tell(message, size);
		tell.traced(this.host.trace(this.id, message));
		return tell;
	}

	private Ask send(Request<?> request, AskOptions options, @Nullable CompletableFuture<Object> future) {
		MessageType messageType = messageType(request);
		int size = check(messageType, request);
		Ask ask = newAsk(messageType, request, size, options, future);
		MessageObserver observer = this.host.observer();
		if (observer != null) {
			ask.watched(observer.ask(this.id, messageType.name()));
		}
		try {
			if (Turn.current() == null) {
				checkAdmission();
			}
			ask.start();
			this.last = this.host.mailboxes().send(this.last, door(), this.type, this.id, ask);
		}
		catch (CajunException ex) {
			ask.fail(ex);
		}
		return ask;
	}

	private void checkAdmission() {
		Router.Admission admission = this.host.admission();
		if (admission == Router.Admission.OPEN) {
			return;
		}
		if (admission == Router.Admission.NOT_STARTED) {
			throw new IllegalStateException("A message to actor " + this.id
					+ " was sent before the node has started; send it from an ApplicationRunner, not from a constructor or @PostConstruct");
		}
		throw new NotAMemberException("Node " + this.host.node() + " is stopping and takes no more messages; actor "
				+ this.id + " was not given this one");
	}

	private Ask newAsk(MessageType messageType, Object request, int size, AskOptions options,
			@Nullable CompletableFuture<Object> future) {
		long timeout = (options.timeout() == null) ? this.type.askTimeoutNanos() : Durations.nanos(options.timeout());
		ReadConsistency consistency = (options.readConsistency() == null) ? this.type.settings().readConsistency()
				: options.readConsistency();
		String key = options.idempotencyKey();
		AskTerms terms = new AskTerms(timeout, consistency == ReadConsistency.LOCAL, key,
				(key == null) ? null : this.host.codec().fingerprint(request), size);
		return new Ask(this.host, this.type, this.id, messageType, request, terms, future);
	}

	private Door door() {
		Door found = this.door;
		if (found == null) {
			found = this.host.door(this.type, this.id);
			this.door = found;
		}
		return found;
	}

	private MessageType messageType(@Nullable Object message) {
		if (message == null) {
			throw new NullPointerException("The message to actor " + this.id + " is null");
		}
		return this.type.messageType(this.id, message);
	}

	private int check(MessageType messageType, Object message) {
		long size = messageType.size(message);
		if (size > this.host.settings().maxMessageSize()) {
			throw new MessageTooLargeException("The message " + messageType.name() + " to actor " + this.id
					+ " has about " + size + " bytes; " + this.host.settings().maxMessageSize()
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
