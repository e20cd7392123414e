package dev.cajun;

import java.util.concurrent.CompletableFuture;

/**
 * A reference to one actor, which need not be active. A reference is a small value: it
 * costs nothing to create, may be part of messages and state, equals every other
 * reference to the same id, and behaves the same for an actor on this node and on
 * another.
 * <p>
 * Thread-safe. On the thread of a handler, {@code tell} is an effect: it leaves after the
 * handler's write, or not at all. {@code ask} and {@code call} leave at once.
 *
 * @param <M> the type of the actor's messages
 */
public interface ActorRef<M> {

	/**
	 * The actor's identity.
	 * @return the id
	 */
	ActorId id();

	/**
	 * Sends a message, at most once. What is known here is thrown; a refusal further away
	 * is counted and published as {@link MessageUndelivered}.
	 * @param message the message
	 * @throws NullPointerException if the message is null
	 * @throws UnknownMessageTypeException if the actor type does not declare the class
	 * @throws MessageTooLargeException if it is larger than
	 * {@code cajun.transport.max-message-size}
	 * @throws MailboxFullException if the actor cannot take more
	 * @throws CajunException if the node is stopping, or the actor refuses messages
	 */
	void tell(M message);

	/**
	 * Sends a message with a guarantee.
	 * @param message the message
	 * @param delivery the guarantee
	 * @return completes when the receiver took the message (at most once), or when the
	 * receiver's write is durable; inside a handler of a persistent actor, when the
	 * message is part of the handler's own write
	 * @throws NullPointerException if the message is null
	 * @throws UnknownMessageTypeException if the actor type does not declare the class
	 * @throws MessageTooLargeException if the message is too large
	 */
	CompletableFuture<Void> tell(M message, Delivery delivery);

	/**
	 * Asks for a reply within the configured timeout.
	 * @param request a message of this actor's type that is a request
	 * @param <R> the type of the reply
	 * @return completes on a virtual thread of its own with the reply, or exceptionally
	 * with a {@link CajunException}
	 * @throws UnknownMessageTypeException if the actor type does not declare the class
	 */
	default <R> CompletableFuture<R> ask(Request<R> request) {
		return ask(request, AskOptions.defaults());
	}

	/**
	 * Asks for a reply.
	 * @param request a message of this actor's type that is a request
	 * @param options timeout, idempotency key and read consistency
	 * @param <R> the type of the reply
	 * @return completes on a virtual thread of its own with the reply, or exceptionally
	 * with a {@link CajunException}
	 * @throws UnknownMessageTypeException if the actor type does not declare the class
	 */
	<R> CompletableFuture<R> ask(Request<R> request, AskOptions options);

	/**
	 * Asks and waits for the reply on the calling thread, best a virtual one.
	 * @param request a message of this actor's type that is a request
	 * @param <R> the type of the reply
	 * @return the reply
	 * @throws CajunException what went wrong
	 */
	default <R> R call(Request<R> request) {
		return call(request, AskOptions.defaults());
	}

	/**
	 * Asks and waits for the reply on the calling thread, best a virtual one.
	 * @param request a message of this actor's type that is a request
	 * @param options timeout, idempotency key and read consistency
	 * @param <R> the type of the reply
	 * @return the reply
	 * @throws CajunException what went wrong
	 */
	<R> R call(Request<R> request, AskOptions options);

}
