package dev.cajun.grpc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A port in front of another, which breaks what TCP can break: it refuses, resets, and
 * accepts without passing anything on.
 */
final class FaultyProxy implements AutoCloseable {

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition thawed = this.lock.newCondition();

	private final AtomicInteger accepted = new AtomicInteger();

	private final int port;

	private volatile int target;

	private volatile boolean frozen;

	private volatile ServerSocket server;

	FaultyProxy() {
		try {
			this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
			this.port = this.server.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		listen(this.server);
	}

	int port() {
		return this.port;
	}

	/** How many connections it has accepted. */
	int accepted() {
		return this.accepted.get();
	}

	/** Passes on to a port from now on, without faults. */
	void forwardTo(int port) {
		this.target = port;
		thaw();
		admit();
	}

	void reset() {
		this.sockets.forEach(FaultyProxy::reset);
		this.sockets.clear();
	}

	void refuse() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		reset();
	}

	void admit() {
		if (!this.server.isClosed()) {
			return;
		}
		try {
			ServerSocket next = new ServerSocket();
			next.setReuseAddress(true);
			next.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port), 100);
			this.server = next;
			listen(next);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void freeze() {
		this.frozen = true;
	}

	void thaw() {
		this.lock.lock();
		try {
			this.frozen = false;
			this.thawed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		thaw();
		refuse();
	}

	private void listen(ServerSocket port) {
		Thread.ofVirtual().start(() -> {
			while (!port.isClosed()) {
				try {
					Socket client = port.accept();
					this.accepted.incrementAndGet();
					this.sockets.add(client);
					Thread.ofVirtual().start(() -> connect(client));
				}
				catch (IOException ex) {
					return;
				}
			}
		});
	}

	private void connect(Socket client) {
		try {
			awaitThaw();
			Socket behind = new Socket(InetAddress.getLoopbackAddress(), this.target);
			client.setTcpNoDelay(true);
			behind.setTcpNoDelay(true);
			this.sockets.add(behind);
			Thread.ofVirtual().start(() -> pass(client, behind));
			pass(behind, client);
		}
		catch (IOException ex) {
			reset(client);
		}
	}

	private void pass(Socket from, Socket to) {
		byte[] buffer = new byte[32 * 1024];
		try (InputStream in = from.getInputStream(); OutputStream out = to.getOutputStream()) {
			for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
				awaitThaw();
				out.write(buffer, 0, count);
			}
		}
		catch (IOException ex) {
			reset(from);
			reset(to);
		}
		finally {
			this.sockets.remove(from);
		}
	}

	private void awaitThaw() {
		this.lock.lock();
		try {
			while (this.frozen) {
				this.thawed.awaitUninterruptibly();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private static void reset(Socket socket) {
		try {
			socket.setSoLinger(true, 0);
			socket.close();
		}
		catch (IOException ex) {
			// It is closed
		}
	}

}
