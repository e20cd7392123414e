package dev.cajun.etcd;

import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HistoriesTests {

	private final AtomicInteger changes = new AtomicInteger();

	private final Histories histories = new Histories("etcd", this.changes::incrementAndGet);

	@Test
	void beginsWithOne() {
		assertThat(this.histories.read(null, 7, 100)).isEqualTo(1);
		assertThat(this.changes).hasValue(0);
	}

	@Test
	void lastsWhileRevisionsGrow() {
		assertThat(this.histories.read(null, 7, 100)).isEqualTo(1);
		assertThat(this.histories.read(this.histories.known(), 7, 100)).isEqualTo(1);
		assertThat(this.histories.read(this.histories.known(), 7, 101)).isEqualTo(1);
		assertThat(this.histories.answered(this.histories.known(), 7)).isEqualTo(1);
	}

	@Test
	void endsWithOtherClusterId() {
		this.histories.read(null, 7, 100);
		assertThat(this.histories.answered(this.histories.known(), 8)).isEqualTo(2);
		assertThat(this.histories.read(this.histories.known(), 8, 3)).isEqualTo(2);
		assertThat(this.changes).hasValue(1);
	}

	@Test
	void endsWithRevisionBelowOneKnownWhenCallWasSent() {
		this.histories.read(null, 7, 100);
		assertThat(this.histories.read(this.histories.known(), 7, 99)).isEqualTo(2);
		assertThat(this.histories.read(this.histories.known(), 7, 99)).isEqualTo(2);
	}

	@Test
	void endsWithRevisionBelowOneThatAWatchToldBeforeCallWasSent() {
		this.histories.read(null, 7, 100);
		Histories.Known before = this.histories.known();
		this.histories.heard(1, 7, 120);
		assertThat(this.histories.read(before, 7, 110)).isEqualTo(1);
		assertThat(this.histories.read(this.histories.known(), 7, 110)).isEqualTo(2);
		this.histories.heard(1, 7, 130);
		assertThat(this.histories.read(this.histories.known(), 7, 111)).isEqualTo(2);
		assertThat(this.changes).hasValue(1);
	}

	@Test
	void lastsWhenAnswersComeInOtherOrderThanTheyWereGiven() {
		this.histories.read(null, 7, 100);
		Histories.Known sent = this.histories.known();
		assertThat(this.histories.read(sent, 7, 120)).isEqualTo(1);
		assertThat(this.histories.read(sent, 7, 110)).isEqualTo(1);
		assertThat(this.histories.read(this.histories.known(), 7, 120)).isEqualTo(1);
		assertThat(this.changes).hasValue(0);
	}

	@Test
	void countsOneEndOnceForAllCallsUnderWay() {
		this.histories.read(null, 7, 100);
		Histories.Known sent = this.histories.known();
		assertThat(this.histories.read(sent, 7, 2)).isEqualTo(2);
		assertThat(this.histories.read(sent, 7, 3)).isEqualTo(2);
		assertThat(this.histories.answered(this.histories.known(), 7)).isEqualTo(2);
		assertThat(this.changes).hasValue(1);
	}

	@Test
	void keepsLateAnswerInItsOwnHistory() {
		this.histories.read(null, 7, 100);
		Histories.Known sent = this.histories.known();
		assertThat(this.histories.read(sent, 8, 2)).isEqualTo(2);
		assertThat(this.histories.read(sent, 7, 105)).isEqualTo(1);
		assertThat(this.histories.read(this.histories.known(), 8, 2)).isEqualTo(2);
		assertThat(this.changes).hasValue(1);
	}

	@Test
	void lastsWhenFirstAnswersOfAllComeInOtherOrder() {
		assertThat(this.histories.read(null, 7, 100)).isEqualTo(1);
		assertThat(this.histories.read(null, 7, 90)).isEqualTo(1);
		assertThat(this.histories.read(this.histories.known(), 7, 100)).isEqualTo(1);
	}

	@Test
	void endsWhenContradicted() {
		this.histories.read(null, 7, 100);
		assertThat(this.histories.contradicted(1, 150)).isEqualTo(2);
		assertThat(this.histories.contradicted(1, 151)).isEqualTo(2);
		assertThat(this.histories.read(this.histories.known(), 7, 151)).isEqualTo(2);
		assertThat(this.changes).hasValue(1);
	}

}
