package counters;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import counters.CounterMessage.Add;
import dev.cajun.ActorRef;
import dev.cajun.Actors;

/**
 * One thread that adds to counters all the time: to the first one and to one of the
 * others by turns, without waiting for the answers, of which a few may be missing.
 */
final class Sender {

	private static final int UNANSWERED = 8;

	private final String name;

	private final Actors<CounterMessage> counters;

	private final List<String> keys;

	private final Semaphore first = new Semaphore(UNANSWERED);

	private final Semaphore others = new Semaphore(UNANSWERED);

	/** How many were sent to each counter; written by the thread alone. */
	private final Map<String, Long> sent = new ConcurrentHashMap<>();

	private final AtomicLong answered = new AtomicLong();

	private final AtomicLong failed = new AtomicLong();

	private final AtomicReference<String> failure = new AtomicReference<>("");

	private final AtomicLong longestToFirst = new AtomicLong();

	private final AtomicLong longestToOthers = new AtomicLong();

	private final Thread thread;

	private volatile boolean stopped;

	Sender(String name, int offset, Actors<CounterMessage> counters, List<String> keys) {
		this.name = name;
		this.counters = counters;
		this.keys = keys;
		this.thread = Thread.ofVirtual().name(name).start(() -> run(offset));
	}

	private void run(int offset) {
		for (int i = offset; !this.stopped; i++) {
			add(this.keys.getFirst(), this.first, this.longestToFirst);
			add(this.keys.get(1 + i % (this.keys.size() - 1)), this.others, this.longestToOthers);
		}
	}

	private void add(String key, Semaphore unanswered, AtomicLong longest) {
		unanswered.acquireUninterruptibly();
		ActorRef<CounterMessage> counter = this.counters.get(key);
		long number = this.sent.merge(key, 1L, Long::sum);
		long start = System.nanoTime();
		counter.ask(new Add(this.name, number)).whenComplete((answer, error) -> {
			longest.accumulateAndGet(System.nanoTime() - start, Math::max);
			if (error == null) {
				this.answered.incrementAndGet();
			}
			else {
				this.failed.incrementAndGet();
				this.failure.compareAndSet("", key + " " + error);
			}
			unanswered.release();
		});
	}

	/** Sends no more, and waits for every answer. */
	void stop() throws InterruptedException {
		this.stopped = true;
		this.thread.join();
		this.first.acquire(UNANSWERED);
		this.others.acquire(UNANSWERED);
	}

	long answered() {
		return this.answered.get();
	}

	long failed() {
		return this.failed.get();
	}

	/** The first failure; empty when there was none. */
	String failure() {
		return this.failure.get();
	}

	/** How long the slowest answer took since it was asked last, in nanoseconds. */
	long longestToFirst() {
		return this.longestToFirst.getAndSet(0);
	}

	long longestToOthers() {
		return this.longestToOthers.getAndSet(0);
	}

	/** What a counter has not noted as it was sent; empty when it has. */
	String missing(String key, Counter counter) {
		long its = this.sent.getOrDefault(key, 0L);
		long noted = counter.last().getOrDefault(this.name, 0L);
		return (its == noted) ? "" : key + " has " + noted + " of " + its + " from " + this.name;
	}

}
