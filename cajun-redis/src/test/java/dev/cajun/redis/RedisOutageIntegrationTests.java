package dev.cajun.redis;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

import dev.cajun.CajunException;
import dev.cajun.MailboxFullException;
import dev.cajun.Persistence;
import dev.cajun.RequiresRedis;
import dev.cajun.StoreUnavailableException;
import dev.cajun.activation.ActorSettings;
import dev.cajun.faults.TcpProxy;
import dev.cajun.history.ListActor;
import dev.cajun.history.ListLoad;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Redis is gone for a while, or there and silent, while actors work: callers are told so
 * soon, nothing grows, and everything goes on when it is back.
 */
@RequiresRedis
class RedisOutageIntegrationTests {

	private static final int LISTS = 20;

	private RedisServer server;

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void losesNothingAndRecoversFastWhenRedisIsKilledUnderLoad() {
		// Acknowledged means on the disk, so that a kill at any moment loses nothing.
		this.server = RedisServer.start("--appendfsync", "always");
		ActorSettings settings = ActorSettings.defaults().withPersistence(Persistence.STATE).withMailboxCapacity(500);
		try (RedisNode node = RedisNode.start(this.server.port(), ListActor.definition(settings));
				ListLoad load = ListLoad.shared(node::list, LISTS, 24, Duration.ofSeconds(1))) {
			for (int round = 0; round < 2; round++) {
				long before = load.acknowledged();
				await().atMost(Duration.ofSeconds(20)).until(() -> load.acknowledged() > before + 300);
				this.server.kill();
				long without = load.failed() + load.unknown();
				await().atMost(Duration.ofSeconds(20)).until(() -> load.failed() + load.unknown() > without + 50);
				this.server.startAgain();
				long back = System.nanoTime();
				Set<Integer> recovered = new HashSet<>();
				await().atMost(Duration.ofSeconds(5)).pollInterval(Duration.ofMillis(20)).until(() -> {
					for (int i = 0; i < LISTS; i++) {
						if (!recovered.contains(i) && answers(node, "list-" + i)) {
							recovered.add(i);
						}
					}
					return recovered.size() == LISTS;
				});
				assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(Duration.ofSeconds(5));
			}
			assertThat(load.check()).hasToString("clean");
			assertThat(load.lastError()).isInstanceOf(CajunException.class);
		}
	}

	private static boolean answers(RedisNode node, String key) {
		try {
			node.list(key).call(new ListActor.Read());
			return true;
		}
		catch (StoreUnavailableException | MailboxFullException ex) {
			return false;
		}
	}

	@Test
	void holdsNothingButItsBoundsWhileRedisIsGone() throws Exception {
		this.server = RedisServer.start("--appendfsync", "always");
		ActorSettings settings = ActorSettings.defaults().withPersistence(Persistence.STATE).withMailboxCapacity(500);
		try (RedisNode node = RedisNode.start(this.server.port(), ListActor.definition(settings))) {
			for (int i = 0; i < LISTS; i++) {
				node.list("list-" + i).call(new ListActor.Append("before"));
			}
			long heap = heap();
			this.server.kill();
			flood(node, Duration.ofSeconds(3));
			assertThat(node.store().statistics().queued()).isLessThanOrEqualTo(RedisNode.MAX_QUEUED);
			assertThat(heap() - heap).as("heap after a flood").isLessThan(48L << 20);
			this.server.startAgain();
			await().atMost(Duration.ofSeconds(5)).until(() -> answers(node, "list-0"));
			assertThat(node.node().awaitIdle(Duration.ofSeconds(20))).isTrue();
			assertThat(heap() - heap).as("heap after recovery").isLessThan(16L << 20);
			for (int i = 0; i < LISTS; i++) {
				String key = "list-" + i;
				await().atMost(Duration.ofSeconds(5)).until(() -> answers(node, key));
				assertThat(node.list(key).call(new ListActor.Read()).ids()).startsWith("before");
			}
		}
	}

	/** As many tells as it takes, to actors that have been and to others. */
	private static void flood(RedisNode node, Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		long sent = 0;
		while (System.nanoTime() - end < 0) {
			String key = "list-" + sent % (4 * LISTS);
			try {
				node.list(key).tell(new ListActor.Put("flood-" + sent));
			}
			catch (CajunException ex) {
				LockSupport.parkNanos(1000);
			}
			sent++;
		}
		assertThat(sent).isGreaterThan(50_000);
	}

	private static long heap() {
		for (int i = 0; i < 3; i++) {
			System.gc();
		}
		Runtime runtime = Runtime.getRuntime();
		return runtime.totalMemory() - runtime.freeMemory();
	}

	@Test
	void callToFrozenRedisFailsAtItsTimeout() {
		this.server = RedisServer.start();
		try (RedisNode node = RedisNode.start(this.server.port(), ListActor.definition(Persistence.STATE))) {
			node.list("a").call(new ListActor.Append("x"));
			this.server.freeze();
			long start = System.nanoTime();
			assertThat(node.list("a").ask(new ListActor.Read())).failsWithin(Duration.ofSeconds(5))
				.withThrowableThat()
				.withCauseInstanceOf(StoreUnavailableException.class);
			assertThat(node.list("never active").ask(new ListActor.Read())).failsWithin(Duration.ofSeconds(5))
				.withThrowableThat()
				.withCauseInstanceOf(StoreUnavailableException.class);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(RedisNode.COMMAND_TIMEOUT.dividedBy(2),
					RedisNode.COMMAND_TIMEOUT.multipliedBy(8));
			this.server.thaw();
			await().atMost(Duration.ofSeconds(5)).until(() -> answers(node, "a"));
			assertThat(node.list("a").call(new ListActor.Read()).ids()).containsExactly("x");
		}
	}

	@Test
	void writeUnderWayWhileRedisIsFrozenHappensOnce() {
		this.server = RedisServer.start();
		try (RedisNode node = RedisNode.start(this.server.port(), ListActor.definition(Persistence.STATE))) {
			node.list("a").call(new ListActor.Append("x"));
			this.server.freeze();
			CompletableFuture<Long> append = node.list("a").ask(new ListActor.Append("y"));
			await().atMost(Duration.ofSeconds(10)).until(() -> node.statistics().unknown() > 0);
			assertThat(append).isNotDone();
			this.server.thaw();
			assertThat(append).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(1L);
			assertThat(node.list("a").call(new ListActor.Read()).ids()).containsExactly("x", "y");
		}
	}

	@Test
	void watchdogFindsConnectionThatIsDeadAndOpen() {
		this.server = RedisServer.start();
		try (TcpProxy proxy = TcpProxy.to(this.server.port());
				RedisNode node = RedisNode.start(proxy.port(), ListActor.definition(Persistence.STATE));
				ListLoad load = ListLoad.shared(node::list, LISTS, 8, Duration.ofSeconds(10))) {
			await().atMost(Duration.ofSeconds(10)).until(() -> load.acknowledged() > 100);
			int connections = proxy.accepted();
			proxy.abandon();
			long before = load.acknowledged();
			await().atMost(Duration.ofSeconds(15)).until(() -> load.acknowledged() > before + 200);
			assertThat(proxy.accepted()).isGreaterThan(connections);
			assertThat(load.check()).hasToString("clean");
		}
	}

	@Test
	void watchdogFindsDeadConnectionWhileNobodyUsesIt() {
		this.server = RedisServer.start();
		try (TcpProxy proxy = TcpProxy.to(this.server.port());
				RedisNode node = RedisNode.start(proxy.port(), ListActor.definition(Persistence.STATE))) {
			node.list("a").call(new ListActor.Append("x"));
			int connections = proxy.accepted();
			proxy.abandon();
			// Made again, and looked at
			await().atMost(Duration.ofSeconds(15)).until(() -> node.store().statistics().reconnects() >= connections);
			long start = System.nanoTime();
			assertThat(node.list("a").call(new ListActor.Append("y"))).isEqualTo(1);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(RedisNode.COMMAND_TIMEOUT);
		}
	}

	@Test
	void slowRedisSlowsDownAndBreaksNothing() {
		this.server = RedisServer.start();
		try (TcpProxy proxy = TcpProxy.to(this.server.port());
				RedisNode node = RedisNode.start(proxy.port(), ListActor.definition(Persistence.STATE))) {
			proxy.delay(Duration.ofMillis(100));
			try (ListLoad load = ListLoad.shared(node::list, LISTS, 24, Duration.ofSeconds(10))) {
				await().atMost(Duration.ofSeconds(20)).until(() -> load.acknowledged() > 200);
				assertThat(load.check()).hasToString("clean");
				assertThat(load.failed() + load.unknown()).isZero();
			}
		}
	}

}
