package dev.cajun.cluster;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.time.VirtualTime;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Any thread gives the control plane tasks, and stops it; the executor runs them on the
 * thread that starts a run. Whatever the interleaving, tasks run one at a time and in
 * order, none is left before the loop is stopped, and none that is given later runs.
 */
public class EventLoopLincheckTests {

	private static final VirtualTime TIME = new VirtualTime();

	private final EventLoop loop = new EventLoop(Runnable::run, TIME);

	private final AtomicBoolean running = new AtomicBoolean();

	private final AtomicInteger given = new AtomicInteger();

	/** Touched by tasks only. */
	private int ran;

	private int lastOfOne;

	private int lastOfOther;

	private int givenByOne;

	private int givenByOther;

	private volatile boolean stopped;

	private volatile boolean wrong;

	@Operation(nonParallelGroup = "one")
	public void executeForOne() {
		int number = ++this.givenByOne;
		execute(() -> {
			this.wrong |= number != ++this.lastOfOne;
		});
	}

	@Operation(nonParallelGroup = "other")
	public void executeForOther() {
		int number = ++this.givenByOther;
		execute(() -> {
			this.wrong |= number != ++this.lastOfOther;
		});
	}

	/** A task that gives the loop another. */
	@Operation
	public void executeTwo() {
		execute(() -> execute(() -> {
		}));
	}

	private void execute(Runnable task) {
		this.given.incrementAndGet();
		boolean late = this.stopped;
		this.loop.execute(() -> {
			this.wrong |= late || !this.running.compareAndSet(false, true);
			this.ran++;
			task.run();
			this.running.set(false);
		});
	}

	@Operation
	public void stop() {
		this.loop.stop();
		this.stopped = true;
	}

	@Validate
	public void hasRunEachTaskOnceInOrder() {
		if (this.wrong || (this.ran != this.given.get() && !this.stopped)) {
			throw new IllegalStateException(this.ran + " of " + this.given + " tasks have run, "
					+ (this.wrong ? "some out of order, at once or too late" : "in order"));
		}
	}

	@Test
	void runsEachTaskInEveryInterleaving() {
		new ModelCheckingOptions().iterations(10)
			.invocationsPerIteration(150)
			.threads(3)
			.actorsPerThread(2)
			.actorsBefore(1)
			.actorsAfter(1)
			.check(getClass());
	}

}
