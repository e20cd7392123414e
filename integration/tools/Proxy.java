import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A way over TCP to a server on this machine that fails as told, until it is mended.
 * Silence holds back what is sent, as a network does that loses every packet: connections
 * stay, and what was held goes on afterwards.
 */
final class Proxy {

	private final InetSocketAddress address;

	private final int server;

	private final Set<Socket> open = ConcurrentHashMap.newKeySet();

	private ServerSocket listening;

	private boolean silentThere;

	private boolean silentBack;

	private boolean refusing;

	/**
	 * Starts a proxy.
	 * @param host an address of the loopback interface
	 * @param port where it listens
	 * @param server the server's port on 127.0.0.1
	 */
	Proxy(String host, int port, int server) {
		this.address = new InetSocketAddress(host, port);
		this.server = server;
		listen();
	}

	/** Nothing passes, in either direction. */
	void silence() {
		silence(true, true);
	}

	/** Nothing passes in one direction: of what clients say, or of what they hear. */
	synchronized void silence(boolean there, boolean back) {
		this.silentThere = there;
		this.silentBack = back;
		notifyAll();
	}

	/** Open connections are reset, and new ones refused. */
	synchronized void refuse() {
		this.refusing = true;
		try {
			this.listening.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.open.forEach(Proxy::reset);
		notifyAll();
	}

	synchronized void mend() {
		silence(false, false);
		if (this.refusing) {
			this.refusing = false;
			listen();
		}
	}

	private void listen() {
		try {
			ServerSocket socket = new ServerSocket();
			socket.setReuseAddress(true);
			socket.bind(this.address, 256);
			this.listening = socket;
			Thread.ofVirtual().start(() -> accept(socket));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot listen on " + this.address, ex);
		}
	}

	private void accept(ServerSocket socket) {
		try {
			while (true) {
				Socket client = socket.accept();
				Thread.ofVirtual().start(() -> connect(client));
			}
		}
		catch (IOException ex) {
			// It was closed: clients are refused from now on
		}
	}

	private void connect(Socket client) {
		Socket far = new Socket();
		try {
			client.setTcpNoDelay(true);
			far.setTcpNoDelay(true);
			far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.server));
			this.open.addAll(List.of(client, far));
			Thread.ofVirtual().start(() -> pass(client, far, true));
			pass(far, client, false);
		}
		catch (IOException ex) {
			reset(client);
			reset(far);
		}
	}

	private void pass(Socket from, Socket to, boolean there) {
		byte[] buffer = new byte[64 * 1024];
		try {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			for (int count = in.read(buffer); count >= 0 && awaitPassage(there); count = in.read(buffer)) {
				out.write(buffer, 0, count);
			}
			if (awaitPassage(there)) {
				to.shutdownOutput();
				if (!from.isOutputShutdown()) {
					// The other direction goes on
					return;
				}
			}
		}
		catch (IOException | InterruptedException ex) {
			// Whatever ended one side ends the other
		}
		reset(from);
		reset(to);
		this.open.removeAll(List.of(from, to));
	}

	/** Returns when the direction is free; false when the connection is to end. */
	private synchronized boolean awaitPassage(boolean there) throws InterruptedException {
		while (!this.refusing && (there ? this.silentThere : this.silentBack)) {
			wait();
		}
		return !this.refusing;
	}

	private static void reset(Socket socket) {
		try {
			socket.setSoLinger(true, 0);
			socket.close();
		}
		catch (IOException ex) {
			// It is gone already
		}
	}

}
