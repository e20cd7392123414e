package dev.cajun.activation;

import java.time.Duration;
import java.util.List;

import dev.cajun.ActorRef;
import dev.cajun.Persistence;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestNode;
import dev.cajun.store.FaultyStore.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Volatile timers. */
class TimersTests {

	private final TestActor actor = new TestActor();

	private TestNode node;

	@AfterEach
	void close() {
		if (this.node != null) {
			this.node.close();
		}
	}

	/** {@code schedule} of a text schedules a note of it, one second on. */
	private ActorRef<Message> start(ActorSettings settings) {
		this.actor.run("schedule",
				(message, context) -> context.schedule("t", Duration.ofSeconds(1), new Note(((Do) message).text())));
		this.actor.run("cancel", (message, context) -> context.cancel("t"));
		this.node = TestNode.start(this.actor.definition("a", settings));
		return this.node.ref("a", "x");
	}

	private ActorRef<Message> start() {
		return start(ActorSettings.defaults());
	}

	@ParameterizedTest
	@EnumSource(names = "EVENTS", mode = EnumSource.Mode.EXCLUDE)
	void firesOnceWhenItsDelayIsOver(Persistence persistence) {
		ActorRef<Message> ref = start(ActorSettings.defaults().withPersistence(persistence));
		ref.tell(new Do("schedule", "fired"));
		this.node.advance(Duration.ofMillis(999));
		assertThat(ref.call(new Get()).texts()).isEmpty();
		this.node.advance(Duration.ofMillis(1));
		assertThat(ref.call(new Get()).texts()).containsExactly("fired");
		this.node.advance(Duration.ofMinutes(1));

		assertThat(ref.call(new Get()).texts()).containsExactly("fired");
	}

	@Test
	void firesInOrderOfDelays() {
		ActorRef<Message> ref = start();
		this.actor.run("many", (message, context) -> {
			for (int delay : List.of(5, 1, 3, 2, 4)) {
				context.schedule("t" + delay, Duration.ofSeconds(delay), new Note(String.valueOf(delay)));
			}
		});
		ref.tell(new Do("many"));
		this.node.advance(Duration.ofSeconds(10));

		assertThat(ref.call(new Get()).texts()).containsExactly("1", "2", "3", "4", "5");
	}

	@Test
	void firesAtOnceWithoutDelay() {
		ActorRef<Message> ref = start();
		this.actor.run("now", (message, context) -> {
			context.schedule("zero", Duration.ZERO, new Note("zero"));
			context.schedule("past", Duration.ofSeconds(-1), new Note("past"));
		});
		ref.tell(new Do("now"));
		this.node.advance(Duration.ZERO);

		assertThat(ref.call(new Get()).texts()).containsExactly("zero", "past");
	}

	@Test
	void doesNotFireOnceCancelled() {
		ActorRef<Message> ref = start();
		ref.tell(new Do("schedule", "cancelled"));
		this.node.advance(Duration.ofMillis(500));
		ref.tell(new Do("cancel"));
		this.node.advance(Duration.ofSeconds(5));
		assertThat(ref.call(new Get()).texts()).isEmpty();
		ref.tell(new Do("schedule", "again"));
		this.node.advance(Duration.ofSeconds(1));

		assertThat(ref.call(new Get()).texts()).containsExactly("again");
	}

	@Test
	void lastOfOneNameCounts() {
		ActorRef<Message> ref = start();
		ref.tell(new Do("schedule", "first"));
		this.node.advance(Duration.ofMillis(500));
		ref.tell(new Do("schedule", "second"));
		this.node.advance(Duration.ofMillis(999));
		assertThat(ref.call(new Get()).texts()).isEmpty();
		this.node.advance(Duration.ofMillis(1));

		assertThat(ref.call(new Get()).texts()).containsExactly("second");
	}

	@Test
	void scheduleAndCancelInOneTurnLeavesNothing() {
		ActorRef<Message> ref = start();
		this.actor.run("both", (message, context) -> {
			context.schedule("t", Duration.ofSeconds(1), new Note("cancelled"));
			context.cancel("t");
			context.cancel("u");
			context.schedule("u", Duration.ofSeconds(1), new Note("stays"));
		});
		ref.tell(new Do("both"));
		this.node.advance(Duration.ofSeconds(5));

		assertThat(ref.call(new Get()).texts()).containsExactly("stays");
	}

	@ParameterizedTest
	@ValueSource(strings = { "cancel", "schedule" })
	void doesNotFireWhenCancelledOrReplacedInTheSameDrain(String how) {
		ActorRef<Message> ref = start();
		ref.tell(new Do("schedule", "first"));
		this.node.settle();
		this.node.store().freeze();
		ref.tell(new Note("written"));
		this.node.await(() -> this.node.store().held() == 1);
		ref.tell(new Do(how, "second"));
		this.node.time().advance(Duration.ofSeconds(1));
		this.node.store().thaw();
		this.node.settle();
		assertThat(ref.call(new Get()).texts()).containsExactly("written");
		this.node.advance(Duration.ofSeconds(1));

		assertThat(ref.call(new Get()).texts())
			.isEqualTo(how.equals("cancel") ? List.of("written") : List.of("written", "second"));
	}

	@Test
	void handlerMaySetItsOwnTimerAgain() {
		ActorRef<Message> ref = start();
		this.actor.on("tick", (state, message, context) -> {
			context.schedule("t", Duration.ofSeconds(1), message);
			return state.plus(1);
		});
		ref.tell(new Do("tick"));
		this.node.advance(Duration.ofSeconds(10));

		assertThat(ref.call(new Get()).sum()).isEqualTo(11);
	}

	@Test
	void messageOfFiredTimerIsHandledAgainWhenItsWriteIsRefused() {
		ActorRef<Message> ref = start();
		ref.tell(new Do("schedule", "fired"));
		this.node.settle();
		this.node.store().failCommits(Fault.FENCED);
		this.node.advance(Duration.ofSeconds(1));

		assertThat(ref.call(new Get()).texts()).containsExactly("fired");
	}

	@Test
	void timersOutliveRefusedWriteOfTheirActor() {
		ActorRef<Message> ref = start();
		ref.tell(new Do("schedule", "fired"));
		this.node.settle();
		this.node.store().failCommits(Fault.SEQUENCE_MISMATCH);
		ref.tell(new Note("refused once"));
		this.node.advance(Duration.ofSeconds(1));

		assertThat(ref.call(new Get()).texts()).containsExactly("refused once", "fired");
	}

	@Test
	void timersDieWithTheirNode() {
		ActorRef<Message> ref = start();
		ref.tell(new Do("schedule", "fired"));
		ref.call(new Get());
		this.node.crash();
		this.node.advance(Duration.ofSeconds(5));

		assertThat(this.node.<Message>ref("a", "x").call(new Get()).texts()).isEmpty();
	}

}
