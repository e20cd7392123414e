package dev.cajun.spring.autoconfigure.endpoint;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

import com.sun.management.ThreadMXBean;
import dev.cajun.Actors;
import dev.cajun.HostileBytes;
import dev.cajun.node.ClusterManagement;
import dev.cajun.spring.autoconfigure.endpoint.ClusterEndpointTests.LampActor;
import dev.cajun.spring.autoconfigure.endpoint.ClusterEndpointTests.LampMessage;
import dev.cajun.spring.autoconfigure.endpoint.ClusterEndpointTests.Switch;
import dev.cajun.spring.autoconfigure.endpoint.ClusterQueries.ListRequest;
import dev.cajun.spring.autoconfigure.endpoint.ClusterQueries.WriteRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/** Whatever is asked of the endpoint is answered, and never as a fault of the server. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "cajun.persistence.store=embedded", "spring.application.name=hostile-requests-tests",
				"management.endpoints.web.exposure.include=cluster",
				"management.endpoint.cluster.access=unrestricted" })
class HostileRequestsTests {

	private static final long MOST_ALLOCATED = 16L << 20;

	private static final List<String> SEGMENTS = List.of("", "actors", "routing", "nodes", "shards", "types", "load",
			"migrations", "versions", "lamp", "a", "local", "drain-plan", "drain", "undrain", "migrate", "release",
			"rebalance", "leader", "resign", "nothing", "Bad Type", "..", ".", "%", "/", "\\", ";", "\0", "\n",
			"local#", "#", "\ud83d\ude00", "\ud800", "x".repeat(600), "lamp/a", "'\"<>");

	private static final List<String> VALUES = List.of("", " ", "true", "false", "TRUE", "0", "1", "-1", "1000", "1001",
			"2147483648", "99999999999999999999", "1e3", "+5", "0x10", "\u0661", "NaN", "null", "lamp", "lamp/a", "a/b",
			"nothing", "local", "local#", "#", ":", "0:", "-1:", "0:a", "\0", "\n", "\r\n\r\n", "\ud83d\ude00",
			"\ud800", "%", "%00", "..", "{}", "[]", "x".repeat(600));

	@TempDir
	private static Path directory;

	@LocalServerPort
	private int port;

	@Autowired
	private Actors<LampMessage> lamps;

	@Autowired
	private ClusterManagement management;

	@DynamicPropertySource
	static void storeHere(DynamicPropertyRegistry properties) {
		properties.add("cajun.persistence.embedded.directory", directory::toString);
	}

	@BeforeEach
	void fill() {
		this.lamps.get("a").call(new Switch());
		this.lamps.get("b").call(new Switch());
	}

	private static String one(List<String> of, Random random) {
		String one = of.get(random.nextInt(of.size()));
		return (random.nextInt(10) == 0) ? one + of.get(random.nextInt(of.size())) : one;
	}

	private static String perhaps(List<String> of, Random random) {
		return (random.nextInt(3) == 0) ? one(of, random) : null;
	}

	private static String[] path(Random random) {
		String[] path = new String[random.nextInt(6)];
		for (int i = 0; i < path.length; i++) {
			path[i] = one(SEGMENTS, random);
		}
		if (path.length > 1 && random.nextBoolean()) {
			path[0] = List.of("actors", "routing", "nodes").get(random.nextInt(3));
			path[1] = path[0].equals("nodes") ? "local" : "lamp";
		}
		return path;
	}

	@Test
	void answersWhateverIsAsked() {
		ClusterQueries queries = new ClusterQueries(this.management);
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		HostileBytes.seeds(3000).forEach((seed) -> {
			Random random = new Random(seed);
			String[] path = path(random);
			ListRequest list = new ListRequest(random.nextBoolean() ? "lamp" : perhaps(VALUES, random),
					perhaps(VALUES, random), random.nextBoolean() ? "true" : perhaps(VALUES, random),
					perhaps(VALUES, random), perhaps(VALUES, random));
			WriteRequest write = new WriteRequest(perhaps(VALUES, random), perhaps(VALUES, random),
					perhaps(VALUES, random), perhaps(VALUES, random));
			String key = perhaps(VALUES, random);
			long before = threads.getCurrentThreadAllocatedBytes();
			String asked = "Seed %d: %s %s %s %s".formatted(seed, String.join("|", path), list, write, key);
			try {
				assertThat(queries.read(path, list, key).status()).as(asked).isIn(200, 400, 404, 409);
				assertThat(queries.read(new String[] { "actors" }, list, key).status()).as(asked)
					.isIn(200, 400, 404, 409);
				// What only a cluster can do is not to be had here
				assertThat(queries.write(path, write).status()).as(asked).isIn(200, 202, 400, 404, 409, 503);
			}
			catch (RuntimeException ex) {
				fail(asked, ex);
			}
			assertThat(threads.getCurrentThreadAllocatedBytes() - before).as(asked).isLessThan(MOST_ALLOCATED);
		});
	}

	@Test
	void answersWhateverIsSent() throws IOException {
		for (long seed : HostileBytes.seeds(400).toArray()) {
			Random random = new Random(seed);
			byte[] request = request(random);
			int status = send(request);
			assertThat(status).as("Seed %d: %s", seed, new String(request, StandardCharsets.ISO_8859_1))
				.isBetween(200, 499);
		}
	}

	private static byte[] request(Random random) {
		StringBuilder path = new StringBuilder("/actuator/cluster");
		for (String segment : path(random)) {
			path.append('/').append(encoded(segment, random));
		}
		char separator = '?';
		for (String name : List.of("type", "node", "stored", "cursor", "limit", "key", "other")) {
			for (int times = random.nextInt(3); times > 1; times--) {
				path.append(separator).append(name).append('=').append(encoded(one(VALUES, random), random));
				separator = '&';
			}
		}
		String body = body(random);
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		// A local node has nobody to be drained, moved or led by
		boolean post = random.nextBoolean() && path.indexOf("drain") < 0 && path.indexOf("migrate") < 0
				&& path.indexOf("rebalance") < 0 && path.indexOf("resign") < 0;
		String head = (post ? "POST " : "GET ") + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
				+ (post ? "Content-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n" : "") + "\r\n";
		byte[] all = new byte[head.length() + (post ? bytes.length : 0)];
		System.arraycopy(head.getBytes(StandardCharsets.ISO_8859_1), 0, all, 0, head.length());
		if (post) {
			System.arraycopy(bytes, 0, all, head.length(), bytes.length);
		}
		return all;
	}

	private static String encoded(String text, Random random) {
		String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
		// Half an escape, and an escape that is no UTF-8
		return (random.nextInt(10) == 0) ? encoded + List.of("%", "%2", "%zz", "%ff", "%c3").get(random.nextInt(5))
				: encoded;
	}

	private static String body(Random random) {
		String value = switch (random.nextInt(5)) {
			case 0 -> "\"" + one(VALUES, random).replaceAll("[\\\\\"\\p{Cntrl}]", "?") + "\"";
			case 1 -> List.of("1", "1e999", "-0.1", "true", "null", "99999999999999999999").get(random.nextInt(6));
			case 2 -> "[".repeat(1 + random.nextInt(2000)) + "]".repeat(random.nextInt(2000));
			case 3 -> "{\"a\":{}}";
			default -> "\"\\ud800\\u0000\"";
		};
		String name = List.of("key", "target", "force", "dryRun", "other", "", "path").get(random.nextInt(7));
		String body = "{\"" + name + "\":" + value + ",\"key\":\"a\"}";
		return switch (random.nextInt(6)) {
			case 0 -> body.substring(0, random.nextInt(body.length()));
			case 1 -> value;
			default -> body;
		};
	}

	private int send(byte[] request) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			socket.setSoTimeout(20_000);
			OutputStream out = socket.getOutputStream();
			out.write(request);
			out.flush();
			InputStream in = new BufferedInputStream(socket.getInputStream());
			String status = new String(in.readNBytes(12), StandardCharsets.ISO_8859_1);
			assertThat(status).startsWith("HTTP/1.1 ");
			return Integer.parseInt(status.substring(9));
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(LampActor.class)
	static class Application {

	}

}
