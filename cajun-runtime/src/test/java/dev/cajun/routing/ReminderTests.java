package dev.cajun.routing;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.FailurePolicy;
import dev.cajun.HandlerException;
import dev.cajun.Persistence;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestActor.Query;
import dev.cajun.node.TestNode;
import dev.cajun.store.ActorStore;
import dev.cajun.store.FaultyStore;
import dev.cajun.store.FaultyStore.Fault;
import dev.cajun.store.StoreException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Reminders and timers under virtual time. An actor told {@code remind} or
 * {@code schedule} with names and delays in milliseconds rings when their time has come.
 */
class ReminderTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final List<Ring> rings = Collections.synchronizedList(new ArrayList<>());

	private final TestActor actor = new TestActor();

	private final Pages pages = new Pages();

	private TestNode node;

	@AfterEach
	void stopNode() {
		if (this.node != null) {
			this.node.close();
		}
	}

	private TestNode start() {
		return start(ActorSettings.defaults(), 8);
	}

	private TestNode start(ActorSettings settings, int shards) {
		this.actor.run("ring", (message, context) -> ring(context.self().id().key(), ((Do) message).text()))
			.run("cancel", (message, context) -> context.cancel(((Do) message).text()))
			.run("remind", (message, context) -> {
				for (Map.Entry<String, Duration> entry : entries((Do) message)) {
					context.remind(entry.getKey(), entry.getValue(), new Do("ring", entry.getKey()));
				}
			})
			.run("schedule", (message, context) -> {
				for (Map.Entry<String, Duration> entry : entries((Do) message)) {
					context.schedule(entry.getKey(), entry.getValue(), new Do("ring", entry.getKey()));
				}
			});
		FaultyStore first = new FaultyStore();
		this.node = TestNode.start(first, (node) -> node.withShards(shards).withDrainTimeout(Duration.ofSeconds(1)),
				(builder) -> builder.store(this.pages.of((this.node == null) ? first : this.node.store())),
				this.actor.definition("clock", settings));
		return this.node;
	}

	private static List<Map.Entry<String, Duration>> entries(Do message) {
		List<Map.Entry<String, Duration>> entries = new ArrayList<>();
		String[] words = message.text().split(" ", -1);
		for (int i = 0; i < words.length; i += 2) {
			entries.add(Map.entry(words[i], Duration.ofMillis(Long.parseLong(words[i + 1]))));
		}
		return entries;
	}

	private void ring(String key, String name) {
		this.rings.add(new Ring(key, name, this.node.time().now()));
	}

	private List<String> rung() {
		return List.copyOf(this.rings).stream().map(Ring::name).toList();
	}

	private ActorRef<Message> ref() {
		return ref("a");
	}

	private ActorRef<Message> ref(String key) {
		return this.node.ref("clock", key);
	}

	private void tell(Message... messages) {
		for (Message message : messages) {
			ref().tell(message);
		}
		this.node.settle();
	}

	private void advance(long millis) {
		this.node.advance(Duration.ofMillis(millis));
	}

	/** What is in the mailbox when this ends is handled in one drain. */
	private void inOneDrain(Runnable filling) {
		this.node.store().freeze();
		ref().tell(new Note("under way"));
		this.node.rest();
		filling.run();
		this.node.rest();
		this.node.store().thaw();
		this.node.settle();
	}

	// ---- reminders

	@Test
	void ringsAtItsTimeAndNotEarlier() {
		start();
		tell(new Do("remind", "x 60000"));
		Instant due = this.node.time().now().plusMillis(60_000);
		advance(59_999);
		assertThat(this.rings).isEmpty();
		advance(1);
		assertThat(this.rings).containsExactly(new Ring("a", "x", due));
		advance(3_600_000);
		assertThat(this.rings).hasSize(1);
	}

	@Test
	void aTimeInThePastMeansNow() {
		start();
		this.actor.run("past",
				(message, context) -> context.remind("x", this.node.time().now().minusSeconds(5), new Do("ring", "x")));
		tell(new Do("past"));
		advance(0);
		assertThat(rung()).containsExactly("x");
	}

	@Test
	void wakesAnInactiveActor() {
		start(ActorSettings.defaults().withPassivateAfter(Duration.ofSeconds(10)), 8);
		tell(new Do("remind", "x 3600000"));
		advance(60_000);
		assertThat(this.node.isActive("clock", "a")).isFalse();
		advance(3_540_000);
		assertThat(rung()).containsExactly("x");
	}

	@Test
	void leavesWithTheWriteOfItsHandlerOrNotAtAll() {
		start();
		this.actor.run("throw", (message, context) -> {
			context.remind("thrown", Duration.ofSeconds(1), new Do("ring", "thrown"));
			throw new IllegalStateException("as told");
		});
		this.node.store().failCommits(Fault.NOT_APPLIED);
		tell(new Do("remind", "refused 1000"));
		tell(new Do("throw"));
		advance(60_000);
		assertThat(this.rings).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void survivesARestart(boolean crash) {
		start();
		tell(new Do("remind", "x 60000 y 120000"));
		Instant set = this.node.time().now();
		advance(30_000);
		if (crash) {
			this.node.crash();
		}
		else {
			this.node.restart();
		}
		Passing.until(this.node, "it rang", () -> this.rings.size() == 2);
		assertThat(this.rings).containsExactly(new Ring("a", "x", set.plusSeconds(60)),
				new Ring("a", "y", set.plusSeconds(120)));
	}

	@Test
	void ringsAtOnceWhenItFellDueWhileNothingRan() {
		start();
		tell(new Do("remind", "y 120000 x 60000 z 100000000"));
		this.node.stop();
		this.node.time().advance(Duration.ofHours(1));
		Instant started = this.node.time().now();
		this.node.startNext();
		advance(0);
		assertThat(this.rings).containsExactly(new Ring("a", "x", started), new Ring("a", "y", started));
	}

	@ParameterizedTest
	@ValueSource(longs = { 10_000, 90_000 })
	void isReplacedByAnEarlierAndByALaterOne(long millis) {
		start();
		tell(new Do("remind", "x 60000"));
		tell(new Do("remind", "x " + millis));
		advance(millis - 1);
		assertThat(this.rings).isEmpty();
		advance(1);
		assertThat(rung()).containsExactly("x");
		advance(200_000);
		assertThat(this.rings).hasSize(1);
	}

	@Test
	void doesNotRingWhenCancelled() {
		start();
		tell(new Do("remind", "x 60000 y 60000"));
		tell(new Do("cancel", "x"), new Do("cancel", "unknown"));
		advance(120_000);
		assertThat(rung()).containsExactly("y");
		tell(new Do("remind", "x 1000"), new Do("cancel", "x"), new Do("remind", "x 2000"));
		advance(1_000);
		assertThat(rung()).containsExactly("y");
		advance(1_000);
		assertThat(rung()).containsExactly("y", "x");
	}

	@Test
	void isReplacedInTheDrainInWhichItIsDue() {
		start();
		tell(new Do("remind", "x 60000"));
		inOneDrain(() -> {
			ref().tell(new Do("remind", "x 90000"));
			advance(60_000);
		});
		assertThat(this.rings).isEmpty();
		advance(30_000 - 1);
		assertThat(this.rings).isEmpty();
		// The new delay counts from the time at which it was set
		advance(60_001);
		assertThat(rung()).containsExactly("x");
		advance(200_000);
		assertThat(this.rings).hasSize(1);
	}

	@Test
	void isCancelledInTheDrainInWhichItIsDue() {
		start();
		tell(new Do("remind", "x 60000 y 60000"));
		inOneDrain(() -> {
			ref().tell(new Do("cancel", "x"));
			advance(60_000);
		});
		advance(200_000);
		assertThat(rung()).containsExactly("y");
	}

	@Test
	void isSetAnewInTheDrainInWhichItRang() {
		start();
		tell(new Do("remind", "x 60000"));
		inOneDrain(() -> {
			advance(60_000);
			ref().tell(new Do("remind", "x 5000"));
		});
		assertThat(rung()).containsExactly("x");
		advance(5_000);
		assertThat(rung()).containsExactly("x", "x");
		this.node.crash();
		advance(60_000);
		assertThat(this.rings).hasSize(2);
	}

	@Test
	void setsItselfAgain() {
		start();
		this.actor.run("ring", (message, context) -> {
			ring("a", "x");
			context.remind("x", Duration.ofSeconds(10), message);
		});
		tell(new Do("remind", "x 10000"));
		Instant set = this.node.time().now();
		advance(35_000);
		this.node.crash();
		advance(30_000);
		assertThat(this.rings).isEqualTo(
				IntStream.rangeClosed(1, 6).mapToObj((n) -> new Ring("a", "x", set.plusSeconds(n * 10L))).toList());
		tell(new Do("cancel", "x"));
		advance(60_000);
		assertThat(this.rings).hasSize(6);
	}

	@Test
	void setsItselfAgainAndTakesItBackInOneTurn() {
		start();
		this.actor.run("ring", (message, context) -> {
			ring("a", "x");
			context.remind("x", Duration.ofSeconds(10), message);
			context.cancel("x");
		});
		tell(new Do("remind", "x 10000"));
		advance(60_000);
		this.node.crash();
		advance(60_000);
		assertThat(this.rings).hasSize(1);
	}

	@Test
	void isRemovedWhenItsHandlerThrows() {
		start();
		AtomicInteger tries = throwing();
		tell(new Do("remind", "x 10000"));
		advance(120_000);
		this.node.crash();
		advance(120_000);
		assertThat(tries).hasValue(1);
		assertThat(ref().call(new Get()).texts()).isEmpty();
	}

	@Test
	void isTriedAgainAsItsPolicySaysAndThenRemoved() {
		start(ActorSettings.defaults().withOnFailure(FailurePolicy.RETRY), 8);
		AtomicInteger tries = throwing();
		tell(new Do("remind", "x 10000"));
		advance(120_000);
		assertThat(tries).hasValue(3);
		this.node.crash();
		advance(120_000);
		assertThat(tries).hasValue(3);
	}

	private AtomicInteger throwing() {
		AtomicInteger tries = new AtomicInteger();
		this.actor.run("ring", (message, context) -> {
			tries.incrementAndGet();
			throw new IllegalStateException("as told");
		});
		return tries;
	}

	@ParameterizedTest
	@EnumSource(value = Fault.class, names = { "NOT_APPLIED", "UNKNOWN", "UNKNOWN_APPLIED", "SEQUENCE_MISMATCH" })
	void ringsUntilItsHandlerIsWritten(Fault fault) {
		start();
		this.actor.on("ring", (state, message, context) -> state.with("rung"));
		tell(new Do("remind", "x 10000"));
		this.node.store().failCommits(fault, fault);
		advance(120_000);
		assertThat(ref().call(new Get()).texts()).containsExactly("rung");
		this.node.crash();
		advance(120_000);
		assertThat(ref().call(new Get()).texts()).containsExactly("rung");
	}

	@Test
	void ringsOnceTheActorCanBeLoadedAgain() {
		start(ActorSettings.defaults().withPassivateAfter(Duration.ofSeconds(1)), 8);
		tell(new Do("remind", "x 60000"));
		advance(59_000);
		this.node.store().failLoads(Fault.NOT_APPLIED, Fault.UNKNOWN, Fault.NOT_APPLIED);
		advance(1_000);
		assertThat(this.rings).isEmpty();
		advance(60_000);
		assertThat(rung()).containsExactly("x");
	}

	@Test
	void ringsOnceWhenTheNodeDiesWithItsWrite() {
		start();
		this.actor.on("ring", (state, message, context) -> state.with("rung"));
		tell(new Do("remind", "x 10000 y 20000"));
		this.node.store().dieAtCommit(1, true);
		advance(10_000);
		this.node.crash();
		this.node.store().dieAtCommit(1, false);
		advance(10_000);
		this.node.crash();
		advance(60_000);
		assertThat(ref().call(new Get()).texts()).containsExactly("rung", "rung");
	}

	@Test
	void endsWithWhatIsCleared() {
		start();
		this.actor.run("clear", (message, context) -> context.clear());
		tell(new Do("remind", "x 10000 y 10000"));
		inOneDrain(() -> {
			ref().tell(new Do("clear"));
			ref().tell(new Do("remind", "z 20000"));
			advance(10_000);
		});
		advance(60_000);
		assertThat(rung()).containsExactly("z");
		this.node.crash();
		advance(60_000);
		assertThat(rung()).containsExactly("z");
	}

	@Test
	void anActorThatStoresNothingHasNone() {
		start(ActorSettings.defaults().withPersistence(Persistence.NONE), 8);
		this.actor.run("ask", (message, context) -> context.remind("x", Duration.ofSeconds(1), new Do("ring", "x")));
		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref().call(new Query("ask")))
			.withMessageContaining("use schedule");
	}

	@Test
	void manyOfOneShardRingOnceEachInTheOrderOfTheirTimes() {
		start(ActorSettings.defaults(), 1);
		Map<String, Instant> due = setMany(this.node.time().now());
		Instant last = due.values().stream().max(Comparator.naturalOrder()).orElseThrow();
		this.node.advance(Duration.between(this.node.time().now(), last));
		assertRungOnceEach(due);
		assertThat(this.rings).allSatisfy((ring) -> assertThat(ring.at()).isEqualTo(due.get(ring.id())));
		assertThat(this.rings).extracting(Ring::at).isSorted();
		advance(120_000);
		assertThat(this.rings).hasSize(2_000);
	}

	@Test
	void manyOfOneShardRingOnceEachThroughCrashes() {
		start(ActorSettings.defaults(), 1);
		Map<String, Instant> due = setMany(this.node.time().now());
		Instant last = due.values().stream().max(Comparator.naturalOrder()).orElseThrow();
		while (this.node.time().now().isBefore(last)) {
			advance(20_000);
			this.node.settle().crash();
		}
		assertRungOnceEach(due);
		assertThat(this.rings).extracting(Ring::at).isSorted();
	}

	@Test
	void manyThatFellDueWhileNothingRanRingOnceEachInOrder() {
		start(ActorSettings.defaults(), 1);
		Map<String, Instant> due = setMany(this.node.time().now());
		this.node.stop();
		this.node.time().advance(Duration.ofHours(1));
		this.node.startNext();
		advance(0);
		this.node.settle();
		assertRungOnceEach(due);
		for (int key = 0; key < 40; key++) {
			String actor = "a" + key;
			assertThat(List.copyOf(this.rings)).filteredOn((ring) -> ring.actor().equals(actor))
				.extracting((ring) -> due.get(ring.id()))
				.isSorted();
		}
	}

	/** 40 actors with 50 reminders each, most of them at a time that many others have. */
	private Map<String, Instant> setMany(Instant now) {
		Map<String, Instant> due = new HashMap<>();
		for (int key = 0; key < 40; key++) {
			StringBuilder text = new StringBuilder();
			for (int number = 0; number < 50; number++) {
				// Later ones first, half of them at one time
				long millis = (number % 2 == 0) ? 60_000 : 10_000 + ((50 - number) / 8) * 15_000L + key % 3;
				String name = "r" + number;
				due.put("a" + key + "/" + name, now.plusMillis(millis));
				text.append(name).append(' ').append(millis).append(' ');
			}
			ref("a" + key).tell(new Do("remind", text.toString().trim()));
		}
		this.node.settle();
		return due;
	}

	private void assertRungOnceEach(Map<String, Instant> due) {
		assertThat(List.copyOf(this.rings)).extracting(Ring::id)
			.doesNotHaveDuplicates()
			.containsExactlyInAnyOrderElementsOf(due.keySet());
	}

	@Test
	void whatIsSetReplacedAndCancelledWhileAPageIsReadIsKept() {
		start(ActorSettings.defaults(), 1);
		Instant set = this.node.time().now();
		// A page has 128: the second is read when the first has rung
		setAndForget(300, 10_000, 1_000);
		this.pages.hold();
		advance(10_000 + 127_000);
		assertThat(this.rings).hasSize(128);
		assertThat(this.pages.held()).isEqualTo(1);
		tell(new Do("remind", "early 500"));
		tell(new Do("remind", "r130 1000000"), new Do("cancel", "r131"), new Do("remind", "r132 100"),
				new Do("cancel", "r132"), new Do("remind", "r133 2000"), new Do("remind", "far 5000000"));
		Instant now = this.node.time().now();
		this.pages.release();
		this.node.advance(Duration.ofHours(2));
		Map<String, Instant> expected = new HashMap<>();
		for (int number = 0; number < 300; number++) {
			expected.put("a/r" + number, set.plusMillis(10_000 + number * 1_000L));
		}
		expected.put("a/early", now.plusMillis(500));
		expected.put("a/r130", now.plusMillis(1_000_000));
		expected.remove("a/r131");
		expected.remove("a/r132");
		expected.put("a/r133", now.plusMillis(2_000));
		expected.put("a/far", now.plusMillis(5_000_000));
		assertRungOnceEach(expected);
		assertThat(this.rings).allSatisfy((ring) -> assertThat(ring.at()).isEqualTo(expected.get(ring.id())));
	}

	/** So that a page, and no more, is in memory. */
	private void setAndForget(int count, long firstMillis, long stepMillis) {
		StringBuilder text = new StringBuilder();
		for (int number = 0; number < count; number++) {
			text.append("r").append(number).append(' ').append(firstMillis + number * stepMillis).append(' ');
		}
		tell(new Do("remind", text.toString().trim()));
		this.node.restart();
	}

	@Test
	void aPageThatCannotBeReadIsReadAgain() {
		start(ActorSettings.defaults(), 1);
		setAndForget(200, 10_000, 0);
		this.pages.fail(3);
		advance(10_000);
		assertThat(this.rings).hasSize(128);
		advance(60_000);
		assertThat(rung()).hasSize(200).doesNotHaveDuplicates();
	}

	@Test
	void anActorThatIsStoppedHoldsUpNoOther() {
		start(ActorSettings.defaults().withOnFailure(FailurePolicy.STOP), 1);
		this.actor.run("throw", (message, context) -> {
			throw new IllegalStateException("as told");
		});
		ref("stopped").tell(new Do("remind", "x 10000"));
		setAndForget(300, 10_000, 1_000);
		ref("stopped").tell(new Do("throw"));
		this.node.settle();
		advance(10_000 + 299_000);
		assertThat(rung()).hasSize(300).doesNotContain("x");
		assertThat(this.node.node().management().release(new ActorId("clock", "stopped"))).isTrue();
		advance(60_000);
		assertThat(rung()).hasSize(301).contains("x");
	}

	@Test
	void aHandlerThatTakesLongHoldsUpNoOther() throws InterruptedException {
		start(ActorSettings.defaults(), 1);
		TestActor.Gate gate = this.actor.gate();
		this.actor.run("remind-gate",
				(message, context) -> context.remind("gate", Duration.ofSeconds(1), new Do("gate")));
		ref("blocked").tell(new Do("remind-gate"));
		setAndForget(300, 10_000, 1_000);
		this.node.time().advance(Duration.ofSeconds(1));
		gate.awaitReached();
		try {
			Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
				this.node.time().advance(Duration.ofMillis(500));
				return this.rings.size() == 300;
			});
		}
		finally {
			gate.open();
		}
		this.node.rest();
		assertThat(rung()).hasSize(300).doesNotHaveDuplicates();
		assertThat(this.actor.handled()).filteredOn("blocked gate"::equals).hasSize(1);
	}

	// ---- timers

	@Test
	void aTimerFiresAtItsTimeAndNotEarlier() {
		start();
		tell(new Do("schedule", "x 60000"));
		advance(59_999);
		assertThat(this.rings).isEmpty();
		advance(1);
		assertThat(rung()).containsExactly("x");
		advance(120_000);
		assertThat(this.rings).hasSize(1);
	}

	@Test
	void aTimerIsReplacedAndCancelled() {
		start();
		tell(new Do("schedule", "x 10000 y 10000 z 10000"));
		tell(new Do("schedule", "x 30000"), new Do("schedule", "y 5000"), new Do("cancel", "z"));
		advance(5_000);
		assertThat(rung()).containsExactly("y");
		advance(24_999);
		assertThat(rung()).containsExactly("y");
		advance(1);
		assertThat(rung()).containsExactly("y", "x");
		advance(60_000);
		assertThat(this.rings).hasSize(2);
	}

	@Test
	void aTimerIsReplacedAndCancelledInTheDrainInWhichItIsDue() {
		start();
		tell(new Do("schedule", "x 10000 y 10000 z 10000"));
		inOneDrain(() -> {
			ref().tell(new Do("schedule", "x 30000"));
			ref().tell(new Do("cancel", "y"));
			advance(10_000);
		});
		assertThat(rung()).containsExactly("z");
		advance(29_999);
		assertThat(rung()).containsExactly("z");
		advance(1);
		assertThat(rung()).containsExactly("z", "x");
	}

	@Test
	void cancelEndsTheTimerAndTheReminderOfTheName() {
		start();
		tell(new Do("schedule", "x 10000"), new Do("remind", "x 10000"));
		tell(new Do("cancel", "x"));
		advance(60_000);
		assertThat(this.rings).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(value = Persistence.class, names = { "NONE", "STATE" })
	void aTimerKeepsTheActivationUntilItFired(Persistence persistence) {
		start(ActorSettings.defaults().withPersistence(persistence).withPassivateAfter(Duration.ofSeconds(1)), 8);
		tell(new Do("schedule", "x 600000"));
		advance(599_000);
		assertThat(this.node.isActive("clock", "a")).isTrue();
		advance(1_000);
		assertThat(rung()).containsExactly("x");
		advance(10_000);
		assertThat(this.node.isActive("clock", "a")).isFalse();
	}

	@Test
	void aTimerIsLostWithTheProcess() {
		start();
		tell(new Do("schedule", "x 10000"));
		this.node.restart();
		tell(new Note("active again"));
		advance(60_000);
		assertThat(this.rings).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(value = Fault.class, names = { "NOT_APPLIED", "SEQUENCE_MISMATCH", "UNKNOWN" })
	void aTimerSurvivesARefusedWrite(Fault fault) {
		start();
		tell(new Do("schedule", "x 10000"));
		this.node.store().failCommits(fault);
		tell();
		ref().tell(new Note("refused"));
		this.node.rest();
		advance(9_999);
		assertThat(this.rings).isEmpty();
		advance(1);
		assertThat(rung()).containsExactly("x");
	}

	@Test
	void aTimerOfARefusedWriteIsNotSet() {
		start();
		this.actor.on("note-and-schedule", (state, message, context) -> {
			context.schedule("x", Duration.ofSeconds(10), new Do("ring", "x"));
			return state.with("noted");
		}).run("throw", (message, context) -> {
			context.schedule("y", Duration.ofSeconds(10), new Do("ring", "y"));
			throw new IllegalStateException("as told");
		});
		this.node.store().failCommits(Fault.NOT_APPLIED);
		tell(new Do("note-and-schedule"));
		tell(new Do("throw"));
		advance(60_000);
		assertThat(this.rings).isEmpty();
	}

	@Test
	void aTimerThatFiredIsHandledAgainWhenItsWriteIsRefused() {
		start();
		this.actor.on("ring", (state, message, context) -> state.with("rung"));
		tell(new Do("schedule", "x 10000"));
		this.node.store().failCommits(Fault.SEQUENCE_MISMATCH);
		advance(10_000);
		assertThat(ref().call(new Get()).texts()).containsExactly("rung");
	}

	@Test
	void aTimerEndsWithARestartOfTheActor() {
		start(ActorSettings.defaults().withOnFailure(FailurePolicy.RESTART), 8);
		this.actor.run("throw", (message, context) -> {
			throw new IllegalStateException("as told");
		});
		tell(new Do("schedule", "x 10000"));
		tell(new Do("throw"));
		advance(60_000);
		assertThat(this.rings).isEmpty();
	}

	@Test
	void aTimerOfAVolatileActorSetsItselfAgain() {
		start(ActorSettings.defaults().withPersistence(Persistence.NONE), 8);
		this.actor.run("ring", (message, context) -> {
			ring("a", "x");
			context.schedule("x", Duration.ofSeconds(10), message);
		});
		tell(new Do("schedule", "x 10000"));
		advance(55_000);
		assertThat(this.rings).hasSize(5);
		tell(new Do("cancel", "x"));
		advance(60_000);
		assertThat(this.rings).hasSize(5);
	}

	/** Something whose time has come. */
	private record Ring(String actor, String name, Instant at) {

		String id() {
			return this.actor + "/" + this.name;
		}

	}

	/** Stands between a node and its store, and holds back pages of reminders. */
	private static final class Pages {

		private final List<Runnable> held = new ArrayList<>();

		private boolean holding;

		private int failing;

		ActorStore of(FaultyStore store) {
			return (ActorStore) Proxy.newProxyInstance(ActorStore.class.getClassLoader(),
					new Class<?>[] { ActorStore.class }, (proxy, method, arguments) -> {
						Object result = method.invoke(store, arguments);
						return method.getName().equals("reminders") ? page((CompletionStage<?>) result) : result;
					});
		}

		private synchronized CompletionStage<?> page(CompletionStage<?> page) {
			if (this.failing > 0) {
				this.failing--;
				return CompletableFuture
					.failedFuture(new StoreException(StoreException.Kind.NOT_APPLIED, "as told", null));
			}
			if (!this.holding) {
				return page;
			}
			CompletableFuture<Object> later = new CompletableFuture<>();
			this.held.add(() -> page.whenComplete((value, error) -> later.complete(value)));
			return later;
		}

		synchronized void hold() {
			this.holding = true;
		}

		synchronized int held() {
			return this.held.size();
		}

		synchronized void fail(int times) {
			this.failing = times;
		}

		synchronized void release() {
			this.holding = false;
			this.held.forEach(Runnable::run);
			this.held.clear();
		}

	}

}
