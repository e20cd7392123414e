package dev.cajun.spring.autoconfigure.redis;

import dev.cajun.redis.RedisStoreSettings;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Cluster;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Node;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Sentinel;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Standalone;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.util.StringUtils;

/**
 * Where Redis is, from Spring Boot's connection details.
 *
 * @param details the details
 * @param tls whether to use TLS even if there is no bundle, because an address says so
 */
record RedisAddresses(DataRedisConnectionDetails details, boolean tls) {

	/** Settings with addresses, credentials and certificates, and every other default. */
	RedisStoreSettings settings(String cluster) {
		return addresses(cluster).withSsl(ssl());
	}

	private RedisStoreSettings addresses(String cluster) {
		Sentinel sentinel = this.details.getSentinel();
		if (sentinel != null) {
			return RedisStoreSettings.sentinel(uri(sentinel), cluster);
		}
		Cluster nodes = this.details.getCluster();
		if (nodes != null) {
			return RedisStoreSettings.cluster(nodes.getNodes()
				.stream()
				.map((node) -> withCredentials(uri(node.host(), node.port())).build())
				.toList(), cluster);
		}
		if (this.details.getMasterReplica() != null) {
			throw new FailureAnalyzedException(
					"'cajun.persistence.store' is 'redis', and the addresses of Redis are a static list of a master "
							+ "and its replicas, of which the store cannot tell the new master after a failover.",
					"Use Sentinel ('spring.data.redis.sentinel.*'), a Redis Cluster ('spring.data.redis.cluster.nodes') "
							+ "or one address ('spring.data.redis.host') instead of 'spring.data.redis.masterreplica'.");
		}
		Standalone standalone = this.details.getStandalone();
		if (standalone == null) {
			throw new FailureAnalyzedException(
					"'cajun.persistence.store' is 'redis', and the bean of type DataRedisConnectionDetails says no "
							+ "address: " + this.details + ".",
					"Let it give a standalone, Sentinel or Cluster configuration, or remove it and set "
							+ "'spring.data.redis.host'.");
		}
		return RedisStoreSettings.standalone(
				withCredentials(uri(standalone.getHost(), standalone.getPort())).withDatabase(standalone.getDatabase())
					.build(),
				cluster);
	}

	private RedisURI uri(Sentinel sentinel) {
		RedisURI.Builder builder = withTls(RedisURI.builder()).withSentinelMasterId(sentinel.getMaster())
			.withDatabase(sentinel.getDatabase());
		for (Node node : sentinel.getNodes()) {
			builder.withSentinel(
					withCredentials(uri(node.host(), node.port()), sentinel.getUsername(), sentinel.getPassword())
						.build());
		}
		return withCredentials(builder).build();
	}

	private RedisURI.Builder uri(String host, int port) {
		return withTls(RedisURI.builder()).withHost(host).withPort(port);
	}

	private RedisURI.Builder withTls(RedisURI.Builder builder) {
		return builder.withSsl(this.tls || this.details.getSslBundle() != null);
	}

	private RedisURI.Builder withCredentials(RedisURI.Builder builder) {
		return withCredentials(builder, this.details.getUsername(), this.details.getPassword());
	}

	private static RedisURI.Builder withCredentials(RedisURI.Builder builder, @Nullable String username,
			@Nullable String password) {
		if (!StringUtils.hasLength(password)) {
			return builder;
		}
		return StringUtils.hasLength(username) ? builder.withAuthentication(username, password)
				: builder.withPassword(password.toCharArray());
	}

	private @Nullable SslOptions ssl() {
		SslBundle bundle = this.details.getSslBundle();
		if (bundle == null) {
			return null;
		}
		SslOptions.Builder builder = SslOptions.builder()
			.keyManager(bundle.getManagers().getKeyManagerFactory())
			.trustManager(bundle.getManagers().getTrustManagerFactory());
		String[] ciphers = bundle.getOptions().getCiphers();
		if (ciphers != null) {
			builder.cipherSuites(ciphers);
		}
		String[] protocols = bundle.getOptions().getEnabledProtocols();
		if (protocols != null) {
			builder.protocols(protocols);
		}
		return builder.build();
	}

}
