package dev.cajun.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import dev.cajun.routing.Router;

/**
 * Waits, in real time whatever the node's time is, for a node to have nothing to do. It
 * looks every two milliseconds, and only while somebody waits.
 */
final class Quiescence {

	private static final long STEP_MILLIS = 2;

	private static final int MOST_NAMED = 10;

	private static final Duration AFTER_TIMEOUT = Duration.ofMillis(100);

	private final Router router;

	private final CountDownLatch never = new CountDownLatch(1);

	Quiescence(Router router) {
		this.router = router;
	}

	/** Waits until no message is under way. */
	boolean awaitQuiet(Duration timeout) throws InterruptedException {
		return await(this.router::isQuiet, timeout);
	}

	/** Waits until no message is under way, and then until every activation has ended. */
	boolean drain(Duration timeout) throws InterruptedException {
		boolean[] quiet = new boolean[1];
		boolean ended = await(() -> {
			quiet[0] = quiet[0] || this.router.isQuiet();
			return quiet[0] && isEmpty() && isClosedAndEmpty();
		}, timeout);
		// What has nothing to do may end even if others block.
		return ended || await(this::isClosedAndEmpty, AFTER_TIMEOUT);
	}

	/** Somebody may have been admitted long ago and be about to send. */
	private boolean isClosedAndEmpty() {
		this.router.activations().close();
		return isEmpty();
	}

	private boolean isEmpty() {
		this.router.activations().passivateAll();
		return this.router.activations().isEmpty();
	}

	private boolean await(BooleanSupplier condition, Duration timeout) throws InterruptedException {
		for (long waited = 0; !condition.getAsBoolean(); waited += STEP_MILLIS) {
			if (waited >= timeout.toMillis() || this.never.await(STEP_MILLIS, TimeUnit.MILLISECONDS)) {
				return false;
			}
		}
		return true;
	}

	/** Some of the actors that are not done, with what they are at. */
	List<String> busy() {
		List<String> busy = new ArrayList<>();
		this.router.activations().forEach((activation) -> {
			if (busy.size() < MOST_NAMED && activation.snapshot().mailbox() > 0) {
				busy.add(activation.id() + " (" + activation.snapshot().phase() + ")");
			}
		});
		return busy;
	}

}
