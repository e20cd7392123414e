package dev.cajun;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a handler can do besides returning a state. Everything here but the asks is an
 * effect: it leaves in the order given after the handler's write is durable, or not at
 * all when the handler throws or the write is refused.
 * <p>
 * Valid only on the handler's thread while the handler runs; later use throws
 * {@link IllegalStateException}.
 *
 * @param <M> the type of the actor's messages
 */
public interface ActorContext<M> {

	/**
	 * This actor.
	 * @return a reference that may be sent to others or kept
	 */
	ActorRef<M> self();

	/**
	 * Identifies the message being handled: the same at every repetition of a message
	 * that is delivered again, so that calls to other systems can be made idempotent.
	 * @return the id, at most 300 characters
	 */
	String messageId();

	/**
	 * Answers the request being handled.
	 * @param request the message of this turn
	 * @param value the answer
	 * @param <R> the type of the answer
	 * @throws IllegalArgumentException if the request is not the message of this turn
	 * @throws IllegalStateException if it was answered already
	 */
	<R> void reply(Request<R> request, R value);

	/**
	 * Answers the request being handled with the mere fact.
	 * @param request the message of this turn
	 */
	void reply(Request<Void> request);

	/**
	 * Answers a request of an earlier turn.
	 * @param to where the answer goes
	 * @param value the answer
	 * @param <R> the type of the answer
	 */
	<R> void reply(ReplyTo<R> to, R value);

	/**
	 * Refuses the request being handled; the caller gets a {@link HandlerException} with
	 * the error's class name and text. The state returned is kept.
	 * @param request the message of this turn
	 * @param error why
	 */
	void fail(Request<?> request, Throwable error);

	/**
	 * Refuses a request of an earlier turn.
	 * @param to where the refusal goes
	 * @param error why
	 */
	void fail(ReplyTo<?> to, Throwable error);

	/**
	 * Puts off the answer to the request being handled.
	 * @param request the message of this turn
	 * @param <R> the type of the answer
	 * @return where the answer goes, a value that may be kept in the state
	 */
	<R> ReplyTo<R> replyTo(Request<R> request);

	/**
	 * Asks another actor without blocking; the outcome comes back as a message. The
	 * question leaves at once.
	 * @param ref the actor to ask
	 * @param request the request
	 * @param toMessage makes this actor's message of the reply or, when that is null, of
	 * the error; runs on another thread and must not touch the state
	 * @param <R> the type of the reply
	 */
	default <R> void ask(ActorRef<?> ref, Request<R> request,
			BiFunction<@Nullable R, @Nullable Throwable, ? extends M> toMessage) {
		ask(ref, request, AskOptions.defaults(), toMessage);
	}

	/**
	 * As {@link #ask(ActorRef, Request, BiFunction)}, with options.
	 * @param ref the actor to ask
	 * @param request the request
	 * @param options timeout, idempotency key, read consistency
	 * @param toMessage makes this actor's message of the reply or of the error
	 * @param <R> the type of the reply
	 */
	<R> void ask(ActorRef<?> ref, Request<R> request, AskOptions options,
			BiFunction<@Nullable R, @Nullable Throwable, ? extends M> toMessage);

	/**
	 * Waits for something else without blocking; the outcome comes back as a message. The
	 * message wakes the actor if its activation has ended; it is lost with the process.
	 * @param stage what to wait for
	 * @param toMessage makes this actor's message of the value or, when that is null, of
	 * the error
	 * @param <T> the type of the value
	 */
	<T> void await(CompletionStage<T> stage, BiFunction<@Nullable T, @Nullable Throwable, ? extends M> toMessage);

	/**
	 * Sends this actor a message later. Volatile: forgotten when the activation ends; it
	 * keeps the activation from being passivated for idleness.
	 * @param name names the timer in this actor; an earlier one of the name is replaced
	 * @param delay how long from now
	 * @param message the message
	 */
	void schedule(String name, Duration delay, M message);

	/**
	 * Sends this actor a message later, at least once. Durable: part of the handler's
	 * write; survives passivation, crash and move, and wakes the actor. For a type with
	 * {@link Persistence#NONE} it throws {@link UnsupportedOperationException}.
	 * @param name names the reminder in this actor; an earlier one of the name is
	 * replaced
	 * @param delay how long from now, by the wall clock
	 * @param message the message
	 */
	void remind(String name, Duration delay, M message);

	/**
	 * Sends this actor a message at a time, at least once; as
	 * {@link #remind(String, Duration, Object)}.
	 * @param name names the reminder in this actor
	 * @param at when, by the wall clock; a time in the past means now
	 * @param message the message
	 */
	void remind(String name, Instant at, M message);

	/**
	 * Cancels the timer and the reminder of this name, if any.
	 * @param name the name
	 */
	void cancel(String name);

	/**
	 * Publishes an event to this node's application after the write; a Spring application
	 * event in a Spring application.
	 * @param event the event
	 */
	void publish(Object event);

	/**
	 * Removes the stored state, journal and reminders: after this turn the actor is as if
	 * it had never been written, whatever the handler returns.
	 */
	void clear();

	/** Ends this activation once its mailbox is empty. */
	void passivate();

	/**
	 * Whether the message is handled again to recover the state; effects are suppressed.
	 * @return true during recovery of a type with {@link Persistence#MESSAGES}
	 */
	boolean isReplaying();

	/**
	 * A logger named after the handler's class; from its first use until the thread has
	 * handled the messages at hand the MDC holds {@code actor.type}, {@code actor.key}
	 * and {@code node}.
	 * @return the logger
	 */
	Logger logger();

}
