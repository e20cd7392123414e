package dev.cajun.grpc;

import java.util.List;

import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

import org.jspecify.annotations.Nullable;

/**
 * What a node shows, and whom it trusts. Both sides of a connection show a certificate,
 * and that of the node connected to must name the host under which it was reached.
 *
 * @param keys holds the certificate and key of this node
 * @param trust decides which certificates are accepted
 * @param protocols the versions of TLS, or {@code null} for what the JVM has
 * @param ciphers the cipher suites, or {@code null} for HTTP/2's
 */
public record GrpcTls(X509ExtendedKeyManager keys, X509ExtendedTrustManager trust, @Nullable List<String> protocols,
		@Nullable List<String> ciphers) {

}
