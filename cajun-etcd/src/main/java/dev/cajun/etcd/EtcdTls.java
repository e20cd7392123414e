package dev.cajun.etcd;

import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

import org.jspecify.annotations.Nullable;

/**
 * How connections to etcd are secured.
 *
 * @param keys the client's own certificate, or {@code null} when etcd asks for none
 * @param trust what etcd's certificate is checked against, or {@code null} for what the
 * JDK trusts
 * @param ciphers the allowed cipher suites; empty for the default ones
 * @param protocols the allowed protocols, such as {@code TLSv1.3}; empty for the default
 * ones
 */
public record EtcdTls(@Nullable KeyManagerFactory keys, @Nullable TrustManagerFactory trust, List<String> ciphers,
		List<String> protocols) {

	public EtcdTls {
		ciphers = List.copyOf(ciphers);
		protocols = List.copyOf(protocols);
	}

}
