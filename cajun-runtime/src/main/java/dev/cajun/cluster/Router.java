package dev.cajun.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.Executor;

import dev.cajun.ActorId;
import dev.cajun.ActorQuarantinedException;
import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.AskOptions;
import dev.cajun.CajunException;
import dev.cajun.Delivery;
import dev.cajun.MailboxFullException;
import dev.cajun.MessageUndelivered;
import dev.cajun.NotAMemberException;
import dev.cajun.ReadConsistency;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.activation.Activation;
import dev.cajun.activation.ActivationSnapshot;
import dev.cajun.activation.Activations;
import dev.cajun.activation.Activity;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Ask;
import dev.cajun.activation.AskTerms;
import dev.cajun.activation.Confirmations;
import dev.cajun.activation.Turn;
import dev.cajun.activation.Envelope;
import dev.cajun.activation.Host;
import dev.cajun.activation.LateReplies;
import dev.cajun.activation.MemoryBudget;
import dev.cajun.activation.NumberedTell;
import dev.cajun.activation.Refusal;
import dev.cajun.activation.ReminderDue;
import dev.cajun.activation.Tell;
import dev.cajun.placement.Shards;
import dev.cajun.serialization.MessageType;
import dev.cajun.serialization.RecordCodec;
import dev.cajun.store.ActorStore;
import dev.cajun.store.BatchId;
import dev.cajun.store.Fence;
import dev.cajun.store.StoredReminder;
import dev.cajun.time.Durations;
import dev.cajun.time.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings messages to actors, and what actors send to wherever it goes. In local mode this
 * node owns every shard, so every message stays here.
 * <p>
 * Thread-safe.
 */
public final class Router implements Host {

	private static final Logger logger = LoggerFactory.getLogger(Router.class);

	private static final long WAKE_AGAIN_NANOS = 1_000_000_000L;

	private final RouterSettings settings;

	private final Map<String, ActorType> types;

	private final ActorStore store;

	private final RecordCodec codec;

	private final Scheduler scheduler;

	private final Executor executor;

	private final Listener listener;

	private final Shards shards;

	/** What this node owns, by shard; replaced, never changed. */
	private volatile Fence[] fences;

	private final Activations activations;

	private final MemoryBudget budget;

	private final Confirmations confirmations;

	private final ProcessOutbox outbox;

	private final Reminders reminders;

	private final long dedupMaxAgeMillis;

	private final AtomicLong batches = new AtomicLong();

	private final AtomicLong messages = new AtomicLong();

	private final LongAdder executed = new LongAdder();

	private final LateReplies lateReplies;

	private volatile Admission admission = Admission.NOT_STARTED;

	private final StoreHealth storeHealth;

	/**
	 * Creates a router that admits nothing yet.
	 * @param settings what is fixed for the life of the node
	 * @param types the actor types by name
	 * @param store the store, opened before {@link #own}
	 * @param codec the codec
	 * @param scheduler the node's time
	 * @param executor runs each task on a virtual thread of its own
	 * @param listener hears of events and of messages dropped
	 */
	public Router(RouterSettings settings, Map<String, ActorType> types, ActorStore store, RecordCodec codec,
			Scheduler scheduler, Executor executor, Listener listener) {
		this.settings = settings;
		this.types = Map.copyOf(types);
		this.store = store;
		this.codec = codec;
		this.scheduler = scheduler;
		this.executor = executor;
		this.listener = listener;
		this.shards = settings.shards();
		this.fences = new Fence[this.shards.count()];
		this.activations = new Activations(this, settings.maxActive());
		this.budget = new MemoryBudget(settings.mailboxBytes());
		this.confirmations = new Confirmations(store);
		this.storeHealth = new StoreHealth(store);
		this.lateReplies = new LateReplies(settings.process());
		this.outbox = new ProcessOutbox(this);
		this.reminders = new Reminders(store, scheduler, this.shards, this::announce);
		this.dedupMaxAgeMillis = settings.dedupMaxAge().toMillis();
		for (int shard = 0; shard < this.fences.length; shard++) {
			this.fences[shard] = new Fence(shard, 0, "");
		}
	}

	// ---- what the node uses

	/**
	 * This node has claimed shards: their actors may run.
	 * @param claims the claims
	 */
	public void own(Collection<Fence> claims) {
		Fence[] owned = this.fences.clone();
		for (Fence claim : claims) {
			owned[claim.shard()] = claim;
		}
		this.fences = owned;
	}

	/**
	 * Lets shards do what they have to do by themselves. Everything is owned, and
	 * messages are admitted, before anything is woken: what wakes may send anywhere.
	 * @param claims the claims
	 * @return completes when what the shards have to do is known
	 */
	public CompletableFuture<Void> wake(Collection<Fence> claims) {
		List<CompletableFuture<Void>> started = new ArrayList<>();
		for (Fence claim : claims) {
			started.add(this.store.wakeSet(claim).thenAccept(this::wake).toCompletableFuture());
			started.add(this.reminders.start(claim).toCompletableFuture());
		}
		return CompletableFuture.allOf(started.toArray(CompletableFuture<?>[]::new));
	}

	private void wake(Set<ActorId> actors) {
		for (ActorId actor : actors) {
			ActorType type = this.types.get(actor.type());
			if (type == null) {
				logger.warn("Actor {} has messages to deliver, and this application has no such actor type", actor);
				continue;
			}
			this.activations.activate(type, actor).wake();
		}
	}

	/**
	 * Opens or closes the door for messages from outside handlers.
	 * @param admission whether they are taken
	 */
	public void admit(Admission admission) {
		this.admission = admission;
	}

	/** Nothing is sent by itself any more. */
	public void stop() {
		this.reminders.stop();
	}

	/**
	 * Whoever waits for a guaranteed tell of this process learns that it was not
	 * delivered.
	 */
	public void close() {
		this.outbox.close();
	}

	/**
	 * The activations of this node.
	 * @return live
	 */
	public Activations activations() {
		return this.activations;
	}

	/**
	 * Whether nothing is under way that was accepted: no message, write or guaranteed
	 * tell of this process.
	 * @return true when quiet now, and nothing ran while this was found out
	 */
	public boolean isQuiet() {
		long before = this.executed.sum();
		return this.activations.isQuiet() && this.outbox.isEmpty() && this.activations.isQuiet()
				&& this.executed.sum() == before;
	}

	/**
	 * The shard of an actor.
	 * @param actor the actor
	 * @return its number
	 */
	public int shard(ActorId actor) {
		return this.shards.of(actor);
	}

	/**
	 * The last error of the store.
	 * @return the error, or {@code null} when its last call worked
	 */
	public @Nullable Throwable storeError() {
		return this.storeHealth.error();
	}

	/**
	 * The actors of a type.
	 * @param type its name
	 * @param <M> the type of the messages
	 * @return the actors
	 */
	public <M> Actors<M> actors(String type) {
		return new RoutedActors<>(this, actorType(type));
	}

	private ActorType actorType(String type) {
		ActorType found = this.types.get(type);
		if (found == null) {
			throw new UnknownActorTypeException("There is no actor type '" + type + "'; there are "
					+ this.types.keySet().stream().sorted().toList());
		}
		return found;
	}

	// ---- what references use

	Delivery delivery() {
		return this.settings.delivery();
	}

	int maxMessageSize() {
		return this.settings.maxMessageSize();
	}

	ProcessOutbox outbox() {
		return this.outbox;
	}

	@Nullable Activation find(ActorId actor) {
		return this.activations.find(actor);
	}

	/**
	 * Whether messages were ever admitted.
	 * @return false until then
	 */
	public boolean hasStarted() {
		return this.admission != Admission.NOT_STARTED;
	}

	void checkAdmission(ActorId receiver) {
		Admission admission = this.admission;
		if (admission == Admission.OPEN) {
			return;
		}
		if (admission == Admission.NOT_STARTED) {
			throw new IllegalStateException("A message to actor " + receiver
					+ " was sent before the node has started; send it from an ApplicationRunner, not from a constructor or @PostConstruct");
		}
		if (admission == Admission.JOINING) {
			throw new NotAMemberException("Node " + node() + " has not joined yet: it is opening its store, "
					+ "and takes messages when it has; actor " + receiver + " was not given this one", null);
		}
		throw new NotAMemberException("Node " + node() + " is stopping and takes no more messages; actor " + receiver
				+ " was not given this one");
	}

	Ask newAsk(ActorType type, ActorId receiver, MessageType messageType, Object request, int size, AskOptions options,
			@Nullable CompletableFuture<Object> future) {
		long timeout = (options.timeout() == null) ? type.askTimeoutNanos() : Durations.nanos(options.timeout());
		ReadConsistency consistency = (options.readConsistency() == null) ? type.settings().readConsistency()
				: options.readConsistency();
		String key = options.idempotencyKey();
		AskTerms terms = new AskTerms(timeout, consistency == ReadConsistency.LOCAL, key,
				(key == null) ? null : this.codec.fingerprint(request), size);
		return new Ask(this, type, receiver, messageType, request, terms, future);
	}

	@Nullable Activation sendAsk(@Nullable Activation hint, ActorType type, ActorId receiver, Ask ask) {
		try {
			if (Turn.current() == null) {
				checkAdmission(receiver);
			}
			ask.start();
			return offer(hint, type, receiver, ask);
		}
		catch (CajunException ex) {
			ask.fail(ex);
			return hint;
		}
	}

	/** Gives a message to its actor, within the bounds of the mailbox. */
	Activation offer(@Nullable Activation hint, ActorType type, ActorId receiver, Envelope envelope) {
		Activation activation = (hint != null) ? hint : this.activations.activate(type, receiver);
		for (;;) {
			String quarantine = activation.quarantine();
			if (quarantine != null) {
				throw new ActorQuarantinedException("Actor " + receiver + " is quarantined: " + quarantine);
			}
			switch (activation.offer(envelope)) {
				case TAKEN, SCHEDULE -> {
					return activation;
				}
				case CLOSED -> activation = this.activations.next(activation);
				case FULL -> throw mailboxFull(activation);
			}
		}
	}

	private MailboxFullException mailboxFull(Activation activation) {
		return new MailboxFullException("Actor " + activation.id() + " on " + node() + " has " + activation.waiting()
				+ " messages waiting (mailbox-capacity " + activation.type().settings().mailboxCapacity()
				+ ", all mailboxes of the node " + this.budget.bytes()
				+ " bytes); the message was not taken, send it again later");
	}

	// ---- Host

	@Override
	public String node() {
		return this.settings.node();
	}

	@Override
	public Scheduler scheduler() {
		return this.scheduler;
	}

	@Override
	public void execute(Runnable task) {
		this.executed.increment();
		this.executor.execute(task);
	}

	@Override
	public ActorStore store() {
		return this.store;
	}

	@Override
	public RecordCodec codec() {
		return this.codec;
	}

	@Override
	public MemoryBudget budget() {
		return this.budget;
	}

	@Override
	public Confirmations confirmations() {
		return this.confirmations;
	}

	@Override
	public int dedupMaxEntries() {
		return this.settings.dedupMaxEntries();
	}

	@Override
	public long dedupMaxAgeMillis() {
		return this.dedupMaxAgeMillis;
	}

	@Override
	public Fence fence(ActorId actor) {
		return this.fences[this.shards.of(actor)];
	}

	@Override
	public BatchId nextBatch() {
		return new BatchId(this.settings.incarnation(), this.batches.incrementAndGet());
	}

	@Override
	public String nextMessageId() {
		return this.settings.process() + ":" + this.messages.incrementAndGet();
	}

	@Override
	public ActorRef<?> ref(ActorId actor) {
		return new RoutedRef<>(this, actorType(actor.type()), actor);
	}

	@Override
	public void tell(ActorId receiver, Object message, int size) {
		ActorType type = actorType(receiver.type());
		try {
			offer(null, type, receiver, new Tell(message, size));
		}
		catch (CajunException ex) {
			undelivered(new MessageUndelivered(receiver, type.messageType(receiver, message).name(),
					Delivery.AT_MOST_ONCE, String.valueOf(ex.getMessage())));
		}
	}

	@Override
	public void tellGuaranteed(ActorId receiver, Object message, int size, Delivery delivery,
			CompletableFuture<Void> done) {
		try {
			this.outbox.tell(receiver, message, size, delivery, done);
		}
		catch (CajunException ex) {
			done.completeExceptionally(ex);
			undelivered(
					new MessageUndelivered(receiver, actorType(receiver.type()).messageType(receiver, message).name(),
							delivery, String.valueOf(ex.getMessage())));
		}
	}

	@Override
	public void deliver(ActorId receiver, Envelope envelope) {
		ActorType type = this.types.get(receiver.type());
		if (type == null) {
			logger.warn("Something is due for actor {}, and this application has no such actor type", receiver);
			return;
		}
		Activation activation = this.activations.activate(type, receiver);
		while (!activation.offerUnbounded(envelope)) {
			activation = this.activations.next(activation);
		}
	}

	private void announce(ActorId receiver, ReminderDue due) {
		if (this.types.containsKey(receiver.type())) {
			deliver(receiver, due);
		}
		else {
			due.postpone();
		}
	}

	@Override
	public void wakeLater(ActorId actor) {
		this.scheduler.schedule(WAKE_AGAIN_NANOS, () -> execute(() -> {
			if (!isStopping()) {
				wake(Set.of(actor));
			}
		}));
	}

	@Override
	public void deliverIfActive(ActorId receiver, Envelope envelope) {
		Activation activation = this.activations.find(receiver);
		while (activation != null && !activation.offerUnbounded(envelope)) {
			Activation found = this.activations.find(receiver);
			activation = (found == activation) ? null : found;
		}
	}

	@Override
	public void send(ActorId receiver, NumberedTell tell) {
		try {
			offer(null, actorType(receiver.type()), receiver, tell);
		}
		catch (CajunException ex) {
			tell.refused(new Refusal(String.valueOf(ex.getMessage()), (text) -> ex));
		}
	}

	@Override
	public LateReplies lateReplies() {
		return this.lateReplies;
	}

	@Override
	public @Nullable Activity activity(ActorId actor) {
		Activation activation = this.activations.find(actor);
		if (activation == null) {
			return null;
		}
		ActivationSnapshot snapshot = activation.snapshot();
		boolean running = snapshot.turnSince() != 0 || !snapshot.messageType().isEmpty();
		return new Activity(actor, node(), snapshot.phase(), snapshot.messageType(),
				running ? this.scheduler.nanoTime() - snapshot.turnSince() : 0, snapshot.stack(), snapshot.mailbox());
	}

	@Override
	public void publish(Object event) {
		this.listener.published(event);
	}

	@Override
	public void undelivered(MessageUndelivered message) {
		execute(() -> this.listener.undelivered(message));
	}

	@Override
	public void reminderSet(StoredReminder reminder) {
		this.reminders.set(reminder);
	}

	@Override
	public void reminderRemoved(ActorId actor, String name) {
		this.reminders.removed(actor, name);
	}

	@Override
	public void storeRead(@Nullable Throwable error) {
		this.storeHealth.read(error);
	}

	@Override
	public void storeWrote(@Nullable Throwable error) {
		this.storeHealth.wrote(error);
	}

	@Override
	public boolean isStopping() {
		return this.admission == Admission.CLOSED;
	}

	@Override
	public void ended(Activation activation) {
		this.activations.remove(activation);
	}

	@Override
	public long forgetAfterNanos() {
		// Within one process nothing arrives late.
		return 0;
	}

	/** Whether messages from outside handlers are taken. */
	public enum Admission {

		/** Not yet. */
		NOT_STARTED,

		/** Not yet: the store is being opened. */
		JOINING,

		/** Yes. */
		OPEN,

		/** Not any more. */
		CLOSED

	}

	/** Hears what actors tell the application. */
	public interface Listener {

		/** An event was published. */
		void published(Object event);

		/** A message was dropped. */
		void undelivered(MessageUndelivered message);

	}

}
