package dev.cajun.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * What the machine gives without a runtime: a queue per actor, one virtual thread that
 * drains it while it holds something, a future per answer. No bounds, timeouts, failures
 * or passivation: a ceiling, not an alternative.
 */
final class BareContestant implements Contestant {

	private final ConcurrentHashMap<String, BareActor> actors = new ConcurrentHashMap<>();

	private final LongAdder handled = new LongAdder();

	private final LongAdder ended = new LongAdder();

	@Override
	public Target target(String key) {
		return this.actors.computeIfAbsent(key, BareActor::new);
	}

	@Override
	public long handled() {
		return this.handled.sum();
	}

	@Override
	public long ended() {
		return this.ended.sum();
	}

	@Override
	public void close() {
		this.actors.clear();
	}

	private record Message(long amount, @Nullable CompletableFuture<Long> answer) {

	}

	private final class BareActor implements Target, Runnable {

		/** Messages that one thread handles before others have a turn. */
		private static final int MESSAGES_PER_RUN = 2048;

		private final String key;

		private final ConcurrentLinkedQueue<Message> queue = new ConcurrentLinkedQueue<>();

		/** Messages in the queue; whoever raises it from nothing starts the thread. */
		private final AtomicInteger load = new AtomicInteger();

		private long total;

		BareActor(String key) {
			this.key = key;
		}

		private void offer(Message message) {
			this.queue.add(message);
			if (this.load.getAndIncrement() == 0) {
				Thread.startVirtualThread(this);
			}
		}

		@Override
		public void tell() {
			offer(new Message(1, null));
		}

		@Override
		public void ask() throws Exception {
			CompletableFuture<Long> answer = new CompletableFuture<>();
			offer(new Message(1, answer));
			answer.get();
		}

		@Override
		public void stop() {
			BareContestant.this.actors.remove(this.key);
			BareContestant.this.ended.increment();
		}

		@Override
		public void run() {
			int taken = 0;
			for (Message message = this.queue.poll(); message != null; message = this.queue.poll()) {
				this.total += message.amount();
				if (message.answer() == null) {
					BareContestant.this.handled.increment();
				}
				else {
					message.answer().complete(this.total);
				}
				if (++taken == MESSAGES_PER_RUN) {
					break;
				}
			}
			if (this.load.addAndGet(-taken) > 0) {
				Thread.startVirtualThread(this);
			}
		}

	}

}
