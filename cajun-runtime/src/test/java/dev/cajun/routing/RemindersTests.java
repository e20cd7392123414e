package dev.cajun.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.FailurePolicy;
import dev.cajun.HandlerException;
import dev.cajun.Persistence;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestActor.Query;
import dev.cajun.node.TestNode;
import dev.cajun.store.FaultyStore;
import dev.cajun.store.FaultyStore.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Durable reminders. */
class RemindersTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final ActorId X = new ActorId("a", "x");

	private final TestActor actor = new TestActor();

	private TestNode node;

	@AfterEach
	void close() {
		if (this.node != null) {
			this.node.close();
		}
	}

	/** {@code remind} of a text reminds with a note of it, one minute on. */
	private ActorRef<Message> start(ActorSettings settings) {
		this.actor.run("remind",
				(message, context) -> context.remind("r", Duration.ofMinutes(1), new Note(((Do) message).text())));
		this.actor.run("cancel", (message, context) -> context.cancel("r"));
		this.node = TestNode.start(new FaultyStore(), (node) -> node.withShards(1),
				this.actor.definition("a", settings));
		this.actor.watchedBy(this.node::store);
		return ref();
	}

	private ActorRef<Message> start() {
		return start(ActorSettings.defaults());
	}

	private ActorRef<Message> ref() {
		return this.node.ref("a", "x");
	}

	private List<String> texts() {
		return ref().call(new Get()).texts();
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES" })
	void comesOnceWhenItIsDue(Persistence persistence) {
		start(ActorSettings.defaults().withPersistence(persistence)).tell(new Do("remind", "due"));
		this.node.advance(Duration.ofMillis(59_998));
		assertThat(texts()).isEmpty();
		this.node.advance(Duration.ofMillis(2));
		assertThat(texts()).containsExactly("due");
		this.node.advance(Duration.ofHours(1));
		this.node.crash();
		this.node.advance(Duration.ofHours(1));

		assertThat(texts()).containsExactly("due");
	}

	@Test
	void comesAtTimeGiven() {
		ActorRef<Message> ref = start();
		Instant at = this.node.time().now().plus(Duration.ofHours(1));
		this.actor.run("at", (message, context) -> {
			context.remind("future", at, new Note("future"));
			context.remind("past", at.minus(Duration.ofDays(80)), new Note("past"));
			context.remind("negative", Duration.ofDays(-1), new Note("negative"));
		});
		ref.tell(new Do("at"));
		this.node.advance(Duration.ofSeconds(1));
		assertThat(texts()).containsExactlyInAnyOrder("past", "negative");
		this.node.advance(Duration.ofMinutes(59));
		assertThat(texts()).hasSize(2);
		this.node.advance(Duration.ofMinutes(1));

		assertThat(texts()).hasSize(3).last().isEqualTo("future");
	}

	@ParameterizedTest
	@ValueSource(strings = { "crash", "stop", "passivation" })
	void wakesItsActor(String how) {
		start(ActorSettings.defaults().withPassivateAfter(Duration.ofSeconds(5))).tell(new Do("remind", "due"));
		this.node.settle();
		switch (how) {
			case "crash" -> this.node.crash();
			case "stop" -> this.node.restart();
			default -> this.node.advance(Duration.ofSeconds(30));
		}
		assertThat(this.node.isActive("a", "x")).isFalse();
		this.node.advance(Duration.ofMinutes(1));

		assertThat(this.actor.handled()).contains("x due");
		assertThat(texts()).containsExactly("due");
	}

	@Test
	void comesLateAfterOutage() {
		start().tell(new Do("remind", "due"));
		this.node.settle();
		this.node.stop();
		this.node.time().advance(Duration.ofDays(3));
		assertThat(this.actor.handled()).hasSize(1);
		this.node.startNext();
		this.node.advance(Duration.ofSeconds(1));

		assertThat(this.actor.handled()).contains("x due");
	}

	@Test
	void ofTurnThatWasNotWrittenNeverComes() {
		start();
		this.node.store().dieAtCommit(1, false);
		ref().tell(new Do("remind", "due"));
		this.node.rest();
		this.node.crash();
		this.node.advance(Duration.ofHours(1));

		assertThat(texts()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void lastOfOneNameCounts(boolean crash) {
		start().tell(new Do("remind", "first"));
		this.node.advance(Duration.ofSeconds(30));
		ref().tell(new Do("remind", "second"));
		this.node.settle();
		if (crash) {
			this.node.crash();
		}
		this.node.advance(Duration.ofSeconds(59));
		assertThat(texts()).isEmpty();
		this.node.advance(Duration.ofSeconds(1));

		assertThat(texts()).containsExactly("second");
	}

	@Test
	void mayBeReplacedByAnEarlierOne() {
		ActorRef<Message> ref = start();
		this.actor.run("earlier",
				(message, context) -> context.remind("r", Duration.ofSeconds(1), new Note("earlier")));
		ref.tell(new Do("remind", "later"));
		ref.tell(new Do("earlier"));
		this.node.advance(Duration.ofSeconds(1));
		assertThat(texts()).containsExactly("earlier");
		this.node.advance(Duration.ofHours(1));

		assertThat(texts()).containsExactly("earlier");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void doesNotComeOnceCancelled(boolean crash) {
		start().tell(new Do("remind", "cancelled"));
		this.node.advance(Duration.ofSeconds(30));
		ref().tell(new Do("cancel"));
		this.node.settle();
		if (crash) {
			this.node.crash();
		}
		this.node.advance(Duration.ofHours(1));

		assertThat(texts()).isEmpty();
	}

	@Test
	void cancelEndsTimerAndReminderOfTheName() {
		ActorRef<Message> ref = start();
		this.actor.run("both", (message, context) -> {
			context.schedule("r", Duration.ofSeconds(1), new Note("timer"));
			context.remind("r", Duration.ofSeconds(1), new Note("reminder"));
		});
		ref.tell(new Do("both"));
		ref.tell(new Do("cancel"));
		this.node.advance(Duration.ofSeconds(5));
		assertThat(texts()).isEmpty();
		ref.tell(new Do("both"));
		this.node.advance(Duration.ofSeconds(5));
		assertThat(texts()).containsExactlyInAnyOrder("timer", "reminder");
	}

	@ParameterizedTest
	@ValueSource(strings = { "cancel", "remind" })
	void cancelledOrReplacedInTheSameDrainItDoesNotCome(String how) {
		ActorRef<Message> ref = start();
		ref.tell(new Do("remind", "first"));
		this.node.settle();
		this.node.store().freeze();
		ref.tell(new Note("written"));
		this.node.await(() -> this.node.store().held() == 1);
		ref.tell(new Do(how, "second"));
		this.node.time().advance(Duration.ofMinutes(1));
		this.node.store().thaw();
		this.node.settle();
		assertThat(texts()).containsExactly("written");
		this.node.advance(Duration.ofMinutes(1));

		List<String> expected = how.equals("cancel") ? List.of("written") : List.of("written", "second");
		assertThat(texts()).isEqualTo(expected);
		this.node.crash();
		this.node.advance(Duration.ofHours(1));
		assertThat(texts()).isEqualTo(expected);
	}

	@Test
	void handlerMaySetItsOwnReminderAgain() {
		ActorRef<Message> ref = start();
		this.actor.on("tick", (state, message, context) -> {
			context.remind("r", Duration.ofMinutes(1), message);
			return state.plus(1);
		});
		ref.tell(new Do("tick"));
		this.node.advance(Duration.ofMinutes(5));
		assertThat(ref.call(new Get()).sum()).isEqualTo(6);
		this.node.crash();
		this.node.advance(Duration.ofMinutes(5));

		assertThat(ref().call(new Get()).sum()).isEqualTo(11);
	}

	@Test
	void messageThatFailsIsDroppedAndGoneFromStore() {
		AtomicInteger runs = new AtomicInteger();
		this.actor.run("throw", (message, context) -> {
			runs.incrementAndGet();
			throw new IllegalStateException("on purpose");
		});
		ActorRef<Message> ref = start();
		this.actor.run("remind throw",
				(message, context) -> context.remind("r", Duration.ofMinutes(1), new Do("throw")));
		ref.tell(new Do("remind throw"));
		this.node.advance(Duration.ofHours(1));
		this.node.crash();
		this.node.advance(Duration.ofHours(1));

		assertThat(runs).hasValue(1);
		assertThat(this.node.undelivered()).hasSize(1);
	}

	@Test
	void isAnnouncedAgainWhenStoreDidNotWrite() {
		start().tell(new Do("remind", "due"));
		this.node.settle();
		this.node.store().failCommits(Fault.NOT_APPLIED, Fault.NOT_APPLIED, Fault.NOT_APPLIED);
		this.node.advance(Duration.ofMinutes(5));

		assertThat(texts()).containsExactly("due");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void crashWhileItIsHandledLosesAndRepeatsNothingInTheState(boolean applied) {
		start().tell(new Do("remind", "due"));
		this.node.settle();
		this.node.store().dieAtCommit(1, applied);
		this.node.advance(Duration.ofMinutes(1));
		assertThat(this.node.store().isDead()).isTrue();
		this.node.crash();
		this.node.advance(Duration.ofMinutes(1));

		assertThat(texts()).containsExactly("due");
		assertThat(this.actor.handled().stream().filter("x due"::equals)).hasSize(applied ? 1 : 2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "quarantine", "stop" })
	void waitsForActorThatRefusesToBeReleased(String why) {
		this.actor.run("throw", (message, context) -> {
			throw new IllegalStateException("on purpose");
		});
		start(ActorSettings.defaults().withOnFailure(FailurePolicy.STOP)).tell(new Do("remind", "due"));
		ref().tell(new Note("written"));
		this.node.settle();
		if (why.equals("stop")) {
			ref().tell(new Do("throw"));
			this.node.settle();
		}
		else {
			this.node.crashWith((store) -> store.corruptState(X));
		}
		this.node.advance(Duration.ofHours(1));
		assertThat(this.actor.handled()).doesNotContain("x due");
		assertThat(this.node.explain("a", "x").quarantine()).isNotNull();
		this.node.store().mend(X);
		this.node.node().management().release(X);
		this.node.advance(Duration.ofMinutes(2));

		assertThat(this.actor.handled()).contains("x due");
		assertThat(texts()).containsExactly("written", "due");
	}

	@Test
	void volatileActorHasNone() {
		ActorRef<Message> ref = start(ActorSettings.defaults().withPersistence(Persistence.NONE));
		this.actor.run("query", (message, context) -> context.remind("r", Duration.ofMinutes(1), new Note("n")));

		assertThat(ref.ask(new Query("query"))).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withMessageContaining(UnsupportedOperationException.class.getName());
	}

	@Test
	void nameHasOneTo256Characters() {
		ActorRef<Message> ref = start();
		this.actor.run("name", (message, context) -> {
			context.remind(((Query) message).text(), Duration.ofMinutes(1), new Note("n"));
			context.reply((Query) message, "set");
		});

		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Query("name", "")));
		assertThatExceptionOfType(HandlerException.class)
			.isThrownBy(() -> ref.call(new Query("name", "n".repeat(257))));
		assertThat(ref.call(new Query("name", "n".repeat(256)))).isEqualTo("set");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void thousandsOfOneShardComeInTimeAndOnce(boolean restarted) {
		RandomGenerator random = random(11);
		Sleepers sleepers = new Sleepers();
		sleepers.start();
		Map<String, Integer> due = new HashMap<>();
		for (int i = 0; i < 2_000; i++) {
			String key = "k" + i;
			// A third of them at the same time.
			int seconds = (i % 3 == 0) ? 300 : 1 + random.nextInt(600);
			due.put(key, seconds);
			sleepers.ref(key).tell(new Sleep(Duration.ofSeconds(seconds), key));
		}
		this.node.settle();
		if (restarted) {
			this.node.crash();
		}
		for (int second = 10; second <= 600; second += 10) {
			this.node.advance(Duration.ofSeconds(10));
			int passed = second;
			long expected = due.values().stream().filter((at) -> at <= passed).count();
			assertThat(sleepers.woken).as("after %d s", second).hasSize((int) expected);
		}

		assertThat(sleepers.woken).doesNotHaveDuplicates().hasSize(2_000);
	}

	@Test
	void actorThatRefusesHoldsUpNoOther() {
		Sleepers sleepers = new Sleepers();
		sleepers.start();
		for (int i = 0; i < 600; i++) {
			sleepers.ref("k" + i).tell(new Sleep(Duration.ofSeconds(1 + i), "k" + i));
		}
		this.node.settle();
		List<ActorId> damaged = IntStream.range(0, 200).mapToObj((i) -> new ActorId("s", "k" + i)).toList();
		this.node.crashWith((store) -> damaged.forEach((id) -> store.tamper(id, (stored) -> {
			throw new IllegalStateException("damaged");
		})));
		this.node.advance(Duration.ofMinutes(11));
		assertThat(sleepers.woken).hasSize(400);
		damaged.forEach((id) -> this.node.store().mend(id));
		damaged.forEach((id) -> this.node.node().management().release(id));
		this.node.advance(Duration.ofMinutes(2));

		assertThat(sleepers.woken).hasSize(600).doesNotHaveDuplicates();
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2 })
	void changesAtRandomAreHonouredWhilePagesAreRead(long seed) {
		RandomGenerator random = random(seed);
		Sleepers sleepers = new Sleepers();
		sleepers.start();
		Map<String, Sleep> set = new HashMap<>();
		Map<String, Instant> dues = new HashMap<>();
		List<String> expected = new ArrayList<>();
		try (ExecutorService answers = Executors.newVirtualThreadPerTaskExecutor()) {
			for (int step = 0; step < 900; step++) {
				if (step == 300) {
					this.node.store().answerOn(answers);
				}
				String key = "k" + random.nextInt(400);
				if (random.nextInt(5) == 0) {
					sleepers.ref(key).tell(new Wake());
					set.remove(key);
					dues.remove(key);
				}
				else {
					// Few different times, so that many fall together.
					Sleep sleep = new Sleep(Duration.ofSeconds(10L * (1 + random.nextInt(12))), key + "/" + step);
					sleepers.ref(key).tell(sleep);
					set.put(key, sleep);
					dues.put(key, this.node.time().now().plus(sleep.delay()));
				}
				if (random.nextInt(20) == 0) {
					settleAll();
					this.node.time().advance(Duration.ofSeconds(10));
					settleAll();
					for (String woken : List.copyOf(dues.keySet())) {
						if (!dues.get(woken).isAfter(this.node.time().now())) {
							dues.remove(woken);
							expected.add(set.remove(woken).text());
						}
					}
					assertThat(sleepers.woken).as("step %d", step).containsExactlyInAnyOrderElementsOf(expected);
				}
			}
			settleAll();
			this.node.store().answerOn(Runnable::run);
		}
		set.values().forEach((sleep) -> expected.add(sleep.text()));
		this.node.crash();
		this.node.advance(Duration.ofMinutes(5));

		assertThat(sleepers.woken).containsExactlyInAnyOrderElementsOf(expected);
	}

	/** The store answers on other threads: until nothing is due, and nothing runs. */
	private void settleAll() {
		this.node.await(() -> {
			this.node.settle();
			Duration next = this.node.time().untilNext();
			if (next != null && next.isZero()) {
				this.node.time().advance(Duration.ZERO);
				return false;
			}
			return this.node.store().underWay() == 0;
		});
	}

	private static RandomGenerator random(long seed) {
		return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
	}

	sealed interface SleepMessage {

	}

	record Sleep(Duration delay, String text) implements SleepMessage {

	}

	record Due(String text) implements SleepMessage {

	}

	record Wake() implements SleepMessage {

	}

	record Slept(int times) {

	}

	/** Each has one reminder. */
	private final class Sleepers implements StatefulActor<Slept, SleepMessage> {

		private final List<String> woken = new CopyOnWriteArrayList<>();

		void start() {
			RemindersTests.this.node = TestNode.start(new FaultyStore(), (node) -> node.withShards(1),
					ActorDefinition.stateful("s", this, SleepMessage.class, Slept.class,
							ActorSettings.defaults().withPassivateAfter(Duration.ofSeconds(20))));
		}

		ActorRef<SleepMessage> ref(String key) {
			return RemindersTests.this.node.ref("s", key);
		}

		@Override
		public Slept initialState(ActorId id) {
			return new Slept(0);
		}

		@Override
		public Slept receive(Slept state, SleepMessage message, ActorContext<SleepMessage> context) {
			switch (message) {
				case Sleep sleep -> context.remind("r", sleep.delay(), new Due(sleep.text()));
				case Due due -> {
					this.woken.add(due.text());
					return new Slept(state.times() + 1);
				}
				case Wake wake -> context.cancel("r");
			}
			return state;
		}

	}

}
