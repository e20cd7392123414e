package dev.cajun.time;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.cajun.time.Scheduler.Cancellable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class VirtualTimeTests {

	private static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z");

	private final VirtualTime time = new VirtualTime();

	private final List<String> ran = new ArrayList<>();

	/** Schedules a task that notes its name and the time. */
	private Cancellable task(String name, long millis) {
		return this.time.schedule(Duration.ofMillis(millis), () -> note(name));
	}

	private void note(String name) {
		this.ran.add(name + "@" + Duration.between(ORIGIN, this.time.now()).toMillis());
	}

	private void advance(long millis) {
		this.time.advance(Duration.ofMillis(millis));
	}

	@Test
	void startsAtItsOriginAndPassesOnlyWhenTold() {
		assertThat(this.time.now()).isEqualTo(ORIGIN).isEqualTo(this.time.now());
		assertThat(this.time.nanoTime()).isEqualTo(this.time.nanoTime());
		Instant other = Instant.parse("1999-12-31T23:59:59Z");
		VirtualTime elsewhere = new VirtualTime(other);
		long nanos = elsewhere.nanoTime();
		elsewhere.advance(Duration.ofSeconds(1));

		assertThat(elsewhere.now()).isEqualTo(other.plusSeconds(1));
		assertThat(elsewhere.nanoTime() - nanos).isEqualTo(1_000_000_000L);
	}

	@Test
	void runsWhatFallsDueAtItsOwnTime() {
		task("late", 30);
		task("early", 10);
		task("middle", 20);
		task("beyond", 41);
		advance(40);

		assertThat(this.ran).containsExactly("early@10", "middle@20", "late@30");
		assertThat(this.time.now()).isEqualTo(ORIGIN.plusMillis(40));
		advance(1);
		assertThat(this.ran).contains("beyond@41");
	}

	@Test
	void runsTasksOfOneDeadlineInOrderScheduled() {
		for (int i = 0; i < 20; i++) {
			task("" + i, 5);
		}
		advance(5);

		assertThat(this.ran).hasSize(20).first().isEqualTo("0@5");
		assertThat(this.ran.stream().map((name) -> Integer.parseInt(name.substring(0, name.indexOf('@'))))).isSorted();
	}

	@Test
	void taskWithoutDelayWaitsForTheNextAdvance() {
		task("now", 0);
		this.time.schedule(-5, () -> note("past"));
		assertThat(this.ran).isEmpty();
		this.time.advance(Duration.ZERO);

		assertThat(this.ran).containsExactly("now@0", "past@0");
	}

	@Test
	void taskThatIsScheduledByATaskRunsInTheSameAdvance() {
		this.time.schedule(Duration.ofMillis(10), () -> {
			note("first");
			task("second", 10);
			task("at once", 0);
			task("beyond", 100);
		});
		advance(50);

		assertThat(this.ran).containsExactly("first@10", "at once@10", "second@20");
		assertThat(this.time.untilNext()).isEqualTo(Duration.ofMillis(60));
	}

	@Test
	void cancelledTaskDoesNotRun() {
		Cancellable cancelled = task("cancelled", 10);
		task("other", 10);
		cancelled.cancel();
		cancelled.cancel();
		advance(10);
		cancelled.cancel();

		assertThat(this.ran).containsExactly("other@10");
	}

	@Test
	void taskCancelsAnotherOfItsDeadline() {
		AtomicReference<Cancellable> second = new AtomicReference<>();
		this.time.schedule(Duration.ofMillis(10), () -> second.get().cancel());
		second.set(task("second", 10));
		advance(10);

		assertThat(this.ran).isEmpty();
	}

	@Test
	void tellsWhenTheNextTaskIsDue() {
		assertThat(this.time.untilNext()).isNull();
		task("far", 100);
		Cancellable near = task("near", 40);
		advance(10);
		assertThat(this.time.untilNext()).isEqualTo(Duration.ofMillis(30));
		near.cancel();

		assertThat(this.time.untilNext()).isEqualTo(Duration.ofMillis(90));
		advance(90);
		assertThat(this.time.untilNext()).isNull();
	}

	@Test
	void taskInAllEternityWaits() {
		this.time.schedule(Long.MAX_VALUE / 2, () -> note("for ever"));
		this.time.schedule(Duration.ofSeconds(Long.MAX_VALUE), () -> note("for ever"));
		this.time.schedule(Long.MAX_VALUE, () -> note("for ever"));
		this.time.advance(Duration.ofDays(1000));

		this.time.schedule(Long.MAX_VALUE, () -> note("for ever"));
		this.time.advance(Duration.ofDays(1000));
		assertThat(this.ran).isEmpty();
		assertThat(this.time.untilNext()).isPositive();
	}

	@Test
	void timeStopsAtTaskThatThrowsAndGoesOnAfterIt() {
		this.time.schedule(Duration.ofMillis(10), () -> {
			throw new IllegalStateException("as the test wants");
		});
		task("next", 20);
		assertThatIllegalStateException().isThrownBy(() -> advance(50));
		assertThat(this.time.now()).isEqualTo(ORIGIN.plusMillis(10));
		advance(10);

		assertThat(this.ran).containsExactly("next@20");
	}

	@Test
	void runsTasksOnTheThreadThatAdvances() {
		AtomicReference<Thread> thread = new AtomicReference<>();
		this.time.schedule(1, () -> thread.set(Thread.currentThread()));
		advance(1);

		assertThat(thread).hasValue(Thread.currentThread());
	}

	@Test
	void losesNothingWhenOthersScheduleWhileTimePasses() throws Exception {
		int threads = 4;
		int each = 5_000;
		AtomicInteger runs = new AtomicInteger();
		CountDownLatch done = new CountDownLatch(threads);
		for (int thread = 0; thread < threads; thread++) {
			Thread.ofVirtual().start(() -> {
				for (int i = 0; i < each; i++) {
					Cancellable cancelled = this.time.schedule(Duration.ofHours(1), () -> runs.addAndGet(1_000_000));
					this.time.schedule(i % 7, runs::incrementAndGet);
					cancelled.cancel();
				}
				done.countDown();
			});
		}
		while (!done.await(0, TimeUnit.SECONDS)) {
			this.time.advance(Duration.ofNanos(1));
		}
		this.time.advance(Duration.ofHours(2));

		assertThat(runs).hasValue(threads * each);
	}

}
