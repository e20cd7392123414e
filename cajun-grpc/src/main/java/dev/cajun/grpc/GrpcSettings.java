package dev.cajun.grpc;

import java.util.function.Supplier;

import dev.cajun.transport.LinkSettings;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link GrpcTransport} is reached, and by whom.
 *
 * @param host the address to listen on; {@code null} for the loopback address, or for
 * every address with TLS or {@code insecure}
 * @param port the port to listen on; 0 for any free one
 * @param advertisedHost where other nodes reach the host; {@code null} for {@code host},
 * or this machine's first address
 * @param advertisedPort where other nodes reach the port; 0 for the one listened on
 * @param tls the certificates of this node and those it trusts, asked for at the start
 * and at each {@link GrpcTransport#reload() reload}; {@code null} for plaintext
 * @param token what nodes of the cluster must know; {@code null} for nothing
 * @param previousToken accepted too, and tried when the token is refused, so that a token
 * is changed one node after the other; or {@code null}
 * @param insecure whether plaintext may be spoken beyond the loopback address
 * @param links how links behave
 * @param threads network threads; a link is served by one of them
 * @param maxConnections connections accepted at a time
 */
public record GrpcSettings(@Nullable String host, int port, @Nullable String advertisedHost, int advertisedPort,
		@Nullable Supplier<GrpcTls> tls, @Nullable String token, @Nullable String previousToken, boolean insecure,
		LinkSettings links, int threads, int maxConnections) {

	/** Plaintext on any free port of the loopback address. */
	public static final GrpcSettings DEFAULTS = new GrpcSettings(null, 0, null, 0, null, null, null, false,
			LinkSettings.DEFAULTS, defaultThreads(), 1000);

	/** A quarter of the processors, at least one and at most four. */
	private static int defaultThreads() {
		return Math.clamp(Runtime.getRuntime().availableProcessors() / 4, 1, 4);
	}

	/**
	 * On another address and port.
	 * @param host as {@link #host()}
	 * @param port as {@link #port()}
	 * @return a copy
	 */
	public GrpcSettings withPort(@Nullable String host, int port) {
		return new GrpcSettings(host, port, this.advertisedHost, this.advertisedPort, this.tls, this.token,
				this.previousToken, this.insecure, this.links, this.threads, this.maxConnections);
	}

	/**
	 * Reached by others at another address.
	 * @param host as {@link #advertisedHost()}
	 * @param port as {@link #advertisedPort()}
	 * @return a copy
	 */
	public GrpcSettings withAdvertised(@Nullable String host, int port) {
		return new GrpcSettings(this.host, this.port, host, port, this.tls, this.token, this.previousToken,
				this.insecure, this.links, this.threads, this.maxConnections);
	}

	/**
	 * With TLS on both sides.
	 * @param tls as {@link #tls()}
	 * @return a copy
	 */
	public GrpcSettings withTls(@Nullable Supplier<GrpcTls> tls) {
		return new GrpcSettings(this.host, this.port, this.advertisedHost, this.advertisedPort, tls, this.token,
				this.previousToken, this.insecure, this.links, this.threads, this.maxConnections);
	}

	/**
	 * With tokens.
	 * @param token as {@link #token()}
	 * @param previous as {@link #previousToken()}
	 * @return a copy
	 */
	public GrpcSettings withTokens(@Nullable String token, @Nullable String previous) {
		return new GrpcSettings(this.host, this.port, this.advertisedHost, this.advertisedPort, this.tls, token,
				previous, this.insecure, this.links, this.threads, this.maxConnections);
	}

	/**
	 * With or without plaintext beyond the loopback address.
	 * @param insecure as {@link #insecure()}
	 * @return a copy
	 */
	public GrpcSettings withInsecure(boolean insecure) {
		return new GrpcSettings(this.host, this.port, this.advertisedHost, this.advertisedPort, this.tls, this.token,
				this.previousToken, insecure, this.links, this.threads, this.maxConnections);
	}

	/**
	 * With links that behave differently.
	 * @param links as {@link #links()}
	 * @return a copy
	 */
	public GrpcSettings withLinks(LinkSettings links) {
		return new GrpcSettings(this.host, this.port, this.advertisedHost, this.advertisedPort, this.tls, this.token,
				this.previousToken, this.insecure, links, this.threads, this.maxConnections);
	}

	/**
	 * With another number of connections.
	 * @param maxConnections as {@link #maxConnections()}
	 * @return a copy
	 */
	public GrpcSettings withMaxConnections(int maxConnections) {
		return new GrpcSettings(this.host, this.port, this.advertisedHost, this.advertisedPort, this.tls, this.token,
				this.previousToken, this.insecure, this.links, this.threads, maxConnections);
	}

	@Override
	public String toString() {
		// Without the tokens
		return "GrpcSettings[host=" + this.host + ", port=" + this.port + ", advertised=" + this.advertisedHost + ":"
				+ this.advertisedPort + ", tls=" + (this.tls != null) + ", token=" + (this.token != null)
				+ ", insecure=" + this.insecure + ", links=" + this.links + "]";
	}

}
