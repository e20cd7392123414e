package dev.cajun.grpc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A key with a certificate that it has signed itself, made by the JDK's keytool. */
final class Identity {

	private static final char[] PASSWORD = "changeit".toCharArray();

	private final KeyStore store;

	private Identity(KeyStore store) {
		this.store = store;
	}

	static Identity create(Path directory, String name, String alternativeName)
			throws IOException, InterruptedException, GeneralSecurityException {
		Path file = directory.resolve(name + ".p12");
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=" + name, "-ext",
				"san=" + alternativeName, "-validity", "2", "-storetype", "PKCS12", "-keystore", file.toString(),
				"-storepass", new String(PASSWORD))
			.redirectErrorStream(true)
			.redirectOutput(directory.resolve(name + ".log").toFile())
			.start();
		if (keytool.waitFor() != 0) {
			throw new IOException(Files.readString(directory.resolve(name + ".log")));
		}
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(file)) {
			store.load(in, PASSWORD);
		}
		return new Identity(store);
	}

	/** This identity, which trusts others. */
	GrpcTls trusting(Identity... trusted) {
		return tls(this.store, trusted);
	}

	/** Nobody, who trusts others. */
	static GrpcTls none(Identity... trusted) throws IOException, GeneralSecurityException {
		KeyStore empty = KeyStore.getInstance("PKCS12");
		empty.load(null, null);
		return tls(empty, trusted);
	}

	private static GrpcTls tls(KeyStore own, Identity... trusted) {
		try {
			KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
			keys.init(own, PASSWORD);
			KeyStore others = KeyStore.getInstance("PKCS12");
			others.load(null, null);
			for (Identity one : trusted) {
				String alias = one.store.aliases().nextElement();
				others.setCertificateEntry(alias, one.store.getCertificate(alias));
			}
			TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
			trust.init(others);
			return new GrpcTls((X509ExtendedKeyManager) keys.getKeyManagers()[0],
					(X509ExtendedTrustManager) trust.getTrustManagers()[0], List.of("TLSv1.3"), null);
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
