package dev.cajun.etcd;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to etcd that can be cut: open connections are reset and new ones refused. */
final class TcpProxy implements AutoCloseable {

	private final URI target;

	private final int port;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private volatile ServerSocket server;

	TcpProxy(URI target) {
		this.target = target;
		this.port = EtcdServer.freePort();
		mend();
	}

	URI endpoint() {
		return URI.create("http://127.0.0.1:" + this.port);
	}

	void cut() {
		close();
	}

	void mend() {
		try {
			this.server = new ServerSocket(this.port, 50, InetAddress.getLoopbackAddress());
			Thread.ofVirtual().start(this::accept);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept() {
		try {
			ServerSocket accepting = this.server;
			while (!accepting.isClosed()) {
				Socket in = accepting.accept();
				Socket out = new Socket(this.target.getHost(), this.target.getPort());
				in.setTcpNoDelay(true);
				out.setTcpNoDelay(true);
				this.sockets.add(in);
				this.sockets.add(out);
				Thread.ofVirtual().start(() -> pump(in, out));
				Thread.ofVirtual().start(() -> pump(out, in));
			}
		}
		catch (IOException ex) {
			// Cut
		}
	}

	private void pump(Socket from, Socket to) {
		try (from; to; InputStream in = from.getInputStream(); OutputStream out = to.getOutputStream()) {
			in.transferTo(out);
		}
		catch (IOException ex) {
			// Cut, or closed by either end
		}
	}

	@Override
	public void close() {
		try {
			this.server.close();
			for (Socket socket : this.sockets) {
				socket.close();
			}
			this.sockets.clear();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
