package dev.cajun.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.cajun.ActorId;
import dev.cajun.Persistence;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Gate;
import dev.cajun.node.TestActor.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

/** The actors of a node that have most to do, and its mailboxes. */
class CensusTests {

	private static final Duration NEXT = Duration.ofSeconds(1);

	private final TestActor actor = new TestActor();

	private TestNode node;

	@BeforeEach
	void start() {
		this.node = TestNode.start(this.actor.definition("a",
				ActorSettings.defaults().withPersistence(Persistence.NONE).withPassivateAfter(Duration.ofHours(1))));
	}

	@AfterEach
	void close() {
		this.node.close();
	}

	private void send(String key, int messages) {
		for (int i = 0; i < messages; i++) {
			this.node.<Message>ref("a", key).call(new Add(1));
		}
	}

	private ClusterManagement management() {
		return this.node.node().management();
	}

	private static List<String> keys(List<HotActor> actors) {
		return actors.stream().map(HotActor::actor).map(ActorId::key).toList();
	}

	@Test
	void namesTheActorsWithMostMessagesFirst() {
		send("idle", 1);
		send("busy", 50);
		send("busiest", 100);
		this.node.rest();

		assertThat(keys(management().hotActors(10).byMessages())).containsExactly("busiest", "busy", "idle");
		assertThat(keys(management().hotActors(2).byMessages())).containsExactly("busiest", "busy");
	}

	@Test
	void namesTheActorsWhoseHandlersTakeLongestFirst() {
		this.actor.run("slow", (message, context) -> this.node.time().advance(Duration.ofSeconds(3)));
		send("often", 100);
		this.node.<Message>ref("a", "slow").tell(new Do("slow", ""));
		this.node.settle();

		HotActors hot = management().hotActors(10);
		assertThat(keys(hot.byHandlerTime())).startsWith("slow");
		assertThat(keys(hot.byMessages())).startsWith("often");
		assertThat(hot.byHandlerTime().getFirst().busy()).isCloseTo(0.2, within(0.05));
		assertThat(hot.byMessages().getFirst().busy()).isZero();
	}

	@Test
	void namesTheActorsWithTheFullestMailboxesFirstThoughTheyHandleNothing() {
		List<HotActors> seen = new ArrayList<>();
		CountDownLatch told = new CountDownLatch(1);
		this.actor.run("look", (message, context) -> {
			assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
			this.node.time().advance(NEXT);
			seen.add(management().hotActors(10));
		});
		send("done", 5);
		this.node.rest();
		for (int i = 0; i < 3; i++) {
			this.node.<Message>ref("a", "waits").tell(new Do("look", ""));
		}
		told.countDown();
		this.node.settle();

		assertThat(seen).hasSize(3);
		assertThat(keys(seen.getFirst().byMailbox())).containsExactly("waits");
		assertThat(seen).extracting((hot) -> hot.byMailbox().getFirst().mailbox()).containsExactly(3, 2, 1);
		this.node.advance(NEXT);
		assertThat(management().hotActors(10).byMailbox()).isEmpty();
	}

	@Test
	void rateIsWhatTheActorHandlesPerSecond() {
		for (int second = 0; second < 90; second++) {
			send("x", 20);
			this.node.advance(NEXT);
		}

		assertThat(management().hotActors(1).byMessages().getFirst().messagesPerSecond()).isCloseTo(20, within(2.0));
	}

	@Test
	void actorThatWasHotMakesRoomForOneThatIs() {
		send("before", 500);
		this.node.advance(Duration.ofMinutes(2));
		send("now", 20);
		this.node.rest();

		assertThat(keys(management().hotActors(10).byMessages())).startsWith("now");
	}

	@Test
	void actorThatIsIdleForLongIsNotNamed() {
		send("x", 10);
		this.node.advance(Duration.ofMinutes(10));

		assertThat(management().hotActors(10).byMessages()).isEmpty();
		assertThat(management().hotActors(10).byHandlerTime()).isEmpty();
	}

	@Test
	void looksAtTheActivationsOnceASecondAtMost() {
		send("x", 1);
		this.node.rest();
		HotActors first = management().hotActors(10);
		send("y", 10);
		this.node.rest();

		assertThat(management().hotActors(10)).isEqualTo(first);
		this.node.advance(NEXT);
		assertThat(keys(management().hotActors(10).byMessages())).containsExactly("y", "x");
	}

	@Test
	void namesNoMoreThanItsBound() {
		for (int i = 0; i < ClusterManagement.MAX_HOT_ACTORS + 20; i++) {
			send("x" + i, (i % 2 == 0) ? 1 : 2);
		}
		this.node.rest();

		assertThat(management().hotActors(ClusterManagement.MAX_HOT_ACTORS).byMessages())
			.hasSize(ClusterManagement.MAX_HOT_ACTORS);
		assertThat(keys(management().hotActors(60).byMessages()))
			.allMatch((key) -> Integer.parseInt(key.substring(1)) % 2 == 1);
	}

	@Test
	void refusesALimitBeyondItsBound() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> management().hotActors(ClusterManagement.MAX_HOT_ACTORS + 1));
		assertThatIllegalArgumentException().isThrownBy(() -> management().hotActors(0));
	}

	@Test
	void countsTheMessagesThatWaitByType() throws InterruptedException {
		Gate gate = this.actor.gate();
		this.node.<Message>ref("a", "x").tell(new Do("gate", ""));
		gate.awaitReached();
		for (int i = 0; i < 4; i++) {
			this.node.<Message>ref("a", "x").tell(new Add(1));
		}

		assertThat(management().mailboxes()).containsEntry("a", new MailboxDepths(5, 5));
		gate.open();
		this.node.rest();
		this.node.advance(NEXT);
		assertThat(management().mailboxes()).isEmpty();
	}

}
