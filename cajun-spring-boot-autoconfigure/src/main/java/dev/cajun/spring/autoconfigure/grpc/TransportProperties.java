package dev.cajun.spring.autoconfigure.grpc;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The port on which nodes talk to each other.
 *
 * @param host Address to listen on; by default the loopback address, or every address
 * with an SSL bundle or 'insecure'.
 * @param port Port to listen on; 0 for any free one.
 * @param advertisedHost Host under which other nodes reach this one; by default the
 * address listened on, or this machine's first one.
 * @param advertisedPort Port under which other nodes reach this one; 0 for the port
 * listened on.
 * @param ssl Certificates of the nodes.
 * @param token What every node of the cluster must know.
 * @param previousToken Former token, accepted as well while the token is being changed.
 * @param insecure Whether nodes may talk in plaintext beyond the loopback address.
 */
@ConfigurationProperties("cajun.transport")
record TransportProperties(@Nullable String host, @DefaultValue("0") int port, @Nullable String advertisedHost,
		@DefaultValue("0") int advertisedPort, @DefaultValue Ssl ssl, @Nullable String token,
		@Nullable String previousToken, @DefaultValue("false") boolean insecure) {

	TransportProperties {
		require(port >= 0 && port <= 65_535, "cajun.transport.port must be 0 to 65535, was " + port);
		require(advertisedPort >= 0 && advertisedPort <= 65_535,
				"cajun.transport.advertised-port must be 0 to 65535, was " + advertisedPort);
		require(host == null || !host.isBlank(), "cajun.transport.host must not be blank");
		require(advertisedHost == null || !advertisedHost.isBlank(),
				"cajun.transport.advertised-host must not be blank");
		require(token == null || !token.isBlank(), "cajun.transport.token must not be blank");
		require(previousToken == null || token != null,
				"cajun.transport.previous-token needs cajun.transport.token, the one that follows it");
	}

	private static void require(boolean holds, String message) {
		if (!holds) {
			throw new IllegalArgumentException(message);
		}
	}

	@Override
	public String toString() {
		// Without the tokens
		return "TransportProperties[host=" + this.host + ", port=" + this.port + "]";
	}

	/**
	 * Certificates.
	 *
	 * @param bundle Name of the SSL bundle with the certificate of this node and those it
	 * trusts; both sides of a connection show theirs.
	 */
	record Ssl(@Nullable String bundle) {

	}

}
