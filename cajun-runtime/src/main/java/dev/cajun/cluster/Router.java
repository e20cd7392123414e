package dev.cajun.cluster;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
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
import dev.cajun.ReplyTo;
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
import dev.cajun.activation.MemoryBudget;
import dev.cajun.activation.NumberedTell;
import dev.cajun.activation.Refusal;
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

	private final RouterSettings settings;

	private final Map<String, ActorType> types;

	private final ActorStore store;

	private final RecordCodec codec;

	private final Scheduler scheduler;

	private final Executor executor;

	private final Listener listener;

	private final Shards shards;

	private final Fence[] fences;

	private final Activations activations;

	private final MemoryBudget budget;

	private final Confirmations confirmations;

	private final ProcessOutbox outbox;

	private final Reminders reminders;

	private final long dedupMaxAgeMillis;

	private final AtomicLong batches = new AtomicLong();

	private final AtomicLong messages = new AtomicLong();

	private final AtomicLong requests = new AtomicLong();

	private final AtomicLong executed = new AtomicLong();

	/** Requests whose answer may come in a later turn. */
	private final ConcurrentHashMap<Long, Ask> lateReplies = new ConcurrentHashMap<>();

	private final AtomicLong lateRepliesDropped = new AtomicLong();

	private volatile Admission admission = Admission.NOT_STARTED;

	private volatile @Nullable Throwable storeError;

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
		this.outbox = new ProcessOutbox(this);
		this.reminders = new Reminders(store, scheduler, this.shards, this::deliver);
		this.dedupMaxAgeMillis = settings.dedupMaxAge().toMillis();
		for (int shard = 0; shard < this.fences.length; shard++) {
			this.fences[shard] = new Fence(shard, 0, "");
		}
	}

	// ---- what the node uses

	/**
	 * This node has claimed a shard: its actors may run.
	 * @param fence the claim
	 * @return completes when what the shard has to do by itself is known
	 */
	public CompletableFuture<Void> own(Fence fence) {
		this.fences[fence.shard()] = fence;
		CompletableFuture<Void> wake = this.store.wakeSet(fence).thenAccept(this::wake).toCompletableFuture();
		return CompletableFuture.allOf(wake, this.reminders.start(fence).toCompletableFuture());
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

	/** No reminder is announced any more. */
	public void stopReminders() {
		this.reminders.stop();
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
		long before = this.executed.get();
		return this.activations.isQuiet() && this.outbox.isEmpty() && this.activations.isQuiet()
				&& this.executed.get() == before;
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
		return this.storeError;
	}

	/**
	 * Late answers whose caller was gone.
	 * @return how many
	 */
	public long lateRepliesDropped() {
		return this.lateRepliesDropped.get();
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

	void checkAdmission(ActorId receiver) {
		Admission admission = this.admission;
		if (admission == Admission.OPEN) {
			return;
		}
		if (admission == Admission.NOT_STARTED) {
			throw new IllegalStateException("A message to actor " + receiver
					+ " was sent before the node has started; send it from an ApplicationRunner, not from a constructor or @PostConstruct");
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
		return new MailboxFullException("Actor " + activation.id() + " on " + node() + " has "
				+ activation.snapshot().mailbox() + " messages waiting (mailbox-capacity "
				+ activation.type().settings().mailboxCapacity() + ", all mailboxes of the node " + this.budget.bytes()
				+ " bytes); the message was not taken, send it again later");
	}

	// ---- Host

	@Override
	public String node() {
		return this.settings.node();
	}

	@Override
	public String process() {
		return this.settings.process();
	}

	@Override
	public Scheduler scheduler() {
		return this.scheduler;
	}

	@Override
	public void execute(Runnable task) {
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
		return process() + ":" + this.messages.incrementAndGet();
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
	public void tellGuaranteed(ActorId receiver, Object message, int size, Delivery delivery) {
		this.outbox.tell(receiver, message, size, delivery);
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
	public long nextRequestNumber() {
		return this.requests.incrementAndGet();
	}

	@Override
	public void keepForLateReply(long number, Ask ask) {
		this.lateReplies.put(number, ask);
	}

	@Override
	public void forgetLateReply(long number) {
		this.lateReplies.remove(number);
	}

	@Override
	public void lateReply(ReplyTo<?> to, @Nullable Object value, @Nullable CajunException error) {
		Ask ask = to.node().equals(process()) ? this.lateReplies.get(to.request()) : null;
		if (ask == null) {
			this.lateRepliesDropped.incrementAndGet();
		}
		else if (error != null) {
			ask.fail(error);
		}
		else {
			ask.complete(value);
		}
	}

	@Override
	public @Nullable Activity activity(ActorId actor) {
		Activation activation = this.activations.find(actor);
		if (activation == null) {
			return null;
		}
		ActivationSnapshot snapshot = activation.snapshot();
		return new Activity(actor, node(), snapshot.phase(), snapshot.messageType(),
				(snapshot.turnSince() == 0) ? 0 : this.scheduler.nanoTime() - snapshot.turnSince(), snapshot.stack(),
				snapshot.mailbox());
	}

	@Override
	public void publish(Object event) {
		execute(() -> this.listener.published(event));
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
	public void storeWorked(@Nullable Throwable error) {
		if ((error == null) == (this.storeError == null)) {
			return;
		}
		this.storeError = error;
		if (error != null) {
			logger.error("The store {} does not work; actors that need it refuse messages", this.store.description(),
					error);
		}
		else {
			logger.info("The store {} works again", this.store.description());
		}
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
