package dev.cajun.activation;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class UsageTests {

	private static final long SECOND = 1_000_000_000L;

	private final Usage usage = new Usage();

	@Test
	void isZeroBeforeAnythingWasHandled() {
		assertThat(this.usage.messagesPerSecond(-5 * SECOND)).isZero();
		assertThat(this.usage.busy(5 * SECOND)).isZero();
	}

	@Test
	void isTheRateOfASteadyLoadWheneverItIsRead() {
		for (int second = -30; second < 45; second++) {
			this.usage.add(100, SECOND / 4, second * SECOND);
			if (second >= -10) {
				assertThat(this.usage.messagesPerSecond(second * SECOND + SECOND / 2)).isCloseTo(100, within(7.0));
				assertThat(this.usage.busy(second * SECOND + SECOND / 2)).isCloseTo(0.25, within(0.02));
			}
		}
	}

	@Test
	void fadesWhenNothingComesAnyMore() {
		for (int second = 0; second < 20; second++) {
			this.usage.add(100, 0, second * SECOND);
		}

		assertThat(this.usage.messagesPerSecond(25 * SECOND)).isCloseTo(50, within(1.0));
		assertThat(this.usage.messagesPerSecond(30 * SECOND)).isZero();
		assertThat(this.usage.messagesPerSecond(3000 * SECOND)).isZero();
	}

	@Test
	void forgetsAWindowThatIsLongPast() {
		this.usage.add(1000, 0, 0);
		this.usage.add(10, 0, 35 * SECOND);

		assertThat(this.usage.messagesPerSecond(36 * SECOND)).isCloseTo(1, within(0.001));
	}

	@Test
	void isNeverBusierThanAlways() {
		this.usage.add(1, 60 * SECOND, 60 * SECOND);

		assertThat(this.usage.busy(61 * SECOND)).isEqualTo(1);
	}

}
