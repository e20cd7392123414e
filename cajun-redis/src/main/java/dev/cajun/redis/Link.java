package dev.cajun.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.store.StoreException;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to one server, made again whenever it is lost, and checked each time
 * before it is used. Nothing waits for a connection: without one, calls are refused. What
 * was sent before a loss is never sent again by the link.
 * <p>
 * Calls are written by the connection's own thread, all that have queued in one go.
 */
@SuppressWarnings("FutureReturnValueIgnored") // whatever they become is handled in them
final class Link {

	private static final Logger logger = LoggerFactory.getLogger(Link.class);

	private static final int BATCH = 256;

	private static final long FIRST_BACKOFF_MILLIS = 20;

	private static final long LONGEST_BACKOFF_MILLIS = 1000;

	private final Connections connections;

	private final Server server;

	private final Queue<Call<?>> pending = new ConcurrentLinkedQueue<>();

	/** Calls that were taken and are not answered. */
	private final AtomicInteger underWay = new AtomicInteger();

	private final AtomicBoolean flushing = new AtomicBoolean();

	private final CompletableFuture<Link> ready = new CompletableFuture<>();

	private volatile @Nullable Live live;

	private volatile String trouble = "it is being connected";

	private volatile boolean closed;

	private int failures;

	Link(Connections connections, Server server) {
		this.connections = connections;
		this.server = server;
	}

	Server server() {
		return this.server;
	}

	@Nullable Live live() {
		return this.live;
	}

	/** Completed with the outcome of the first attempt to connect. */
	CompletableFuture<Link> ready() {
		return this.ready;
	}

	// ---- sending

	/** Refuses a call that there is no connection for. */
	void refuse(Call<?> call) {
		call.fail(new StoreException(StoreException.Kind.NOT_APPLIED,
				"The Redis store is not connected to " + this.server + " (" + this.trouble + "). " + call.what()
						+ " was not sent; connecting goes on by itself, try again later",
				null));
	}

	void submit(Live current, Call<?> call) {
		int limit = this.connections.settings().queueSize();
		if (this.underWay.incrementAndGet() > limit) {
			this.underWay.decrementAndGet();
			call.fail(new StoreException(StoreException.Kind.NOT_APPLIED,
					"The Redis store has " + limit + " commands under way on one connection to " + this.server
							+ ", and takes no more. " + call.what() + " was not sent; try again later",
					null));
			return;
		}
		this.connections.statistics().queued.increment();
		call.sentOver(this);
		this.pending.add(call);
		if (!this.flushing.get() && this.flushing.compareAndSet(false, true)) {
			try {
				current.loop().execute(this::flush);
			}
			catch (RejectedExecutionException ex) {
				this.flushing.set(false);
				refusePending();
			}
		}
	}

	private void flush() {
		this.flushing.set(false);
		Live current = this.live;
		if (current == null) {
			refusePending();
			return;
		}
		for (Call<?> call = this.pending.poll(); call != null;) {
			List<Call<?>> batch = new ArrayList<>(Math.min(BATCH, this.underWay.get() + 1));
			while (call != null && batch.size() < BATCH) {
				if (call.isAsking()) {
					batch.add(this.connections.asking(this));
				}
				batch.add(call);
				call = this.pending.poll();
			}
			Call<?> wait = this.connections.durability().waitFor(batch, this);
			if (wait != null) {
				count();
				batch.add(wait);
			}
			current.connection().dispatch(batch);
		}
	}

	private void refusePending() {
		for (Call<?> call = this.pending.poll(); call != null; call = this.pending.poll()) {
			refuse(call);
			ended();
		}
	}

	/** One more that the link sends by itself. */
	void count() {
		this.underWay.incrementAndGet();
		this.connections.statistics().queued.increment();
	}

	private void ended() {
		this.underWay.decrementAndGet();
		this.connections.statistics().queued.decrement();
	}

	// ---- answers

	/** Redis answered. */
	void answered(Call<?> call) {
		String error = call.error();
		Durability.Group group = call.group();
		if (error != null) {
			this.connections.retries().refused(this, call, error);
		}
		else if (group != null) {
			group.hold(call);
		}
		else {
			call.succeed();
		}
		ended();
	}

	/** There will be no answer. */
	void failed(Call<?> call, Throwable cause, boolean sent) {
		fail(call, cause, sent);
		ended();
	}

	private void fail(Call<?> call, Throwable cause, boolean sent) {
		if (!sent) {
			call.fail(new StoreException(StoreException.Kind.NOT_APPLIED, "The Redis store could not send "
					+ call.what() + " to " + this.server + ": " + cause + ". Try again later", cause));
			return;
		}
		this.connections.statistics().unknown.increment();
		call.fail(new StoreException(StoreException.Kind.UNKNOWN,
				"The Redis store sent " + call.what() + " to " + this.server + " and got no answer: " + cause
						+ ". It may have been carried out; send the same again to find out",
				cause));
	}

	// ---- the connection

	void connect() {
		if (this.closed) {
			return;
		}
		try {
			this.connections.client()
				.connectAsync(ByteArrayCodec.INSTANCE, this.server.uri())
				.whenComplete((connection, ex) -> {
					if (ex != null) {
						notConnected(ex);
					}
					else {
						greet(connection);
					}
				});
		}
		catch (RuntimeException ex) {
			notConnected(ex);
		}
	}

	private void greet(StatefulRedisConnection<byte[], byte[]> connection) {
		connection.addListener(new RedisConnectionStateListener() {

			@Override
			public void onRedisDisconnected(RedisChannelHandler<?, ?> lost) {
				disconnected(connection);
			}

		});
		ChannelGuard.Greeting greeting = new ChannelGuard.Greeting();
		connection.dispatch(greeting);
		greeting.toCompletableFuture()
			.thenCompose((info) -> this.connections.checks().check(connection, this.server, info))
			.thenCombine(greeting.channel,
					(runId, channel) -> new Live(connection, channel.eventLoop(), runId.intern()))
			.whenComplete((checked, ex) -> {
				if (ex != null) {
					connection.closeAsync();
					notConnected(ex);
				}
				else {
					connected(checked);
				}
			});
	}

	private void connected(Live checked) {
		if (this.closed || !checked.connection().isOpen()) {
			checked.connection().closeAsync();
			notConnected(new IllegalStateException("it was lost at once"));
			return;
		}
		synchronized (this) {
			this.failures = 0;
		}
		this.live = checked;
		if (this.ready.isDone()) {
			this.connections.statistics().reconnects.increment();
			logger.info("The Redis store is connected to {} again (run {})", this.server, checked.runId());
		}
		this.connections.connected(this, checked);
		this.ready.complete(this);
		if (!checked.connection().isOpen()) {
			// Lost before it was known here
			disconnected(checked.connection());
		}
	}

	private void disconnected(StatefulRedisConnection<byte[], byte[]> connection) {
		Live lost = this.live;
		if (lost == null || !lost.connection().equals(connection)) {
			return;
		}
		this.live = null;
		this.trouble = "the connection was lost";
		refusePending();
		connection.closeAsync();
		if (!this.closed) {
			logger.warn("The Redis store has lost a connection to {}; it is made again", this.server);
			connect();
		}
	}

	/** Drops the connection: what is there is no master any more. */
	void reconnect() {
		Live current = this.live;
		if (current != null) {
			disconnected(current.connection());
		}
	}

	private void notConnected(Throwable cause) {
		StoreException ex = this.connections.checks().notConnected(this.server, cause);
		this.trouble = String.valueOf(ex.getMessage());
		if (this.ready.completeExceptionally(ex)) {
			// Whoever opens the store decides
			if (!this.connections.isOpen()) {
				return;
			}
		}
		if (this.closed) {
			return;
		}
		int failed;
		synchronized (this) {
			failed = this.failures++;
		}
		long delay = Math.min(LONGEST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS << Math.min(failed, 10));
		logger.debug("The Redis store cannot connect to {}", this.server, ex);
		this.connections.slots().refresh();
		this.connections.later(this::connect, TimeUnit.MILLISECONDS.toNanos(delay));
	}

	/** Ends the link, and gives its connection to whoever closes it. */
	@Nullable Live end() {
		this.closed = true;
		Live current = this.live;
		this.live = null;
		refusePending();
		this.ready.completeExceptionally(new StoreException(StoreException.Kind.CLOSED,
				"The Redis store was closed while it connected to " + this.server, null));
		return current;
	}

	void close() {
		Live current = end();
		if (current != null) {
			current.connection().closeAsync();
		}
	}

	/** Asks something, so that a silent peer is noticed. */
	void ping() {
		Live current = this.live;
		if (current != null) {
			current.connection().async().ping();
		}
	}

	/**
	 * A connection that was made and checked.
	 *
	 * @param connection the connection
	 * @param loop its thread
	 * @param runId which run of the server this is; interned
	 */
	record Live(StatefulRedisConnection<byte[], byte[]> connection, EventLoop loop, String runId) {

	}

}
