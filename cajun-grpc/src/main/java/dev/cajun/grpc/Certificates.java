package dev.cajun.grpc;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import org.jspecify.annotations.Nullable;

/**
 * The certificates in use. The server's context lives as long as its port, so it asks for
 * the current ones at each handshake; clients get a context for each connection, and with
 * it no session of an earlier certificate.
 */
final class Certificates {

	/** How long, in seconds, a peer may resume a session without showing anything. */
	private static final long SESSION_SECONDS = 60;

	private final Supplier<GrpcTls> source;

	private volatile GrpcTls current;

	Certificates(Supplier<GrpcTls> source) {
		this.source = source;
		this.current = source.get();
	}

	void reload() {
		this.current = this.source.get();
	}

	SslContext server() throws SSLException {
		return build(SslContextBuilder.forServer(new CurrentKeys())
			.trustManager(new CurrentTrust())
			.clientAuth(ClientAuth.REQUIRE)
			.sessionTimeout(SESSION_SECONDS));
	}

	SslContext client() throws SSLException {
		GrpcTls tls = this.current;
		return build(SslContextBuilder.forClient().keyManager(tls.keys()).trustManager(tls.trust()));
	}

	private SslContext build(SslContextBuilder builder) throws SSLException {
		GrpcTls tls = this.current;
		SslContextBuilder configured = GrpcSslContexts.configure(builder, SslProvider.JDK);
		if (tls.protocols() != null) {
			configured.protocols(tls.protocols());
		}
		if (tls.ciphers() != null) {
			configured.ciphers(tls.ciphers(), SupportedCipherSuiteFilter.INSTANCE);
		}
		return configured.build();
	}

	/** The key manager of now. */
	private final class CurrentKeys extends X509ExtendedKeyManager {

		private X509ExtendedKeyManager keys() {
			return Certificates.this.current.keys();
		}

		@Override
		public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
			return keys().getClientAliases(keyType, issuers);
		}

		@Override
		public @Nullable String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers,
				@Nullable Socket socket) {
			return keys().chooseClientAlias(keyType, issuers, socket);
		}

		@Override
		public @Nullable String chooseEngineClientAlias(String[] keyType, Principal @Nullable [] issuers,
				@Nullable SSLEngine engine) {
			return keys().chooseEngineClientAlias(keyType, issuers, engine);
		}

		@Override
		public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
			return keys().getServerAliases(keyType, issuers);
		}

		@Override
		public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers,
				@Nullable Socket socket) {
			return keys().chooseServerAlias(keyType, issuers, socket);
		}

		@Override
		public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers,
				@Nullable SSLEngine engine) {
			return keys().chooseEngineServerAlias(keyType, issuers, engine);
		}

		@Override
		public X509Certificate @Nullable [] getCertificateChain(String alias) {
			return keys().getCertificateChain(alias);
		}

		@Override
		public @Nullable PrivateKey getPrivateKey(String alias) {
			return keys().getPrivateKey(alias);
		}

	}

	/** The trust manager of now. */
	private final class CurrentTrust extends X509ExtendedTrustManager {

		private X509ExtendedTrustManager trust() {
			return Certificates.this.current.trust();
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
			trust().checkClientTrusted(chain, authType);
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
				throws CertificateException {
			trust().checkClientTrusted(chain, authType, socket);
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
				throws CertificateException {
			trust().checkClientTrusted(chain, authType, engine);
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
			trust().checkServerTrusted(chain, authType);
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
				throws CertificateException {
			trust().checkServerTrusted(chain, authType, socket);
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
				throws CertificateException {
			trust().checkServerTrusted(chain, authType, engine);
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			return trust().getAcceptedIssuers();
		}

	}

}
