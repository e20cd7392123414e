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
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.ActorSystem;
import dev.cajun.CajunException;
import dev.cajun.ClusterListener;
import dev.cajun.MessageUndelivered;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.MessageObserver;
import dev.cajun.activation.TypeStatistics;
import dev.cajun.placement.NodeLoad;
import dev.cajun.routing.Router;
import dev.cajun.routing.RouterSettings;
import dev.cajun.routing.RoutingStatistics;
import dev.cajun.cluster.ClusterSettings;
import dev.cajun.cluster.ClusterStatus;
import dev.cajun.cluster.ControlPlane;
import dev.cajun.cluster.NodeRecord;
import dev.cajun.metadata.MetadataStore;
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
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: actor types, a store and time in, a running {@link ActorSystem} out. In local
 * mode it owns every shard under an epoch that the store counts; given metadata and a
 * transport, it is part of a cluster and owns what the cluster's placement table gives
 * it.
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

	/** Runs handlers. */
	private final Executor executor;

	/** Runs what the node itself does, also while handlers hold every carrier. */
	private final Executor own;

	private final @Nullable ExecutorService ownThreads;

	private final Router router;

	private final ActorSystem system;

	private final ClusterManagement management;

	private final LoadMeter load;

	private final SlowHandlers slowHandlers;

	private final AtomicReference<NodeState> state = new AtomicReference<>(NodeState.NEW);

	private final CompletableFuture<Void> stopped = new CompletableFuture<>();

	private final Joining joining = new Joining();

	private final CountDownLatch running = new CountDownLatch(1);

	private volatile Instant startedAt;

	private final LocalShards shards;

	/** Its part in a cluster; {@code null} in local mode. */
	private final @Nullable ClusterMember member;

	private final String process;

	/** It stops soon, whatever the cluster still says of it. */
	private volatile boolean handingOver;

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
		this.process = HexFormat.of().toHexDigits(builder.random.nextLong())
				+ HexFormat.of().toHexDigits(builder.random.nextLong());
		this.executor = (builder.executor != null) ? builder.executor : virtualThreads();
		this.ownThreads = (builder.executor == null) ? platformThreads() : null;
		this.own = (this.ownThreads != null) ? this.ownThreads : this.executor;
		AtomicReference<@Nullable Router> refs = new AtomicReference<>();
		TypeRegistry registry = registry(builder, (id) -> ready(refs.get()).ref(id));
		this.types = new TreeMap<>();
		builder.actors.forEach((name, definition) -> this.types.put(name, new ActorType(definition, registry)));
		RecordCodec codec = new RecordCodec(registry, builder.serializer, readers(builder), builder.upcasters,
				this.settings.maxMessageSize());
		this.router = new Router(
				new RouterSettings(this.node, this.process, incarnation, new Shards(this.settings.shards()),
						this.settings.maxActive(), this.settings.mailboxBytes(), this.settings.maxMessageSize(),
						this.settings.delivery(), this.settings.dedupMaxEntries(), this.settings.dedupMaxAge()),
				this.types, this.store, codec, this.scheduler, this.executor, this.own, new Listeners());
		refs.set(this.router);
		if (builder.observer != null) {
			this.router.observe(builder.observer);
		}
		this.shards = new LocalShards(this.store, this.node, this.settings);
		this.member = (builder.cluster == null) ? null
				: builder.cluster.member(this.settings, this.store, this.router,
						new ControlPlane.Environment(this.scheduler, this.own, builder.random),
						builder.clusterListeners, this::clusterChanged);
		this.quiescence = new Quiescence(this.router);
		this.system = new NodeActorSystem(this.node, this.types, this.router);
		this.load = new LoadMeter(this.types.values(), this.settings.shards(), this.router::handled, this.scheduler);
		this.slowHandlers = new SlowHandlers(this.scheduler);
		NodeManagement management = new NodeManagement(this, this.router,
				new Census(this.router.activations(), this.scheduler), this.slowHandlers);
		this.management = management;
		if (this.member != null) {
			this.member.inquiries().answerWith(new OwnInspection(management));
		}
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
	 * A handler that never rests keeps its carrier: nobody interrupts a virtual thread.
	 * As many of them as there are processors must not cost the node its lease, nor keep
	 * it from stopping. What comes after the end is run by whoever asks, so that nobody
	 * waits for it.
	 */
	private static ExecutorService platformThreads() {
		return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(),
				Thread.ofPlatform().name("cajun-own-", 0).daemon().inheritInheritableThreadLocals(false).factory(),
				(task, pool) -> task.run());
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
	 * The figures of what passes between this node and others.
	 * @return live counters, which stay 0 without a cluster
	 */
	public RoutingStatistics routing() {
		return this.router.statistics();
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
	 * {@link NodeState#STARTING}, refuses messages and tries again until it can. In a
	 * cluster it begins to join, and blocks until it is registered, or has to wait for
	 * metadata or a store: then it goes on trying, and its state is
	 * {@link NodeState#JOINING}.
	 * @throws StoreException if the store cannot be opened: its kind and text say why
	 * @throws dev.cajun.JoinRefusedException if the cluster does not take it
	 * @throws dev.cajun.transport.TransportException if its port cannot be opened
	 * @throws IllegalStateException if the node was started before
	 */
	public void start() {
		if (this.member == null) {
			startAlone();
			return;
		}
		try {
			startInCluster().toCompletableFuture().join();
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof CajunException known) {
				throw known;
			}
			throw ex;
		}
	}

	/**
	 * As {@link #start()}, without blocking, in a cluster.
	 * @return completes when {@link #start()} would return
	 * @throws IllegalStateException if the node was started before, or is in local mode
	 */
	public CompletionStage<Void> startInCluster() {
		ClusterMember joining = this.member;
		if (joining == null) {
			throw new IllegalStateException("Node " + this.node + " is in local mode: it has no cluster to join");
		}
		if (!this.state.compareAndSet(NodeState.NEW, NodeState.STARTING)) {
			throw new IllegalStateException("Node " + this.node + " was started before; it is " + state());
		}
		changed(NodeState.STARTING);
		scheduleSweep();
		holdJvm();
		return joining.start(this.node.substring(this.node.indexOf('#') + 1), this.process, this.load)
			.handle((started, error) -> {
				if (error == null) {
					clusterChanged();
					return CompletableFuture.<Void>completedFuture(null);
				}
				failed(joining);
				return this.stopped.thenCompose((closed) -> CompletableFuture.<Void>failedFuture(error));
			})
			.thenCompose((done) -> done);
	}

	/** The cluster does not take this node, now or later. */
	private void failed(ClusterMember refused) {
		if (this.state.getAndSet(NodeState.FAILED) != NodeState.FAILED) {
			changed(NodeState.FAILED);
			this.router.admit(Router.Admission.CLOSED);
			CompletionStage<Void> unused = refused.leave().thenRunAsync(() -> {
				this.router.close();
				closeResources();
				this.stopped.complete(null);
			}, this.own);
		}
	}

	/** What this node is at follows what the cluster says of it. */
	private void clusterChanged() {
		ClusterMember joined = this.member;
		ControlPlane plane = (joined == null) ? null : joined.plane();
		NodeState now = state();
		if (joined == null || plane == null || (now != NodeState.STARTING && now != NodeState.JOINING
				&& now != NodeState.UP && now != NodeState.DRAINING)) {
			return;
		}
		if (plane.refusal() != null) {
			failed(joined);
			return;
		}
		ClusterStatus status = plane.status();
		NodeState next;
		if (this.handingOver) {
			next = NodeState.DRAINING;
		}
		else if (status.state() == NodeRecord.State.UP) {
			next = NodeState.UP;
		}
		else if (status.state() == NodeRecord.State.DRAINING) {
			next = NodeState.DRAINING;
		}
		else {
			// It may have lost its lease: what it has, it serves.
			next = (status.owned() > 0) ? now : NodeState.JOINING;
		}
		if (next != now && this.state.compareAndSet(now, next)) {
			if (next == NodeState.UP) {
				this.startedAt = this.scheduler.now();
			}
			changed(next);
		}
	}

	private void startAlone() {
		if (!this.state.compareAndSet(NodeState.NEW, NodeState.STARTING)) {
			throw new IllegalStateException("Node " + this.node + " was started before; it is " + state());
		}
		changed(NodeState.STARTING);
		this.router.admit(Router.Admission.OPEN);
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
		scheduleSweep();
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
			logger.warn("Node {} cannot open its store; messages wait until it can, and it keeps trying. {}", this.node,
					failure.getMessage());
		}
		else {
			logger.debug("Node {} still cannot open its store", this.node, failure);
		}
		if (this.joining.pause(failure)) {
			this.scheduler.schedule(Joining.delayNanos(attempt), () -> this.own.execute(() -> joinAgain(attempt + 1)));
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
		this.router.close();
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

	/** Looks at every activation again and again, until the node stops. */
	private void scheduleSweep() {
		long shortest = Math.min(shortest(ActorSettings::passivateAfter) / 4, shortest(ActorSettings::slowAfter));
		long interval = Math.clamp(shortest, 50_000_000L, 10_000_000_000L);
		this.scheduler.schedule(interval, () -> this.own.execute(this::sweep));
	}

	private void sweep() {
		if (this.stopped.isDone()) {
			return;
		}
		try {
			this.slowHandlers.look(this.router.activations().passivateIdle());
		}
		catch (RuntimeException ex) {
			logger.error("Node {} could not look at its activations; it does so again", this.node, ex);
		}
		scheduleSweep();
	}

	private long shortest(Function<ActorSettings, Duration> time) {
		return this.types.values()
			.stream()
			.mapToLong((type) -> Durations.nanos(time.apply(type.settings())))
			.min()
			.orElse(Durations.FOREVER_NANOS);
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
			this.own.execute(this::endBeforeJoined);
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
		else if (this.member != null) {
			stopInCluster(this.member);
		}
		else if (this.state.compareAndSet(NodeState.UP, NodeState.STOPPING)) {
			changed(NodeState.STOPPING);
			this.router.admit(Router.Admission.CLOSED);
			this.router.stop();
			this.own.execute(() -> drainAndRelease(this.settings.drainTimeout()));
		}
	}

	private void stopInCluster(ClusterMember leaving) {
		NodeState now = state();
		boolean runs = now == NodeState.STARTING || now == NodeState.JOINING || now == NodeState.UP
				|| now == NodeState.DRAINING;
		if (runs && this.state.compareAndSet(now, NodeState.STOPPING)) {
			changed(NodeState.STOPPING);
			long deadline = this.scheduler.nanoTime() + Durations.nanos(this.settings.drainTimeout());
			var unused = leaving.handOver(this.settings.drainTimeout()).thenRunAsync(() -> {
				this.router.admit(Router.Admission.CLOSED);
				this.router.stop();
				drainAndRelease(Duration.ofNanos(Math.max(0, deadline - this.scheduler.nanoTime())));
			}, this.own);
		}
		else if (runs) {
			stopInCluster(leaving);
		}
	}

	/**
	 * Gives every shard to other nodes, while messages are still taken and follow them. A
	 * stop does so first; called before, it lets what serves users go on meanwhile.
	 * @return completes when no shard is left here, nobody is there to take them, or the
	 * drain timeout has passed; at once in local mode
	 */
	public CompletableFuture<Void> handOver() {
		ClusterMember leaving = this.member;
		if (leaving == null) {
			return CompletableFuture.completedFuture(null);
		}
		this.handingOver = true;
		if (this.state.compareAndSet(NodeState.UP, NodeState.DRAINING)
				|| this.state.compareAndSet(NodeState.JOINING, NodeState.DRAINING)) {
			changed(NodeState.DRAINING);
		}
		return leaving.handOver(this.settings.drainTimeout());
	}

	private void drainAndRelease(Duration timeout) {
		try {
			boolean drained = this.quiescence.drain(timeout);
			if (!drained) {
				logger.warn("Node {} stops although actors are not done after {}: {}", this.node,
						this.settings.drainTimeout(), this.quiescence.busy());
			}
		}
		catch (InterruptedException ex) {
			logger.warn("Node {} was interrupted while it stopped; its actors are not done", this.node);
			Thread.currentThread().interrupt();
		}
		if (this.member != null) {
			this.member.leave().toCompletableFuture().join();
		}
		else {
			this.shards.release();
		}
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
		if (this.ownThreads != null) {
			this.ownThreads.shutdown();
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

	/** The epoch under which a shard is owned here; of all shards, in local mode. */
	long epoch() {
		ClusterStatus status = clusterStatus();
		return (status == null) ? this.shards.epoch() : (status.table() == null) ? 0 : status.table().epoch();
	}

	/**
	 * The cluster as this node sees it; {@code null} in local mode, or before it started.
	 */
	@Nullable ClusterStatus clusterStatus() {
		ControlPlane plane = plane();
		return (plane == null) ? null : plane.status();
	}

	@Nullable ControlPlane plane() {
		return (this.member == null) ? null : this.member.plane();
	}

	Map<String, String> breakers() {
		return (this.member == null) ? Map.of() : this.member.breakers();
	}

	Map<String, String> links() {
		return (this.member == null) ? Map.of() : this.member.links();
	}

	NodeLoad load() {
		return this.load.latest();
	}

	/** What other nodes may be asked; {@code null} in local mode. */
	@Nullable Inquiries inquiries() {
		return (this.member == null) ? null : this.member.inquiries();
	}

	boolean isClustered() {
		return this.member != null;
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

	/** What makes a node part of a cluster. */
	private record Clustering(ClusterSettings settings, MetadataStore metadata, Transport transport) {

		ClusterMember member(NodeSettings node, ActorStore store, Router router, ControlPlane.Environment environment,
				List<ClusterListener> listeners, Runnable changed) {
			if (!this.settings.cluster().equals(node.cluster()) || !this.settings.name().equals(node.name())
					|| this.settings.shards() != node.shards()) {
				throw new IllegalArgumentException("The cluster's settings are for node " + this.settings.name()
						+ " of cluster " + this.settings.cluster() + " with " + this.settings.shards()
						+ " shards, and the node's for " + node.name() + " of " + node.cluster() + " with "
						+ node.shards());
			}
			return new ClusterMember(this.settings, this.metadata, this.transport, store, router, environment,
					listeners, changed);
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

		private @Nullable MessageObserver observer;

		private final List<ClusterListener> clusterListeners = new ArrayList<>();

		private @Nullable Clustering cluster;

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

		/**
		 * Sets what runs handlers: each task on a thread that may block. The node's own
		 * work runs there too; by default it has threads of its own.
		 */
		public Builder executor(Executor executor) {
			this.executor = executor;
			return this;
		}

		/** Sets the source of the node's random identity. */
		public Builder random(RandomGenerator random) {
			this.random = random;
			return this;
		}

		/**
		 * Makes the node part of a cluster; default is local mode.
		 * @param cluster how, with the same cluster, name and number of shards as the
		 * node's settings
		 * @param metadata what the nodes of the cluster share, which the node closes
		 * @param transport carries messages between them, which the node starts and
		 * closes
		 */
		public Builder cluster(ClusterSettings cluster, MetadataStore metadata, Transport transport) {
			this.cluster = new Clustering(cluster, metadata, transport);
			return this;
		}

		/** Has messages watched; default is nobody. */
		public Builder observer(MessageObserver observer) {
			this.observer = observer;
			return this;
		}

		/** Adds a listener for changes of the cluster. */
		public Builder listener(ClusterListener listener) {
			this.clusterListeners.add(listener);
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
