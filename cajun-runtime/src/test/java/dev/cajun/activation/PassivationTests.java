package dev.cajun.activation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import dev.cajun.ActorRef;
import dev.cajun.Delivery;
import dev.cajun.Persistence;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Gate;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestNode;
import dev.cajun.store.FaultyStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** When activations end, and when not. */
@SuppressWarnings("FutureReturnValueIgnored") // a handler's guaranteed tell is part of
												// its write
class PassivationTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final TestActor actor = new TestActor();

	private TestNode node;

	@AfterEach
	void close() {
		if (this.node != null) {
			this.node.close();
		}
	}

	private ActorRef<Message> start() {
		this.node = TestNode.start(new FaultyStore(), (node) -> node,
				this.actor.definition("a", ActorSettings.defaults().withPassivateAfter(Duration.ofMinutes(1))));
		this.actor.watchedBy(this.node::store);
		return ref("x");
	}

	private ActorRef<Message> ref(String key) {
		return this.node.ref("a", key);
	}

	private boolean isActive(String key) {
		return this.node.isActive("a", key);
	}

	@Test
	void idleActivationEndsAfterItsTime() {
		start().call(new Add(1));
		this.node.advance(Duration.ofSeconds(59));
		assertThat(isActive("x")).isTrue();
		this.node.advance(Duration.ofSeconds(20));

		assertThat(isActive("x")).isFalse();
		assertThat(this.node.statistics("a").active()).isZero();
		assertThat(this.node.statistics("a").ended()).isEqualTo(1);
		assertThat(ref("x").call(new Add(1))).isEqualTo(2);
	}

	@Test
	void messagesKeepActivationAlive() {
		ActorRef<Message> ref = start();
		for (int i = 0; i < 10; i++) {
			ref.call(new Get());
			this.node.advance(Duration.ofSeconds(40));
		}

		assertThat(this.node.statistics("a").activated()).isEqualTo(1);
	}

	@Test
	void handlerThatBlocksKeepsActivationAlive() throws Exception {
		Gate gate = this.actor.gate();
		start().tell(new Do("gate"));
		gate.awaitReached();
		this.node.time().advance(Duration.ofMinutes(5));
		gate.open();
		this.node.settle();

		assertThat(isActive("x")).isTrue();
	}

	@Test
	void timersKeepActivationAliveAndRemindersDoNot() {
		this.actor.run("schedule", (message, context) -> context.schedule("t", Duration.ofHours(1), new Note("timer")));
		this.actor.run("remind", (message, context) -> context.remind("r", Duration.ofHours(1), new Note("reminder")));
		start().tell(new Do("schedule"));
		ref("y").tell(new Do("remind"));
		this.node.advance(Duration.ofMinutes(30));
		assertThat(isActive("x")).isTrue();
		assertThat(isActive("y")).isFalse();
		this.node.advance(Duration.ofMinutes(35));

		assertThat(isActive("x")).as("the timer is over").isFalse();
		assertThat(ref("x").call(new Get()).texts()).containsExactly("timer");
		assertThat(ref("y").call(new Get()).texts()).containsExactly("reminder");
	}

	@Test
	void tellsToDeliverKeepActivationAlive() throws Exception {
		Gate gate = this.actor.gate();
		this.actor.on("send", (state, message, context) -> {
			ref("y").tell(new Note("guaranteed"), Delivery.EXACTLY_ONCE);
			return state.plus(1);
		});
		start();
		ref("y").tell(new Do("gate"));
		gate.awaitReached();
		ref("x").tell(new Do("send"));
		this.node.await(() -> this.actor.handled().contains("x send"));
		this.node.time().advance(Duration.ofMinutes(5));
		this.node.await(() -> this.node.explain("a", "x").mailbox() == 0);
		assertThat(isActive("x")).isTrue();
		gate.open();
		this.node.settle();
		this.node.advance(Duration.ofMinutes(5));

		assertThat(isActive("x")).isFalse();
		assertThat(ref("y").call(new Get()).texts()).containsExactly("guaranteed");
	}

	@Test
	void askedForByItsHandlerItEndsOnceMailboxIsEmpty() throws Exception {
		Gate gate = this.actor.gate();
		this.actor.run("passivate", (message, context) -> context.passivate());
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		ref.tell(new Do("passivate"));
		CompletableFuture<Long> behind = ref.ask(new Add(1));
		gate.open();

		assertThat(behind).succeedsWithin(SOON).isEqualTo(1L);
		this.node.settle();
		assertThat(isActive("x")).isFalse();
		assertThat(this.node.statistics("a").activated()).isEqualTo(1);
		assertThat(ref.call(new Add(1))).isEqualTo(2);
	}

	@Test
	void leastRecentlyUsedEndFirstWhenThereAreTooMany() {
		startWithAtMost(20);
		for (int i = 0; i < 20; i++) {
			ref("k" + i).call(new Add(1));
			this.node.advance(Duration.ofMillis(5));
		}
		// The oldest is used again.
		ref("k0").call(new Add(1));
		this.node.advance(Duration.ofMillis(5));
		for (int i = 20; i < 30; i++) {
			ref("k" + i).call(new Add(1));
			this.node.advance(Duration.ofMillis(5));
		}

		List<String> active = active();
		assertThat(active).hasSize(20).contains("k0");
		assertThat(active).containsAll(IntStream.range(11, 30).mapToObj((i) -> "k" + i).toList());
		assertThat(ref("k1").call(new Get()).sum()).as("nothing is lost").isEqualTo(1);
	}

	@Test
	void thoseWithTimersDoNotEndThoughThereAreTooMany() {
		this.actor.run("schedule", (message, context) -> context.schedule("t", Duration.ofHours(1), new Note("timer")));
		startWithAtMost(20);
		for (int i = 0; i < 10; i++) {
			ref("t" + i).tell(new Do("schedule"));
		}
		this.node.settle();
		for (int i = 0; i < 100; i++) {
			ref("k" + i).call(new Add(1));
			this.node.advance(Duration.ofMillis(5));
		}

		assertThat(active()).contains("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9").hasSizeLessThan(60);
	}

	@Test
	void burstOfActivationsIsBroughtDown() {
		startWithAtMost(100);
		List<CompletableFuture<Long>> replies = new ArrayList<>();
		for (int i = 0; i < 2_000; i++) {
			replies.add(ref("k" + i).ask(new Add(1)));
		}
		assertThat(replies).allSatisfy((reply) -> assertThat(reply).succeedsWithin(SOON));
		this.node.advance(Duration.ofMillis(10));
		ref("one more").call(new Add(1));
		this.node.advance(Duration.ofMillis(10));

		assertThat(active()).hasSizeLessThanOrEqualTo(101);
		assertThat(ref("k7").call(new Add(1))).isEqualTo(2);
	}

	private void startWithAtMost(int active) {
		this.node = TestNode.start(new FaultyStore(), (node) -> node.withMaxActive(active),
				this.actor.definition("a", ActorSettings.defaults()));
	}

	private List<String> active() {
		return this.node.node()
			.management()
			.activations("a", null, 1_000)
			.actors()
			.stream()
			.map((id) -> id.key())
			.toList();
	}

	@Test
	void volatileActorsArePassivatedToo() {
		this.node = TestNode.start(this.actor.definition("a",
				ActorSettings.defaults().withPersistence(Persistence.NONE).withPassivateAfter(Duration.ofMinutes(1))));
		ref("x").call(new Add(1));
		this.node.advance(Duration.ofMinutes(2));

		assertThat(isActive("x")).isFalse();
	}

}
