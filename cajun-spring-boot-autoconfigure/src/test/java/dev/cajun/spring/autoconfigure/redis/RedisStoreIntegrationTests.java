package dev.cajun.spring.autoconfigure.redis;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import dev.cajun.CajunException;
import dev.cajun.RequiresRedis;
import dev.cajun.spring.autoconfigure.redis.LampApplication.LampMessage;
import dev.cajun.spring.autoconfigure.redis.LampApplication.Look;
import dev.cajun.spring.autoconfigure.redis.LampApplication.Press;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/** An application on a real Redis. */
@ExtendWith(OutputCaptureExtension.class)
@RequiresRedis
class RedisStoreIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@TempDir
	private Path temporary;

	private final HttpClient client = HttpClient.newHttpClient();

	private final List<AutoCloseable> opened = new ArrayList<>();

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable closeable : this.opened.reversed()) {
			closeable.close();
		}
	}

	private <T extends AutoCloseable> T closed(T closeable) {
		this.opened.add(closeable);
		return closeable;
	}

	private ConfigurableApplicationContext start(RedisProcess redis, String... more) {
		List<String> arguments = new ArrayList<>(
				List.of("--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + redis.port()));
		arguments.addAll(List.of(more));
		return closed(LampApplication.start(arguments.toArray(String[]::new)));
	}

	private HttpResponse<String> get(ConfigurableApplicationContext context, String path)
			throws IOException, InterruptedException {
		return this.client.send(request(context, path).GET().build(), BodyHandlers.ofString());
	}

	private String press(ConfigurableApplicationContext context, String name) throws IOException, InterruptedException {
		return this.client
			.send(request(context, "/lamps/" + name).POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString())
			.body();
	}

	private static HttpRequest.Builder request(ConfigurableApplicationContext context, String path) {
		return HttpRequest.newBuilder(
				URI.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port") + path));
	}

	private JsonNode json(ConfigurableApplicationContext context, String path) throws Exception {
		return JsonMapper.shared().readTree(get(context, path).body());
	}

	private double meter(ConfigurableApplicationContext context, String name) throws Exception {
		return json(context, "/actuator/metrics/" + name).path("measurements").path(0).path("value").asDouble();
	}

	@Test
	void keepsActorsOverARestart() throws Exception {
		RedisProcess redis = closed(RedisProcess.started());
		ConfigurableApplicationContext first = start(redis);
		assertThat(press(first, "a")).isEqualTo("1");
		assertThat(press(first, "a")).isEqualTo("2");
		assertThat(press(first, "b")).isEqualTo("1");
		JsonNode health = json(first, "/actuator/health/cluster");
		assertThat(health.path("status").asString()).isEqualTo("UP");
		assertThat(health.path("details").path("store").asString()).startsWith("redis (127.0.0.1:" + redis.port());
		assertThat(health.path("details").path("storeDetails").path("reconnects").asInt(-1)).isZero();
		assertThat(get(first, "/actuator/health/readiness").statusCode()).isEqualTo(200);
		assertThat(meter(first, "cajun.store.commit")).isGreaterThanOrEqualTo(3);
		assertThat(meter(first, "cajun.store.load")).isGreaterThanOrEqualTo(2);
		assertThat(meter(first, "cajun.store.bytes")).isPositive();
		assertThat(meter(first, "cajun.store.lost.writes")).isZero();
		first.close();

		ConfigurableApplicationContext second = start(redis);
		assertThat(get(second, "/lamps/a").body()).isEqualTo("2");
		assertThat(press(second, "b")).isEqualTo("2");
		JsonNode stored = json(second, "/actuator/cluster/actors?type=lamp&stored=true");
		assertThat(stored.path("actors").valueStream().map((actor) -> actor.path("key").asString()))
			.containsExactlyInAnyOrder("a", "b");
	}

	@Test
	void startsWithoutRedisAndJoinsWhenItIsThere(CapturedOutput output) throws Exception {
		RedisProcess redis = closed(RedisProcess.prepare());
		ConfigurableApplicationContext context = start(redis);
		JsonNode health = json(context, "/actuator/health/cluster");
		assertThat(health.path("status").asString()).isEqualTo("OUT_OF_SERVICE");
		assertThat(health.path("details").path("reason").asString()).contains("127.0.0.1:" + redis.port());
		assertThat(get(context, "/actuator/health/readiness").statusCode()).isEqualTo(503);
		assertThat(get(context, "/actuator/health/liveness").statusCode()).isEqualTo(200);
		assertThat(get(context, "/lamps/a").statusCode()).isEqualTo(500);
		assertThat(output).containsOnlyOnce("cannot open its store; messages wait until it can");
		redis.start();
		Awaitility.await().atMost(PATIENCE).until(() -> get(context, "/actuator/health/readiness").statusCode() == 200);
		assertThat(press(context, "a")).isEqualTo("1");
		redis.kill();
		redis.start();
		Awaitility.await().atMost(PATIENCE).until(() -> get(context, "/lamps/a").body().equals("1"));
	}

	@Test
	void stopsWhileRedisIsAway() {
		RedisProcess redis = closed(RedisProcess.prepare());
		ConfigurableApplicationContext context = start(redis);
		long before = System.nanoTime();
		context.close();
		assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(15));
	}

	@Test
	void refusesASecondProcessAndStartsWhenTheFirstWasKilled(CapturedOutput output) throws Exception {
		RedisProcess redis = closed(RedisProcess.started());
		Path log = this.temporary.resolve("first.log");
		Process first = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
				LampApplication.class.getName(), "--spring.data.redis.host=127.0.0.1",
				"--spring.data.redis.port=" + redis.port())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		closed(() -> first.destroyForcibly().waitFor(10, TimeUnit.SECONDS));
		Awaitility.await()
			.atMost(Duration.ofSeconds(60))
			.until(() -> Files.readString(log, StandardCharsets.UTF_8).contains("of cluster 'lamps' is UP")
					|| !first.isAlive());
		assertThat(first.isAlive()).as(Files.readString(log)).isTrue();

		assertThatException().isThrownBy(() -> start(redis));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("is in use by process " + first.pid())
			.contains("cajun.persistence.redis.place-ttl");

		first.destroyForcibly();
		assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();
		Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> start(redis) != null);
	}

	@Test
	void refusesAServerThatMayThrowActorsAway(CapturedOutput output) throws Exception {
		RedisProcess redis = closed(RedisProcess.started("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"));
		assertThatException().isThrownBy(() -> start(redis));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("maxmemory-policy")
			.contains("cajun.persistence.redis.unsafe-settings");
		ConfigurableApplicationContext context = start(redis, "--cajun.persistence.redis.unsafe-settings=warn");
		assertThat(press(context, "a")).isEqualTo("1");
	}

	@Test
	void refusesAnEmptyRedisWhereNoStoreIsToBeCreated(CapturedOutput output) {
		RedisProcess redis = closed(RedisProcess.started());
		assertThatException().isThrownBy(() -> start(redis, "--cajun.persistence.redis.create=false"));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("of cluster 'lamps' is empty")
			.contains("cajun.persistence.redis.create");
		start(redis).close();
		start(redis, "--cajun.persistence.redis.create=false");
	}

	@Test
	void refusesAWrongPassword(CapturedOutput output) {
		RedisProcess redis = closed(RedisProcess.started("--requirepass", "secret"));
		assertThatException().isThrownBy(() -> start(redis, "--spring.data.redis.password=guess"));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("user name or password is wrong")
			.doesNotContain("guess");
	}

	@Test
	void usesTlsAndAnAclUser() throws Exception {
		int tlsPort = RedisProcess.freePort();
		makeCertificate();
		closed(startedWithTls(tlsPort, "--user", "default", "off", "--user", "cajun", "on", ">secret", "~cajun:*",
				"+@read", "+@write", "+@scripting", "+@connection", "-@dangerous", "+info", "+config|get", "+wait"));
		ConfigurableApplicationContext context = closed(LampApplication.start("--spring.data.redis.host=localhost",
				"--spring.data.redis.port=" + tlsPort, "--spring.data.redis.username=cajun",
				"--spring.data.redis.password=secret", "--spring.data.redis.ssl.bundle=redis",
				"--spring.ssl.bundle.pem.redis.truststore.certificate=file:" + certificate()));
		assertThat(json(context, "/actuator/health/cluster").path("status").asString()).isEqualTo("UP");
		assertThat(press(context, "a")).isEqualTo("1");
		assertThat(json(context, "/actuator/cluster/actors?type=lamp&stored=true").path("actors").size()).isEqualTo(1);
	}

	/** Of this machine, signed by itself. */
	private void makeCertificate() throws Exception {
		Path store = this.temporary.resolve("keys.p12");
		keytool("-genkeypair", "-alias", "redis", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
				"SAN=dns:localhost,ip:127.0.0.1", "-validity", "2", "-keystore", store.toString(), "-storetype",
				"PKCS12", "-storepass", "changeit");
		openssl("pkcs12", "-in", store.toString(), "-nokeys", "-passin", "pass:changeit", "-out", certificate());
		openssl("pkcs12", "-in", store.toString(), "-nocerts", "-nodes", "-passin", "pass:changeit", "-out", key());
	}

	private String certificate() {
		return this.temporary.resolve("redis.crt").toString();
	}

	private String key() {
		return this.temporary.resolve("redis.key").toString();
	}

	private RedisProcess startedWithTls(int tlsPort, String... more) {
		List<String> options = new ArrayList<>(List.of("--tls-port", String.valueOf(tlsPort), "--tls-cert-file",
				certificate(), "--tls-key-file", key(), "--tls-ca-cert-file", certificate(), "--tls-auth-clients", "no",
				"--tls-replication", "yes"));
		options.addAll(List.of(more));
		return RedisProcess.started(options.toArray(String[]::new));
	}

	private void keytool(String... arguments) throws Exception {
		run(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), arguments);
	}

	private void openssl(String... arguments) throws Exception {
		run("openssl", arguments);
	}

	private void run(String program, String... arguments) throws Exception {
		List<String> command = new ArrayList<>(List.of(program));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
		assertThat(process.exitValue()).as(output).isZero();
	}

	@Test
	void findsTheMasterThroughSentinel() throws Exception {
		RedisProcess redis = closed(RedisProcess.started());
		RedisProcess sentinel = closed(RedisProcess.prepare());
		sentinel.startSentinel("sentinel monitor lamps 127.0.0.1 " + redis.port() + " 1\n");
		ConfigurableApplicationContext context = closed(
				LampApplication.start("--spring.data.redis.sentinel.master=lamps",
						"--spring.data.redis.sentinel.nodes=127.0.0.1:" + sentinel.port()));
		assertThat(press(context, "a")).isEqualTo("1");
	}

	/**
	 * Over TLS, as a user with a password. The third server follows the second, so that
	 * there is a replica when that one is the master.
	 */
	@Test
	void losesNoAcknowledgedWriteWhenSentinelReplacesTheMaster() throws Exception {
		makeCertificate();
		int[] ports = { RedisProcess.freePort(), RedisProcess.freePort(), RedisProcess.freePort() };
		int sentinelPort = RedisProcess.freePort();
		String[] user = { "--user", "default", "on", "nopass", "~*", "&*", "+@all", "--user", "cajun", "on", ">secret",
				"~cajun:*", "+@read", "+@write", "+@scripting", "+@connection", "-@dangerous", "+info", "+config|get",
				"+wait" };
		RedisProcess master = closed(startedWithTls(ports[0], user));
		for (int i = 1; i < ports.length; i++) {
			List<String> options = new ArrayList<>(List.of("--replicaof", "127.0.0.1 " + ports[i - 1]));
			options.addAll(List.of(user));
			closed(startedWithTls(ports[i], options.toArray(String[]::new)));
		}
		RedisProcess sentinel = closed(RedisProcess.prepare());
		sentinel.startSentinel(String.join("\n", "tls-port " + sentinelPort, "tls-cert-file " + certificate(),
				"tls-key-file " + key(), "tls-ca-cert-file " + certificate(), "tls-auth-clients no",
				"tls-replication yes", "sentinel monitor lamps 127.0.0.1 " + ports[0] + " 1",
				"sentinel down-after-milliseconds lamps 1000", "sentinel failover-timeout lamps 5000", ""));
		ConfigurableApplicationContext context = closed(LampApplication.start(
				"--spring.data.redis.sentinel.master=lamps",
				"--spring.data.redis.sentinel.nodes=127.0.0.1:" + sentinelPort, "--spring.data.redis.username=cajun",
				"--spring.data.redis.password=secret", "--spring.data.redis.ssl.bundle=redis",
				"--spring.ssl.bundle.pem.redis.truststore.certificate=file:" + certificate(),
				"--cajun.persistence.durability=replicated"));
		Awaitility.await().atMost(PATIENCE).until(() -> get(context, "/actuator/health/readiness").statusCode() == 200);

		try (Pressers pressers = new Pressers(context.getBean(ActorSystem.class).actors("lamp", LampMessage.class))) {
			Awaitility.await().atMost(PATIENCE).until(() -> pressers.acknowledged() > 500);
			master.kill();
			Awaitility.await().atMost(PATIENCE).until(() -> meter(context, "cajun.store.reconnects") > 0);
			long before = pressers.acknowledged();
			Awaitility.await().atMost(PATIENCE).until(() -> pressers.acknowledged() > before + 500);
			pressers.stop();
			assertThat(pressers.repeated()).as("numbers that were given twice").isEmpty();
			pressers.last()
				.forEach((lamp, last) -> assertThat(pressers.look(lamp)).as(lamp).isGreaterThanOrEqualTo(last));
		}
		assertThat(meter(context, "cajun.store.lost.writes")).isZero();
	}

	/**
	 * Callers with a lamp each, which counts: a number that comes again was acknowledged
	 * and lost.
	 */
	private static final class Pressers implements AutoCloseable {

		private final Actors<LampMessage> lamps;

		private final Map<String, Integer> last = new ConcurrentHashMap<>();

		private final Queue<String> repeated = new ConcurrentLinkedQueue<>();

		private final LongAdder acknowledged = new LongAdder();

		private final List<Thread> threads;

		private volatile boolean stopped;

		Pressers(Actors<LampMessage> lamps) {
			this.lamps = lamps;
			this.threads = IntStream.range(0, 12)
				.mapToObj((i) -> Thread.ofVirtual().start(() -> press("lamp-" + i)))
				.toList();
		}

		private void press(String lamp) {
			while (!this.stopped) {
				try {
					int number = this.lamps.get(lamp).call(new Press());
					Integer before = this.last.put(lamp, number);
					if (before != null && number <= before) {
						this.repeated.add(lamp + ": " + number + " after " + before);
					}
					this.acknowledged.increment();
				}
				catch (CajunException ex) {
					// There may be no master for some time
					LockSupport.parkNanos(5_000_000);
				}
			}
		}

		long acknowledged() {
			return this.acknowledged.sum();
		}

		Queue<String> repeated() {
			return this.repeated;
		}

		Map<String, Integer> last() {
			return this.last;
		}

		int look(String lamp) {
			return this.lamps.get(lamp).call(new Look());
		}

		void stop() throws InterruptedException {
			this.stopped = true;
			for (Thread thread : this.threads) {
				assertThat(thread.join(PATIENCE)).isTrue();
			}
		}

		@Override
		public void close() {
			this.stopped = true;
		}

	}

	@Test
	void waitsForReplicas() throws Exception {
		RedisProcess redis = closed(RedisProcess.started());
		ConfigurableApplicationContext context = start(redis, "--cajun.persistence.durability=replicated");
		assertThat(get(context, "/actuator/health/readiness").statusCode()).isEqualTo(503);
		assertThat(json(context, "/actuator/health/cluster").path("details").path("reason").asString())
			.contains("replicated(1)");
		closed(RedisProcess.started("--replicaof", "127.0.0.1 " + redis.port()));
		Awaitility.await().atMost(PATIENCE).until(() -> get(context, "/actuator/health/readiness").statusCode() == 200);
		assertThat(press(context, "a")).isEqualTo("1");
	}

	@Test
	void isHealthyWithoutRedisWhenItIsNotUsed() throws Exception {
		ConfigurableApplicationContext context = closed(LampApplication.start("--cajun.persistence.store=memory"));
		assertThat(get(context, "/actuator/health").statusCode()).isEqualTo(200);
		assertThat(json(context, "/actuator/health").path("components").has("redis")).isFalse();
		assertThat(press(context, "a")).isEqualTo("1");
	}

}
