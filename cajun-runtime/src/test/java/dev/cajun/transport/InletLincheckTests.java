package dev.cajun.transport;

import java.time.Duration;
import java.time.Instant;

import dev.cajun.time.Scheduler;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What has arrived is recognised when it comes again, whichever connection brings it: an
 * old connection may still be at work when the new one begins. Run one after the other,
 * the operations are their own specification; whatever the interleaving, messages are
 * taken once, in order, and none is skipped.
 */
@Param(name = "number", gen = IntGen.class, conf = "1:4")
public class InletLincheckTests {

	private final Links.Answers answers = new Links.Answers() {

		@Override
		public void acknowledge(long next) {
			// Nobody listens.
		}

		@Override
		public void close(String reason) {
			// Nobody listens.
		}

	};

	private final Inlet inlet;

	private Inlet.@Nullable Session one;

	private Inlet.@Nullable Session other;

	private int taken;

	private boolean outOfOrder;

	public InletLincheckTests() {
		Transport.Receiver receiver = new Transport.Receiver() {

			@Override
			public void received(Transport.Peer from, int stream, byte[] message) {
				InletLincheckTests.this.outOfOrder |= message[0] != ++InletLincheckTests.this.taken;
			}

			@Override
			public void probed(Runnable answer) {
				// Nobody asks.
			}

		};
		Arrivals arrivals = new Arrivals(new Transport.Peer("n1", "boot", new Address("n1", 1)), receiver,
				LinkSettings.DEFAULTS, new Traffic(), 1);
		this.inlet = arrivals.inlet(0);
	}

	private static byte[] message(int number) {
		return new byte[] { (byte) number };
	}

	@Operation(nonParallelGroup = "one")
	public boolean connectOne(@Param(name = "number") int first) {
		this.one = this.inlet.attach(first, this.answers, StandingTime.INSTANCE);
		return this.one != null;
	}

	@Operation(nonParallelGroup = "other")
	public boolean connectOther(@Param(name = "number") int first) {
		this.other = this.inlet.attach(first, this.answers, StandingTime.INSTANCE);
		return this.other != null;
	}

	@Operation(nonParallelGroup = "one")
	public void twoArriveOverOne(@Param(name = "number") int first) {
		arrive(this.one, first);
	}

	@Operation(nonParallelGroup = "other")
	public void twoArriveOverOther(@Param(name = "number") int first) {
		arrive(this.other, first);
	}

	private static void arrive(Inlet.@Nullable Session session, int first) {
		if (session != null) {
			session.received(new Frame(first, new byte[][] { message(first), message(first + 1) }));
		}
	}

	@Operation
	public boolean isConnected() {
		return this.inlet.isConnected();
	}

	@Operation
	public void disconnect() {
		this.inlet.disconnect("for the test");
	}

	@Validate
	public void takesEachOnceAndInOrder() {
		if (this.outOfOrder) {
			throw new IllegalStateException("A message was taken out of its order");
		}
	}

	@Test
	void isLinearizableInEveryInterleaving() {
		new ModelCheckingOptions().iterations(20)
			.invocationsPerIteration(250)
			.threads(2)
			.actorsPerThread(4)
			.actorsBefore(1)
			.actorsAfter(3)
			.check(getClass());
	}

	/** Acknowledgements are not what this is about. */
	private static final class StandingTime implements Scheduler {

		static final StandingTime INSTANCE = new StandingTime();

		@Override
		public long nanoTime() {
			return 0;
		}

		@Override
		public Instant now() {
			return Instant.EPOCH;
		}

		@Override
		public Cancellable schedule(Duration delay, Runnable task) {
			return () -> {
			};
		}

		@Override
		public Cancellable schedule(long delayNanos, Runnable task) {
			return () -> {
			};
		}

	}

}
