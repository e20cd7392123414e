package dev.cajun.spring.autoconfigure.grpc;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

import dev.cajun.grpc.GrpcSettings;
import dev.cajun.grpc.GrpcTls;
import dev.cajun.grpc.GrpcTransport;
import dev.cajun.transport.LinkSettings;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;

/** Makes the transport from properties, and reloads it when its SSL bundle changes. */
final class GrpcTransportFactory {

	private static final String MAX_MESSAGE_SIZE = "cajun.transport.max-message-size";

	/** What goes along with a message from node to node. */
	private static final int ENVELOPE_BYTES = 64 * 1024;

	private static final int QUEUED_MESSAGES_OF_MAX_SIZE = 4;

	private final TransportProperties properties;

	private final Environment environment;

	private final ObjectProvider<SslBundles> sslBundles;

	GrpcTransportFactory(TransportProperties properties, Environment environment,
			ObjectProvider<SslBundles> sslBundles) {
		this.properties = properties;
		this.environment = environment;
		this.sslBundles = sslBundles;
	}

	GrpcTransport create() {
		String bundle = this.properties.ssl().bundle();
		GrpcSettings settings = GrpcSettings.DEFAULTS.withPort(this.properties.host(), this.properties.port())
			.withAdvertised(this.properties.advertisedHost(), this.properties.advertisedPort())
			.withTokens(this.properties.token(), this.properties.previousToken())
			.withInsecure(this.properties.insecure())
			.withLinks(links());
		if (bundle == null) {
			return new GrpcTransport(settings);
		}
		SslBundles bundles = this.sslBundles.getObject();
		Supplier<GrpcTls> tls = () -> tls(bundle, bundles.getBundle(bundle));
		// A bundle that is missing or of no use is found now, not when the node starts
		tls(bundle, bundles.getBundle(bundle));
		GrpcTransport transport = new GrpcTransport(settings.withTls(tls));
		bundles.addBundleUpdateHandler(bundle, (changed) -> transport.reload());
		return transport;
	}

	private LinkSettings links() {
		DataSize size = Binder.get(this.environment)
			.bind(MAX_MESSAGE_SIZE, DataSize.class)
			.orElse(DataSize.ofMegabytes(1));
		int max = (int) Math.min(size.toBytes() + ENVELOPE_BYTES, 1 << 30);
		LinkSettings defaults = LinkSettings.DEFAULTS;
		return defaults.withBounds(max, defaults.queueMessages(),
				Math.max(defaults.queueBytes(), (long) max * QUEUED_MESSAGES_OF_MAX_SIZE));
	}

	private static GrpcTls tls(String name, SslBundle bundle) {
		return new GrpcTls(
				one(name, "certificate and key of this node ('keystore')", X509ExtendedKeyManager.class,
						bundle.getManagers().getKeyManagers()),
				one(name, "certificates that it trusts ('truststore')", X509ExtendedTrustManager.class,
						bundle.getManagers().getTrustManagers()),
				list(bundle.getOptions().getEnabledProtocols()), list(bundle.getOptions().getCiphers()));
	}

	private static <T> T one(String name, String what, Class<T> type, Object[] managers) {
		return Arrays.stream(managers)
			.filter(type::isInstance)
			.map(type::cast)
			.findFirst()
			.orElseThrow(() -> new FailureAnalyzedException(
					"The SSL bundle '" + name + "' of 'cajun.transport.ssl.bundle' has no " + what + ".",
					"Give the bundle both a keystore and a truststore: nodes show each other certificates."));
	}

	private static @Nullable List<String> list(String @Nullable [] values) {
		return (values != null) ? List.of(values) : null;
	}

}
