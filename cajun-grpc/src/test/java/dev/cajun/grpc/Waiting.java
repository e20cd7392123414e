package dev.cajun.grpc;

import java.time.Duration;
import java.util.function.BooleanSupplier;

import org.awaitility.Awaitility;

/** Waits for conditions, not for ever. */
final class Waiting {

	private Waiting() {
	}

	static void until(BooleanSupplier condition) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(2))
			.until(condition::getAsBoolean);
	}

}
