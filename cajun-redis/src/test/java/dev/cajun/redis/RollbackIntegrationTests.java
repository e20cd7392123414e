package dev.cajun.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.cajun.ActorId;
import dev.cajun.Persistence;
import dev.cajun.RequiresRedis;
import dev.cajun.activation.ActorSettings;
import dev.cajun.history.ListActor;
import dev.cajun.history.ListLoad;
import dev.cajun.history.Verdict;
import dev.cajun.history.Verdict.Kind;
import dev.cajun.store.Fence;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Redis comes back without the end of what it had acknowledged, while the node that was
 * told so keeps running: what is lost is counted, and histories never mix.
 */
@RequiresRedis
class RollbackIntegrationTests {

	private static final int LISTS = 12;

	private RedisServer server;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private static ActorSettings settings(Persistence persistence) {
		return ActorSettings.defaults().withPersistence(persistence).withSnapshotEvery(1_000_000);
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES" })
	void reportsAsManyLostWritesAsThereAre(Persistence persistence) {
		try (RedisNode node = RedisNode.start(this.server.port(), ListActor.definition(settings(persistence)));
				ListLoad load = ListLoad.oneCallerEach(node::list, LISTS, Duration.ofSeconds(10))) {
			await().atMost(Duration.ofSeconds(20)).until(() -> load.acknowledged() > 300);
			load.stop();
			loseTail(60);

			Map<String, List<String>> lists = load.lists();
			Verdict verdict = load.check(lists);
			assertThat(verdict.count(Kind.LOST)).as("%s", verdict).isBetween(30, 60);
			assertThat(node.store().statistics().lostWrites()).isEqualTo(verdict.count(Kind.LOST));
			assertNothingMixed(verdict);
			for (int i = 0; i < LISTS; i++) {
				String key = "list-" + i;
				assertThat(node.list(key).call(new ListActor.Append("after"))).isEqualTo(lists.get(key).size());
			}
			assertThat(node.store().statistics().lostWrites()).isEqualTo(verdict.count(Kind.LOST));
		}
	}

	@Test
	void reportsAsManyLostWritesAsThereAreUnderLoad() {
		try (RedisNode node = RedisNode.start(this.server.port(), ListActor.definition(settings(Persistence.STATE)));
				ListLoad load = ListLoad.oneCallerEach(node::list, LISTS, Duration.ofSeconds(10))) {
			for (int round = 1; round <= 3; round++) {
				long before = load.acknowledged();
				await().atMost(Duration.ofSeconds(20)).until(() -> load.acknowledged() > before + 300);
				loseTail(40);
			}
			long before = load.acknowledged();
			await().atMost(Duration.ofSeconds(20)).until(() -> load.acknowledged() > before + 300);
			Verdict verdict = load.check();
			assertThat(verdict.count(Kind.LOST)).as("%s", verdict).isPositive();
			assertThat(node.store().statistics().lostWrites()).isEqualTo(verdict.count(Kind.LOST));
			assertNothingMixed(verdict);
		}
	}

	@Test
	void reportsNothingWhenNothingIsLost() {
		try (RedisNode node = RedisNode.start(this.server.port(), ListActor.definition(settings(Persistence.STATE)));
				ListLoad load = ListLoad.oneCallerEach(node::list, LISTS, Duration.ofSeconds(10))) {
			for (int round = 1; round <= 2; round++) {
				long before = load.acknowledged();
				await().atMost(Duration.ofSeconds(20)).until(() -> load.acknowledged() > before + 200);
				this.server.stop();
				this.server.startAgain();
			}
			assertThat(load.check()).hasToString("clean");
			assertThat(node.store().statistics().lostWrites()).isZero();
		}
	}

	@Test
	void fenceThatIsOldAgainIsClaimedBeforeAnythingElse() {
		ActorId actor = new ActorId("account", "alice");
		Fence former = new Fence(1, 5, "a#1");
		Fence owner = new Fence(1, 6, "b#2");
		try (RedisActorStore store = Stores.open(this.server)) {
			Stores.claim(store, former);
			Stores.write(store, former, Stores.state(actor, 0, "one"));
			Stores.claim(store, owner);
			Stores.write(store, owner, Stores.state(actor, 1, "two"));
			Stores.write(store, owner, Stores.state(actor, 2, "three"));
			loseTail(3);
			await().atMost(Duration.ofSeconds(10))
				.ignoreExceptions()
				.until(() -> Stores.await(store.load(owner, actor)) instanceof LoadResult.Loaded);
			assertThat(Stores.text(Stores.load(store, owner, actor).state())).isEqualTo("one");
			assertThat(this.server.ask("GET", "cajun:{test:1}:fence")).isEqualTo("6 b#2");
			assertThat(store.statistics().fenced()).isZero();
			assertThat(store.statistics().lostWrites()).isEqualTo(2);
			// The fence, and the actor
			assertThat(store.statistics().rollbacks()).isEqualTo(2);
			assertThat(Stores.await(store.commit(former, Stores.state(actor, 1, "stale"))))
				.isEqualTo(new StoreResult.Fenced(6, "b#2"));
			Stores.write(store, owner, Stores.state(actor, 1, "two again"));
		}
	}

	/** Stops Redis in order and starts it without the end of its file. */
	private void loseTail(int transactions) {
		this.server.stop();
		AppendOnlyFile.of(this.server).cut(transactions);
		this.server.startAgain();
	}

	/** Losing is bad enough. */
	private static void assertNothingMixed(Verdict verdict) {
		assertThat(verdict.count(Kind.DOUBLED)).as("%s", verdict).isZero();
		assertThat(verdict.count(Kind.FAILED_AND_THERE)).as("%s", verdict).isZero();
		assertThat(verdict.count(Kind.UNHEARD_OF)).as("%s", verdict).isZero();
		assertThat(verdict.count(Kind.MOVED)).as("%s", verdict).isZero();
	}

}
