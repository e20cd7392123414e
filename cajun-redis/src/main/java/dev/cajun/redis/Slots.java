package dev.cajun.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.cajun.store.StoreException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.StringCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who serves what: one server everything, or each master of a Redis Cluster its slots. It
 * looks them up again when something says that they have changed.
 */
@SuppressWarnings("FutureReturnValueIgnored") // whatever they become is handled in them
final class Slots {

	private static final Logger logger = LoggerFactory.getLogger(Slots.class);

	private final Connections connections;

	private final List<RedisURI> uris;

	private final boolean cluster;

	private final Map<String, Server> servers = new ConcurrentHashMap<>();

	private final AtomicBoolean refreshing = new AtomicBoolean();

	/** Without a cluster the first serves all. */
	private volatile @Nullable Server[] table = new Server[1];

	private volatile boolean closed;

	Slots(Connections connections, RedisStoreSettings settings) {
		this.connections = connections;
		this.uris = settings.uris();
		this.cluster = settings.topology() == RedisStoreSettings.Topology.CLUSTER;
	}

	boolean isCluster() {
		return this.cluster;
	}

	/** The connection for a slot; {@code null} where nobody serves it. */
	@Nullable Link link(int slot, int stripe) {
		@Nullable Server[] current = this.table;
		Server server = current[(current.length == 1) ? 0 : slot];
		return (server != null) ? server.link(stripe) : null;
	}

	/** Each once. */
	Collection<Server> servers() {
		return this.servers.values();
	}

	/** Connects to everything. */
	CompletableFuture<Void> open() {
		if (this.cluster) {
			return openCluster(0);
		}
		Server server = server(this.uris.getFirst());
		this.table = new Server[] { server };
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
			if (this.closed || number + 1 >= this.uris.size()) {
				return CompletableFuture.failedFuture(ex);
			}
			return openCluster(number + 1);
		});
	}

	/** What a configured node says about the cluster, over a connection for that. */
	private CompletableFuture<String> nodes(int number) {
		RedisURI uri = this.uris.get(number);
		return this.connections.client()
			.connectAsync(StringCodec.UTF8, uri)
			.toCompletableFuture()
			.thenCompose((connection) -> connection.async()
				.clusterNodes()
				.toCompletableFuture()
				.whenComplete((text, ex) -> connection.closeAsync()))
			.exceptionallyCompose((ex) -> CompletableFuture
				.failedFuture(this.connections.checks().notConnected(Server.name(uri), ex)));
	}

	private Server server(RedisURI uri) {
		Server found = this.servers.computeIfAbsent(Server.name(uri), (name) -> {
			Server server = new Server(this.connections, uri);
			// Not under the map's lock
			this.connections.later(() -> server.links().forEach(Link::connect), 0);
			return server;
		});
		if (this.closed) {
			found.links().forEach(Link::end);
		}
		return found;
	}

	private Server server(String host, int port) {
		return server(RedisURI.builder(this.uris.getFirst()).withHost(host).withPort(port).build());
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
		this.table = next;
		for (Server server : List.copyOf(this.servers.values())) {
			if (!masters.contains(server)) {
				this.servers.remove(server.toString());
				server.links().forEach(Link::close);
			}
		}
	}

	/** Looks up again who serves what. */
	void refresh() {
		if (!this.cluster || !this.connections.isOpen() || !this.refreshing.compareAndSet(false, true)) {
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
				this.connections.later(() -> this.refreshing.set(false), TimeUnit.MILLISECONDS.toNanos(100));
			}
		});
	}

	private CompletableFuture<String> anyNodes() {
		for (Server server : this.servers.values()) {
			for (Link link : server.links()) {
				Link.Live live = link.live();
				if (live != null) {
					return live.connection().async().clusterNodes().toCompletableFuture();
				}
			}
		}
		return nodes(0);
	}

	/** MOVED 3999 127.0.0.1:6381. */
	synchronized void moved(String error) {
		Server server = named(error);
		if (server != null) {
			@Nullable Server[] next = this.table.clone();
			next[Integer.parseInt(error.split(" ", -1)[1])] = server;
			this.table = next;
		}
	}

	/** The server that a redirection names. */
	@Nullable Server named(String error) {
		String[] words = error.split(" ", -1);
		int colon = (words.length > 2) ? words[2].lastIndexOf(':') : -1;
		if (colon <= 0 || !this.cluster) {
			return null;
		}
		return server(words[2].substring(0, colon), Integer.parseInt(words[2].substring(colon + 1)));
	}

	/** Ends every connection; whoever closes the client closes them. */
	void close() {
		this.closed = true;
		this.servers.values().forEach((server) -> server.links().forEach(Link::end));
	}

}
