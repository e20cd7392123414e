package dev.cajun.etcd;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;

import javax.net.ssl.SSLException;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import org.jspecify.annotations.Nullable;

/**
 * jetcd's client, and another one when it has lost its connections. A channel of gRPC
 * tries to connect less and less often, after a long outage every two minutes, and jetcd
 * has no way to tell it that waiting is not worth it: an etcd that is back would find
 * leases ended that are waiting to be kept alive. A new channel connects at once.
 * <p>
 * {@link #client()} is for any thread, everything else for the store's.
 */
final class Connection {

	/** As often as a channel tries at first. */
	private static final Duration PATIENCE = Duration.ofSeconds(1);

	/** A listing may be larger than etcd's limit of 1.5 MiB for a request. */
	private static final int MAX_ANSWER_BYTES = 64 << 20;

	private final EtcdSettings settings;

	private final ExecutorService outside;

	private final @Nullable SslContext ssl;

	private volatile Client client;

	/** When something was answered last, or else this client made. */
	private long goodNanos = System.nanoTime();

	private boolean closed;

	Connection(EtcdSettings settings, ExecutorService outside) {
		this.settings = settings;
		this.outside = outside;
		this.ssl = settings.isSecure() ? sslContext(settings.tls()) : null;
		this.client = newClient();
	}

	Client client() {
		return this.client;
	}

	/** etcd has said something. */
	void answered() {
		this.goodNanos = System.nanoTime();
	}

	/** There was no connection, or it was lost. */
	void disconnected() {
		long now = System.nanoTime();
		if (!this.closed && now - this.goodNanos >= PATIENCE.toNanos()) {
			this.goodNanos = now;
			Client before = this.client;
			this.client = newClient();
			this.outside.execute(before::close);
		}
	}

	void close() {
		this.closed = true;
		this.client.close();
	}

	private Client newClient() {
		ClientBuilder builder = Client.builder()
			.endpoints(this.settings.endpoints().toArray(URI[]::new))
			.executorService(this.outside)
			.maxInboundMessageSize(MAX_ANSWER_BYTES)
			.connectTimeout(this.settings.connectTimeout())
			.keepaliveTime(this.settings.pingInterval())
			.keepaliveTimeout(this.settings.pingTimeout())
			.keepaliveWithoutCalls(true)
			// Both would hide from us what happens, and for how long
			.waitForReady(false)
			.retryMaxAttempts(0)
			.interceptor(new Deadlines(this.settings.requestTimeout()));
		if (this.settings.username() != null && this.settings.password() != null) {
			builder.user(ByteSequence.from(this.settings.username(), StandardCharsets.UTF_8))
				.password(ByteSequence.from(this.settings.password(), StandardCharsets.UTF_8));
		}
		if (this.ssl != null) {
			builder.sslContext(this.ssl);
		}
		return builder.build();
	}

	private static SslContext sslContext(@Nullable EtcdTls tls) {
		SslContextBuilder builder = SslContextBuilder.forClient();
		if (tls != null) {
			builder.keyManager(tls.keys()).trustManager(tls.trust());
			if (!tls.ciphers().isEmpty()) {
				builder.ciphers(tls.ciphers());
			}
			if (!tls.protocols().isEmpty()) {
				builder.protocols(tls.protocols());
			}
		}
		try {
			return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
		}
		catch (SSLException ex) {
			throw new IllegalArgumentException(
					"The TLS settings for etcd do not work: check certificates, ciphers and protocols", ex);
		}
	}

}
