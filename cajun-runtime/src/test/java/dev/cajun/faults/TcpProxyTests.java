package dev.cajun.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Each fault, as the two sides see it.
 */
@Timeout(30)
class TcpProxyTests {

	private final AtomicInteger requests = new AtomicInteger();

	private final List<Client> clients = new ArrayList<>();

	private ServerSocket server;

	private TcpProxy proxy;

	@BeforeEach
	void start() throws IOException {
		this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		Thread.ofVirtual().start(() -> {
			while (!this.server.isClosed()) {
				try {
					Socket socket = this.server.accept();
					Thread.ofVirtual().start(() -> answer(socket));
				}
				catch (IOException ex) {
					// Closed
				}
			}
		});
		this.proxy = TcpProxy.to(this.server.getLocalPort());
	}

	@AfterEach
	void stop() throws IOException {
		for (Client client : this.clients) {
			client.socket.close();
		}
		this.proxy.close();
		this.server.close();
	}

	/** Answers each line with itself, and the end with a farewell. */
	private void answer(Socket socket) {
		try (socket; BufferedReader in = reader(socket); OutputStream out = socket.getOutputStream()) {
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				this.requests.incrementAndGet();
				out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
			}
			out.write("bye\n".getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			// The proxy did that
		}
	}

	private static BufferedReader reader(Socket socket) throws IOException {
		return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
	}

	private Client connect() throws IOException {
		Client client = new Client(new Socket(InetAddress.getLoopbackAddress(), this.proxy.port()));
		this.clients.add(client);
		return client;
	}

	@Test
	void letsEverythingThrough() throws IOException {
		Client client = connect();
		String large = "x".repeat(3_000_000);
		CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> client.send(large));
		assertThat(client.receive()).isEqualTo(large);
		assertThat(sent).succeedsWithin(Duration.ofSeconds(5));
		assertThat(connect().ask("b")).isEqualTo("b");
		assertThat(this.proxy.accepted()).isEqualTo(2);
		assertThat(this.proxy.dropped()).isZero();
	}

	@Test
	void letsAnswersThroughAfterClientHasSentAll() throws IOException {
		Client client = connect();
		client.send("a");
		client.socket.shutdownOutput();
		assertThat(client.receive()).isEqualTo("a");
		assertThat(client.receive()).isEqualTo("bye");
		assertThat(client.receive()).isNull();
		await().atMost(Duration.ofSeconds(5)).until(() -> this.proxy.open() == 0);
	}

	@Test
	void delaysWithoutThrottling() throws IOException {
		this.proxy.delay(Duration.ofMillis(100));
		Client client = connect();
		long start = System.nanoTime();
		assertThat(client.ask("a")).isEqualTo("a");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
		start = System.nanoTime();
		for (int i = 0; i < 50; i++) {
			client.send("b" + i);
		}
		for (int i = 0; i < 50; i++) {
			assertThat(client.receive()).isEqualTo("b" + i);
		}
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(200),
				Duration.ofMillis(3000));
	}

	@Test
	void cutResetsWhatIsOpen() throws IOException {
		Client client = connect();
		client.ask("a");
		this.proxy.cut();
		assertReset(client);
		assertThat(connect().ask("b")).isEqualTo("b");
	}

	@Test
	void refusesUntilHealedOnSamePort() throws IOException {
		Client client = connect();
		client.ask("a");
		int port = this.proxy.port();
		this.proxy.refuse();
		assertReset(client);
		assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
		this.proxy.refuse();
		this.proxy.heal();
		assertThat(this.proxy.port()).isEqualTo(port);
		assertThat(connect().ask("b")).isEqualTo("b");
	}

	@Test
	void hangsAndGoesOn() throws IOException {
		Client before = connect();
		before.ask("a");
		this.proxy.hang();
		Client after = connect();
		before.send("b");
		after.send("c");
		assertSilent(before);
		assertSilent(after);
		assertThat(this.requests).hasValue(1);
		this.proxy.heal();
		assertThat(before.receive()).isEqualTo("b");
		assertThat(after.receive()).isEqualTo("c");
	}

	@Test
	void cutsWhatHangs() throws IOException {
		Client client = connect();
		client.ask("a");
		this.proxy.hang();
		client.send("b");
		this.proxy.cut();
		assertReset(client);
		this.proxy.heal();
		assertThat(connect().ask("c")).isEqualTo("c");
	}

	@Test
	void abandonsWhatIsOpenAlone() throws IOException {
		Client before = connect();
		before.ask("a");
		this.proxy.abandon();
		before.send("b");
		assertSilent(before);
		assertThat(connect().ask("c")).isEqualTo("c");
		this.proxy.heal();
		assertSilent(before);
		this.proxy.cut();
		assertReset(before);
	}

	@Test
	void leadsToOtherServer() throws IOException {
		Client before = connect();
		before.ask("a");
		try (ServerSocket other = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			this.proxy.redirect(other.getLocalPort());
			assertReset(before);
			Client after = connect();
			after.send("b");
			try (Socket socket = other.accept()) {
				assertThat(reader(socket).readLine()).isEqualTo("b");
			}
		}
		assertThat(this.requests).hasValue(1);
	}

	@Test
	void stallsRepliesAlone() throws IOException {
		this.proxy.stallReplies();
		Client client = connect();
		client.send("a");
		await().atMost(Duration.ofSeconds(5)).until(() -> this.requests.get() == 1);
		assertSilent(client);
		this.proxy.heal();
		assertThat(client.receive()).isEqualTo("a");
	}

	@Test
	void stallsRequestsAlone() throws IOException {
		this.proxy.stallRequests();
		Client client = connect();
		client.send("a");
		assertSilent(client);
		assertThat(this.requests).hasValue(0);
		this.proxy.heal();
		assertThat(client.receive()).isEqualTo("a");
	}

	@Test
	void dropsReplyOfWhatWasDone() throws IOException {
		this.proxy.dropNextReplies(2);
		for (int i = 1; i <= 2; i++) {
			Client client = connect();
			client.send("a");
			assertReset(client);
			assertThat(this.requests).hasValue(i);
			assertThat(this.proxy.dropped()).isEqualTo(i);
		}
		assertThat(connect().ask("b")).isEqualTo("b");
	}

	@Test
	void dropsShareOfReplies() throws IOException {
		this.proxy.dropReplies(0.1);
		int lost = 0;
		Client client = connect();
		for (int i = 0; i < 1000; i++) {
			try {
				assertThat(client.ask("a" + i)).isEqualTo("a" + i);
			}
			catch (SocketException ex) {
				lost++;
				client = connect();
			}
		}
		assertThat(lost).isBetween(50, 200);
		assertThat(this.proxy.dropped()).isEqualTo(lost);
		assertThat(this.requests).hasValue(1000);
		this.proxy.heal();
		assertThat(connect().ask("b")).isEqualTo("b");
	}

	@Test
	void resetsWhoeverConnectsWhileServerIsGone() throws IOException {
		this.server.close();
		assertReset(connect());
	}

	@Test
	void closeResetsAndRefuses() throws IOException {
		Client client = connect();
		client.ask("a");
		this.proxy.close();
		assertReset(client);
		assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
		this.proxy.heal();
		assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
	}

	private static void assertReset(Client client) {
		assertThatExceptionOfType(SocketException.class).isThrownBy(client::receive);
	}

	private static void assertSilent(Client client) throws IOException {
		client.socket.setSoTimeout(100);
		assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(client::receive);
		client.socket.setSoTimeout(10_000);
	}

	private static final class Client {

		private final Socket socket;

		private final BufferedReader in;

		Client(Socket socket) throws IOException {
			socket.setSoTimeout(10_000);
			this.socket = socket;
			this.in = reader(socket);
		}

		void send(String line) {
			try {
				this.socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		String receive() throws IOException {
			return this.in.readLine();
		}

		String ask(String line) throws IOException {
			send(line);
			return receive();
		}

	}

}
