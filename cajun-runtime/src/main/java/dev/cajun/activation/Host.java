package dev.cajun.activation;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.CajunException;
import dev.cajun.Delivery;
import dev.cajun.MessageUndelivered;
import dev.cajun.ReplyTo;
import dev.cajun.serialization.RecordCodec;
import dev.cajun.store.ActorStore;
import dev.cajun.store.BatchId;
import dev.cajun.store.Fence;
import dev.cajun.store.StoredReminder;
import dev.cajun.time.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * What activations need of their node: time, threads, the store, and the way out.
 * <p>
 * Thread-safe; no method blocks.
 */
public interface Host {

	/** This node's id. */
	String node();

	/** The node's time. */
	Scheduler scheduler();

	/** Runs a task on a virtual thread of its own. */
	void execute(Runnable task);

	/** The store. */
	ActorStore store();

	/** The codec of everything stored. */
	RecordCodec codec();

	/** The bytes of all mailboxes. */
	MemoryBudget budget();

	/** Confirms what drains without a write were based on. */
	Confirmations confirmations();

	/** Answers one actor remembers for idempotency keys. */
	int dedupMaxEntries();

	/** How long an answer is remembered, in milliseconds. */
	long dedupMaxAgeMillis();

	/**
	 * The monotonic time until which volatile actors of shards may run, and what they did
	 * may have an effect; {@link Long#MAX_VALUE} if there is no end.
	 */
	long provableUntil();

	/** What this node owns of the actor's shard. */
	Fence fence(ActorId actor);

	/** An actor has handled so many messages. */
	void handled(ActorType type, ActorId actor, int messages);

	/** A batch id never used before. */
	BatchId nextBatch();

	/** A message id never used before. */
	String nextMessageId();

	/** A reference to an actor. */
	ActorRef<?> ref(ActorId actor);

	/** Sends what a handler told, after its write. */
	void tell(ActorId receiver, Object message, int size, Map<String, String> trace);

	/** The trace of a message that this thread tells; empty without one. */
	Map<String, String> trace(ActorId receiver, Object message);

	/** Who watches messages; {@code null} when nobody does. */
	@Nullable MessageObserver observer();

	/** Sends what a handler without a store told with a guarantee. */
	void tellGuaranteed(ActorId receiver, Object message, int size, Delivery delivery, CompletableFuture<Void> done);

	/**
	 * Gives an envelope to an actor, wherever it is and whatever its mailbox holds; one
	 * that concerns this node alone is dropped when the actor is not here.
	 */
	void deliver(ActorId receiver, Envelope envelope);

	/** As {@link #deliver}, and only if the actor is active here. */
	void deliverIfActive(ActorId receiver, Envelope envelope);

	/**
	 * Tells a receiver, if it is active, that it may forget a sender's number, unless a
	 * later tell than this has come.
	 */
	void settled(ActorId receiver, String sender, long number);

	/**
	 * An activation is about to begin: if this node has the actor's shard, runs the
	 * action, which tells whether it began, while the shard cannot be given up.
	 * @return whether it ran
	 */
	boolean whileOwned(Activation fresh, BooleanSupplier action);

	/** A message that had no effect, of an activation that leaves this node. */
	void handBack(ActorType type, ActorId receiver, Envelope envelope);

	/** A timer of an activation that leaves this node for another. */
	void handTimer(ActorId actor, String name, long delayNanos, Object message);

	/**
	 * The store said that another pair owns the shard.
	 * @return whether the shard is given up, so that its activations leave; false when
	 * nobody else can own it
	 */
	boolean fenced(Fence mine, long epoch, String owner);

	/** Answers a request whose caller may wait in another process. */
	void answerLate(ReplyTo<?> to, @Nullable Object value, @Nullable CajunException error);

	/** What crosses nodes beside messages. */
	MessageContext context();

	/** Gives a numbered tell to its receiver, which answers. */
	void send(ActorId receiver, NumberedTell tell);

	/** The requests whose answer may come in a later turn. */
	LateReplies lateReplies();

	/** What an actor on this node is doing. */
	@Nullable Activity activity(ActorId actor);

	/** An event for the application. */
	void publish(Object event);

	/** A message was accepted and dropped: counts it, and tells whoever listens. */
	void undelivered(MessageUndelivered message);

	/** A reminder was stored. */
	void reminderSet(StoredReminder reminder);

	/** A reminder was removed from the store. */
	void reminderRemoved(ActorId actor, String name);

	/** The store read, or could not read, an actor. */
	void storeRead(@Nullable Throwable error);

	/** The store wrote, or could not write, an actor. */
	void storeWrote(@Nullable Throwable error);

	/** Whether the node is stopping, and activations need not wait for anything. */
	boolean isStopping();

	/**
	 * The actor has stored tells to send, and could not be loaded now: tries again later.
	 */
	void wakeLater(ActorId actor);

	/** An activation has ended. */
	void ended(Activation activation);

	/** How long a receiver keeps the number of a sender that needs it no more. */
	long forgetAfterNanos();

}
