package dev.cajun.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.store.StoreException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.EpollProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's own client and all connections of it: to one server, or to every master of
 * a Redis Cluster. It knows where a slot is served, and what to do about each error.
 */
@SuppressWarnings("FutureReturnValueIgnored") // whatever they become is handled in them
final class Connections {

	private static final Logger logger = LoggerFactory.getLogger(Connections.class);

	private static final long PING_MILLIS = 500;

	private static final long REFRESH_MILLIS = 30_000;

	private static final long LONGEST_RETRY_MILLIS = 100;

	private final RedisStoreSettings settings;

	private final RedisStatistics statistics;

	private final ClientResources resources;

	private final RedisClient client;

	private final ServerChecks checks;

	private final Durability durability;

	private final ScheduledExecutorService timer = Executors
		.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("cajun-redis").daemon().factory());

	private final Map<String, Server> servers = new ConcurrentHashMap<>();

	private final AtomicBoolean refreshing = new AtomicBoolean();

	/** Calls between a refusal and the next attempt. */
	private final AtomicInteger delayed = new AtomicInteger();

	/** Who serves each slot; without a cluster the first serves all. */
	private volatile @Nullable Server[] slots = new Server[1];

	private volatile boolean open;

	private volatile Listener listener = (link, live) -> {
	};

	Connections(RedisStoreSettings settings, RedisStatistics statistics, ServerChecks checks) {
		this.settings = settings;
		this.statistics = statistics;
		this.checks = checks;
		this.durability = new Durability(settings.durability(), settings.commandTimeout());
		this.resources = DefaultClientResources.builder()
			.commandLatencyRecorder(CommandLatencyRecorder.disabled())
			.nettyCustomizer(ChannelGuard.guards(settings.commandTimeout().toNanos() * 3 / 2))
			.build();
		this.client = RedisClient.create(this.resources);
		SocketOptions.Builder socket = SocketOptions.builder()
			.connectTimeout(settings.commandTimeout())
			.keepAlive(SocketOptions.KeepAliveOptions.builder().enable().build())
			.tcpNoDelay(true);
		if (EpollProvider.isAvailable()) {
			socket.tcpUserTimeout(SocketOptions.TcpUserTimeoutOptions.builder()
				.enable()
				.tcpUserTimeout(settings.commandTimeout().multipliedBy(3))
				.build());
		}
		ClientOptions.Builder options = ClientOptions.builder()
			.useHashIndexQueue(false)
			// The store connects again by itself, and checks who is there before it goes
			// on
			.autoReconnect(false)
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			.replayFilter((command) -> true)
			// The link's own bound speaks first
			.requestQueueSize(2 * settings.queueSize() + 1000)
			.timeoutOptions(TimeoutOptions.enabled(settings.commandTimeout()))
			.protocolVersion(ProtocolVersion.RESP2)
			.socketOptions(socket.build());
		if (settings.ssl() != null) {
			options.sslOptions(settings.ssl());
		}
		this.client.setOptions(options.build());
	}

	RedisStoreSettings settings() {
		return this.settings;
	}

	RedisStatistics statistics() {
		return this.statistics;
	}

	RedisClient client() {
		return this.client;
	}

	ServerChecks checks() {
		return this.checks;
	}

	Durability durability() {
		return this.durability;
	}

	boolean isOpen() {
		return this.open;
	}

	private boolean isCluster() {
		return this.settings.topology() == RedisStoreSettings.Topology.CLUSTER;
	}

	/** Tells whom to tell of every connection that was made. */
	void listen(Listener listener) {
		this.listener = listener;
	}

	// ---- opening and closing

	/** Connects to everything. */
	CompletableFuture<Void> open() {
		CompletableFuture<Void> connected = isCluster() ? openCluster(0) : openServer(server(uri(0)));
		return connected.thenRun(() -> {
			this.open = true;
			this.timer.scheduleWithFixedDelay(this::pingAll, PING_MILLIS, PING_MILLIS, TimeUnit.MILLISECONDS);
			if (isCluster()) {
				this.timer.scheduleWithFixedDelay(this::refresh, REFRESH_MILLIS, REFRESH_MILLIS, TimeUnit.MILLISECONDS);
			}
		});
	}

	private RedisURI uri(int number) {
		return this.settings.uris().get(number);
	}

	private CompletableFuture<Void> openServer(Server server) {
		this.slots = new Server[] { server };
		return ready(List.of(server));
	}

	private static CompletableFuture<Void> ready(Collection<Server> servers) {
		return CompletableFuture.allOf(servers.stream()
			.flatMap((server) -> server.links().stream())
			.map(Link::ready)
			.toArray(CompletableFuture<?>[]::new));
	}

	/** Asks the configured nodes one after the other who else there is. */
	private CompletableFuture<Void> openCluster(int number) {
		return nodes(number).thenCompose((text) -> {
			route(text);
			return ready(this.servers.values());
		}).exceptionallyCompose((ex) -> {
			if (number + 1 >= this.settings.uris().size()) {
				return CompletableFuture.failedFuture(ex);
			}
			return openCluster(number + 1);
		});
	}

	/** What a configured node says about the cluster, over a connection for that. */
	private CompletableFuture<String> nodes(int number) {
		RedisURI uri = uri(number);
		return this.client.connectAsync(StringCodec.UTF8, uri)
			.toCompletableFuture()
			.thenCompose((connection) -> connection.async()
				.clusterNodes()
				.toCompletableFuture()
				.whenComplete((text, ex) -> connection.closeAsync()))
			.exceptionallyCompose(
					(ex) -> CompletableFuture.failedFuture(this.checks.notConnected(Server.name(uri), ex)));
	}

	private Server server(RedisURI uri) {
		return this.servers.computeIfAbsent(Server.name(uri), (name) -> {
			Server server = new Server(this, uri);
			// Not under the map's lock
			later(() -> server.links().forEach(Link::connect), 0);
			return server;
		});
	}

	private Server server(String host, int port) {
		return server(RedisURI.builder(uri(0)).withHost(host).withPort(port).build());
	}

	private synchronized void route(String nodes) {
		@Nullable Server[] next = new Server[SlotHash.SLOT_COUNT];
		List<Server> masters = new ArrayList<>();
		for (RedisClusterNode node : ClusterPartitionParser.parse(nodes)) {
			if (node.getRole().isUpstream() && !node.getSlots().isEmpty() && !node.is(RedisClusterNode.NodeFlag.FAIL)) {
				Server server = server(node.getUri().getHost(), node.getUri().getPort());
				masters.add(server);
				node.getSlots().forEach((slot) -> next[slot] = server);
			}
		}
		if (masters.isEmpty()) {
			throw new StoreException(StoreException.Kind.NOT_APPLIED,
					"No node of the Redis Cluster has slots: look at CLUSTER NODES", null);
		}
		this.slots = next;
		for (Server server : List.copyOf(this.servers.values())) {
			if (!masters.contains(server)) {
				this.servers.remove(server.toString());
				server.links().forEach(Link::close);
			}
		}
	}

	/** Looks up again who serves what. */
	void refresh() {
		if (!isCluster() || !this.open || !this.refreshing.compareAndSet(false, true)) {
			return;
		}
		anyNodes().whenComplete((text, ex) -> {
			try {
				if (ex == null) {
					route(text);
				}
				else {
					logger.debug("The slots of the Redis Cluster cannot be looked up", ex);
				}
			}
			catch (RuntimeException problem) {
				logger.warn("The slots of the Redis Cluster cannot be looked up: {}", problem.toString());
			}
			finally {
				later(() -> this.refreshing.set(false), TimeUnit.MILLISECONDS.toNanos(100));
			}
		});
	}

	private CompletableFuture<String> anyNodes() {
		for (Server server : this.servers.values()) {
			for (Link link : server.links()) {
				Live live = link.live();
				if (live != null) {
					return live.connection().async().clusterNodes().toCompletableFuture();
				}
			}
		}
		return nodes(0);
	}

	void later(Runnable action, long nanos) {
		try {
			this.timer.schedule(() -> {
				try {
					action.run();
				}
				catch (RuntimeException ex) {
					logger.error("The Redis store failed unexpectedly", ex);
				}
			}, nanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The Redis store is closed", ex);
		}
	}

	private void pingAll() {
		this.servers.values().forEach((server) -> server.links().forEach(Link::ping));
	}

	void close() {
		this.open = false;
		this.timer.shutdownNow();
		// The client closes their connections
		this.servers.values().forEach((server) -> server.links().forEach(Link::end));
		this.client.shutdown(0, 1, TimeUnit.SECONDS);
		this.resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
	}

	// ---- calls

	/** The connection for a slot; {@code null} where nobody serves it. */
	@Nullable Link link(int slot, int stripe) {
		@Nullable Server[] current = this.slots;
		Server server = current[(current.length == 1) ? 0 : slot];
		return (server != null) ? server.link(stripe) : null;
	}

	/** All servers, each once. */
	List<Server> servers() {
		return List.copyOf(this.servers.values());
	}

	void send(Call<?> call) {
		Link link = link(call.slot(), call.stripe());
		if (link == null) {
			call.fail(
					new StoreException(
							StoreException.Kind.NOT_APPLIED, "No master of the Redis Cluster serves slot " + call.slot()
									+ ". " + call.what() + " was not sent; look at CLUSTER INFO, and try again later",
							null));
			refresh();
			return;
		}
		Live live = link.live();
		if (live == null) {
			link.refuse(call);
			return;
		}
		link.submit(live, call);
	}

	/** Sends again what was refused; waits for the connection while its time lasts. */
	private void resend(Call<?> call) {
		Link link = link(call.slot(), call.stripe());
		if ((link == null || link.live() == null) && System.nanoTime() - call.deadlineNanos() < 0) {
			resendLater(call, TimeUnit.MILLISECONDS.toNanos(20));
			return;
		}
		send(call);
	}

	private void resendLater(Call<?> call, long nanos) {
		this.delayed.incrementAndGet();
		later(() -> {
			try {
				resend(call);
			}
			finally {
				this.delayed.decrementAndGet();
			}
		}, nanos);
	}

	Call<?> asking(Link link) {
		Call<String> asking = Call.command(CommandType.ASKING, 0, 0, new byte[0][], String::valueOf, 0);
		asking.sentOver(link);
		link.count();
		return asking;
	}

	/** Whether nothing is under way. */
	boolean isIdle() {
		return this.delayed.get() == 0 && this.statistics.queued() == 0;
	}

	/** Redis refused a call. */
	void refused(Link link, Call<?> call, String error) {
		this.delayed.incrementAndGet();
		try {
			cure(link, call, error);
		}
		finally {
			this.delayed.decrementAndGet();
		}
	}

	private void cure(Link link, Call<?> call, String error) {
		Failure failure = Failure.of(error);
		if (failure == Failure.NOSCRIPT && call.attempt() < 10) {
			this.statistics.retries.increment();
			Live live = link.live();
			if (live != null) {
				link.submit(live, call.again(true));
				return;
			}
		}
		long left = call.deadlineNanos() - System.nanoTime();
		long delay = TimeUnit.MILLISECONDS.toNanos(Math.min(LONGEST_RETRY_MILLIS, 2L << Math.min(call.attempt(), 10)));
		boolean inTime = left > delay;
		switch (failure.cure()) {
			case ASK -> {
				if (inTime && ask(call, error)) {
					return;
				}
			}
			case ROUTE -> {
				if (failure == Failure.MOVED) {
					moved(error);
				}
				refresh();
			}
			case RECONNECT -> {
				link.reconnect();
				refresh();
			}
			case SOURCE, WAIT, NONE -> {
			}
		}
		boolean again = failure.cure() == Failure.Cure.ROUTE || failure.cure() == Failure.Cure.ASK
				|| failure.cure() == Failure.Cure.WAIT;
		if (again && inTime) {
			this.statistics.retries.increment();
			resendLater(call.again(false), delay);
			return;
		}
		call.fail(new StoreException(failure.kind(),
				"Redis at " + link.server() + " refused " + call.what() + ": " + failure.advice() + " (" + error + ")",
				null));
	}

	/** MOVED 3999 127.0.0.1:6381. */
	private synchronized void moved(String error) {
		List<String> words = List.of(error.split(" ", -1));
		Server server = named(words);
		if (server != null) {
			@Nullable Server[] next = this.slots.clone();
			next[Integer.parseInt(words.get(1))] = server;
			this.slots = next;
		}
	}

	private boolean ask(Call<?> call, String error) {
		Server server = named(List.of(error.split(" ", -1)));
		Link link = (server != null) ? server.link(call.stripe()) : null;
		Live live = (link != null) ? link.live() : null;
		if (link == null || live == null) {
			return false;
		}
		this.statistics.retries.increment();
		link.submit(live, call.asking());
		return true;
	}

	private @Nullable Server named(List<String> words) {
		int colon = (words.size() > 2) ? words.get(2).lastIndexOf(':') : -1;
		if (colon <= 0 || !isCluster()) {
			return null;
		}
		return server(words.get(2).substring(0, colon), Integer.parseInt(words.get(2).substring(colon + 1)));
	}

	void connected(Link link, Live live) {
		this.listener.connected(link, live);
	}

	void cannotConnect(Link link) {
		logger.debug("No connection to {}", link.server());
		refresh();
	}

	/** Hears of every connection. */
	@FunctionalInterface
	interface Listener {

		/** It is made and checked; called before anything is sent over it. */
		void connected(Link link, Live live);

	}

}
