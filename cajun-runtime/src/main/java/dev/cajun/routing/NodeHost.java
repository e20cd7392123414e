package dev.cajun.routing;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.CajunException;
import dev.cajun.Delivery;
import dev.cajun.MessageUndelivered;
import dev.cajun.Placement;
import dev.cajun.ReplyTo;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.activation.Activation;
import dev.cajun.activation.ActivationSnapshot;
import dev.cajun.activation.Activations;
import dev.cajun.activation.Activity;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Confirmations;
import dev.cajun.activation.Envelope;
import dev.cajun.activation.Host;
import dev.cajun.activation.LateReplies;
import dev.cajun.activation.MemoryBudget;
import dev.cajun.activation.MessageContext;
import dev.cajun.activation.MessageObserver;
import dev.cajun.activation.NumberedTell;
import dev.cajun.activation.Refusal;
import dev.cajun.activation.Tell;
import dev.cajun.placement.Node;
import dev.cajun.placement.Shards;
import dev.cajun.serialization.RecordCodec;
import dev.cajun.store.ActorStore;
import dev.cajun.store.BatchId;
import dev.cajun.store.Fence;
import dev.cajun.store.StoredReminder;
import dev.cajun.time.Durations;
import dev.cajun.time.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * What the activations of this node, the lanes and the doors have in common: time,
 * threads, the store, other processes, and the way out for what actors send.
 * <p>
 * Thread-safe.
 */
final class NodeHost implements Host {

	private static final long WAKE_AGAIN_NANOS = 1_000_000_000L;

	private final RouterSettings settings;

	private final Map<String, ActorType> types;

	private final ActorStore store;

	private final RecordCodec codec;

	private final Scheduler scheduler;

	private final Executor executor;

	private final Executor own;

	private final Router.Listener listener;

	private final MessageContext context;

	private volatile @Nullable MessageObserver observer;

	private final Shards shards;

	/** By shard, and behind the last the home of actors that never leave their node. */
	private final Door[] doors;

	private final AtomicReferenceArray<Fence> fences;

	private final Activations activations;

	private final MemoryBudget budget;

	private final Confirmations confirmations;

	private final ProcessOutbox outbox;

	private final Reminders reminders;

	private final StoreHealth storeHealth;

	private final LateReplies lateReplies;

	private final Outstanding outstanding = new Outstanding(this);

	private final RoutingStatistics statistics = new RoutingStatistics();

	private final Mailboxes mailboxes = new Mailboxes(this);

	private final long dedupMaxAgeMillis;

	private final AtomicLong batches = new AtomicLong();

	private final AtomicLong messages = new AtomicLong();

	private final LongAdder executed = new LongAdder();

	/** Messages handled, by shard; counted in a cluster only. */
	private final AtomicLongArray handled;

	private volatile Router.Admission admission = Router.Admission.NOT_STARTED;

	private volatile boolean storeDown;

	private volatile long provableUntil = Long.MAX_VALUE;

	/** The rest of the cluster; {@code null} in local mode. */
	private volatile @Nullable Cluster cluster;

	NodeHost(RouterSettings settings, Map<String, ActorType> types, ActorStore store, RecordCodec codec,
			Scheduler scheduler, Executor executor, Executor own, Router.Listener listener) {
		this.settings = settings;
		this.types = Map.copyOf(types);
		this.store = store;
		this.codec = codec;
		this.scheduler = scheduler;
		this.executor = executor;
		this.own = own;
		this.listener = listener;
		this.context = new DiagnosticContext();
		this.shards = settings.shards();
		this.fences = new AtomicReferenceArray<>(this.shards.count());
		this.handled = new AtomicLongArray(this.shards.count());
		this.activations = new Activations(this, settings.maxActive());
		this.budget = new MemoryBudget(settings.mailboxBytes());
		this.confirmations = new Confirmations(store);
		this.storeHealth = new StoreHealth(store, scheduler);
		this.lateReplies = new LateReplies(settings.process());
		this.outbox = new ProcessOutbox(this);
		this.reminders = new Reminders(store, scheduler, this.shards, this.mailboxes::announce);
		this.dedupMaxAgeMillis = settings.dedupMaxAge().toMillis();
		this.doors = new Door[this.shards.count() + 1];
		for (int shard = 0; shard < this.doors.length; shard++) {
			this.doors[shard] = new Door(this, shard, new ReentrantLock());
		}
		for (int shard = 0; shard < this.shards.count(); shard++) {
			this.fences.set(shard, new Fence(shard, 0, ""));
		}
		home().own(new Fence(this.shards.count(), 1, settings.node()), false);
	}

	// ---- the parts

	private Door home() {
		return this.doors[this.doors.length - 1];
	}

	Door door(int shard) {
		return this.doors[shard];
	}

	Door door(ActorType type, ActorId actor) {
		boolean stays = type.settings().placement() == Placement.LOCAL;
		return stays ? home() : this.doors[this.shards.of(actor)];
	}

	int shardCount() {
		return this.shards.count();
	}

	int shard(ActorId actor) {
		return this.shards.of(actor);
	}

	RouterSettings settings() {
		return this.settings;
	}

	Activations activations() {
		return this.activations;
	}

	Outstanding outstanding() {
		return this.outstanding;
	}

	Mailboxes mailboxes() {
		return this.mailboxes;
	}

	RoutingStatistics statistics() {
		return this.statistics;
	}

	ProcessOutbox outbox() {
		return this.outbox;
	}

	Reminders reminders() {
		return this.reminders;
	}

	StoreHealth storeHealth() {
		return this.storeHealth;
	}

	Map<String, ActorType> types() {
		return this.types;
	}

	ActorType actorType(String type) {
		ActorType found = this.types.get(type);
		if (found == null) {
			throw new UnknownActorTypeException("There is no actor type '" + type + "' on node " + node()
					+ "; there are " + this.types.keySet().stream().sorted().toList());
		}
		return found;
	}

	long executed() {
		return this.executed.sum();
	}

	Router.Admission admission() {
		return this.admission;
	}

	void admit(Router.Admission admission) {
		this.admission = admission;
	}

	void join(Cluster cluster) {
		this.cluster = cluster;
	}

	// ---- the cluster

	/** The rest of the cluster; there is one when anything but local mode calls this. */
	Cluster cluster() {
		Cluster cluster = this.cluster;
		if (cluster == null) {
			throw new IllegalStateException("Node " + node() + " is not part of a cluster");
		}
		return cluster;
	}

	void owns(Fence claim) {
		if (claim.shard() < this.fences.length()) {
			this.fences.set(claim.shard(), claim);
		}
	}

	void gaveUp(int shard) {
		this.reminders.end(shard);
	}

	boolean isStoreDown() {
		return this.storeDown;
	}

	void storeReachable(boolean reachable) {
		this.storeDown = !reachable;
		for (Door door : this.doors) {
			door.lane().storeChanged();
		}
	}

	@Override
	public long provableUntil() {
		return this.provableUntil;
	}

	boolean isLeaseProvable() {
		long until = this.provableUntil;
		return until == Long.MAX_VALUE || this.scheduler.nanoTime() - until < 0;
	}

	void provableUntil(long nanoTime) {
		this.provableUntil = nanoTime;
	}

	void silenceVolatile() {
		for (int shard = 0; shard < shardCount(); shard++) {
			this.doors[shard].silenceVolatile();
		}
	}

	boolean isNothingOnTheWay() {
		if (!this.outstanding.isEmpty()) {
			return false;
		}
		for (Door door : this.doors) {
			if (!door.lane().isEmpty()) {
				return false;
			}
		}
		return true;
	}

	/** Nobody waits in vain for what this process has not sent, or not heard of. */
	void endSending() {
		this.outbox.close();
		for (Door door : this.doors) {
			door.lane().end();
		}
		// Nothing is added any more, once every lane has ended
		this.outstanding.forEach((shipment) -> shipment.lane().sendings().silent(shipment));
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

	/** Runs what is not an actor's: it does not wait for handlers. */
	void executeOwn(Runnable task) {
		this.executed.increment();
		this.own.execute(task);
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
		return this.fences.get(this.shards.of(actor));
	}

	@Override
	public void handled(ActorType type, ActorId actor, int messages) {
		if (this.cluster != null && type.settings().placement() != Placement.LOCAL) {
			this.handled.addAndGet(this.shards.of(actor), messages);
		}
	}

	/** Messages that actors of a shard have handled here, in a cluster. */
	long handled(int shard) {
		return this.handled.get(shard);
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
	public void tell(ActorId receiver, Object message, int size, Map<String, String> trace) {
		ActorType type = actorType(receiver.type());
		try {
			Tell tell = new Tell(message, size);
			tell.traced(trace);
			this.mailboxes.send(null, door(type, receiver), type, receiver, tell);
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
		this.mailboxes.deliver(receiver, envelope);
	}

	@Override
	public void deliverIfActive(ActorId receiver, Envelope envelope) {
		this.mailboxes.deliverIfActive(receiver, envelope);
	}

	@Override
	public void handTimer(ActorId actor, String name, long delayNanos, Object message) {
		cluster().handTimer(actor, name, delayNanos, message);
	}

	@Override
	public void answerLate(ReplyTo<?> to, @Nullable Object value, @Nullable CajunException error) {
		Cluster cluster = this.cluster;
		if (cluster == null) {
			this.lateReplies.answer(to, value, error);
		}
		else {
			cluster.answerLate(to, value, error);
		}
	}

	@Override
	public void wakeLater(ActorId actor) {
		this.scheduler.schedule(WAKE_AGAIN_NANOS, () -> execute(() -> {
			if (!isStopping()) {
				this.mailboxes.wake(Set.of(actor));
			}
		}));
	}

	@Override
	public void settled(ActorId receiver, String sender, long number) {
		ActorType type = this.types.get(receiver.type());
		if (type != null) {
			Lane lane = door(type, receiver).lane();
			lane.sendIfOpen(new FrameWriter(Frames.SETTLED).number(lane.number())
				.actor(receiver)
				.text(sender)
				.number(number)
				.toBytes(), () -> deliverIfActive(receiver, Activation.settled(sender, number)));
		}
	}

	@Override
	public boolean whileOwned(Activation fresh, BooleanSupplier action) {
		return door(fresh.type(), fresh.id()).whileOpen(fresh, action);
	}

	@Override
	public void handBack(ActorType type, ActorId receiver, Envelope envelope) {
		Door door = door(type, receiver);
		if (envelope.origin() instanceof Remote remote) {
			door.reception().sendBack(receiver, envelope, remote);
		}
		else {
			door.lane().handedBack(type, receiver, envelope);
		}
	}

	@Override
	public boolean fenced(Fence mine, long epoch, String owner) {
		return this.cluster != null && this.doors[mine.shard()].fenced(mine, epoch, owner);
	}

	@Override
	public MessageContext context() {
		return this.context;
	}

	void observer(MessageObserver watching) {
		this.observer = watching;
	}

	@Override
	public @Nullable MessageObserver observer() {
		return this.observer;
	}

	@Override
	public Map<String, String> trace(ActorId receiver, Object message) {
		MessageObserver watching = this.observer;
		return (watching == null) ? Map.of()
				: watching.tell(receiver, actorType(receiver.type()).messageType(receiver, message).name());
	}

	@Override
	public void send(ActorId receiver, NumberedTell tell) {
		try {
			ActorType type = actorType(receiver.type());
			this.mailboxes.send(null, door(type, receiver), type, receiver, tell);
		}
		catch (CajunException ex) {
			tell.refused(Refusal.of(ex));
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
		ActorType type = this.types.get(message.receiver().type());
		if (type != null) {
			type.countUndelivered();
		}
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
		return this.admission == Router.Admission.CLOSED;
	}

	@Override
	public void ended(Activation activation) {
		this.activations.remove(activation);
		door(activation.type(), activation.id()).ended(activation);
	}

	@Override
	public long forgetAfterNanos() {
		// Within one process nothing arrives late; another may have slept meanwhile.
		return (this.cluster == null) ? 0 : Durations.nanos(this.settings.dedupMaxAge());
	}

}
