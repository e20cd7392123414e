package dev.cajun.activation;

import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link Ledger}. */
class LedgerTests {

	private final Ledger ledger = new Ledger();

	@Test
	void forgetsSenderOnceItHasSettledItsLastTellForLongEnough() {
		this.ledger.received.put("a/1", 5L);
		this.ledger.settled("a/1", 5, 100);

		assertThat(this.ledger.forgetSettled(99, Set.of())).isEmpty();
		assertThat(this.ledger.forgetSettled(100, Set.of())).containsExactly("a/1");
		assertThat(this.ledger.received).isEmpty();
	}

	@Test
	void keepsSenderOfWhichALaterTellHasCome() {
		this.ledger.received.put("a/1", 7L);
		this.ledger.settled("a/1", 5, 100);

		assertThat(this.ledger.forgetSettled(100, Set.of())).isEmpty();
		this.ledger.settled("a/1", 7, 100);
		assertThat(this.ledger.forgetSettled(100, Set.of())).containsExactly("a/1");
	}

	@Test
	void keepsSenderThatADrainHasMetUntilTheNextDrain() {
		this.ledger.received.put("a/1", 5L);
		this.ledger.settled("a/1", 5, 100);

		assertThat(this.ledger.forgetSettled(100, Set.of("a/1"))).isEmpty();
		assertThat(this.ledger.forgetSettled(100, Set.of())).containsExactly("a/1");
	}

}
