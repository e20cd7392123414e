package dev.cajun.grpc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLException;

import dev.cajun.transport.Address;
import dev.cajun.transport.Link;
import dev.cajun.transport.Links;
import dev.cajun.transport.Transport;
import dev.cajun.transport.TransportException;
import dev.cajun.transport.TransportStatistics;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Links over gRPC, on a port of their own. A few network threads do everything: they
 * decode, call the {@link dev.cajun.transport.Transport.Receiver Receiver}, run the
 * links, encode and write. So a message crosses threads only where it must: from its
 * sender to the network, and from the network to its handler.
 */
public final class GrpcTransport implements Transport {

	private static final Logger logger = LoggerFactory.getLogger(GrpcTransport.class);

	/** How long each of the steps of a close may take: two seconds in all. */
	private static final Duration CLOSE_STEP = Duration.ofMillis(500);

	/** Largest frame accepted, whatever this node itself may send. */
	private static final int MIN_INBOUND = 16 << 20;

	/** Room of a frame for what goes along with a message. */
	private static final int FRAME_ROOM = 256 << 10;

	private final GrpcSettings settings;

	private final Random random = new Random();

	/** Not virtual: names of peers are resolved while handlers hold every carrier. */
	private final ExecutorService background = Executors
		.newCachedThreadPool(Thread.ofPlatform().name("cajun-grpc-", 0).daemon().factory());

	private volatile @Nullable Started started;

	private volatile boolean plaintext;

	/**
	 * Creates a transport; it opens nothing before it is started.
	 * @param settings where it listens, and to whom
	 * @throws PlaintextRefusedException if others may listen
	 */
	public GrpcTransport(GrpcSettings settings) {
		this.settings = settings;
		InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host());
		if (literal != null) {
			refusePlaintext(literal);
		}
	}

	private boolean mayBeOpen() {
		return this.settings.tls() != null || this.settings.insecure();
	}

	private String host() {
		return Objects.requireNonNullElse(this.settings.host(), mayBeOpen() ? "0.0.0.0" : "127.0.0.1");
	}

	private void refusePlaintext(InetAddress address) {
		if (!mayBeOpen() && !address.isLoopbackAddress()) {
			throw new PlaintextRefusedException(host());
		}
	}

	@Override
	public CompletionStage<Address> start(Self self, Receiver receiver) {
		if (this.started != null) {
			throw new IllegalStateException("The transport is started");
		}
		return CompletableFuture.supplyAsync(() -> {
			InetSocketAddress bind = bindAddress();
			EventLoopGroup group = new MultiThreadIoEventLoopGroup(this.settings.threads(),
					new DefaultThreadFactory("cajun-grpc", true), NioIoHandler.newFactory());
			try {
				Started now = new Started(self, receiver, bind, group);
				this.started = now;
				return now.address;
			}
			catch (IOException | RuntimeException ex) {
				group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(CLOSE_STEP.toMillis());
				throw (ex instanceof TransportException known) ? known
						: new TransportException("Cannot listen on " + bind.getHostString() + ":" + bind.getPort()
								+ " (" + rootMessage(ex)
								+ "): set cajun.transport.port to a free port, or to 0 for any", ex);
			}
		}, this.background);
	}

	private static @Nullable String rootMessage(Throwable failure) {
		Throwable root = failure;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		return root.getMessage();
	}

	private InetSocketAddress bindAddress() {
		String host = host();
		InetAddress address;
		try {
			address = InetAddress.getByName(host);
		}
		catch (UnknownHostException ex) {
			throw new TransportException("cajun.transport.host is '" + host + "', which is no address of this machine",
					ex);
		}
		refusePlaintext(address);
		this.plaintext = this.settings.tls() == null && !address.isLoopbackAddress();
		if (this.plaintext) {
			logger.warn("Nodes talk to each other in plaintext on {}, because cajun.transport.insecure is true", host);
		}
		return new InetSocketAddress(address, this.settings.port());
	}

	private Address advertised(InetSocketAddress bound) {
		String host = this.settings.advertisedHost();
		if (host == null) {
			host = bound.getAddress().isAnyLocalAddress() ? firstAddress() : bound.getAddress().getHostAddress();
		}
		return new Address(host,
				(this.settings.advertisedPort() != 0) ? this.settings.advertisedPort() : bound.getPort());
	}

	/** The first address of this machine that others may reach. */
	private static String firstAddress() {
		try {
			return NetworkInterface.networkInterfaces()
				.filter(GrpcTransport::isUp)
				.flatMap(NetworkInterface::inetAddresses)
				.filter((address) -> !address.isLoopbackAddress() && !address.isLinkLocalAddress()
						&& address.getAddress().length == 4)
				.map(InetAddress::getHostAddress)
				.findFirst()
				.orElse("127.0.0.1");
		}
		catch (IOException ex) {
			return "127.0.0.1";
		}
	}

	private static boolean isUp(NetworkInterface candidate) {
		try {
			return candidate.isUp() && !candidate.isVirtual();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private Started started() {
		Started now = this.started;
		if (now == null) {
			throw new IllegalStateException("The transport is not started");
		}
		return now;
	}

	@Override
	public Link link(Peer peer) {
		return started().links.link(peer);
	}

	@Override
	public CompletionStage<Probe> probe(Address address, Duration timeout) {
		Started now = started();
		return now.prober.probe(address, timeout).thenApply((probe) -> {
			if (probe instanceof Probe.Reached reached) {
				now.links.seen(reached.bootId());
			}
			return probe;
		});
	}

	@Override
	public TransportStatistics statistics() {
		Started now = this.started;
		return (now != null) ? now.links.statistics() : TransportStatistics.NONE;
	}

	/**
	 * Asks for the certificates again and makes every connection anew with them; messages
	 * under way are not lost.
	 */
	public void reload() {
		Started now = this.started;
		if (now != null && now.certificates != null) {
			now.certificates.reload();
			now.links.renew("the certificates have changed");
			logger.info("Certificates of {} reloaded", description());
		}
	}

	@Override
	public boolean isPlaintext() {
		return this.plaintext;
	}

	@Override
	public String description() {
		Started now = this.started;
		return (now != null) ? "grpc (" + now.address + ")" : "grpc";
	}

	@Override
	public void close() {
		Started now = this.started;
		if (now != null) {
			now.close();
		}
		this.background.shutdown();
	}

	/** What there is between start and close. */
	private final class Started {

		private final EventLoopGroup group;

		private final List<LoopScheduler> threads = new ArrayList<>();

		private final @Nullable Certificates certificates;

		private final Channels channels;

		private final Server server;

		private final Address address;

		private final Links links;

		private final Prober prober;

		private volatile @Nullable LinkService service;

		Started(Self self, Receiver receiver, InetSocketAddress bind, EventLoopGroup group) throws IOException {
			GrpcSettings settings = GrpcTransport.this.settings;
			this.group = group;
			for (int i = 0; i < settings.threads(); i++) {
				this.threads.add(new LoopScheduler(group.next()));
			}
			this.certificates = (settings.tls() != null) ? new Certificates(settings.tls()) : null;
			Tokens tokens = new Tokens(settings.token(), settings.previousToken());
			this.channels = new Channels(this.certificates, GrpcTransport.this.background,
					Math.toIntExact(settings.links().connectTimeout().toMillis()));
			LateService service = new LateService();
			this.server = listen(bind, service);
			this.address = advertised((InetSocketAddress) this.server.getListenSockets().getFirst());
			this.links = new Links(self, this.address, receiver, settings.links(),
					new GrpcWire(this.channels, tokens, this::thread), this::thread, GrpcTransport.this.random);
			this.prober = new Prober(self.cluster(), this.channels, tokens, this.threads.getFirst());
			LinkService open = new LinkService(self, receiver, this.links, tokens, this.threads.getFirst());
			this.service = open;
			service.open(open);
		}

		private void handshakeFailed(Channel connection, Throwable cause) {
			LinkService open = this.service;
			if (open != null) {
				open.handshakeFailed(connection.remoteAddress(), cause);
			}
		}

		private LoopScheduler thread(Peer peer) {
			return this.threads.get(Math.floorMod(peer.bootId().hashCode(), this.threads.size()));
		}

		private Server listen(InetSocketAddress bind, LateService service) throws IOException {
			GrpcSettings settings = GrpcTransport.this.settings;
			NettyServerBuilder builder = NettyServerBuilder.forAddress(bind)
				.bossEventLoopGroup(this.group)
				.workerEventLoopGroup(this.group)
				.channelFactory(() -> new BoundedServerChannel(settings.maxConnections(), this::handshakeFailed))
				.directExecutor()
				.addService(service.definition())
				.maxInboundMessageSize(Math.max(MIN_INBOUND, settings.links().maxMessageSize() + FRAME_ROOM))
				.maxConcurrentCallsPerConnection(128)
				.maxRstFramesPerWindow(400, 10)
				.permitKeepAliveTime(10, TimeUnit.SECONDS)
				.permitKeepAliveWithoutCalls(true)
				.keepAliveTime(20, TimeUnit.SECONDS)
				.keepAliveTimeout(5, TimeUnit.SECONDS)
				.handshakeTimeout(5, TimeUnit.SECONDS)
				.maxConnectionIdle(2, TimeUnit.MINUTES);
			if (this.certificates != null) {
				try {
					builder.sslContext(this.certificates.server());
				}
				catch (SSLException ex) {
					throw new TransportException("The SSL bundle of cajun.transport.ssl cannot be used: " + ex, ex);
				}
			}
			return builder.build().start();
		}

		void close() {
			this.links.close();
			try {
				// The links end on their threads, and want their connections to say so
				for (LoopScheduler thread : this.threads) {
					thread.loop().submit(() -> {
					}).await(CLOSE_STEP.toMillis());
				}
				this.channels.close(CLOSE_STEP);
				this.server.shutdownNow().awaitTermination(CLOSE_STEP.toMillis(), TimeUnit.MILLISECONDS);
				this.group.shutdownGracefully(0, CLOSE_STEP.toMillis(), TimeUnit.MILLISECONDS)
					.await(CLOSE_STEP.toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			catch (RejectedExecutionException ex) {
				// Closed before
			}
		}

	}

}
