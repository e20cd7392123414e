package dev.cajun.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Where etcd is, and how patient its client is. Immutable; start from
 * {@link #of(String, List)}.
 *
 * @param cluster the name of the cluster, part of every key; not blank, without slash
 * @param endpoints the members' client addresses, such as {@code http://etcd1:2379}; at
 * least one, all {@code http} or all {@code https}
 * @param keyPrefix what every key begins with, before the cluster's name; default
 * {@code /cajun}
 * @param username the user to authenticate as, or {@code null} for none; with one, a
 * password
 * @param password the user's password, or {@code null}
 * @param tls how connections are secured; {@code null} means as the JDK does, where the
 * endpoints are {@code https}
 * @param connectTimeout how long a connection may take to open; default 5 s
 * @param requestTimeout how long any operation may take; default 3 s
 * @param pingInterval how often a connection is checked for being alive, which gRPC
 * rounds up to 10 s; default 10 s
 * @param pingTimeout how long the answer to such a check may take before the connection
 * is given up, and another endpoint used; default 3 s
 * @param rereadInterval how long a watch may be wrong, whatever happens: after so long it
 * reads everything again; default 30 s
 * @param silenceTimeout how long a watch may be silent, though asked to say something,
 * before it is taken for dead; default 10 s
 */
public record EtcdSettings(String cluster, List<URI> endpoints, String keyPrefix, @Nullable String username,
		@Nullable String password, @Nullable EtcdTls tls, Duration connectTimeout, Duration requestTimeout,
		Duration pingInterval, Duration pingTimeout, Duration rereadInterval, Duration silenceTimeout) {

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	public EtcdSettings {
		endpoints = List.copyOf(endpoints);
		require(!cluster.isBlank() && cluster.indexOf('/') < 0,
				"the cluster's name must not be blank or hold '/', was '" + cluster + "'");
		require(!endpoints.isEmpty(), "at least one endpoint of etcd is needed, such as http://localhost:2379");
		endpoints.forEach(EtcdSettings::requireEndpoint);
		require(endpoints.stream().map(EtcdSettings::scheme).distinct().count() == 1,
				"the endpoints of etcd must be all http or all https, were " + endpoints);
		require((username == null) == (password == null), "username and password of etcd go together");
		require(username == null || !username.isEmpty(), "the username of etcd must not be empty");
		require(password == null || !password.isEmpty(), "the password of etcd must not be empty");
		require(tls == null || scheme(endpoints.getFirst()).equals("https"),
				"TLS for etcd needs https endpoints, were " + endpoints);
		requirePositive("connect-timeout", connectTimeout);
		requirePositive("request-timeout", requestTimeout);
		requirePositive("ping-interval", pingInterval);
		requirePositive("ping-timeout", pingTimeout);
		requirePositive("reread-interval", rereadInterval);
		requirePositive("silence-timeout", silenceTimeout);
	}

	/**
	 * Settings with every default.
	 * @param cluster the name of the cluster
	 * @param endpoints the members' client addresses
	 * @return new settings
	 */
	public static EtcdSettings of(String cluster, List<URI> endpoints) {
		return new EtcdSettings(cluster, endpoints, "/cajun", null, null, null, Duration.ofSeconds(5),
				Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofSeconds(3), Duration.ofSeconds(30),
				Duration.ofSeconds(10));
	}

	/**
	 * These settings with another prefix.
	 * @param keyPrefix see the component
	 * @return new settings
	 */
	public EtcdSettings withKeyPrefix(String keyPrefix) {
		return new EtcdSettings(this.cluster, this.endpoints, keyPrefix, this.username, this.password, this.tls,
				this.connectTimeout, this.requestTimeout, this.pingInterval, this.pingTimeout, this.rereadInterval,
				this.silenceTimeout);
	}

	/**
	 * These settings with another user.
	 * @param username see the component
	 * @param password see the component
	 * @return new settings
	 */
	public EtcdSettings withUser(@Nullable String username, @Nullable String password) {
		return new EtcdSettings(this.cluster, this.endpoints, this.keyPrefix, username, password, this.tls,
				this.connectTimeout, this.requestTimeout, this.pingInterval, this.pingTimeout, this.rereadInterval,
				this.silenceTimeout);
	}

	/**
	 * These settings with other security.
	 * @param tls see the component
	 * @return new settings
	 */
	public EtcdSettings withTls(@Nullable EtcdTls tls) {
		return new EtcdSettings(this.cluster, this.endpoints, this.keyPrefix, this.username, this.password, tls,
				this.connectTimeout, this.requestTimeout, this.pingInterval, this.pingTimeout, this.rereadInterval,
				this.silenceTimeout);
	}

	/**
	 * These settings with other timeouts.
	 * @param connectTimeout see the component
	 * @param requestTimeout see the component
	 * @return new settings
	 */
	public EtcdSettings withTimeouts(Duration connectTimeout, Duration requestTimeout) {
		return new EtcdSettings(this.cluster, this.endpoints, this.keyPrefix, this.username, this.password, this.tls,
				connectTimeout, requestTimeout, this.pingInterval, this.pingTimeout, this.rereadInterval,
				this.silenceTimeout);
	}

	/**
	 * These settings with other checks of connections.
	 * @param pingInterval see the component
	 * @param pingTimeout see the component
	 * @return new settings
	 */
	public EtcdSettings withPings(Duration pingInterval, Duration pingTimeout) {
		return new EtcdSettings(this.cluster, this.endpoints, this.keyPrefix, this.username, this.password, this.tls,
				this.connectTimeout, this.requestTimeout, pingInterval, pingTimeout, this.rereadInterval,
				this.silenceTimeout);
	}

	/**
	 * These settings with other patience for watches.
	 * @param rereadInterval see the component
	 * @param silenceTimeout see the component
	 * @return new settings
	 */
	public EtcdSettings withWatches(Duration rereadInterval, Duration silenceTimeout) {
		return new EtcdSettings(this.cluster, this.endpoints, this.keyPrefix, this.username, this.password, this.tls,
				this.connectTimeout, this.requestTimeout, this.pingInterval, this.pingTimeout, rereadInterval,
				silenceTimeout);
	}

	boolean isSecure() {
		return scheme(this.endpoints.getFirst()).equals("https");
	}

	String description() {
		return "etcd (" + this.endpoints.stream().map(URI::toString).collect(Collectors.joining(", ")) + ")";
	}

	/** Without the password. */
	@Override
	public String toString() {
		return "EtcdSettings[cluster=" + this.cluster + ", endpoints=" + this.endpoints + ", keyPrefix="
				+ this.keyPrefix + ", username=" + this.username + ", tls=" + (this.tls != null) + "]";
	}

	private static void requireEndpoint(URI endpoint) {
		String scheme = scheme(endpoint);
		require((scheme.equals("http") || scheme.equals("https")) && endpoint.getHost() != null,
				"an endpoint of etcd looks like http://host:2379, was '" + endpoint + "'");
	}

	private static String scheme(URI endpoint) {
		return (endpoint.getScheme() == null) ? "" : endpoint.getScheme().toLowerCase(Locale.ROOT);
	}

	private static void requirePositive(String name, Duration duration) {
		require(duration.isPositive(), name + " of etcd must be positive, was " + duration);
	}

	private static void require(boolean holds, String message) {
		if (!holds) {
			throw new IllegalArgumentException(message);
		}
	}

}
