package dev.cajun.spring.test;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import dev.cajun.AskTimeoutException;
import dev.cajun.node.ClusterManagement;
import dev.cajun.spring.test.Bank.AccountMessage;
import dev.cajun.spring.test.Bank.Balance;
import dev.cajun.spring.test.Bank.CallSilent;
import dev.cajun.spring.test.Bank.Deposit;
import dev.cajun.spring.test.Bank.Never;
import dev.cajun.spring.test.Bank.Notice;
import dev.cajun.spring.test.Bank.PayLater;
import dev.cajun.spring.test.Bank.Verify;
import dev.cajun.spring.test.Bank.Watch;
import dev.cajun.store.ActorStore;
import dev.cajun.store.InMemoryActorStore;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@ActorTest
class ActorTestTests {

	@Autowired
	private Actors<AccountMessage> accounts;

	@Autowired
	private ActorTime time;

	@Autowired
	private ActorProbe<Notice> probe;

	@Test
	void holdsActorsOnly(@Autowired ApplicationContext context, @Autowired ActorSystem system) {
		assertThat(system.types()).contains("account", "fraud");
		assertThat(context.getBeanNamesForType(Ledger.class)).isEmpty();
		assertThat(context.getBean(ActorStore.class)).isInstanceOf(InMemoryActorStore.class);
		assertThat(context.getBean(ClusterManagement.class).node().cluster()).startsWith("test-");
	}

	@Test
	void talksToActors() {
		assertThat(this.accounts.get("talks").call(new Deposit(10))).isEqualTo(10);
		assertThat(this.accounts.get("talks").call(new Verify("")).good()).isTrue();
	}

	@Test
	void stopsTime() {
		Instant before = this.time.now();
		this.accounts.get("still").call(new Deposit(1));
		assertThat(this.time.now()).isEqualTo(before);
		this.time.advance(Duration.ofMinutes(1));
		assertThat(this.time.now()).isEqualTo(before.plusSeconds(60));
	}

	@Test
	void runsTimersAndRemindersWhenTheyAreDue() {
		this.accounts.get("later").call(new PayLater(100, Duration.ofDays(1)));
		this.time.advance(Duration.ofMillis(2500));
		assertThat(this.accounts.get("later").call(new Balance())).isEqualTo(2);
		this.time.advance(Duration.ofSeconds(1));
		assertThat(this.accounts.get("later").call(new Balance())).isEqualTo(3);
		this.time.advance(Duration.ofDays(1));
		assertThat(this.accounts.get("later").call(new Balance())).isEqualTo(103);
	}

	@Test
	void passivatesIdleActors(@Autowired ClusterManagement management) {
		this.accounts.get("idle").call(new Deposit(7));
		assertThat(management.explain(this.accounts.get("idle").id()).active()).isTrue();
		this.time.advance(Duration.ofMinutes(6));
		assertThat(management.explain(this.accounts.get("idle").id()).active()).isFalse();
		assertThat(this.accounts.get("idle").call(new Balance())).isEqualTo(7);
	}

	@Test
	void recordsWhatAProbeIsTold() {
		this.accounts.get("watched").call(new Watch(this.probe.ref()));
		this.probe.expectNoMessage();
		this.accounts.get("watched").call(new Deposit(5));
		assertThat(this.probe.expectMessage(Notice.class).balance()).isEqualTo(5);
		this.time.advance(Duration.ofMinutes(6));
		this.accounts.get("watched").call(new Deposit(6));
		assertThat(this.probe.expectMessage().balance()).isEqualTo(11);
		assertThat(this.probe.messages()).hasSize(2);
		assertThat(this.probe.messages("other")).isEmpty();
		this.probe.expectNoMessage();
	}

	@Test
	void probesFailWithinABound() {
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> this.probe.expectMessage(Notice.class, Duration.ofMillis(10)))
			.withMessageContaining("none came within 10 ms");
		this.probe.ref().tell(new Notice(this.probe.ref().id(), 1));
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.probe.expectNoMessage())
			.withMessageContaining("Notice");
	}

	@Test
	void probesStartEmpty() {
		assertThat(this.probe.messages()).isEmpty();
		assertThatIllegalStateException().isThrownBy(() -> new ActorProbe<String>().ref());
	}

	@Test
	void messagesSurvive(@Autowired SerializationCheck check) {
		check.roundTripAll();
		assertThat(check.roundTrip(new Deposit(3))).isEqualTo(new Deposit(3));
	}

	@Test
	void asksTimeOutWhenTimePasses() {
		CompletableFuture<Long> answer = this.accounts.get("silent").ask(new Never());
		assertThat(answer).isNotDone();
		this.time.advance(Duration.ofSeconds(6));
		assertThat(answer).failsWithin(Duration.ofSeconds(5))
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(AskTimeoutException.class);
	}

	@Test
	void timePassesForAHandlerThatWaits() {
		CompletableFuture<Boolean> answer = this.accounts.get("waits").ask(new CallSilent(this.accounts.get("mute")));
		this.time.advance(Duration.ofSeconds(30));
		assertThat(answer).isCompletedWithValue(false);
	}

	@Nested
	class NestedTests {

		@Test
		void shareTheContext(@Autowired Actors<AccountMessage> accounts) {
			assertThat(accounts.get("nested").call(new Deposit(1))).isEqualTo(1);
			assertThat(ActorTestTests.this.probe.messages()).isEmpty();
		}

	}

}
