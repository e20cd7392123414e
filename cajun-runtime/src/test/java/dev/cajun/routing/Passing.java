package dev.cajun.routing;

import java.time.Duration;
import java.util.function.BooleanSupplier;

import dev.cajun.node.TestNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Lets virtual time pass, and nothing else, until something has happened by itself.
 */
final class Passing {

	private static final int SHORT_STEPS = 40;

	/** More than half an hour of virtual time: each of many senders may wait its turn. */
	private static final int MOST_STEPS = 500;

	private Passing() {
	}

	/** Lets time pass until no message is under way, nor waits to be sent again. */
	static void untilQuiet(TestNode node) {
		until(node, "all was quiet", () -> isQuiet(node));
	}

	private static boolean isQuiet(TestNode node) {
		try {
			return node.node().awaitIdle(Duration.ZERO);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static void until(TestNode node, String what, BooleanSupplier condition) {
		node.rest();
		for (int steps = 0; !condition.getAsBoolean(); steps++) {
			assertThat(steps).as("virtual time passed before %s", what).isLessThan(MOST_STEPS);
			node.advance((steps < SHORT_STEPS) ? Duration.ofMillis(250) : Duration.ofSeconds(5));
		}
	}

}
