package dev.cajun.activation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;

import dev.cajun.ActorQuarantinedException;
import dev.cajun.ActorRef;
import dev.cajun.Delivery;
import dev.cajun.FailurePolicy;
import dev.cajun.HandlerException;
import dev.cajun.MessageUndelivered;
import dev.cajun.Persistence;
import dev.cajun.node.NodeListener;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Gate;
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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What happens after a handler threw. */
class FailurePolicyTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final TestActor actor = new TestActor();

	/** When the handler of {@code flaky} ran. */
	private final List<Instant> attempts = new CopyOnWriteArrayList<>();

	private TestNode node;

	@AfterEach
	void close() {
		if (this.node != null) {
			this.node.close();
		}
	}

	private ActorRef<Message> start(ActorSettings settings) {
		this.node = TestNode.start(this.actor.definition("a", settings));
		this.actor.watchedBy(this.node::store);
		return this.node.ref("a", "x");
	}

	private ActorRef<Message> start(FailurePolicy policy) {
		return start(ActorSettings.defaults().withOnFailure(policy));
	}

	private ActorRef<Message> startRetrying(int attempts) {
		return start(ActorSettings.defaults()
			.withOnFailure(FailurePolicy.RETRY)
			.withAskTimeout(Duration.ofMinutes(5))
			.withRetry(new RetrySettings(attempts, Duration.ofMillis(100), 2, Duration.ofMillis(300))));
	}

	/** Fails some times and then works. */
	private void flaky(int failures) {
		this.actor.on("flaky", (state, message, context) -> {
			this.attempts.add(this.node.time().now());
			if (this.attempts.size() <= failures) {
				throw new IllegalStateException("attempt " + this.attempts.size());
			}
			if (message instanceof Query query) {
				context.reply(query, "attempt " + this.attempts.size());
			}
			return state.with("flaky");
		});
	}

	@ParameterizedTest
	@EnumSource(names = "STOP", mode = EnumSource.Mode.EXCLUDE)
	void messageThatFailsForGoodIsDroppedAndActorGoesOn(FailurePolicy policy) {
		flaky(1000);
		ActorRef<Message> ref = start(policy);
		ref.tell(new Note("before"));
		CompletableFuture<String> failing = ref.ask(new Query("flaky"));
		ref.tell(new Do("flaky"));
		ref.tell(new Note("after"));
		this.node.advance(Duration.ofSeconds(2));

		assertThat(failing).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(HandlerException.class);
		assertThat(ref.call(new Get()).texts()).containsExactly("before", "after");
		assertThat(this.node.undelivered()).hasSize(1);
		assertThat(this.node.statistics("a").failed()).isEqualTo(2);
	}

	@Test
	void resumeKeepsActivation() {
		flaky(1);
		ActorRef<Message> ref = start(FailurePolicy.RESUME);
		ref.call(new Add(1));
		assertThat(ref.ask(new Query("flaky"))).failsWithin(SOON);
		ref.call(new Add(1));

		assertThat(this.node.store().loads()).hasSize(1);
	}

	@Test
	void restartLoadsAgain() {
		flaky(1);
		ActorRef<Message> ref = start(FailurePolicy.RESTART);
		ref.call(new Add(1));
		assertThat(ref.ask(new Query("flaky"))).failsWithin(SOON);

		assertThat(ref.call(new Add(1))).isEqualTo(2);
		assertThat(this.node.store().loads()).hasSize(2);
	}

	@Test
	void restartOfVolatileActorBeginsAnew() {
		flaky(1);
		ActorRef<Message> ref = start(
				ActorSettings.defaults().withOnFailure(FailurePolicy.RESTART).withPersistence(Persistence.NONE));
		ref.call(new Add(1));
		assertThat(ref.ask(new Query("flaky"))).failsWithin(SOON);

		assertThat(ref.call(new Add(1))).isEqualTo(1);
	}

	@Test
	void restartForgetsTimers() {
		flaky(1);
		this.actor.run("schedule",
				(message, context) -> context.schedule("t", Duration.ofSeconds(1), new Note("timer")));
		ActorRef<Message> ref = start(FailurePolicy.RESTART);
		ref.tell(new Do("schedule"));
		ref.tell(new Do("flaky"));
		this.node.advance(Duration.ofSeconds(5));

		assertThat(ref.call(new Get()).texts()).isEmpty();
	}

	@Test
	void retryHandlesSameMessageAgainBeforeAnyOther() {
		flaky(2);
		ActorRef<Message> ref = startRetrying(3);
		ref.tell(new Note("before"));
		CompletableFuture<String> reply = ref.ask(new Query("flaky"));
		ref.tell(new Note("after"));
		this.node.advance(Duration.ofSeconds(1));

		assertThat(reply).succeedsWithin(SOON).isEqualTo("attempt 3");
		assertThat(ref.call(new Get()).texts()).containsExactly("before", "flaky", "after");
	}

	@Test
	void messagesBeforeTheOneThatIsRetriedAreAnsweredMeanwhile() throws Exception {
		flaky(1);
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = startRetrying(3);
		ref.tell(new Do("gate"));
		CompletableFuture<Long> before = ref.ask(new Add(1));
		CompletableFuture<String> retried = ref.ask(new Query("flaky"));
		CompletableFuture<Long> after = ref.ask(new Add(1));
		gate.open();

		assertThat(before).succeedsWithin(SOON).isEqualTo(1L);
		this.node.rest();
		assertThat(retried).isNotDone();
		assertThat(after).isNotDone();
		this.node.advance(Duration.ofMillis(100));
		assertThat(retried).succeedsWithin(SOON);
		assertThat(after).succeedsWithin(SOON).isEqualTo(2L);
	}

	@Test
	void retryWaitsLongerEachTimeUpToLongestDelay() {
		flaky(5);
		ActorRef<Message> ref = startRetrying(6);
		ref.tell(new Do("flaky"));
		this.node.advance(Duration.ofSeconds(5));

		List<Long> delays = new ArrayList<>();
		for (int i = 1; i < this.attempts.size(); i++) {
			delays.add(Duration.between(this.attempts.get(i - 1), this.attempts.get(i)).toMillis());
		}
		assertThat(delays).containsExactly(100L, 200L, 300L, 300L, 300L);
		assertThat(ref.call(new Get()).texts()).containsExactly("flaky");
	}

	@Test
	void retryGivesUpAfterAttemptsAndCountsAnewForNextMessage() {
		flaky(3);
		ActorRef<Message> ref = startRetrying(2);
		CompletableFuture<String> first = ref.ask(new Query("flaky"));
		CompletableFuture<String> second = ref.ask(new Query("flaky"));
		this.node.advance(Duration.ofMillis(100));
		assertThat(first).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withMessageContaining("attempt 2");
		this.node.advance(Duration.ofMillis(100));

		assertThat(second).succeedsWithin(SOON).isEqualTo("attempt 4");
		assertThat(this.node.statistics("a").failed()).isEqualTo(1);
	}

	@Test
	void retryKeepsOrderWhenWriteOfEarlierMessagesIsRefused() throws Exception {
		flaky(1);
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = startRetrying(3);
		ref.tell(new Do("gate"));
		ref.tell(new Note("before"));
		ref.tell(new Do("flaky"));
		ref.tell(new Note("after"));
		this.node.store().failCommits(Fault.FENCED);
		gate.open();
		this.node.advance(Duration.ofSeconds(1));

		assertThat(ref.call(new Get()).texts()).containsExactly("before", "flaky", "after");
	}

	@Test
	void messageThatIsRetriedIsRefusedWithTheOthersWhenStoreCannotLoad() throws Exception {
		flaky(1);
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = startRetrying(3);
		ref.tell(new Do("gate"));
		CompletableFuture<Long> before = ref.ask(new Add(1));
		CompletableFuture<String> retried = ref.ask(new Query("flaky"));
		CompletableFuture<Long> after = ref.ask(new Add(1));
		gate.awaitReached();
		this.node.store().failCommits(Fault.NOT_APPLIED);
		this.node.store().failLoads(Fault.NOT_APPLIED);
		gate.open();

		assertThat(before).failsWithin(SOON);
		this.node.advance(Duration.ofSeconds(1));
		assertThat(retried).failsWithin(SOON);
		assertThat(after).failsWithin(SOON);
		assertThat(ref.call(new Add(1))).isEqualTo(1);
	}

	@Test
	void retryOfTimerMessage() {
		flaky(2);
		this.actor.run("schedule", (message, context) -> context.schedule("t", Duration.ofSeconds(1), new Do("flaky")));
		ActorRef<Message> ref = startRetrying(3);
		ref.tell(new Do("schedule"));
		this.node.advance(Duration.ofSeconds(3));

		assertThat(ref.call(new Get()).texts()).containsExactly("flaky");
	}

	@Test
	void retryOfReminderMessage() {
		flaky(2);
		this.actor.run("remind", (message, context) -> context.remind("r", Duration.ofSeconds(1), new Do("flaky")));
		ActorRef<Message> ref = startRetrying(3);
		ref.tell(new Do("remind"));
		this.node.advance(Duration.ofSeconds(3));

		assertThat(ref.call(new Get()).texts()).containsExactly("flaky");
	}

	@Test
	void retryOfGuaranteedTellKeepsItsOrder() {
		flaky(2);
		ActorRef<Message> ref = startRetrying(3);
		CompletableFuture<Void> first = ref.tell(new Do("flaky"), Delivery.EXACTLY_ONCE);
		CompletableFuture<Void> second = ref.tell(new Note("second"), Delivery.EXACTLY_ONCE);
		this.node.advance(Duration.ofSeconds(3));

		assertThat(first).succeedsWithin(SOON);
		assertThat(second).succeedsWithin(SOON);
		assertThat(ref.call(new Get()).texts()).containsExactly("flaky", "second");
	}

	@Test
	void stopRefusesUntilReleased() {
		flaky(1);
		ActorRef<Message> ref = start(FailurePolicy.STOP);
		ref.call(new Add(1));
		CompletableFuture<String> failing = ref.ask(new Query("flaky"));
		assertThat(failing).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(HandlerException.class);
		this.node.settle();

		assertThatExceptionOfType(ActorQuarantinedException.class).isThrownBy(() -> ref.call(new Add(1)))
			.withMessageContaining("a/x")
			.withMessageContaining("attempt 1");
		assertThatExceptionOfType(ActorQuarantinedException.class).isThrownBy(() -> ref.tell(new Note("n")));
		assertThat(this.node.explain("a", "x").quarantine()).contains("stopped by its failure policy");
		assertThat(this.node.statistics("a").quarantined()).isEqualTo(1);
		assertThat(this.node.node().management().release(ref.id())).isTrue();
		this.node.settle();

		assertThat(ref.call(new Add(1))).isEqualTo(2);
		assertThat(this.node.statistics("a").quarantined()).isZero();
		assertThat(this.node.node().management().release(ref.id())).as("nothing to release").isFalse();
	}

	@Test
	void stopRefusesWhatWaitedAndKeepsGuaranteedTells() throws Exception {
		flaky(1);
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start(FailurePolicy.STOP);
		ref.tell(new Do("gate"));
		CompletableFuture<Long> before = ref.ask(new Add(5));
		ref.tell(new Do("flaky"));
		CompletableFuture<Long> waiting = ref.ask(new Add(1));
		CompletableFuture<Void> guaranteed = ref.tell(new Note("guaranteed"), Delivery.AT_LEAST_ONCE);
		gate.open();

		assertThat(before).succeedsWithin(SOON).isEqualTo(5L);
		assertThat(waiting).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ActorQuarantinedException.class);
		this.node.advance(Duration.ofMinutes(1));
		assertThat(guaranteed).isNotDone();
		this.node.node().management().release(ref.id());
		this.node.advance(Duration.ofMinutes(1));

		assertThat(guaranteed).succeedsWithin(SOON);
		assertThat(ref.call(new Get()).texts()).containsExactly("guaranteed");
		assertThat(ref.call(new Get()).sum()).isEqualTo(5);
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "NONE" })
	void isStoppedBeforeAnybodyHearsOfTheFailure(Persistence persistence) {
		flaky(1000);
		List<String> seen = new ArrayList<>();
		this.node = TestNode.start(new FaultyStore(), (settings) -> settings,
				(builder) -> builder.listener(new NodeListener() {

					@Override
					public void undelivered(MessageUndelivered message) {
						seen.add(String.valueOf(FailurePolicyTests.this.node.explain("a", "x").quarantine()));
					}

				}), this.actor.definition("a",
						ActorSettings.defaults().withOnFailure(FailurePolicy.STOP).withPersistence(persistence)));
		this.node.<Message>ref("a", "x").tell(new Do("flaky"));
		this.node.settle();

		assertThat(seen).singleElement().asString().contains("stopped by its failure policy");
	}

	@Test
	void isStoppedThoughItAskedForPassivationBefore() {
		flaky(1000);
		Gate gate = this.actor.gate();
		this.actor.run("passivates", (message, context) -> context.passivate());
		ActorRef<Message> ref = start(FailurePolicy.STOP);
		ref.tell(new Do("gate"));
		ref.tell(new Do("passivates"));
		ref.tell(new Do("flaky"));
		gate.open();
		this.node.settle();

		assertThat(this.node.explain("a", "x").quarantine()).contains("stopped by its failure policy");
	}

}
