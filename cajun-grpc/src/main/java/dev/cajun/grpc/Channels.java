package dev.cajun.grpc;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLException;

import dev.cajun.transport.Address;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * Channels to other nodes. Each connection gets one of its own, which is dropped with it:
 * a channel that reconnects by itself waits up to two minutes after a long outage, and
 * does not say why it failed.
 */
final class Channels {

	private static final int KEEP_ALIVE_SECONDS = 20;

	private static final int KEEP_ALIVE_TIMEOUT_SECONDS = 5;

	/** Acknowledgements and answers are small. */
	private static final int MAX_ANSWER = 1024;

	private final @Nullable Certificates certificates;

	private final Executor resolver;

	private final int connectMillis;

	private final Set<ManagedChannel> open = ConcurrentHashMap.newKeySet();

	Channels(@Nullable Certificates certificates, Executor resolver, int connectMillis) {
		this.certificates = certificates;
		this.resolver = resolver;
		this.connectMillis = connectMillis;
	}

	ManagedChannel open(Address address, EventLoop loop) throws SSLException {
		NettyChannelBuilder builder = builder(address).eventLoopGroup(loop)
			.channelType(NioSocketChannel.class)
			.directExecutor()
			.offloadExecutor(this.resolver)
			.withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, this.connectMillis)
			.keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
			.keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
			.maxInboundMessageSize(MAX_ANSWER)
			.disableRetry()
			.disableServiceConfigLookUp()
			.maxTraceEvents(0)
			// Links do not pass through the proxy that the JVM uses for other things
			.proxyDetector((target) -> null);
		if (this.certificates != null) {
			builder.sslContext(this.certificates.client());
		}
		else {
			builder.usePlaintext();
		}
		ManagedChannel channel = builder.build();
		this.open.removeIf(ManagedChannel::isTerminated);
		this.open.add(channel);
		return channel;
	}

	/** What is an address already needs nobody to look it up. */
	private static NettyChannelBuilder builder(Address address) {
		InetAddress literal = NetUtil.createInetAddressFromIpAddressString(address.host());
		return (literal != null) ? NettyChannelBuilder.forAddress(new InetSocketAddress(literal, address.port()))
				: NettyChannelBuilder.forAddress(address.host(), address.port());
	}

	/** Closes every channel, and waits for them. */
	void close(Duration timeout) throws InterruptedException {
		this.open.forEach(ManagedChannel::shutdownNow);
		for (ManagedChannel channel : this.open) {
			channel.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	/**
	 * Whether nobody listens at the other end, or did and is gone. Silence, an unknown
	 * name and a failed handshake say nothing of the kind.
	 */
	static boolean isRefused(Status status) {
		for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
			if (cause instanceof ConnectTimeoutException || cause instanceof UnknownHostException
					|| cause instanceof NoRouteToHostException || cause instanceof SSLException) {
				return false;
			}
			if (cause instanceof ConnectException || cause instanceof SocketException
					|| cause instanceof ClosedChannelException) {
				return true;
			}
		}
		String description = status.getDescription();
		return status.getCode() == Status.Code.UNAVAILABLE && description != null
				&& (description.startsWith("Network closed") || description.startsWith("Connection closed"));
	}

	static String describe(Status status) {
		StringBuilder text = new StringBuilder(status.getCode().name());
		if (status.getDescription() != null) {
			// The next lines are a list of Netty's handlers
			text.append(": ").append(status.getDescription().lines().findFirst().orElse(""));
		}
		if (status.getCause() != null) {
			text.append(" (").append(describe(status.getCause())).append(')');
		}
		return text.toString();
	}

	/** What is behind a failure, without anything that was received. */
	static String describe(Throwable failure) {
		Throwable root = failure;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		// Its message holds the bytes, in which a token may be
		return (root instanceof NotSslRecordException) ? "the other side speaks plaintext"
				: String.valueOf(root.getMessage());
	}

}
