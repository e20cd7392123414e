package dev.cajun.spring.test;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import dev.cajun.node.CajunNode;
import dev.cajun.node.NodeListener;
import dev.cajun.node.NodeState;
import dev.cajun.spring.ApplicationNode;
import dev.cajun.time.VirtualTime;

/**
 * The time of an {@link ActorTest}, which passes only here. It starts at
 * 2026-01-01T00:00:00Z.
 * <p>
 * Thread-safe; meant for the thread of the test. A {@code call} that is made on that
 * thread and never answered does not time out, because nobody is left to let time pass:
 * use {@code ask} where a timeout is what the test is about.
 */
public final class ActorTime {

	/** Real time: the node's threads are real even where its clock is not. */
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	/** How long, in real time, handlers must wait to be taken for waiting for time. */
	private static final int WAITING_MILLIS = 200;

	private static final int SPINS = 200;

	private static final long SPIN_NANOS = 10_000;

	private static final Duration STOPPING_STEP = Duration.ofMillis(1);

	private final Supplier<ApplicationNode> node;

	private final VirtualTime time = new VirtualTime();

	private final TrackingExecutor executor = new TrackingExecutor();

	private volatile boolean stopping;

	ActorTime(Supplier<ApplicationNode> node) {
		this.node = node;
	}

	void customize(CajunNode.Builder builder) {
		builder.scheduler(this.time).executor(this.executor).listener(new StopListener());
	}

	/**
	 * What time it is for the actors.
	 * @return the virtual wall clock
	 */
	public Instant now() {
		return this.time.now();
	}

	/**
	 * Lets time pass: whatever falls due meanwhile, timers, reminders, passivation,
	 * retries and timeouts, happens at its own time and is finished before the next, and
	 * what it scheduled within this duration happens as well. A handler that waits, for
	 * the timeout of a call for instance, does not keep time from passing.
	 * @param duration how much, not negative
	 * @throws AssertionError if actors do not come to rest within 10 seconds
	 */
	public void advance(Duration duration) {
		settle(true);
		Instant end = this.time.now().plus(duration);
		Duration next = this.time.untilNext();
		while (next != null && !this.time.now().plus(next).isAfter(end)) {
			this.time.advance(next);
			settle(true);
			next = this.time.untilNext();
		}
		this.time.advance(Duration.between(this.time.now(), end));
		settle(true);
	}

	/**
	 * Waits until no message waits in any mailbox, no handler runs and no write is under
	 * way.
	 * @throws AssertionError if that takes longer than 10 seconds
	 */
	public void awaitIdle() {
		settle(false);
	}

	private void settle(boolean mayWait) {
		try {
			// Most steps are over in microseconds, and a long advance has many.
			for (int spin = 0; spin < SPINS; spin++) {
				if (isIdle()) {
					return;
				}
				LockSupport.parkNanos(SPIN_NANOS);
			}
			int waiting = 0;
			for (long round = 0; round < PATIENCE.toMillis(); round++) {
				if (isIdle()) {
					return;
				}
				waiting = this.executor.isWaiting() ? waiting + 1 : 0;
				if (mayWait && waiting > WAITING_MILLIS) {
					return;
				}
				Thread.sleep(1);
			}
			throw busy();
		}
		catch (InterruptedException ex) {
			throw interrupted(ex);
		}
	}

	private boolean isIdle() throws InterruptedException {
		return this.executor.isIdle() && this.node.get().node().awaitIdle(Duration.ZERO) && this.executor.isIdle();
	}

	/** For a node whose time is real. */
	static void awaitIdle(CajunNode node) {
		try {
			if (!node.awaitIdle(PATIENCE)) {
				throw busy();
			}
		}
		catch (InterruptedException ex) {
			throw interrupted(ex);
		}
	}

	private static AssertionError busy() {
		return new AssertionError("The node is still busy after " + PATIENCE.toSeconds()
				+ " s: a handler blocks, or actors send each other messages without end");
	}

	private static AssertionError interrupted(InterruptedException ex) {
		Thread.currentThread().interrupt();
		return new AssertionError("Interrupted while waiting for the node to become idle", ex);
	}

	/**
	 * A node that stops waits for its actors by the same clock, and nobody advances it
	 * any more.
	 */
	private final class StopListener implements NodeListener {

		@Override
		public void stateChanged(NodeState state) {
			ActorTime.this.stopping = state == NodeState.STOPPING;
			if (ActorTime.this.stopping) {
				Thread.ofVirtual().name("cajun-test-time").start(this::passUntilStopped);
			}
		}

		private void passUntilStopped() {
			try {
				while (ActorTime.this.stopping) {
					ActorTime.this.time.advance(STOPPING_STEP);
					Thread.sleep(STOPPING_STEP);
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
