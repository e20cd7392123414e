package dev.cajun.metadata;

import java.time.Duration;
import java.util.function.BooleanSupplier;

import dev.cajun.time.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;

/** Virtual time in small steps, until something has happened. */
final class VirtualSteps {

	private static final Duration STEP = Duration.ofMillis(10);

	private VirtualSteps() {
	}

	static void pass(VirtualTime time, Duration atMost, BooleanSupplier until) {
		long end = time.nanoTime() + atMost.toNanos();
		time.advance(Duration.ZERO);
		while (!until.getAsBoolean()) {
			assertThat(time.nanoTime()).as("virtual time when it had to have happened").isLessThan(end);
			time.advance(STEP);
		}
	}

}
