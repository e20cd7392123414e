package dev.cajun.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * What callers notice while the node of the actors that they ask leaves in good order.
 *
 * @param seconds from the order to leave to the end of the JVM
 * @param longestMillis the longest that a caller waited for an answer, repetitions
 * included
 * @param p99Millis what 99 of 100 callers did not wait longer for
 * @param failed asks that failed, and were repeated
 * @param answers answers a second meanwhile
 * @param operations operations of the store a second meanwhile; 0 where nothing is stored
 * @param actors how many actors lived on the node
 */
public record Leaving(double seconds, double longestMillis, double p99Millis, long failed, double answers,
		double operations, int actors) {

	private static final int CALLERS = 64;

	private static final int POPULATING = 256;

	private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(2);

	private static final long BEFORE_NANOS = TimeUnit.SECONDS.toNanos(3);

	private static final long AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

	/**
	 * Asks many actors once.
	 * @param count how many
	 * @param ask asks the one of that name, and returns it if it lives on the node that
	 * will leave
	 * @return those that do
	 * @throws InterruptedException if interrupted
	 */
	public static List<Contestant.Target> populate(int count, Population ask) throws InterruptedException {
		Queue<Contestant.Target> found = new ConcurrentLinkedQueue<>();
		AtomicInteger next = new AtomicInteger();
		Callers callers = Callers.start(POPULATING, (caller) -> {
			for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
				Contestant.Target target = ask.ask("entity-" + i);
				if (target != null) {
					found.add(target);
				}
			}
		});
		callers.await();
		return new ArrayList<>(found);
	}

	/**
	 * Lets a node leave while its actors are asked.
	 * @param actors some that live there
	 * @param node the JVM of the node
	 * @param operations how many the store has carried out so far
	 * @return what was noticed
	 * @throws Exception if an actor does not answer within two minutes, or the node does
	 * not end
	 */
	public static Leaving measure(List<Contestant.Target> actors, OtherJvm node, LongSupplier operations)
			throws Exception {
		Load load = new Load(actors);
		Callers callers = Callers.start(CALLERS, load::run);
		TimeUnit.NANOSECONDS.sleep(BEFORE_NANOS);
		load.counts = true;
		long before = operations.getAsLong();
		long start = System.nanoTime();
		node.leave();
		long end = System.nanoTime();
		long done = operations.getAsLong() - before;
		TimeUnit.NANOSECONDS.sleep(AFTER_NANOS);
		load.ends = true;
		callers.await();
		double seconds = (end - start) / 1e9;
		LatencyHistogram waits = load.all();
		return new Leaving(seconds, load.longest.get() / 1e6, waits.quantile(0.99) / 1e6, load.failed.get(),
				(double) load.answered.get() / (seconds + AFTER_NANOS / 1e9), (double) done / seconds, actors.size());
	}

	Sample sample() {
		return Sample.of("seconds", this.seconds)
			.and("longest", this.longestMillis)
			.and("p99", this.p99Millis)
			.and("failed", (double) this.failed)
			.and("answers", this.answers)
			.and("operations", this.operations)
			.and("actors", this.actors);
	}

	/** Asks an actor. */
	@FunctionalInterface
	public interface Population {

		/**
		 * Asks the actor of that name.
		 * @param key its key
		 * @return the actor, if it lives on the node that will leave
		 * @throws Exception if it does not answer
		 */
		Contestant.@Nullable Target ask(String key) throws Exception;

	}

	/** Callers that ask actors chosen at random, again after each failure. */
	private static final class Load {

		private final List<Contestant.Target> actors;

		private final List<LatencyHistogram> waits = new ArrayList<>();

		private final AtomicLong longest = new AtomicLong();

		private final AtomicLong failed = new AtomicLong();

		private final AtomicLong answered = new AtomicLong();

		private volatile boolean counts;

		private volatile boolean ends;

		Load(List<Contestant.Target> actors) {
			this.actors = actors;
			for (int i = 0; i < CALLERS; i++) {
				this.waits.add(new LatencyHistogram());
			}
		}

		void run(int caller) throws Exception {
			SplittableRandom random = new SplittableRandom(caller);
			while (!this.ends) {
				long start = System.nanoTime();
				untilAnswered(this.actors.get(random.nextInt(this.actors.size())), start);
				long wait = System.nanoTime() - start;
				if (this.counts) {
					this.waits.get(caller).record(wait);
					this.longest.accumulateAndGet(wait, Math::max);
					this.answered.incrementAndGet();
				}
			}
		}

		private void untilAnswered(Contestant.Target actor, long start) throws Exception {
			while (true) {
				try {
					actor.ask();
					return;
				}
				catch (ExecutionException ex) {
					if (this.failed.getAndIncrement() == 0) {
						System.err.println("The first ask that failed: " + ex.getCause());
					}
					if (System.nanoTime() - start > MOST_NANOS) {
						throw ex;
					}
					Children.pause();
				}
			}
		}

		LatencyHistogram all() {
			LatencyHistogram all = new LatencyHistogram();
			this.waits.forEach(all::add);
			return all;
		}

	}

	/** Virtual threads that end by themselves. */
	private record Callers(CountDownLatch done, Queue<Throwable> failures) {

		static Callers start(int count, Caller caller) {
			Callers callers = new Callers(new CountDownLatch(count), new ConcurrentLinkedQueue<>());
			for (int i = 0; i < count; i++) {
				int index = i;
				Thread.startVirtualThread(() -> {
					try {
						caller.run(index);
					}
					catch (Throwable ex) {
						callers.failures.add(ex);
					}
					finally {
						callers.done.countDown();
					}
				});
			}
			return callers;
		}

		void await() throws InterruptedException {
			if (!this.done.await(2 * MOST_NANOS, TimeUnit.NANOSECONDS)) {
				throw new IllegalStateException(this.done.getCount() + " callers wait for an answer");
			}
			Throwable failure = this.failures.peek();
			if (failure != null) {
				throw new IllegalStateException("An ask failed", failure);
			}
		}

	}

	@FunctionalInterface
	private interface Caller {

		void run(int index) throws Exception;

	}

}
