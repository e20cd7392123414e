package dev.cajun.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on a loopback port of its own that breaks what passes through it. It starts
 * whole; each fault lasts until {@link #heal()}, and faults add up. TCP neither loses nor
 * doubles bytes within a connection, so neither does this: a reply that is dropped takes
 * its connection with it.
 * <p>
 * Thread-safe. Every connection has two {@link Pipe}s, one in each direction.
 */
public final class TcpProxy implements AutoCloseable {

	private static final int BACKLOG = 256;

	private volatile InetSocketAddress server;

	private final int port;

	private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

	private final AtomicInteger accepted = new AtomicInteger();

	private final AtomicLong dropped = new AtomicLong();

	/** Decides which replies are dropped; guarded by itself. */
	private final SplittableRandom random;

	private @Nullable ServerSocket listening;

	private volatile boolean closed;

	private volatile long delayNanos;

	private volatile boolean requestsStalled;

	private volatile boolean repliesStalled;

	private volatile double dropShare;

	private final AtomicInteger toDrop = new AtomicInteger();

	private TcpProxy(InetSocketAddress server, long seed) throws IOException {
		this.server = server;
		this.random = new SplittableRandom(seed);
		ServerSocket socket = listen(0);
		this.port = socket.getLocalPort();
		this.listening = socket;
		accept(socket);
	}

	/**
	 * Starts a proxy.
	 * @param port the port of the server, on the loopback interface
	 * @return a proxy that lets everything through
	 */
	public static TcpProxy to(int port) {
		try {
			return new TcpProxy(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 42);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Where clients connect, on the loopback interface.
	 * @return the port, the same for the life of the proxy
	 */
	public int port() {
		return this.port;
	}

	/**
	 * Connections accepted so far.
	 * @return how many
	 */
	public int accepted() {
		return this.accepted.get();
	}

	/**
	 * Connections open now.
	 * @return how many
	 */
	public int open() {
		return this.connections.size();
	}

	/**
	 * Replies dropped so far.
	 * @return how many
	 */
	public long dropped() {
		return this.dropped.get();
	}

	// ---- faults

	/** Everything arrives later by this, in both directions; its rate is the same. */
	public void delay(Duration delay) {
		this.delayNanos = delay.toNanos();
	}

	/** Resets every open connection; new ones are welcome. */
	public void cut() {
		List.copyOf(this.connections).forEach(Connection::reset);
	}

	/**
	 * Passes on nothing more over the open connections, for good, and ends none of them:
	 * the other side lost its power, or a router forgot them. New ones work.
	 */
	public void abandon() {
		this.connections.forEach((connection) -> connection.abandoned = true);
	}

	/** Has new connections lead to another server; resets the open ones. */
	public void redirect(int port) {
		this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
		cut();
	}

	/** Resets every open connection and has new ones refused. */
	public synchronized void refuse() {
		ServerSocket socket = this.listening;
		this.listening = null;
		close(socket);
		cut();
	}

	/** Accepts connections and passes nothing on, as a machine without power does. */
	public void hang() {
		stallRequests();
		stallReplies();
	}

	/** Passes on nothing of what clients send. */
	public void stallRequests() {
		this.requestsStalled = true;
	}

	/** Passes on nothing of what the server sends. */
	public void stallReplies() {
		this.repliesStalled = true;
	}

	/**
	 * Swallows replies and resets their connections. A reply is what the server sent at
	 * once: one answer of a client that waits for each, more of one that does not.
	 * @param share the share of replies, from 0 to 1
	 */
	public void dropReplies(double share) {
		this.dropShare = share;
	}

	/**
	 * Swallows the next replies, whichever they are, and resets their connections.
	 * @param count how many
	 */
	public void dropNextReplies(int count) {
		this.toDrop.set(count);
	}

	/**
	 * Ends every fault but those of single connections: what was held back goes on, new
	 * connections are welcome.
	 */
	public synchronized void heal() {
		this.delayNanos = 0;
		this.dropShare = 0;
		this.toDrop.set(0);
		this.requestsStalled = false;
		this.repliesStalled = false;
		synchronized (this.connections) {
			this.connections.notifyAll();
		}
		if (this.listening == null && !this.closed) {
			try {
				ServerSocket socket = listen(this.port);
				this.listening = socket;
				accept(socket);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		ServerSocket socket = this.listening;
		this.listening = null;
		close(socket);
		cut();
	}

	// ---- what pipes ask

	long delayNanos() {
		return this.delayNanos;
	}

	/** Returns when the direction is not stalled, or the connection is gone. */
	void awaitFlow(Pipe pipe) throws InterruptedException {
		synchronized (this.connections) {
			while (pipe.isOpen()
					&& (pipe.isAbandoned() || (pipe.carriesReplies() ? this.repliesStalled : this.requestsStalled))) {
				this.connections.wait();
			}
		}
	}

	boolean dropsReply() {
		boolean drop = this.toDrop.getAndUpdate((count) -> Math.max(0, count - 1)) > 0;
		double share = this.dropShare;
		if (!drop && share > 0) {
			synchronized (this.random) {
				drop = this.random.nextDouble() < share;
			}
		}
		if (drop) {
			this.dropped.incrementAndGet();
		}
		return drop;
	}

	// ---- connections

	private static ServerSocket listen(int port) throws IOException {
		ServerSocket socket = new ServerSocket();
		socket.setReuseAddress(true);
		socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
		return socket;
	}

	private void accept(ServerSocket socket) {
		Thread.ofVirtual().name("proxy-" + this.port).start(() -> {
			while (true) {
				try {
					Socket client = socket.accept();
					this.accepted.incrementAndGet();
					Thread.ofVirtual().start(() -> connect(client));
				}
				catch (IOException ex) {
					// It was closed: clients are refused from now on
					return;
				}
			}
		});
	}

	private void connect(Socket client) {
		Socket server = new Socket();
		try {
			server.connect(this.server);
			client.setTcpNoDelay(true);
			server.setTcpNoDelay(true);
		}
		catch (IOException ex) {
			reset(client);
			reset(server);
			return;
		}
		Connection connection = new Connection(client, server);
		this.connections.add(connection);
		// Cut or closed while it connected
		if (this.closed) {
			connection.reset();
		}
		connection.pipes.forEach(Pipe::start);
	}

	/** Returns when clients are refused: the system may listen on for a moment. */
	private static void close(@Nullable ServerSocket socket) {
		if (socket != null) {
			try {
				socket.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			while (isReached(socket.getLocalPort())) {
				Thread.onSpinWait();
			}
		}
	}

	private static boolean isReached(int port) {
		try (Socket probe = new Socket()) {
			probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			// It may have met itself where nobody listens
			return probe.getLocalPort() != port;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/** With a reset: who reads gets an error, not the end of what was sent. */
	private static void reset(Socket socket) {
		try {
			socket.setSoLinger(true, 0);
			socket.close();
		}
		catch (IOException ex) {
			// It is gone already
		}
	}

	/** A client's connection and the one to the server that belongs to it. */
	final class Connection {

		private final Socket client;

		private final Socket server;

		private final List<Pipe> pipes = new ArrayList<>();

		volatile boolean abandoned;

		Connection(Socket client, Socket server) {
			this.client = client;
			this.server = server;
			this.pipes.add(new Pipe(TcpProxy.this, this, client, server, false));
			this.pipes.add(new Pipe(TcpProxy.this, this, server, client, true));
		}

		void reset() {
			TcpProxy.this.connections.remove(this);
			TcpProxy.reset(this.client);
			TcpProxy.reset(this.server);
			synchronized (TcpProxy.this.connections) {
				TcpProxy.this.connections.notifyAll();
			}
		}

		/** One side has ended what it sends; the other may still answer. */
		void ended() {
			if (this.pipes.stream().allMatch(Pipe::isDone)) {
				reset();
			}
		}

		boolean isOpen() {
			return TcpProxy.this.connections.contains(this);
		}

	}

}
