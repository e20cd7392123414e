package dev.cajun.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import dev.cajun.Persistence;
import dev.cajun.RequiresRedis;
import dev.cajun.activation.ActorSettings;
import dev.cajun.faults.TcpProxy;
import dev.cajun.history.ListActor;
import dev.cajun.history.ListLoad;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Redis did what it was asked, and the answer never came; or it forgot its scripts.
 * Whoever asks sees each operation happen once.
 */
@RequiresRedis
class LostReplyIntegrationTests {

	private static final Pattern ID = Pattern.compile("<\\d+-\\d+>");

	private RedisServer server;

	private TcpProxy proxy;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
		this.proxy = TcpProxy.to(this.server.port());
	}

	@AfterEach
	void stop() {
		this.proxy.close();
		this.server.close();
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES" })
	void everyOperationIsThereOnceThoughOneReplyInTenIsLost(Persistence persistence) {
		ActorSettings settings = ActorSettings.defaults().withPersistence(persistence).withSnapshotEvery(1_000_000);
		Map<String, List<String>> lists;
		try (RedisNode node = RedisNode.start(this.proxy.port(), ListActor.definition(settings));
				ListLoad load = ListLoad.shared(node::list, 10, 12, Duration.ofSeconds(20))) {
			this.proxy.dropReplies(0.1);
			await().atMost(Duration.ofSeconds(30))
				.until(() -> this.proxy.dropped() >= 50 && load.acknowledged() >= 400);
			this.proxy.heal();
			lists = load.lists();
			assertThat(load.check(lists)).hasToString("clean");
			assertThat(load.unknown()).as("callers who were not told").isZero();
			assertThat(node.statistics().unknown()).as("commits without an answer").isPositive();
			if (persistence == Persistence.MESSAGES) {
				lists.forEach((key, ids) -> assertThat(journal(key)).isEqualTo(ids));
			}
		}
		// What is stored, read by a node that saw none of it
		try (RedisNode next = RedisNode.startOnceFree(this.server.port(), ListActor.definition(settings))) {
			lists.forEach((key, ids) -> assertThat(next.list(key).call(new ListActor.Read()).ids()).isEqualTo(ids));
		}
	}

	/** The ids in the records of an actor's journal, as they lie in Redis. */
	private List<String> journal(String key) {
		List<String> lists = this.server.keys("*:a:list/" + key + ":j");
		assertThat(lists).hasSize(1);
		return ((List<?>) this.server.ask("LRANGE", lists.getFirst(), "0", "-1")).stream()
			.flatMap((record) -> ID.matcher(String.valueOf(record)).results().map(MatchResult::group))
			.toList();
	}

	@Test
	void nobodyNoticesThatRedisForgetsItsScripts() {
		try (RedisNode node = RedisNode.start(this.server.port(), ListActor.definition(Persistence.STATE));
				RedisServer.Connection connection = this.server.connect();
				ListLoad load = ListLoad.shared(node::list, 10, 12, Duration.ofSeconds(20))) {
			int[] flushed = { 0 };
			await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(2)).until(() -> {
				connection.ask("SCRIPT", "FLUSH");
				return ++flushed[0] >= 200 && load.acknowledged() >= 600;
			});
			assertThat(load.check()).hasToString("clean");
			assertThat(load.lastError()).isNull();
			assertThat(load.failed() + load.unknown()).isZero();
		}
	}

	@Test
	void ownerIsToldOfItsWriteThoughShardMovedBeforeAnswerCame() {
		try (RedisNode node = RedisNode.start(this.proxy.port(), ListActor.definition(Persistence.STATE))) {
			assertThat(node.list("a").call(new ListActor.Append("first"))).isZero();
			this.proxy.stallReplies();
			var second = node.list("a").ask(new ListActor.Append("second"));
			await().atMost(Duration.ofSeconds(5)).until(() -> storedState("a").contains("second"));
			Rival rival = Rival.claimEverything(this.server.port());
			this.proxy.cut();
			this.proxy.heal();
			assertThat(second).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(1L);
			assertThat(node.list("a").ask(new ListActor.Append("third"))).failsWithin(Duration.ofSeconds(10));
			rival.close();
			assertThat(storedState("a")).containsOnlyOnce("first").containsOnlyOnce("second").doesNotContain("third");
		}
		try (RedisNode next = RedisNode.startOnceFree(this.server.port(), ListActor.definition(Persistence.STATE))) {
			assertThat(next.list("a").call(new ListActor.Read()).ids()).containsExactly("first", "second");
		}
	}

	private String storedState(String key) {
		List<String> hashes = this.server.keys("*:a:list/" + key + ":s");
		assertThat(hashes).hasSizeLessThan(2);
		return hashes.isEmpty() ? "" : String.valueOf(this.server.ask("HGETALL", hashes.getFirst()));
	}

}
