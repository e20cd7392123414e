package dev.cajun.time;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.cajun.time.Scheduler.Cancellable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The clock in real time: how late it is depends on the machine, so only bounds. */
class SystemClockTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final long MILLIS = 1_000_000;

	/** Tasks of one tick, about 1 ms, run in the order they were scheduled. */
	private static final long TICK = 1 << 20;

	/** One turn of the wheel. */
	private static final long TURN = 8192 * TICK;

	private final SystemClock clock = new SystemClock();

	@AfterEach
	void close() {
		this.clock.close();
	}

	private static void await(CountDownLatch latch) throws InterruptedException {
		assertThat(latch.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
	}

	private void runOnClock(Runnable task) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(1);
		this.clock.schedule(0, () -> {
			try {
				task.run();
			}
			finally {
				done.countDown();
			}
		});
		await(done);
	}

	@Test
	void runsTasksInOrderOfTheirDeadlines() throws Exception {
		Random random = new Random(1);
		List<Timed> tasks = new ArrayList<>();
		ConcurrentLinkedQueue<Timed> ran = new ConcurrentLinkedQueue<>();
		for (int i = 0; i < 200; i++) {
			Timed task = new Timed(random.nextLong(300 * MILLIS));
			tasks.add(task);
			task.schedule(() -> ran.add(task));
		}
		Awaitility.await().atMost(SOON).until(() -> ran.size() == tasks.size());

		List<Timed> order = List.copyOf(ran);
		for (int i = 1; i < order.size(); i++) {
			assertThat(order.get(i - 1).earliest()).isLessThanOrEqualTo(order.get(i).latest() + 2 * TICK);
		}
	}

	@Test
	void runsTasksOfOneTickInOrderScheduled() throws Exception {
		List<Integer> ran = new ArrayList<>();
		CountDownLatch done = new CountDownLatch(1);
		runOnClock(() -> {
			for (int i = 0; i < 50; i++) {
				int number = i;
				this.clock.schedule(0, () -> ran.add(number));
			}
			this.clock.schedule(20 * MILLIS, done::countDown);
		});
		await(done);

		assertThat(ran).hasSize(50).isSorted();
	}

	@Test
	void neverRunsTaskEarly() throws Exception {
		List<Timed> tasks = new ArrayList<>();
		CountDownLatch done = new CountDownLatch(400);
		for (int i = 0; i < 400; i++) {
			Timed task = new Timed(i * MILLIS / 4);
			tasks.add(task);
			task.schedule(done::countDown);
		}
		await(done);

		assertThat(tasks).allSatisfy((task) -> assertThat(task.ranAt).isGreaterThanOrEqualTo(task.earliest()));
	}

	@Test
	void runsTaskWithoutDelayAsSoonAsPossible() throws Exception {
		for (long delay : new long[] { 0, -1, Long.MIN_VALUE }) {
			CountDownLatch ran = new CountDownLatch(1);
			this.clock.schedule(delay, ran::countDown);
			await(ran);
		}
		CountDownLatch ran = new CountDownLatch(1);
		this.clock.schedule(Duration.ofSeconds(-5), ran::countDown);
		await(ran);
	}

	@Test
	void taskInAllEternityWaits() throws Exception {
		AtomicInteger runs = new AtomicInteger();
		this.clock.schedule(Long.MAX_VALUE, runs::incrementAndGet);
		this.clock.schedule(Duration.ofSeconds(Long.MAX_VALUE), runs::incrementAndGet);
		CountDownLatch other = new CountDownLatch(1);
		this.clock.schedule(20 * MILLIS, other::countDown);
		await(other);

		assertThat(runs).hasValue(0);
	}

	@Test
	void earlierTaskWakesClockThatWaitsForALaterOne() throws Exception {
		AtomicInteger late = new AtomicInteger();
		this.clock.schedule(Duration.ofSeconds(60), late::incrementAndGet);
		CountDownLatch early = new CountDownLatch(1);
		this.clock.schedule(Duration.ofMillis(30), early::countDown);
		await(early);

		assertThat(late).hasValue(0);
	}

	@Test
	void cancelledTaskDoesNotRun() throws Exception {
		AtomicInteger cancelled = new AtomicInteger();
		AtomicInteger others = new AtomicInteger();
		CountDownLatch last = new CountDownLatch(1);
		List<Cancellable> tasks = new ArrayList<>();
		this.clock.schedule(30 * MILLIS, others::incrementAndGet);
		for (int i = 0; i < 3; i++) {
			tasks.add(this.clock.schedule(30 * MILLIS, cancelled::incrementAndGet));
		}
		this.clock.schedule(30 * MILLIS, others::incrementAndGet);
		this.clock.schedule(60 * MILLIS, last::countDown);
		tasks.forEach(Cancellable::cancel);
		tasks.forEach(Cancellable::cancel);
		await(last);

		assertThat(cancelled).hasValue(0);
		assertThat(others).hasValue(2);
	}

	@Test
	void taskCancelsAnotherOfItsTick() throws Exception {
		// More than once: now and then they are not of one tick.
		for (int round = 0; round < 20; round++) {
			List<String> ran = new ArrayList<>();
			CountDownLatch done = new CountDownLatch(1);
			runOnClock(() -> {
				AtomicReference<Cancellable> second = new AtomicReference<>();
				this.clock.schedule(0, () -> {
					ran.add("first");
					second.get().cancel();
				});
				second.set(this.clock.schedule(0, () -> ran.add("second")));
				this.clock.schedule(0, () -> ran.add("third"));
				this.clock.schedule(5 * MILLIS, done::countDown);
			});
			await(done);

			assertThat(ran).containsExactly("first", "third");
		}
	}

	@Test
	void cancelAfterRunIsNothing() throws Exception {
		AtomicInteger runs = new AtomicInteger();
		CountDownLatch ran = new CountDownLatch(1);
		Cancellable task = this.clock.schedule(0, () -> {
			runs.incrementAndGet();
			ran.countDown();
		});
		await(ran);
		task.cancel();
		task.cancel();
		runOnClock(() -> {
		});

		assertThat(runs).hasValue(1);
	}

	@Test
	void taskThatThrowsHoldsNothingUp() throws Exception {
		CountDownLatch after = new CountDownLatch(2);
		runOnClock(() -> {
			this.clock.schedule(0, () -> {
				throw new AssertionError("as the test wants");
			});
			this.clock.schedule(0, after::countDown);
			this.clock.schedule(20 * MILLIS, after::countDown);
		});

		await(after);
	}

	@Test
	void taskMaySchedule() throws Exception {
		CountDownLatch steps = new CountDownLatch(20);
		new Object() {

			void step() {
				steps.countDown();
				if (steps.getCount() > 0) {
					SystemClockTests.this.clock.schedule(MILLIS, this::step);
				}
			}

		}.step();

		await(steps);
	}

	@Test
	void runsFiftyThousandTimersOnceEach() {
		Random random = new Random(2);
		List<Timed> tasks = new ArrayList<>();
		for (int i = 0; i < 50_000; i++) {
			Timed task = new Timed(random.nextLong(600 * MILLIS));
			task.schedule(() -> {
			});
			tasks.add(task);
		}
		for (int i = 0; i < tasks.size(); i += 5) {
			tasks.get(i).cancel();
		}
		Awaitility.await()
			.atMost(SOON)
			.untilAsserted(() -> assertThat(tasks).filteredOn((task) -> !task.cancelled)
				.allMatch((task) -> task.runs.get() == 1));

		assertThat(tasks).allSatisfy(Timed::check);
	}

	@Test
	void tasksOfLaterTurnsOfTheWheelWaitForTheirTurn() throws Exception {
		List<Timed> ran = new ArrayList<>();
		CountDownLatch done = new CountDownLatch(4);
		List<Timed> tasks = List.of(new Timed(100 * MILLIS), new Timed(TURN), new Timed(100 * MILLIS + TURN),
				new Timed(150 * MILLIS + TURN));
		AtomicInteger cancelled = new AtomicInteger();
		Cancellable far = this.clock.schedule(100 * MILLIS + TURN, cancelled::incrementAndGet);
		Timed furthest = new Timed(100 * MILLIS + 2 * TURN);
		furthest.schedule(() -> ran.add(furthest));
		for (Timed task : tasks) {
			task.schedule(() -> {
				ran.add(task);
				done.countDown();
			});
		}
		far.cancel();
		assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();

		assertThat(ran).containsExactlyElementsOf(tasks);
		assertThat(tasks).allSatisfy(Timed::check);
		assertThat(cancelled).hasValue(0);
	}

	@Test
	void losesNothingWhenManyThreadsScheduleAndCancel() throws Exception {
		int threads = 4;
		List<Timed> all = new ArrayList<>();
		try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
			List<Future<List<Timed>>> results = new ArrayList<>();
			for (int thread = 0; thread < threads; thread++) {
				Random random = new Random(10 + thread);
				results.add(pool.submit(() -> scheduleAndCancel(random)));
			}
			for (Future<List<Timed>> result : results) {
				all.addAll(result.get(30, TimeUnit.SECONDS));
			}
		}
		Awaitility.await()
			.atMost(SOON)
			.untilAsserted(() -> assertThat(all).filteredOn((task) -> !task.cancelled)
				.allMatch((task) -> task.runs.get() == 1));

		assertThat(all).allSatisfy(Timed::check);
		assertThat(all).filteredOn((task) -> task.cancelled && task.runs.get() == 0).isNotEmpty();
	}

	private List<Timed> scheduleAndCancel(Random random) {
		List<Timed> tasks = new ArrayList<>();
		for (int i = 0; i < 20_000; i++) {
			Timed task = new Timed(random.nextLong(20 * MILLIS));
			task.schedule(() -> {
			});
			tasks.add(task);
			if (random.nextInt(3) == 0) {
				tasks.get(random.nextInt(tasks.size())).cancel();
			}
		}
		return tasks;
	}

	@Test
	void closeRunsWhatWaits() {
		AtomicInteger runs = new AtomicInteger();
		for (int i = 0; i < 100; i++) {
			this.clock.schedule(Duration.ofHours(i + 1), runs::incrementAndGet);
		}
		Cancellable cancelled = this.clock.schedule(Duration.ofHours(1), runs::incrementAndGet);
		cancelled.cancel();
		this.clock.close();
		this.clock.close();

		Awaitility.await().atMost(SOON).until(() -> runs.get() >= 100);
		assertThat(runs).hasValue(100);
	}

	@Test
	void closeEndsThread() throws Exception {
		AtomicReference<Thread> thread = new AtomicReference<>();
		runOnClock(() -> thread.set(Thread.currentThread()));
		assertThat(thread.get().isDaemon()).isTrue();
		this.clock.close();
		thread.get().join(SOON.toMillis());

		assertThat(thread.get().isAlive()).isFalse();
		AtomicInteger late = new AtomicInteger();
		this.clock.schedule(0, late::incrementAndGet).cancel();
		assertThat(late).hasValue(0);
	}

	@Test
	void clocksAreTheMachines() {
		long nanos = System.nanoTime();
		Instant now = Instant.now();

		assertThat(this.clock.nanoTime()).isBetween(nanos, nanos + SOON.toNanos());
		assertThat(this.clock.now()).isBetween(now, now.plus(SOON));
	}

	/** A task that notes when it ran. */
	private final class Timed {

		private final long delay;

		private final AtomicInteger runs = new AtomicInteger();

		private long before;

		private long after;

		private volatile long ranAt;

		private volatile boolean cancelled;

		private Cancellable task;

		Timed(long delay) {
			this.delay = delay;
		}

		void schedule(Runnable action) {
			this.before = System.nanoTime();
			this.task = SystemClockTests.this.clock.schedule(this.delay, () -> {
				this.ranAt = System.nanoTime();
				this.runs.incrementAndGet();
				action.run();
			});
			this.after = System.nanoTime();
		}

		void cancel() {
			this.cancelled = true;
			this.task.cancel();
		}

		long earliest() {
			return this.before + this.delay;
		}

		long latest() {
			return this.after + this.delay;
		}

		void check() {
			int ran = this.runs.get();
			assertThat(ran).isBetween(this.cancelled ? 0 : 1, 1);
			if (ran > 0) {
				assertThat(this.ranAt - earliest()).isNotNegative();
			}
		}

		@Override
		public String toString() {
			return "task after " + this.delay / MILLIS + " ms";
		}

	}

}
