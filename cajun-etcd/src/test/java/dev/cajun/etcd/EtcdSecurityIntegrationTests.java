package dev.cajun.etcd;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

import dev.cajun.RequiresEtcd;
import dev.cajun.metadata.Lease;
import dev.cajun.metadata.MetadataException;
import dev.cajun.metadata.MetadataException.Kind;
import dev.cajun.metadata.Transaction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A real etcd with users, and one with certificates. */
@RequiresEtcd
class EtcdSecurityIntegrationTests {

	private static final Duration SOON = Duration.ofSeconds(15);

	@Test
	void goesOnWhenTokensExpire() {
		try (EtcdServer etcd = EtcdServer.start("--auth-token-ttl", "1")) {
			etcd.ctl("user", "add", "root:secret");
			etcd.ctl("user", "grant-role", "root", "root");
			etcd.ctl("role", "add", "cajun");
			etcd.ctl("role", "grant-permission", "cajun", "--prefix=true", "readwrite", "/cajun/");
			etcd.ctl("user", "add", "node:password");
			etcd.ctl("user", "grant-role", "node", "cajun");
			etcd.ctl("auth", "enable");
			etcd.access("--user", "root:secret");
			EtcdSettings settings = EtcdSettings.of("auth", etcd.endpoints())
				.withWatches(Duration.ofMillis(1500), Duration.ofSeconds(10));
			try (EtcdMetadataStore store = new EtcdMetadataStore(settings.withUser("node", "password"))) {
				Lease lease = EtcdFaultsIntegrationTests.await(store.grant(Duration.ofSeconds(3)));
				Following following = new Following();
				store.watch("", following);
				following.expect(SOON, Map.of());
				for (int i = 0; i < 10; i++) {
					long start = System.nanoTime();
					EtcdFaultsIntegrationTests.await(store.keepAlive(lease.id()));
					EtcdFaultsIntegrationTests.await(store.commit(new Transaction(List.of(), List
						.of(new Transaction.Put("nodes/a", EtcdFaultsIntegrationTests.bytes("" + i), lease.id())))));
					following.expect(SOON, Map.of("nodes/a", "" + i));
					// Longer than a token lives, every second time
					long pause = Duration.ofMillis((i % 2 == 0) ? 300 : 1300).toNanos();
					Awaitility.await().until(() -> System.nanoTime() - start > pause);
				}
				assertThat(EtcdFaultsIntegrationTests.await(store.list("")).history()).isEqualTo(1);
			}
			assertDenied(settings, "user name is empty");
			assertDenied(settings.withUser("node", "wrong"), "invalid user ID or password");
			assertDenied(settings.withKeyPrefix("/others").withUser("node", "password"), "permission denied");
		}
	}

	private static void assertDenied(EtcdSettings settings, String text) {
		try (EtcdMetadataStore store = new EtcdMetadataStore(settings)) {
			var list = store.list("").toCompletableFuture();
			Awaitility.await().atMost(SOON).until(list::isDone);
			assertThat(list.exceptionNow()).isInstanceOf(MetadataException.class)
				.hasMessageContaining(text)
				.extracting((failure) -> ((MetadataException) failure).kind())
				.isEqualTo(Kind.DENIED);
			Following following = new Following();
			store.watch("", following);
			Awaitility.await().atMost(SOON).until(() -> following.error != null);
			assertThat(following.error).hasMessageContaining(text);
		}
	}

	@Test
	void talksTlsWithCertificatesOnBothSides(@TempDir Path directory) throws Exception {
		Certificates certificates = new Certificates(directory, "server", "client");
		try (EtcdServer etcd = EtcdServer.start("--cert-file", certificates.certificate("server"), "--key-file",
				certificates.key("server"), "--trusted-ca-file", certificates.certificate("client"),
				"--client-cert-auth")) {
			EtcdSettings settings = EtcdSettings.of("tls", etcd.endpoints());
			EtcdTls both = new EtcdTls(certificates.keys("client"), certificates.trust("server"), List.of(),
					List.of("TLSv1.2", "TLSv1.3"));
			try (EtcdMetadataStore store = new EtcdMetadataStore(settings.withTls(both))) {
				EtcdFaultsIntegrationTests.await(store.commit(new Transaction(List.of(),
						List.of(new Transaction.Put("a", EtcdFaultsIntegrationTests.bytes("1"), 0)))));
				Following following = new Following();
				store.watch("", following);
				following.expect(SOON, Map.of("a", "1"));
			}
			// Without a certificate of its own, and without trust in etcd's
			assertUnreachable(settings.withTls(new EtcdTls(null, certificates.trust("server"), List.of(), List.of())));
			assertUnreachable(settings.withTls(new EtcdTls(certificates.keys("client"), null, List.of(), List.of())));
		}
	}

	private static void assertUnreachable(EtcdSettings settings) {
		try (EtcdMetadataStore store = new EtcdMetadataStore(
				settings.withTimeouts(Duration.ofSeconds(2), Duration.ofSeconds(1)))) {
			assertThat(EtcdFaultsIntegrationTests.kindOf(store.list(""))).isEqualTo(Kind.NOT_APPLIED);
		}
	}

	/** Keys of both sides, whose certificates the other side trusts as they are. */
	private static final class Certificates {

		private static final char[] PASSWORD = "changeit".toCharArray();

		private final Path directory;

		Certificates(Path directory, String... names) throws Exception {
			this.directory = directory;
			List<Process> running = new ArrayList<>();
			for (String name : names) {
				running.add(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
						"-genkeypair", "-alias", name, "-keystore", store(name), "-dname", "CN=" + name, "-keyalg",
						"EC", "-validity", "2", "-ext", "san=ip:127.0.0.1", "-ext", "eku=serverAuth,clientAuth",
						"-storepass", "changeit", "-storetype", "PKCS12")
					.redirectErrorStream(true)
					.start());
			}
			for (Process process : running) {
				String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
				assertThat(process.waitFor()).as(output).isZero();
			}
			for (String name : names) {
				KeyStore keys = load(name);
				write(key(name), "PRIVATE KEY", keys.getKey(name, PASSWORD).getEncoded());
				write(certificate(name), "CERTIFICATE", keys.getCertificate(name).getEncoded());
			}
		}

		private static void write(String file, String type, byte[] content) throws Exception {
			Files.writeString(Path.of(file), "-----BEGIN " + type + "-----\n"
					+ Base64.getMimeEncoder().encodeToString(content) + "\n-----END " + type + "-----\n");
		}

		private String store(String name) {
			return this.directory.resolve(name + ".p12").toString();
		}

		String certificate(String name) {
			return this.directory.resolve(name + ".pem").toString();
		}

		String key(String name) {
			return this.directory.resolve(name + ".key").toString();
		}

		private KeyStore load(String name) throws Exception {
			KeyStore keys = KeyStore.getInstance("PKCS12");
			try (InputStream in = Files.newInputStream(Path.of(store(name)))) {
				keys.load(in, PASSWORD);
			}
			return keys;
		}

		KeyManagerFactory keys(String name) throws Exception {
			KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			factory.init(load(name), PASSWORD);
			return factory;
		}

		TrustManagerFactory trust(String name) throws Exception {
			KeyStore trusted = KeyStore.getInstance("PKCS12");
			trusted.load(null, null);
			trusted.setCertificateEntry(name, load(name).getCertificate(name));
			TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			factory.init(trusted);
			return factory;
		}

	}

}
