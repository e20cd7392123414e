package dev.cajun.spring.autoconfigure.security;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.HandlerException;
import dev.cajun.RequiresEtcd;
import dev.cajun.RequiresRedis;
import dev.cajun.grpc.GrpcSettings;
import dev.cajun.grpc.GrpcTls;
import dev.cajun.grpc.GrpcTransport;
import dev.cajun.node.CajunNode;
import dev.cajun.node.NodeState;
import dev.cajun.spring.ApplicationNode;
import dev.cajun.spring.autoconfigure.redis.RedisProcess;
import dev.cajun.spring.autoconfigure.security.LetterApplication.Burn;
import dev.cajun.spring.autoconfigure.security.LetterApplication.Count;
import dev.cajun.spring.autoconfigure.security.LetterApplication.LetterMessage;
import dev.cajun.spring.autoconfigure.security.LetterApplication.Write;
import dev.cajun.transport.Address;
import dev.cajun.transport.Transport;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Applications that form a cluster in which everything is secured as
 * {@code docs/security} says, and those that are kept out of it.
 */
@ExtendWith(OutputCaptureExtension.class)
@RequiresEtcd
@RequiresRedis
class SecuredClusterIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(40);

	/** What messages and states carry. */
	private static final String PAYLOAD = "dear-alice-nobody-else-reads-this";

	@TempDir
	private static Path directory;

	private static SecuredServers servers;

	private final List<ConfigurableApplicationContext> applications = new ArrayList<>();

	private final List<AutoCloseable> opened = new ArrayList<>();

	@BeforeAll
	static void startServers() throws Exception {
		servers = new SecuredServers(directory);
	}

	@AfterAll
	static void stopServers() {
		servers.close();
	}

	@AfterEach
	void closeAll() throws Exception {
		for (ConfigurableApplicationContext application : this.applications.reversed()) {
			application.close();
		}
		for (AutoCloseable one : this.opened) {
			one.close();
		}
		// Each test has a cluster of its own, under the same name
		servers.etcd.run("etcdctl", "del", "--prefix", "/cajun/");
		servers.redis("flushall");
		servers.redis("acl", "log", "reset");
	}

	private ConfigurableApplicationContext start(List<String> properties) {
		ConfigurableApplicationContext application = LetterApplication.start(properties);
		this.applications.add(application);
		return application;
	}

	private ConfigurableApplicationContext start(String node, String... more) throws Exception {
		return start(properties(node, servers.certificates(node + "-" + UUID.randomUUID()), more));
	}

	private static List<String> properties(String node, Path certificates, String... more) {
		List<String> properties = servers.properties(node, certificates);
		properties.addAll(List.of(more));
		return properties;
	}

	private static CajunNode node(ConfigurableApplicationContext application) {
		return application.getBean(ApplicationNode.class).node();
	}

	private static Actors<LetterMessage> letters(ConfigurableApplicationContext application) {
		return node(application).system().actors("letter", LetterMessage.class);
	}

	private void awaitCluster(int nodes) {
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> this.applications.stream()
				.map(SecuredClusterIntegrationTests::node)
				.allMatch((node) -> node.state() == NodeState.UP && node.management().node().owned() > 0
						&& this.applications.size() == nodes));
	}

	/** A meter of every node. */
	private List<Double> gauges(String name) {
		return this.applications.stream()
			.map((application) -> application.getBean(MeterRegistry.class).get(name).gauge().value())
			.toList();
	}

	private static double refused(ConfigurableApplicationContext application, String reason) {
		return application.getBean(MeterRegistry.class)
			.get("cajun.links.refused")
			.tag("reason", reason)
			.functionCounter()
			.count();
	}

	@Test
	void certificatesAndTokensAreReplacedUnderLoadAndNoSecretIsLogged(CapturedOutput output) throws Exception {
		List<Path> certificates = new ArrayList<>();
		for (String name : List.of("n1", "n2", "n3")) {
			Path own = servers.certificates(name);
			certificates.add(own);
			start(properties(name, own, "logging.level.dev.cajun=debug",
					"cajun.transport.previous-token=" + SecuredServers.OLD_TOKEN));
		}
		awaitCluster(3);
		assertThat(gauges("cajun.cluster.nodes")).containsExactly(3.0, 3.0, 3.0);
		assertThat(gauges("cajun.cluster.leader")).containsExactlyInAnyOrder(1.0, 0.0, 0.0);
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> gauges("cajun.shards.owned").stream().mapToDouble(Double::doubleValue).sum() == 32);
		AtomicInteger[] written = new AtomicInteger[30];
		Arrays.setAll(written, (letter) -> new AtomicInteger());
		try (Writers writers = new Writers(written)) {
			Authority next = Authority.create(directory, "next-ca", "nodes");
			writers.awaitMore();
			reload(output, certificates, (own) -> Authority.trust(own.resolve("nodes-ca.crt"), servers.nodes, next));
			writers.awaitMore();
			reload(output, certificates, (own) -> next.issue(own, "node"));
			writers.awaitMore();
			reload(output, certificates, (own) -> Authority.trust(own.resolve("nodes-ca.crt"), next));
			writers.awaitMore();
			Path former = servers.certificates("former");
			assertThat(probe(former, SecuredServers.TOKEN, "bank")).isInstanceOf(Transport.Probe.Silent.class);
			Authority.trust(former.resolve("nodes-ca.crt"), next);
			next.issue(former, "node");
			assertThat(probe(former, SecuredServers.TOKEN, "bank")).isInstanceOf(Transport.Probe.Reached.class);
			assertThat(probe(former, SecuredServers.OLD_TOKEN, "bank")).isInstanceOf(Transport.Probe.Reached.class);
		}
		for (int i = 0; i < written.length; i++) {
			ActorRef<LetterMessage> letter = letters(this.applications.get(i % 3)).get("letter" + i);
			assertThat(letter.call(new Count())).isEqualTo(written[i].get()).isPositive();
			Throwable failure = catchThrowable(() -> letter.call(new Burn(PAYLOAD)));
			assertThat(failure).isInstanceOf(HandlerException.class);
		}
		this.applications.forEach((application) -> assertThat(
				application.getBean(MeterRegistry.class).get("cajun.links.reconnects").functionCounter().count())
			.isGreaterThanOrEqualTo(3));
		assertThat(servers.redis("acl", "log")).as("what the user of the documents may not do").isEmpty();
		this.applications.reversed().forEach(ConfigurableApplicationContext::close);
		assertThat(output).contains("DEBUG");
		assertNoSecret(output);
	}

	/** Changes something of every node's certificates, and waits until all use it. */
	private static void reload(CapturedOutput output, List<Path> certificates, Change change) throws Exception {
		int before = reloads(output);
		for (Path own : certificates) {
			change.apply(own);
		}
		Awaitility.await().atMost(PATIENCE).until(() -> reloads(output) >= before + certificates.size());
	}

	private static int reloads(CapturedOutput output) {
		return output.toString().split("Certificates of grpc .* reloaded", -1).length - 1;
	}

	private static void assertNoSecret(CapturedOutput output) throws Exception {
		String logs = output + servers.logs();
		assertThat(logs).contains("Node n1", "letter");
		for (String secret : List.of(SecuredServers.ETCD_PASSWORD, SecuredServers.REDIS_PASSWORD, SecuredServers.TOKEN,
				SecuredServers.OLD_TOKEN, PAYLOAD, "BEGIN PRIVATE KEY")) {
			assertThat(logs).doesNotContain(secret);
			assertThat(logs).doesNotContain(
					java.util.HexFormat.of().formatHex(secret.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
		}
	}

	@Test
	void refusesWhoIsNotOfTheCluster(CapturedOutput output) throws Exception {
		ConfigurableApplicationContext application = start("n1");
		awaitCluster(1);
		Path member = servers.certificates("member");
		assertThat(probe(member, SecuredServers.TOKEN, "bank")).isInstanceOf(Transport.Probe.Reached.class);

		assertRefused(application, "tls", () -> probe(null, SecuredServers.TOKEN, "bank", true));
		assertThat(output).contains("n1 cannot agree on TLS: the other side speaks plaintext");
		assertRefused(application, "tls", () -> probe(null, SecuredServers.TOKEN, "bank", false));
		Authority namesake = Authority.create(directory, "namesake-ca", "nodes");
		Path intruder = servers.certificates("intruder", namesake);
		assertRefused(application, "tls", () -> probe(intruder, SecuredServers.TOKEN, "bank"));
		Path late = servers.certificates("late");
		servers.nodes.issue(late, "node", -1);
		assertRefused(application, "tls", () -> probe(late, SecuredServers.TOKEN, "bank"));
		assertRefused(application, "token", () -> probe(member, "guessed-t0ken", "bank"));
		assertThat(output).contains("does not know this token");
		assertRefused(application, "other-cluster", () -> probe(member, SecuredServers.TOKEN, "casino"));
		assertThat(output).contains("belongs to the cluster 'bank', not to 'casino'");
		assertThat(output.toString().lines().filter((line) -> line.contains("Refused a connection from 127.0.0.1")))
			.as("one line for each reason within ten seconds")
			.hasSize(3);
		assertThat(letters(application).get("a").call(new Write(PAYLOAD))).isEqualTo(1);
		assertThat(output).doesNotContain("guessed-t0ken");
		assertNoSecret(output);
	}

	private static void assertRefused(ConfigurableApplicationContext application, String reason, Knock knock)
			throws Exception {
		double before = refused(application, reason);
		assertThat(knock.knock()).isNotInstanceOf(Transport.Probe.Reached.class);
		Awaitility.await().atMost(PATIENCE).until(() -> refused(application, reason) > before);
	}

	private Transport.Probe probe(Path certificates, String token, String cluster) throws Exception {
		return probe(certificates, token, cluster, false);
	}

	/** Knocks at the first node. */
	private Transport.Probe probe(@Nullable Path certificates, String token, String cluster, boolean plaintext)
			throws Exception {
		UnaryOperator<GrpcSettings> tls = plaintext ? UnaryOperator.identity()
				: (settings) -> settings.withTls(() -> tls(certificates));
		GrpcTransport stranger = new GrpcTransport(
				tls.apply(GrpcSettings.DEFAULTS.withPort("127.0.0.1", 0).withTokens(token, null)));
		this.opened.add(stranger);
		stranger.start(new Transport.Self(cluster, "stranger", UUID.randomUUID().toString()), new Nobody())
			.toCompletableFuture()
			.join();
		String description = this.applications.getFirst().getBean(Transport.class).description();
		Address address = Address.parse(description.substring(description.indexOf('(') + 1, description.indexOf(')')));
		return stranger.probe(address, Duration.ofSeconds(10)).toCompletableFuture().join();
	}

	/** The certificate of a node; without one it shows none, and trusts the cluster. */
	private static GrpcTls tls(@Nullable Path certificates) {
		PemSslStoreDetails own = (certificates != null)
				? PemSslStoreDetails.forCertificate(certificates.resolve("node.crt").toUri().toString())
					.withPrivateKey(certificates.resolve("node.key").toUri().toString())
				: null;
		PemSslStoreDetails trusted = PemSslStoreDetails.forCertificate(
				Objects
					.requireNonNullElse((certificates != null) ? certificates.resolve("nodes-ca.crt") : null,
							servers.nodes.certificate())
					.toUri()
					.toString());
		SslManagerBundle managers = SslManagerBundle.from(new PemSslStoreBundle(own, trusted), null);
		return new GrpcTls((X509ExtendedKeyManager) managers.getKeyManagers()[0],
				(X509ExtendedTrustManager) managers.getTrustManagers()[0], null, null);
	}

	@Test
	void applicationWhoseCertificateNobodyTrustsNeverComesUp(CapturedOutput output) throws Exception {
		ConfigurableApplicationContext member = start("n1");
		awaitCluster(1);
		Authority namesake = Authority.create(directory, "stranger-ca", "nodes");
		CajunNode stranger = node(start(properties("n2", servers.certificates("n2-stranger", namesake))));
		Awaitility.await().atMost(PATIENCE).until(() -> !stranger.management().node().trouble().isEmpty());

		assertThat(stranger.state()).isEqualTo(NodeState.JOINING);
		assertThat(stranger.management().node().trouble()).contains("not reached").contains("127.0.0.1");
		assertThat(node(member).management().node().owned()).isEqualTo(32);
		assertThat(output).contains("Node n2");
	}

	@Test
	void applicationWithAnotherTokenFailsToStart(CapturedOutput output) throws Exception {
		start("n1");
		awaitCluster(1);
		assertFailsToStart(output, properties("n2", servers.certificates("n2-token"), "cajun.transport.token=gues5ed"),
				"this node knows none of its tokens");
		assertThat(output).doesNotContain("gues5ed");
		assertNoSecret(output);
	}

	@Test
	void applicationWithAnotherRedisFailsToStart(CapturedOutput output) throws Exception {
		start("n1");
		awaitCluster(1);
		try (RedisProcess other = RedisProcess.started()) {
			assertFailsToStart(output,
					properties("n2", servers.certificates("n2-redis"), "spring.data.redis.port=" + other.port(),
							"spring.data.redis.username=default", "spring.data.redis.password=",
							"spring.data.redis.ssl.enabled=false", "spring.data.redis.ssl.bundle="),
					"its state is in store");
		}
	}

	private void assertFailsToStart(CapturedOutput output, List<String> properties, String reason) {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> start(properties));
		assertThat(output).contains("APPLICATION FAILED TO START", reason);
	}

	@Test
	void userOfOneClusterHasNoRightsInAnother(CapturedOutput output) throws Exception {
		start("n1");
		awaitCluster(1);
		CajunNode other = node(start("x1", "cajun.cluster.name=bank-test"));
		Awaitility.await().atMost(PATIENCE).until(() -> !other.management().node().trouble().isEmpty());
		assertThat(other.management().node().trouble()).contains("permission denied");
		assertThat(other.state()).isNotEqualTo(NodeState.UP);
		assertThat(servers.etcd.run("etcdctl", "get", "--prefix", "--keys-only", "/cajun/bank-")).isBlank();
		assertThat(servers.redis("--scan", "--pattern", "cajun:{bank-*")).isEmpty();
		for (String[] command : new String[][] { { "get", "cajun:{bank-test}:meta" }, { "set", "other", "1" },
				{ "flushall" }, { "keys", "*" }, { "config", "set", "appendonly", "no" }, { "acl", "list" },
				{ "script", "flush" }, { "monitor" }, { "eval", "return redis.call('get', 'other')", "0" } }) {
			assertThat(servers.redisAsBank(command)).as(String.join(" ", command))
				.containsAnyOf("NOPERM", "can't access at least one of the keys");
		}
		assertNoSecret(output);
	}

	@Test
	void twoClustersShareTheServersAndNothingElse() throws Exception {
		ConfigurableApplicationContext bank = start("n1");
		servers.etcd.run(Map.of("BANK_ETCD_PASSWORD", "x"), "sh", "-c",
				Files.readString(SecuredServers.DOCUMENTS.resolve("etcd-role.sh")).replace("bank", "casino"));
		servers.redis("acl", "setuser", "casino", "on", ">casino-secret", "~cajun:{casino}:*", "~cajun:{casino:*",
				"+@all");
		ConfigurableApplicationContext casino = start("n1", "cajun.cluster.name=casino", "cajun.etcd.username=casino",
				"cajun.etcd.password=x", "spring.data.redis.username=casino",
				"spring.data.redis.password=casino-secret");
		awaitCluster(2);

		assertThat(letters(bank).get("a").call(new Write("one"))).isEqualTo(1);
		assertThat(letters(bank).get("a").call(new Write("two"))).isEqualTo(2);
		assertThat(letters(casino).get("a").call(new Count())).isZero();
		assertThat(List.of(bank, casino))
			.allSatisfy((application) -> assertThat(node(application).management().node().owned()).isEqualTo(32));
	}

	/** Callers on every node that write on and on; none of their calls may fail. */
	private final class Writers implements AutoCloseable {

		private final List<Thread> threads = new ArrayList<>();

		private final AtomicInteger[] written;

		private volatile boolean stopped;

		private volatile @Nullable Throwable failure;

		Writers(AtomicInteger[] written) {
			this.written = written;
			for (int i = 0; i < written.length; i++) {
				ActorRef<LetterMessage> letter = letters(SecuredClusterIntegrationTests.this.applications.get(i % 3))
					.get("letter" + i);
				AtomicInteger count = written[i];
				this.threads.add(Thread.ofVirtual().start(() -> write(letter, count)));
			}
		}

		private void write(ActorRef<LetterMessage> letter, AtomicInteger count) {
			try {
				while (!this.stopped) {
					letter.call(new Write(PAYLOAD));
					count.incrementAndGet();
				}
			}
			catch (RuntimeException ex) {
				this.failure = ex;
			}
		}

		/** Waits until each has written again and again. */
		void awaitMore() {
			int[] before = Arrays.stream(this.written).mapToInt(AtomicInteger::get).toArray();
			Awaitility.await().atMost(PATIENCE).until(() -> {
				assertThat(this.failure).isNull();
				for (int i = 0; i < before.length; i++) {
					if (this.written[i].get() < before[i] + 20) {
						return false;
					}
				}
				return true;
			});
		}

		@Override
		public void close() {
			this.stopped = true;
			Awaitility.await().atMost(PATIENCE).until(() -> this.threads.stream().noneMatch(Thread::isAlive));
			assertThat(this.failure).isNull();
		}

	}

	/** Changes files. */
	private interface Change {

		void apply(Path certificates) throws Exception;

	}

	/** Knocks at a node. */
	private interface Knock {

		Transport.Probe knock() throws Exception;

	}

	/** Receives nothing. */
	private static final class Nobody implements Transport.Receiver {

		@Override
		public void received(Transport.Peer from, int stream, byte[] message) {
			throw new IllegalStateException("Nobody sends to a stranger");
		}

		@Override
		public void probed(Runnable answer) {
			answer.run();
		}

	}

}
