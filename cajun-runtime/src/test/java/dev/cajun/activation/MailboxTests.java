package dev.cajun.activation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

import dev.cajun.activation.Mailbox.Offer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MailboxTests {

	private static final long MUCH = Long.MAX_VALUE;

	private final MemoryBudget budget = new MemoryBudget(1L << 40);

	private final Mailbox mailbox = Mailboxes.mailbox();

	@Test
	void givesMessagesInOrderOffered() {
		for (int i = 0; i < 5; i++) {
			offer(tell(i, 0));
		}

		assertThat(pollAll(0)).containsExactly(0, 1, 2, 3, 4);
		assertThat(this.mailbox.poll(5)).isNull();
	}

	@Test
	void givesRightToRunToWhoeverFindsItEmpty() {
		assertThat(offer(tell(1, 0))).isEqualTo(Offer.SCHEDULE);
		assertThat(offer(tell(2, 0))).isEqualTo(Offer.TAKEN);
		pollAll(0);
		assertThat(offer(tell(3, 0))).as("the first two are not released").isEqualTo(Offer.TAKEN);
		pollAll(2);
		assertThat(this.mailbox.release(3, 0, this.budget)).isZero();

		assertThat(offer(tell(4, 0))).isEqualTo(Offer.SCHEDULE);
	}

	@Test
	void releaseAnswersWhatIsLeft() {
		offer(tell(1, 10));
		offer(tell(2, 20));
		this.mailbox.poll(0);

		assertThat(this.mailbox.release(1, 10, this.budget)).isEqualTo(1);
		assertThat(this.mailbox.depth()).isEqualTo(1);
	}

	@Test
	void refusesBeyondCapacityUntilReleased() {
		assertThat(this.mailbox.offer(tell(1, 0), 2, MUCH, this.budget)).isEqualTo(Offer.SCHEDULE);
		assertThat(this.mailbox.offer(tell(2, 0), 2, MUCH, this.budget)).isEqualTo(Offer.TAKEN);
		assertThat(this.mailbox.offer(tell(3, 0), 2, MUCH, this.budget)).isEqualTo(Offer.FULL);
		this.mailbox.poll(0);
		assertThat(this.mailbox.offer(tell(3, 0), 2, MUCH, this.budget)).as("one is taken but not released")
			.isEqualTo(Offer.FULL);
		this.mailbox.release(1, 0, this.budget);

		assertThat(this.mailbox.offer(tell(3, 0), 2, MUCH, this.budget)).isEqualTo(Offer.TAKEN);
		assertThat(pollAll(0)).containsExactly(2, 3);
	}

	@Test
	void refusesBeyondBytes() {
		assertThat(this.mailbox.offer(tell(1, 60), 100, 100, this.budget)).isEqualTo(Offer.SCHEDULE);
		assertThat(this.mailbox.offer(tell(2, 41), 100, 100, this.budget)).isEqualTo(Offer.FULL);
		assertThat(this.mailbox.offer(tell(3, 40), 100, 100, this.budget)).isEqualTo(Offer.TAKEN);
		assertThat(this.mailbox.offer(tell(4, 1), 100, 100, this.budget)).isEqualTo(Offer.FULL);
		this.mailbox.poll(0);
		this.mailbox.release(1, 60, this.budget);

		assertThat(this.mailbox.offer(tell(5, 60), 100, 100, this.budget)).isEqualTo(Offer.TAKEN);
	}

	@Test
	void takesOneMessageLargerThanItsBytes() {
		assertThat(this.mailbox.offer(tell(1, 101), 100, 100, this.budget)).isEqualTo(Offer.SCHEDULE);
		assertThat(this.mailbox.offer(tell(2, 1), 100, 100, this.budget)).isEqualTo(Offer.FULL);
	}

	@Test
	void takesUnboundedOffersWhenFull() {
		this.mailbox.offer(tell(1, 200), 1, 100, this.budget);

		assertThat(this.mailbox.offer(tell(2, 200), Mailbox.UNBOUNDED, MUCH, this.budget)).isEqualTo(Offer.TAKEN);
		assertThat(pollAll(0)).containsExactly(1, 2);
	}

	@Test
	void chargesBudgetOfNodeByGranules() {
		MemoryBudget small = new MemoryBudget(3 * 4096);
		this.mailbox.offer(tell(1, 8192), 100, MUCH, small);
		assertThat(small.bytes()).isEqualTo(8192);
		Mailbox other = Mailboxes.mailbox();
		other.offer(tell(2, 4096), 100, MUCH, small);
		assertThat(small.bytes()).isEqualTo(3 * 4096);

		assertThat(other.offer(tell(3, 1), 100, MUCH, small)).isEqualTo(Offer.FULL);
		assertThat(other.offer(tell(3, 0), 100, MUCH, small)).as("without a size").isEqualTo(Offer.TAKEN);
		this.mailbox.poll(0);
		this.mailbox.release(1, 8192, small);
		assertThat(small.bytes()).isEqualTo(4096);
		assertThat(other.offer(tell(3, 1), 100, MUCH, small)).isEqualTo(Offer.TAKEN);
	}

	@Test
	void givesBudgetBackWhenClosed() {
		MemoryBudget small = new MemoryBudget(1 << 20);
		this.mailbox.offer(tell(1, 50_000), 100, MUCH, small);
		this.mailbox.poll(0);

		assertThat(this.mailbox.close(1, 50_000, small)).isTrue();
		assertThat(small.bytes()).isZero();
	}

	@Test
	void putsBackInFront() {
		for (int i = 0; i < 4; i++) {
			offer(tell(i, 0));
		}
		Envelope first = this.mailbox.poll(0);
		Envelope second = this.mailbox.poll(1);
		first.next = second;
		this.mailbox.putBack(first);
		offer(tell(4, 0));

		assertThat(pollAll(0)).containsExactly(0, 1, 2, 3, 4);
	}

	@Test
	void closesOnlyWhenNothingElseIsThere() {
		offer(tell(1, 7));
		this.mailbox.poll(0);
		offer(tell(2, 0));

		assertThat(this.mailbox.close(1, 7, this.budget)).isFalse();
		this.mailbox.poll(1);
		assertThat(this.mailbox.close(2, 7, this.budget)).isTrue();
		assertThat(this.mailbox.depth()).isZero();
		assertThat(offer(tell(3, 0))).isEqualTo(Offer.CLOSED);
		assertThat(this.mailbox.offer(tell(3, 0), Mailbox.UNBOUNDED, MUCH, this.budget)).isEqualTo(Offer.CLOSED);
	}

	@Test
	void admitsExactlyItsCapacityUnderRace() throws Exception {
		AtomicInteger taken = new AtomicInteger();
		race(4, (thread) -> {
			for (int i = 0; i < 5_000; i++) {
				if (this.mailbox.offer(tell(i, 0), 1_000, MUCH, this.budget) != Offer.FULL) {
					taken.incrementAndGet();
				}
			}
		});

		assertThat(taken).hasValue(1_000);
		assertThat(this.mailbox.depth()).isEqualTo(1_000);
		assertThat(pollAll(0)).hasSize(1_000);
	}

	@Test
	void admitsExactlyItsBytesUnderRace() throws Exception {
		AtomicLong bytes = new AtomicLong();
		race(4, (thread) -> {
			for (int i = 0; i < 5_000; i++) {
				int size = 1 + (i % 97);
				if (this.mailbox.offer(tell(i, size), 1 << 20, 10_000, this.budget) != Offer.FULL) {
					bytes.addAndGet(size);
				}
			}
		});

		// What was last refused did not fit, and the smallest has one byte.
		assertThat(bytes).hasValue(10_000);
	}

	@Test
	void keepsOrderOfEachProducerUnderRace() throws Exception {
		int messages = 50_000;
		int producers = 3;
		AtomicInteger rights = new AtomicInteger();
		CompletableFuture<List<Integer>> consumed = new CompletableFuture<>();
		List<Integer> seen = new ArrayList<>();
		Runnable consumer = () -> {
			int left = 1;
			while (left > 0) {
				int count = 0;
				for (Envelope envelope = this.mailbox.poll(0); envelope != null
						&& count < 100; envelope = this.mailbox.poll(count)) {
					seen.add((Integer) envelope.message);
					count++;
					if (count == 100) {
						break;
					}
				}
				boolean all = seen.size() == messages * producers;
				// Once released, the right to run may be another's.
				left = this.mailbox.release(count, 0, this.budget);
				if (all) {
					consumed.complete(seen);
					return;
				}
			}
		};
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			race(producers, (thread) -> {
				for (int i = 0; i < messages; i++) {
					Offer offer = this.mailbox.offer(tell(thread * messages + i, 0), Mailbox.UNBOUNDED, MUCH,
							this.budget);
					if (offer == Offer.SCHEDULE) {
						rights.incrementAndGet();
						threads.execute(consumer);
					}
				}
			});
			assertThat(consumed).succeedsWithin(Duration.ofSeconds(20));
		}

		for (int producer = 0; producer < producers; producer++) {
			int of = producer;
			assertThat(seen.stream().filter((message) -> message / messages == of)).hasSize(messages).isSorted();
		}
		assertThat(rights).hasPositiveValue();
	}

	@Test
	void losesNothingToOfferThatMeetsClose() throws Exception {
		for (int round = 0; round < 3_000; round++) {
			Mailbox racing = Mailboxes.mailbox();
			racing.offer(tell(0, 0), 10, MUCH, this.budget);
			racing.poll(0);
			CompletableFuture<Boolean> closed = new CompletableFuture<>();
			AtomicInteger taken = new AtomicInteger();
			race(2, (thread) -> {
				if (thread == 0) {
					closed.complete(racing.close(1, 0, this.budget));
				}
				else if (racing.offer(tell(1, 0), 10, MUCH, this.budget) != Offer.CLOSED) {
					taken.incrementAndGet();
				}
			});

			assertThat(taken.get()).as("round %d", round).isEqualTo(closed.get() ? 0 : 1);
			if (!closed.get()) {
				assertThat(racing.poll(1)).isNotNull();
			}
		}
	}

	private Offer offer(Envelope envelope) {
		return this.mailbox.offer(envelope, 100, MUCH, this.budget);
	}

	private List<Object> pollAll(int unreleased) {
		List<Object> all = new ArrayList<>();
		for (Envelope envelope = this.mailbox.poll(unreleased); envelope != null; envelope = this.mailbox
			.poll(unreleased + all.size())) {
			all.add(envelope.message);
		}
		return all;
	}

	private static Tell tell(int number, int size) {
		return new Tell(number, size);
	}

	private static void race(int threads, IntConsumer task) throws InterruptedException {
		CountDownLatch start = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(threads);
		for (int i = 0; i < threads; i++) {
			int thread = i;
			Thread.ofPlatform().daemon().start(() -> {
				try {
					start.await();
					task.accept(thread);
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				finally {
					end.countDown();
				}
			});
		}
		start.countDown();
		assertThat(end.await(20, TimeUnit.SECONDS)).isTrue();
	}

}
