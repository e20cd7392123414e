package dev.cajun.spring.autoconfigure.etcd;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * etcd.
 *
 * @param endpoints Client addresses of the members of etcd, such as http://etcd1:2379 or
 * etcd1:2379. Their presence makes etcd the metadata store.
 * @param username User to authenticate as.
 * @param password Password of the user.
 * @param keyPrefix What every key in etcd begins with, before the name of the cluster.
 * @param ssl How connections are secured.
 * @param connectTimeout How long a connection may take to open.
 * @param requestTimeout How long an operation may take.
 */
@ConfigurationProperties("cajun.etcd")
record EtcdProperties(@DefaultValue List<String> endpoints, @Nullable String username, @Nullable String password,
		@DefaultValue("/cajun") String keyPrefix, @DefaultValue Ssl ssl, @DefaultValue("5s") Duration connectTimeout,
		@DefaultValue("3s") Duration requestTimeout) {

	EtcdProperties {
		require(connectTimeout.isPositive(), "cajun.etcd.connect-timeout must be positive, was " + connectTimeout);
		require(requestTimeout.isPositive(), "cajun.etcd.request-timeout must be positive, was " + requestTimeout);
	}

	private static void require(boolean holds, String message) {
		if (!holds) {
			throw new IllegalArgumentException(message);
		}
	}

	/**
	 * How connections are secured.
	 *
	 * @param bundle Name of the SSL bundle with etcd's authority and, if etcd asks for
	 * one, the client's certificate.
	 */
	record Ssl(@Nullable String bundle) {

	}

}
