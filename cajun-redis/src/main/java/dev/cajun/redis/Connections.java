package dev.cajun.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.cajun.store.StoreException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.EpollProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's own client, all connections of it, to one server or to every master of a
 * Redis Cluster, and the clock that keeps them alive.
 */
@SuppressWarnings("FutureReturnValueIgnored") // whatever they become is handled in them
final class Connections {

	private static final Logger logger = LoggerFactory.getLogger(Connections.class);

	private static final long PING_MILLIS = 500;

	private static final long REFRESH_MILLIS = 30_000;

	private final RedisStoreSettings settings;

	private final RedisStatistics statistics;

	private final ClientResources resources;

	private final RedisClient client;

	private final ServerChecks checks;

	private final Durability durability;

	private final ScheduledExecutorService timer = Executors
		.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("cajun-redis").daemon().factory());

	private final Slots slots;

	private final Retries retries;

	private volatile boolean open;

	private volatile Listener listener = (link, live) -> {
	};

	Connections(RedisStoreSettings settings, RedisStatistics statistics, ServerChecks checks) {
		this.settings = settings;
		this.statistics = statistics;
		this.checks = checks;
		this.durability = new Durability(settings.durability(), settings.commandTimeout());
		this.slots = new Slots(this, settings);
		this.retries = new Retries(this, this.slots);
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

	Slots slots() {
		return this.slots;
	}

	Retries retries() {
		return this.retries;
	}

	boolean isOpen() {
		return this.open;
	}

	/** Tells whom to tell of every connection that was made. */
	void listen(Listener listener) {
		this.listener = listener;
	}

	// ---- opening and closing

	/** Connects to everything. */
	CompletableFuture<Void> open() {
		return this.slots.open().thenRun(() -> {
			this.open = true;
			this.timer.scheduleWithFixedDelay(this::pingAll, PING_MILLIS, PING_MILLIS, TimeUnit.MILLISECONDS);
			if (this.slots.isCluster()) {
				this.timer.scheduleWithFixedDelay(this.slots::refresh, REFRESH_MILLIS, REFRESH_MILLIS,
						TimeUnit.MILLISECONDS);
			}
		});
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
		this.slots.servers().forEach((server) -> server.links().forEach(Link::ping));
	}

	void close() {
		this.open = false;
		this.retries.close();
		this.timer.shutdownNow();
		// The client closes their connections
		this.slots.close();
		this.client.shutdown(0, 1, TimeUnit.SECONDS);
		this.resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
	}

	// ---- calls

	void send(Call<?> call) {
		Link link = this.slots.link(call.slot(), call.stripe());
		if (link == null) {
			call.fail(
					new StoreException(
							StoreException.Kind.NOT_APPLIED, "No master of the Redis Cluster serves slot " + call.slot()
									+ ". " + call.what() + " was not sent; look at CLUSTER INFO, and try again later",
							null));
			this.slots.refresh();
			return;
		}
		Link.Live live = link.live();
		if (live == null) {
			link.refuse(call);
			return;
		}
		link.submit(live, call);
	}

	Call<?> asking(Link link) {
		Call<String> asking = Call.command(CommandType.ASKING, 0, 0, new byte[0][], String::valueOf, 0);
		asking.sentOver(link);
		link.count();
		return asking;
	}

	/** Whether nothing is under way. */
	boolean isIdle() {
		return this.retries.isIdle() && this.statistics.queued() == 0;
	}

	void connected(Link link, Link.Live live) {
		this.listener.connected(link, live);
	}

	/** Hears of every connection. */
	@FunctionalInterface
	interface Listener {

		/** It is made and checked; called before anything is sent over it. */
		void connected(Link link, Link.Live live);

	}

}
