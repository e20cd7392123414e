package dev.cajun.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.Delivery;
import dev.cajun.FailurePolicy;
import dev.cajun.Persistence;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.activation.TypeStatistics;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Gate;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestActor.Notes;
import dev.cajun.node.TestActor.Query;
import dev.cajun.store.FaultyStore;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.time.VirtualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The end of an activation that is not used. */
class PassivationTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	/** After so long actors are passivated. */
	private static final Duration IDLE = Duration.ofSeconds(60);

	/** How often that is looked at. */
	private static final Duration SWEEP = Duration.ofSeconds(10);

	private final TestActor actor = new TestActor();

	private TestNode node;

	@BeforeEach
	void steps() {
		this.actor.run("passivate", (message, context) -> context.passivate());
		this.actor.run("timer",
				(message, context) -> context.schedule("t", Duration.parse(((Do) message).text()), new Note("timer")));
		this.actor.run("cancel", (message, context) -> context.cancel("t"));
	}

	@AfterEach
	void close() {
		if (this.node != null) {
			this.node.close();
		}
	}

	private ActorRef<Message> start(Persistence persistence) {
		return start((settings) -> settings, ActorSettings.defaults().withPersistence(persistence));
	}

	private ActorRef<Message> start(UnaryOperator<NodeSettings> node, ActorSettings settings) {
		this.node = TestNode.start(new FaultyStore(), node,
				this.actor.definition("a", settings.withPassivateAfter(IDLE)));
		this.actor.watchedBy(this.node::store);
		return ref("x");
	}

	private ActorRef<Message> ref(String key) {
		return this.node.ref("a", key);
	}

	private boolean isActive(String key) {
		return this.node.isActive("a", key);
	}

	private void pass(Duration duration) {
		this.node.advance(duration).settle();
	}

	private List<String> active() {
		return this.node.node().management().activations("a", null, 1000).actors().stream().map(ActorId::key).toList();
	}

	// ---- idle time

	@Test
	void actorThatIsIdleLongEnoughIsPassivated() {
		ActorRef<Message> ref = start(Persistence.STATE);
		ref.call(new Add(1));
		pass(IDLE.minusMillis(1));
		assertThat(isActive("x")).isTrue();
		pass(SWEEP);

		assertThat(isActive("x")).isFalse();
		assertThat(this.node.statistics("a").active()).isZero();
		assertThat(this.node.statistics("a").ended()).isEqualTo(1);
	}

	@Test
	void actorThatIsUsedStaysActive() {
		ActorRef<Message> ref = start(Persistence.STATE);
		ref.call(new Add(1));
		ref("y").call(new Add(1));
		for (int i = 0; i < 10; i++) {
			pass(IDLE.dividedBy(2));
			ref.call(new Get());
		}

		assertThat(active()).containsExactly("x");
		assertThat(this.node.statistics("a").activated()).isEqualTo(2);
	}

	@Test
	void eachTypeHasItsOwnTime() {
		this.node = TestNode.start(
				this.actor.definition("a", ActorSettings.defaults().withPassivateAfter(Duration.ofSeconds(20))),
				this.actor.definition("b", ActorSettings.defaults().withPassivateAfter(Duration.ofHours(2))));
		ref("x").call(new Add(1));
		this.node.<Message>ref("b", "x").call(new Add(1));
		pass(Duration.ofHours(1));
		assertThat(this.node.isActive("a", "x")).isFalse();
		assertThat(this.node.isActive("b", "x")).isTrue();
		pass(Duration.ofHours(1).plus(SWEEP));

		assertThat(this.node.isActive("b", "x")).isFalse();
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES" })
	void stateIsBackAfterPassivation(Persistence persistence) {
		ActorRef<Message> ref = start(persistence);
		ref.call(new Add(5));
		ref.tell(new Note("n"));
		pass(IDLE.plus(SWEEP));
		assertThat(isActive("x")).isFalse();

		assertThat(ref.call(new Get())).isEqualTo(new Notes(5, List.of("n")));
		assertThat(this.node.statistics("a").activated()).isEqualTo(2);
	}

	@Test
	void volatileActorBeginsAnewAfterPassivation() {
		ActorRef<Message> ref = start(Persistence.NONE);
		ref.call(new Add(5));
		pass(IDLE.plus(SWEEP));

		assertThat(ref.call(new Get()).sum()).isZero();
	}

	@Test
	void journaledActorIsPassivatedWithSnapshot() {
		ActorRef<Message> ref = start(Persistence.MESSAGES);
		ref.call(new Add(5));
		pass(IDLE.plus(SWEEP));
		assertThat(this.node.store().snapshots()).containsExactly(ref.id());
		ref.call(new Get());
		pass(IDLE.plus(SWEEP));

		assertThat(isActive("x")).isFalse();
		assertThat(this.node.store().snapshots()).as("nothing new to write").hasSize(1);
	}

	@Test
	void quarantinedActorStaysVisible() {
		this.actor.run("fails", (message, context) -> {
			throw new IllegalStateException("as the test wants");
		});
		ActorRef<Message> ref = start((settings) -> settings,
				ActorSettings.defaults().withOnFailure(FailurePolicy.STOP));
		ref.tell(new Do("fails"));
		pass(Duration.ofHours(1));

		assertThat(this.node.explain("a", "x").quarantine()).contains("stopped by its failure policy");
	}

	// ---- what keeps an actor

	@Test
	void actorWithTimerStays() {
		ActorRef<Message> ref = start(Persistence.NONE);
		ref.call(new Add(5));
		ref.tell(new Do("timer", "PT10M"));
		pass(Duration.ofMinutes(9));
		assertThat(isActive("x")).isTrue();
		pass(Duration.ofMinutes(1));

		assertThat(ref.call(new Get())).isEqualTo(new Notes(5, List.of("timer")));
		pass(IDLE.plus(SWEEP));
		assertThat(isActive("x")).isFalse();
	}

	@Test
	void actorWhoseTimerWasCancelledIsPassivated() {
		ActorRef<Message> ref = start(Persistence.STATE);
		ref.tell(new Do("timer", "PT1H"));
		pass(Duration.ofMinutes(10));
		assertThat(isActive("x")).isTrue();
		ref.tell(new Do("cancel"));
		pass(IDLE.plus(SWEEP));

		assertThat(isActive("x")).isFalse();
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "NONE" })
	void actorThatWasIdleWithTimerIsUsedAgainForItsWholeTime(Persistence persistence) {
		ActorRef<Message> ref = start(persistence);
		ref.call(new Add(5));
		ref.tell(new Do("timer", "PT10M"));
		pass(Duration.ofMinutes(5));
		ref.tell(new Do("cancel"));
		pass(IDLE.minusMillis(1));
		assertThat(isActive("x")).isTrue();
		pass(SWEEP);

		assertThat(isActive("x")).isFalse();
		assertThat(this.node.statistics("a").activated()).isEqualTo(1);
	}

	@Test
	void journaledActorThatWasIdleWithTimerWritesSnapshotsAsOftenAsEver() {
		ActorRef<Message> ref = start(Persistence.MESSAGES);
		ref.tell(new Do("timer", "PT10M"));
		pass(Duration.ofMinutes(5));
		for (int i = 0; i < 20; i++) {
			ref.call(new Add(1));
		}

		assertThat(this.node.store().snapshots()).isEmpty();
	}

	@Test
	void actorWithUnacknowledgedTellsStays() {
		this.actor.run("fails", (message, context) -> {
			throw new IllegalStateException("as the test wants");
		});
		this.actor.run("tells",
				(message,
						context) -> assertThat(
								this.node.<Message>ref("b", "y").tell(new Note("guaranteed"), Delivery.AT_LEAST_ONCE))
							.as("not stored yet")
							.isNotDone());
		this.node = TestNode.start(this.actor.definition("a", ActorSettings.defaults().withPassivateAfter(IDLE)),
				this.actor.definition("b", ActorSettings.defaults().withOnFailure(FailurePolicy.STOP)));
		ActorRef<Message> receiver = this.node.ref("b", "y");
		receiver.tell(new Do("fails"));
		this.node.settle();
		ref("x").tell(new Do("tells"));
		this.node.advance(Duration.ofMinutes(10));
		assertThat(isActive("x")).isTrue();
		assertThat(this.node.node().management().release(receiver.id())).isTrue();
		this.node.advance(Duration.ofMinutes(1));
		assertThat(receiver.call(new Get()).texts()).containsExactly("guaranteed");
		this.node.advance(IDLE.plus(SWEEP));

		assertThat(isActive("x")).isFalse();
	}

	// ---- the cap

	@Test
	void leastRecentlyUsedIsPassivatedWhenThereAreTooMany() {
		start((settings) -> settings.withMaxActive(10), ActorSettings.defaults());
		for (int i = 0; i < 10; i++) {
			ref("k" + i).call(new Add(1));
			pass(Duration.ofMillis(2));
		}
		ref("k0").call(new Add(1));
		pass(Duration.ofMillis(2));
		assertThat(active()).hasSize(10);
		ref("k10").call(new Add(1));
		pass(Duration.ofMillis(2));
		assertThat(active()).hasSize(10).contains("k0", "k10").doesNotContain("k1");
		ref("k11").call(new Add(1));
		pass(Duration.ofMillis(2));

		assertThat(active()).hasSize(10).contains("k0", "k10", "k11").doesNotContain("k1", "k2");
		assertThat(ref("k1").call(new Get()).sum()).isEqualTo(1);
	}

	@Test
	void actorsThatAreBusyOrHaveTimersMayPassTheCap() throws Exception {
		Gate gate = this.actor.gate();
		start((settings) -> settings.withMaxActive(2), ActorSettings.defaults());
		ref("busy").tell(new Do("gate"));
		gate.awaitReached();
		ref("timer").call(new Add(1));
		ref("timer").tell(new Do("timer", "PT1H"));
		for (int i = 0; i < 20; i++) {
			ref("k" + i).call(new Add(1));
			this.node.time().advance(Duration.ofMillis(2));
		}
		// Who begins has the surplus looked for, unless somebody is at it
		AtomicInteger more = new AtomicInteger();
		Awaitility.await().atMost(SOON).untilAsserted(() -> {
			ref("more" + more.incrementAndGet()).call(new Add(1));
			this.node.time().advance(Duration.ofMillis(2));
			assertThat(active()).hasSizeLessThan(5).contains("busy", "timer");
		});
		gate.open();
		this.node.settle();

		assertThat(this.actor.handled()).contains("busy gate");
	}

	// ---- on request

	@Test
	void actorPassivatesItself() {
		ActorRef<Message> ref = start(Persistence.STATE);
		ref.call(new Add(1));
		ref.tell(new Do("passivate"));
		this.node.settle();
		assertThat(isActive("x")).isFalse();

		assertThat(ref.call(new Get()).sum()).isEqualTo(1);
	}

	@Test
	void actorThatPassivatesItselfHandlesWhatWaitsFirst() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start(Persistence.NONE);
		ref.tell(new Do("gate"));
		gate.awaitReached();
		ref.tell(new Do("passivate"));
		CompletableFuture<Long> first = ref.ask(new Add(1));
		CompletableFuture<Long> second = ref.ask(new Add(1));
		gate.open();

		assertThat(first).succeedsWithin(SOON).isEqualTo(1L);
		assertThat(second).succeedsWithin(SOON).as("by the same activation").isEqualTo(2L);
		this.node.settle();
		assertThat(isActive("x")).isFalse();
	}

	@Test
	void handlerThatFailsPassivatesNothing() {
		this.actor.run("passivate and fail", (message, context) -> {
			context.passivate();
			throw new IllegalStateException("as the test wants");
		});
		ActorRef<Message> ref = start(Persistence.STATE);
		ref.tell(new Do("passivate and fail"));
		this.node.settle();

		assertThat(isActive("x")).isTrue();
	}

	// ---- meanwhile

	@Test
	void messageThatComesWhilePassivationWritesIsHandled() {
		ActorRef<Message> ref = start(Persistence.MESSAGES);
		ref.call(new Add(1));
		this.node.store().freeze();
		ref.tell(new Do("passivate"));
		this.node.rest();
		assertThat(this.node.store().held()).as("a snapshot").isEqualTo(1);
		CompletableFuture<Long> reply = ref.ask(new Add(1));
		ref.tell(new Note("n"));
		this.node.store().thaw();

		assertThat(reply).succeedsWithin(SOON).isEqualTo(2L);
		assertThat(ref.call(new Get())).isEqualTo(new Notes(2, List.of("n")));
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES" })
	void noMessageIsLostBetweenActivations(Persistence persistence) throws Exception {
		this.actor.on("add and passivate", (state, message, context) -> {
			context.passivate();
			if (message instanceof Query query) {
				context.reply(query, "" + (state.sum() + 1));
			}
			return state.plus(1);
		});
		start(persistence);
		Executor later = Thread::startVirtualThread;
		this.node.store().answerOn(later);
		List<Thread> threads = new ArrayList<>();
		for (int sender = 0; sender < 3; sender++) {
			Random random = new Random(sender);
			threads.add(Thread.ofVirtual().start(() -> {
				for (int i = 0; i < 300; i++) {
					ActorRef<Message> ref = ref("k" + random.nextInt(5));
					if (random.nextBoolean()) {
						ref.call(new Query("add and passivate"));
					}
					else {
						ref.tell(new Do("add and passivate"));
					}
				}
			}));
		}
		for (Thread thread : threads) {
			assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
		}
		this.node.settle();

		assertThat(IntStream.range(0, 5).mapToLong((i) -> ref("k" + i).call(new Get()).sum()).sum()).isEqualTo(900);
		TypeStatistics statistics = this.node.statistics("a");
		assertThat(statistics.ended()).isGreaterThan(10);
		assertThat(statistics.active()).isEqualTo(5);
		assertThat(statistics.loads()).isEqualTo(statistics.activated());
	}

	@Test
	void hundredThousandActorsComeAndGo() throws Exception {
		int actors = 100_000;
		VirtualTime time = new VirtualTime();
		CajunNode many = CajunNode.builder()
			.settings(NodeSettings.defaults().withShards(64))
			.store(new InMemoryActorStore())
			.scheduler(time)
			.actor(ActorDefinition.stateful("count", new Counter(), Integer.class, Integer.class,
					ActorSettings.defaults().withPassivateAfter(IDLE)))
			.build();
		many.start();
		Actors<Integer> counters = many.system().actors(Integer.class);
		IntStream.range(0, actors).forEach((i) -> counters.get("k" + i).tell(i));
		TypeStatistics statistics = many.statistics().get("count");
		assertThat(many.awaitIdle(Duration.ofSeconds(30))).isTrue();
		assertThat(statistics.active()).isEqualTo(actors);
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
			time.advance(SWEEP);
			return statistics.active() == 0;
		});
		assertThat(many.awaitIdle(Duration.ofSeconds(30))).isTrue();
		assertThat(many.management().activations(null, null, 1).actors()).isEmpty();
		assertThat(statistics.handled()).isEqualTo(actors);
		assertThat(statistics.activated()).isEqualTo(actors);
		assertThat(statistics.ended()).isEqualTo(actors);
		assertThat(many.stop()).succeedsWithin(SOON);
	}

	private static final class Counter implements StatefulActor<Integer, Integer> {

		@Override
		public Integer initialState(ActorId id) {
			return 0;
		}

		@Override
		public Integer receive(Integer state, Integer message, ActorContext<Integer> context) {
			return state + 1;
		}

	}

}
