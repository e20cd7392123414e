package dev.cajun.node;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.ActorSystem;
import dev.cajun.MessageUndelivered;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.TypeStatistics;
import dev.cajun.cluster.Router;
import dev.cajun.cluster.RouterSettings;
import dev.cajun.placement.Shards;
import dev.cajun.serialization.ActorSerializer;
import dev.cajun.serialization.JacksonActorSerializer;
import dev.cajun.serialization.RecordCodec;
import dev.cajun.serialization.TypeRegistry;
import dev.cajun.serialization.Upcaster;
import dev.cajun.store.ActorStore;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.store.StoreException;
import dev.cajun.time.Durations;
import dev.cajun.time.Scheduler;
import dev.cajun.time.SystemClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: actor types, a store and time in, a running {@link ActorSystem} out. In local
 * mode it owns every shard under an epoch that the store counts.
 * <p>
 * Thread-safe. A node is started once and stopped once.
 */
public final class CajunNode implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(CajunNode.class);

	private final NodeSettings settings;

	private final String node;

	private final Map<String, ActorType> types;

	private final ActorStore store;

	private final Scheduler scheduler;

	private final @Nullable SystemClock ownClock;

	private final List<NodeListener> listeners;

	private final Executor executor;

	private final Router router;

	private final ActorSystem system;

	private final ClusterManagement management;

	private final AtomicReference<NodeState> state = new AtomicReference<>(NodeState.NEW);

	private final CompletableFuture<Void> stopped = new CompletableFuture<>();

	private final Joining joining = new Joining();

	private final CountDownLatch running = new CountDownLatch(1);

	private volatile Instant startedAt;

	private final LocalShards shards;

	private final Quiescence quiescence;

	private CajunNode(Builder builder) {
		this.settings = builder.settings;
		this.store = builder.store;
		this.ownClock = (builder.scheduler == null) ? new SystemClock() : null;
		this.scheduler = (builder.scheduler != null) ? builder.scheduler : ownClock();
		this.listeners = List.copyOf(builder.listeners);
		this.startedAt = this.scheduler.now();
		long incarnation = builder.random.nextLong();
		this.node = this.settings.name() + "#" + HexFormat.of().toHexDigits(incarnation);
		String process = HexFormat.of().toHexDigits(builder.random.nextLong())
				+ HexFormat.of().toHexDigits(builder.random.nextLong());
		this.executor = (builder.executor != null) ? builder.executor : virtualThreads();
		AtomicReference<@Nullable Router> refs = new AtomicReference<>();
		TypeRegistry registry = registry(builder, (id) -> ready(refs.get()).ref(id));
		this.types = new TreeMap<>();
		builder.actors.forEach((name, definition) -> this.types.put(name, new ActorType(definition, registry)));
		RecordCodec codec = new RecordCodec(registry, builder.serializer, readers(builder), builder.upcasters,
				this.settings.maxMessageSize());
		this.router = new Router(
				new RouterSettings(this.node, process, incarnation, new Shards(this.settings.shards()),
						this.settings.maxActive(), this.settings.mailboxBytes(), this.settings.maxMessageSize(),
						this.settings.delivery(), this.settings.dedupMaxEntries(), this.settings.dedupMaxAge()),
				this.types, this.store, codec, this.scheduler, this.executor, new Listeners());
		refs.set(this.router);
		this.shards = new LocalShards(this.store, this.node, this.settings);
		this.quiescence = new Quiescence(this.router);
		this.system = new NodeActorSystem(this.node, this.types, this.router);
		this.management = new NodeManagement(this, this.router);
	}

	private SystemClock ownClock() {
		SystemClock clock = this.ownClock;
		if (clock == null) {
			throw new IllegalStateException("The node was given a scheduler");
		}
		return clock;
	}

	private static Router ready(@Nullable Router router) {
		if (router == null) {
			throw new IllegalStateException("A reference was decoded before the node was built");
		}
		return router;
	}

	private static TypeRegistry registry(Builder builder, Function<ActorId, ActorRef<?>> refs) {
		TypeRegistry.Builder registry = TypeRegistry.builder()
			.refs(refs)
			.sizeLimit(2L * builder.settings.maxMessageSize());
		builder.allowedPackages.forEach(registry::allowPackage);
		for (ActorDefinition definition : builder.actors.values()) {
			registry.actor(definition.type(), definition.messageType(), definition.stateType(), definition.eventType());
		}
		return registry.build();
	}

	/** Every format that is present can be read, whichever is configured. */
	private static Collection<ActorSerializer> readers(Builder builder) {
		Map<String, ActorSerializer> readers = new LinkedHashMap<>();
		readers.put("json", JacksonActorSerializer.json());
		if (isCborPresent()) {
			readers.put("cbor", JacksonActorSerializer.cbor());
		}
		builder.readers.forEach((reader) -> readers.put(reader.format(), reader));
		readers.remove(builder.serializer.format());
		return readers.values();
	}

	/** CBOR is an optional dependency. */
	private static boolean isCborPresent() {
		try {
			Class.forName("tools.jackson.dataformat.cbor.CBORMapper", false, CajunNode.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	/** Without inherited thread locals: a sender's context is none of the handler's. */
	private static Executor virtualThreads() {
		ThreadFactory factory = Thread.ofVirtual().name("cajun").inheritInheritableThreadLocals(false).factory();
		return (task) -> factory.newThread(task).start();
	}

	/**
	 * Starts to configure a node.
	 * @return a builder with every default: in-memory store, JSON
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * The actors, as applications see them.
	 * @return usable as a reference at once, for messages once the node has started
	 */
	public ActorSystem system() {
		return this.system;
	}

	/**
	 * What operators can see and do.
	 * @return works in every state
	 */
	public ClusterManagement management() {
		return this.management;
	}

	/**
	 * The figures of each actor type.
	 * @return live counters by type
	 */
	public Map<String, TypeStatistics> statistics() {
		Map<String, TypeStatistics> statistics = new LinkedHashMap<>();
		this.types.forEach((name, type) -> statistics.put(name, type.statistics()));
		return statistics;
	}

	/**
	 * What the node is at.
	 * @return the state
	 */
	public NodeState state() {
		return this.state.get();
	}

	/**
	 * Opens the store, claims every shard and takes messages. Blocks until that is done,
	 * or until a store elsewhere was found to be away: then the node stays
	 * {@link NodeState#STARTING}, refuses messages and tries again until it can.
	 * @throws StoreException if the store cannot be opened: its kind and text say why
	 * @throws IllegalStateException if the node was started before
	 */
	public void start() {
		if (!this.state.compareAndSet(NodeState.NEW, NodeState.STARTING)) {
			throw new IllegalStateException("Node " + this.node + " was started before; it is " + state());
		}
		changed(NodeState.STARTING);
		this.router.admit(Router.Admission.JOINING);
		holdJvm();
		join(1);
	}

	private void join(int attempt) {
		try {
			this.shards.claim();
			this.shards.handTo(this.router);
		}
		catch (StoreException ex) {
			if (!mayComeBack(ex)) {
				throw failed(ex);
			}
			awaitStore(attempt, ex);
			return;
		}
		catch (RuntimeException ex) {
			throw failed(ex);
		}
		if (attempt > 1) {
			logger.info("Node {} has opened the store {} in attempt {} and takes messages", this.node,
					this.store.description(), attempt);
		}
		schedulePassivation();
		this.startedAt = this.scheduler.now();
		this.joining.joined();
		this.state.set(NodeState.UP);
		changed(NodeState.UP);
		if (this.joining.isStopRequested()) {
			beginStop();
		}
	}

	private boolean mayComeBack(StoreException failure) {
		return this.store.isRemote() && switch (failure.kind()) {
			case NOT_APPLIED, UNKNOWN -> true;
			case UNSUITABLE, CORRUPT, LOCKED, FOREIGN, CLOSED -> false;
		};
	}

	private void awaitStore(int attempt, StoreException failure) {
		if (attempt == 1) {
			logger.warn("Node {} cannot open its store and takes no messages until it can; it keeps trying. {}",
					this.node, failure.getMessage());
		}
		else {
			logger.debug("Node {} still cannot open its store", this.node, failure);
		}
		if (this.joining.pause(failure)) {
			this.scheduler.schedule(Joining.delayNanos(attempt),
					() -> this.executor.execute(() -> joinAgain(attempt + 1)));
		}
		else {
			endBeforeJoined();
		}
	}

	private void joinAgain(int attempt) {
		if (!this.joining.resume()) {
			return;
		}
		try {
			join(attempt);
		}
		catch (RuntimeException ex) {
			logger.error("Node {} cannot be started and takes no messages: start the application again when the cause "
					+ "is mended", this.node, ex);
		}
	}

	private RuntimeException failed(RuntimeException failure) {
		this.joining.fail(failure);
		this.state.set(NodeState.FAILED);
		changed(NodeState.FAILED);
		this.router.admit(Router.Admission.CLOSED);
		// A store in use is somebody else's, perhaps a node's of this very process.
		boolean locked = failure instanceof StoreException known && known.kind() == StoreException.Kind.LOCKED;
		if (!locked || this.shards.hasOpened()) {
			closeStore();
		}
		letGo();
		this.stopped.complete(null);
		return failure;
	}

	/** A stop of a node whose store has not come. */
	private void endBeforeJoined() {
		this.router.admit(Router.Admission.CLOSED);
		this.router.close();
		closeResources();
		this.state.set(NodeState.STOPPED);
		changed(NodeState.STOPPED);
		this.stopped.complete(null);
	}

	/** Why the store could not be opened so far; {@code null} if it could. */
	@Nullable Throwable joinError() {
		return this.joining.error();
	}

	private void schedulePassivation() {
		long shortest = this.types.values()
			.stream()
			.mapToLong((type) -> Durations.nanos(type.settings().passivateAfter()))
			.min()
			.orElse(Durations.FOREVER_NANOS);
		long interval = Math.max(50_000_000L, Math.min(10_000_000_000L, shortest / 4));
		this.scheduler.schedule(interval, () -> this.executor.execute(() -> {
			if (!this.router.isStopping()) {
				this.router.activations().passivateIdle();
				schedulePassivation();
			}
		}));
	}

	/** A node keeps its process alive, with or without a web server. */
	private void holdJvm() {
		Thread.ofPlatform().name("cajun-node-" + this.settings.name()).daemon(false).start(() -> {
			boolean interrupted = true;
			while (interrupted) {
				try {
					this.running.await();
					interrupted = false;
				}
				catch (InterruptedException ex) {
					// Only a stop ends this thread.
				}
			}
		});
	}

	/**
	 * Refuses messages from outside, finishes what was accepted within the drain timeout,
	 * writes snapshots, gives the shards up and closes the store. Does not block.
	 * @return completes when everything is closed
	 */
	public CompletableFuture<Void> stop() {
		if (this.joining.requestStop()) {
			this.executor.execute(this::endBeforeJoined);
		}
		else {
			beginStop();
		}
		return this.stopped.copy();
	}

	private void beginStop() {
		if (this.state.compareAndSet(NodeState.NEW, NodeState.STOPPED)) {
			closeResources();
			this.stopped.complete(null);
		}
		else if (this.state.compareAndSet(NodeState.UP, NodeState.STOPPING)) {
			changed(NodeState.STOPPING);
			this.router.admit(Router.Admission.CLOSED);
			this.router.stop();
			this.executor.execute(this::drainAndRelease);
		}
	}

	private void drainAndRelease() {
		try {
			boolean drained = this.quiescence.drain(this.settings.drainTimeout());
			if (!drained) {
				logger.warn("Node {} stops although actors are not done after {}: {}", this.node,
						this.settings.drainTimeout(), this.quiescence.busy());
			}
		}
		catch (InterruptedException ex) {
			logger.warn("Node {} was interrupted while it stopped; its actors are not done", this.node);
			Thread.currentThread().interrupt();
		}
		this.shards.release();
		this.router.close();
		closeResources();
		this.state.set(NodeState.STOPPED);
		changed(NodeState.STOPPED);
		this.stopped.complete(null);
	}

	private void closeResources() {
		closeStore();
		letGo();
	}

	private void closeStore() {
		try {
			this.store.close();
		}
		catch (RuntimeException ex) {
			logger.warn("The store {} did not close", this.store.description(), ex);
		}
	}

	private void letGo() {
		if (this.ownClock != null) {
			this.ownClock.close();
		}
		this.running.countDown();
	}

	/** Stops and waits. */
	@Override
	public void close() {
		stop().join();
	}

	/**
	 * Waits, in real time, until no message is under way: for tests.
	 * @param timeout how long at most
	 * @return whether it became quiet
	 * @throws InterruptedException if interrupted
	 */
	public boolean awaitIdle(Duration timeout) throws InterruptedException {
		return this.quiescence.awaitQuiet(timeout);
	}

	private void changed(NodeState state) {
		for (NodeListener listener : this.listeners) {
			try {
				listener.stateChanged(state);
			}
			catch (RuntimeException ex) {
				logger.warn("A listener failed", ex);
			}
		}
	}

	NodeSettings settings() {
		return this.settings;
	}

	Map<String, ActorType> types() {
		return this.types;
	}

	ActorStore store() {
		return this.store;
	}

	Instant startedAt() {
		return this.startedAt;
	}

	long epoch() {
		return this.shards.epoch();
	}

	Scheduler scheduler() {
		return this.scheduler;
	}

	private final class Listeners implements Router.Listener {

		@Override
		public void published(Object event) {
			tell((listener) -> listener.published(event));
		}

		@Override
		public void undelivered(MessageUndelivered message) {
			logger.debug("A message was dropped: {}", message);
			tell((listener) -> listener.undelivered(message));
		}

		private void tell(Consumer<NodeListener> event) {
			for (NodeListener listener : CajunNode.this.listeners) {
				try {
					event.accept(listener);
				}
				catch (RuntimeException ex) {
					logger.warn("A listener failed", ex);
				}
			}
		}

	}

	/** Configures a node. Not thread-safe. */
	public static final class Builder {

		private NodeSettings settings = NodeSettings.defaults();

		private ActorStore store = new InMemoryActorStore();

		private ActorSerializer serializer = JacksonActorSerializer.json();

		private Collection<ActorSerializer> readers = List.of();

		private Collection<Upcaster> upcasters = List.of();

		private Collection<String> allowedPackages = Set.of();

		private @Nullable Scheduler scheduler;

		private @Nullable Executor executor;

		private RandomGenerator random = RandomGenerator.of("SecureRandom");

		private final List<NodeListener> listeners = new ArrayList<>();

		private final Map<String, ActorDefinition> actors = new LinkedHashMap<>();

		private Builder() {
		}

		/** Sets everything that does not belong to one actor type. */
		public Builder settings(NodeSettings settings) {
			this.settings = settings;
			return this;
		}

		/** Sets the store, which the node opens and closes; default in memory. */
		public Builder store(ActorStore store) {
			this.store = store;
			return this;
		}

		/** Sets the format of what is written; default JSON. */
		public Builder serializer(ActorSerializer serializer) {
			this.serializer = serializer;
			return this;
		}

		/**
		 * Sets what reads records of other formats than the one that is written, besides
		 * JSON and, where its library is present, CBOR.
		 */
		public Builder readers(Collection<? extends ActorSerializer> readers) {
			this.readers = List.copyOf(readers);
			return this;
		}

		/** Sets what lifts older versions of stored values. */
		public Builder upcasters(Collection<Upcaster> upcasters) {
			this.upcasters = List.copyOf(upcasters);
			return this;
		}

		/**
		 * Sets packages whose classes may stand for declared types that are not sealed.
		 */
		public Builder allowedPackages(Collection<String> packages) {
			this.allowedPackages = new TreeSet<>(packages);
			return this;
		}

		/** Sets the node's time; default the machine's. */
		public Builder scheduler(Scheduler scheduler) {
			this.scheduler = scheduler;
			return this;
		}

		/** Sets what runs handlers: each task on a thread that may block. */
		public Builder executor(Executor executor) {
			this.executor = executor;
			return this;
		}

		/** Sets the source of the node's random identity. */
		public Builder random(RandomGenerator random) {
			this.random = random;
			return this;
		}

		/** Adds a listener. */
		public Builder listener(NodeListener listener) {
			this.listeners.add(listener);
			return this;
		}

		/**
		 * Adds an actor type.
		 * @throws IllegalArgumentException if there is one of the name
		 */
		public Builder actor(ActorDefinition definition) {
			if (this.actors.putIfAbsent(definition.type(), definition) != null) {
				throw new IllegalArgumentException("There are two actor types named '" + definition.type() + "': "
						+ this.actors.get(definition.type()).handler().getClass().getName() + " and "
						+ definition.handler().getClass().getName());
			}
			return this;
		}

		/**
		 * Builds the node and checks every type.
		 * @return a node that is not started
		 * @throws dev.cajun.serialization.SerializationException if a declared type
		 * cannot be serialized
		 */
		public CajunNode build() {
			return new CajunNode(this);
		}

	}

}
