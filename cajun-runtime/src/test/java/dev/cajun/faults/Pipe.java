package dev.cajun.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One direction of a proxied connection. One thread reads and another writes, so that a
 * delay delays and does not throttle; what is between them is bounded, so that a stalled
 * direction pushes back in the end.
 */
final class Pipe {

	private static final int MAX_CHUNKS = 256;

	private final TcpProxy proxy;

	private final TcpProxy.Connection connection;

	private final Socket from;

	private final Socket to;

	private final boolean replies;

	private final BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(MAX_CHUNKS);

	private final Thread reader = Thread.ofVirtual().unstarted(this::read);

	private final Thread writer = Thread.ofVirtual().unstarted(this::write);

	private volatile boolean done;

	Pipe(TcpProxy proxy, TcpProxy.Connection connection, Socket from, Socket to, boolean replies) {
		this.proxy = proxy;
		this.connection = connection;
		this.from = from;
		this.to = to;
		this.replies = replies;
	}

	void start() {
		this.writer.start();
		this.reader.start();
	}

	boolean carriesReplies() {
		return this.replies;
	}

	boolean isOpen() {
		return this.connection.isOpen();
	}

	boolean isAbandoned() {
		return this.connection.abandoned;
	}

	boolean isDone() {
		return this.done;
	}

	private void read() {
		byte[] buffer = new byte[64 * 1024];
		try {
			InputStream in = this.from.getInputStream();
			for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
				this.chunks.put(new Chunk(Arrays.copyOf(buffer, count), System.nanoTime() + this.proxy.delayNanos()));
			}
			this.chunks.put(Chunk.END);
		}
		catch (IOException | InterruptedException ex) {
			this.connection.reset();
			this.writer.interrupt();
		}
	}

	private void write() {
		try {
			OutputStream out = this.to.getOutputStream();
			for (Chunk chunk = this.chunks.take(); chunk != Chunk.END; chunk = this.chunks.take()) {
				TimeUnit.NANOSECONDS.sleep(chunk.dueNanos - System.nanoTime());
				this.proxy.awaitFlow(this);
				if (this.replies && this.proxy.dropsReply()) {
					throw new IOException("Dropped");
				}
				out.write(chunk.bytes);
			}
			this.proxy.awaitFlow(this);
			this.to.shutdownOutput();
			this.done = true;
			this.connection.ended();
		}
		catch (IOException | InterruptedException ex) {
			this.connection.reset();
			this.reader.interrupt();
		}
	}

	/** What was read at once. */
	private static final class Chunk {

		static final Chunk END = new Chunk(new byte[0], 0);

		private final byte[] bytes;

		private final long dueNanos;

		Chunk(byte[] bytes, long dueNanos) {
			this.bytes = bytes;
			this.dueNanos = dueNanos;
		}

	}

}
