package dev.cajun.redis;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.Persistence;
import dev.cajun.RequiresRedis;
import dev.cajun.history.ListActor;
import dev.cajun.store.StoreException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * A node is killed, and Redis with it; what they had promised happens, once.
 */
@RequiresRedis
class NodeCrashIntegrationTests {

	private RedisServer server;

	/** What was promised, by the actor that is to have it. */
	private final Map<String, Set<String>> promised = new ConcurrentHashMap<>();

	private final AtomicInteger count = new AtomicInteger();

	@BeforeEach
	void start() {
		this.server = RedisServer.start("--appendfsync", "always");
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void tellsAndRemindersSurviveTheNodeAndRedis() throws Exception {
		Process process = NodeProcess.start(this.server.port());
		Thread reader = Thread.ofPlatform().start(() -> read(process));
		try {
			await().atMost(Duration.ofSeconds(30)).until(() -> this.count.get() > 300 || !process.isAlive());
			assertThat(process.isAlive()).isTrue();
			assertThatExceptionOfType(StoreException.class)
				.isThrownBy(() -> RedisNode.start(this.server.port(), ListActor.definition(Persistence.STATE)))
				.withMessageContaining("in use by process " + process.pid())
				.matches((ex) -> ex.kind() == StoreException.Kind.LOCKED);
			assertThat(process.isAlive()).isTrue();
		}
		finally {
			process.destroyForcibly().waitFor();
			reader.join();
		}
		this.server.kill();
		this.server.startAgain();

		try (RedisNode node = RedisNode.startOnceFree(this.server.port(), ListActor.definition(Persistence.STATE))) {
			assertThat(this.promised.keySet()).anyMatch((key) -> key.startsWith("receiver-"))
				.anyMatch((key) -> key.startsWith("reminded-"));
			this.promised.forEach((key, ids) -> {
				await().atMost(Duration.ofSeconds(15)).until(() -> new HashSet<>(ids(node, key)).containsAll(ids));
				assertThat(ids(node, key)).as(key).doesNotHaveDuplicates();
			});
			for (int i = 0; i < NodeProcess.SENDERS; i++) {
				String sender = "tell-" + i + "-";
				List<Integer> received = ids(node, "receiver-" + i % 3).stream()
					.filter((id) -> id.startsWith(sender))
					.map((id) -> Integer.valueOf(id.substring(sender.length())))
					.toList();
				assertThat(received).as("order of " + sender).isSorted();
			}
		}
	}

	private void read(Process process) {
		try (DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
			while (true) {
				String to = in.readUTF();
				this.promised.computeIfAbsent(to, (key) -> ConcurrentHashMap.newKeySet()).add(in.readUTF());
				this.count.incrementAndGet();
			}
		}
		catch (IOException ex) {
			// It was killed
		}
	}

	private static List<String> ids(RedisNode node, String key) {
		return node.list(key).call(new ListActor.Read()).ids();
	}

}
