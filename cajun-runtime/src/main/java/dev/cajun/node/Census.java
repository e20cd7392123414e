package dev.cajun.node;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;

import dev.cajun.activation.Activation;
import dev.cajun.activation.Activations;
import dev.cajun.time.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * What is known only by looking at every activation: the actors that have most to do, and
 * how full mailboxes are. Nobody looks unless asked, and then at most once a second,
 * whoever asks; the activations are not stopped meanwhile.
 * <p>
 * Thread-safe.
 */
final class Census {

	private static final long MAX_AGE_NANOS = 1_000_000_000L;

	private static final Comparator<HotActor> BY_MESSAGES = Comparator.comparingDouble(HotActor::messagesPerSecond)
		.thenComparing(HotActor::actor, Comparator.reverseOrder());

	private static final Comparator<HotActor> BY_HANDLER_TIME = Comparator.comparingDouble(HotActor::busy)
		.thenComparing(HotActor::actor, Comparator.reverseOrder());

	private static final Comparator<HotActor> BY_MAILBOX = Comparator.comparingInt(HotActor::mailbox)
		.thenComparing(HotActor::actor, Comparator.reverseOrder());

	/** What is slower than one message in ten minutes is not listed. */
	private static final double LEAST_RATE = 1.0 / 600;

	private final Activations activations;

	private final Scheduler scheduler;

	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable Result latest;

	Census(Activations activations, Scheduler scheduler) {
		this.activations = activations;
		this.scheduler = scheduler;
	}

	HotActors hotActors() {
		return latest().hot();
	}

	Map<String, MailboxDepths> mailboxes() {
		return latest().mailboxes();
	}

	private Result latest() {
		this.lock.lock();
		try {
			long now = this.scheduler.nanoTime();
			Result result = this.latest;
			if (result == null || now - result.takenAt() >= MAX_AGE_NANOS) {
				result = take(now);
				this.latest = result;
			}
			return result;
		}
		finally {
			this.lock.unlock();
		}
	}

	private Result take(long now) {
		Top byMessages = new Top(BY_MESSAGES);
		Top byHandlerTime = new Top(BY_HANDLER_TIME);
		Top byMailbox = new Top(BY_MAILBOX);
		Map<String, MailboxDepths> mailboxes = new HashMap<>();
		this.activations.forEach((activation) -> {
			int depth = activation.waiting();
			if (depth > 0) {
				mailboxes.merge(activation.id().type(), MailboxDepths.NONE.and(depth), (sum, one) -> sum.and(depth));
			}
			HotActor actor = hot(activation, depth, now);
			if (depth > 0) {
				byMailbox.offer(actor);
			}
			if (actor.messagesPerSecond() >= LEAST_RATE) {
				byMessages.offer(actor);
				byHandlerTime.offer(actor);
			}
		});
		return new Result(now,
				new HotActors(byMessages.descending(), byHandlerTime.descending(), byMailbox.descending()),
				Map.copyOf(mailboxes));
	}

	private static HotActor hot(Activation activation, int depth, long now) {
		return new HotActor(activation.id(), activation.recent().messagesPerSecond(now), activation.recent().busy(now),
				depth);
	}

	private record Result(long takenAt, HotActors hot, Map<String, MailboxDepths> mailboxes) {

	}

	/** The greatest that were offered. */
	private static final class Top {

		private final Comparator<HotActor> order;

		private final PriorityQueue<HotActor> smallestFirst;

		Top(Comparator<HotActor> order) {
			this.order = order;
			this.smallestFirst = new PriorityQueue<>(order);
		}

		void offer(HotActor actor) {
			HotActor least = this.smallestFirst.peek();
			if (least == null || this.smallestFirst.size() < ClusterManagement.MAX_HOT_ACTORS) {
				this.smallestFirst.add(actor);
			}
			else if (this.order.compare(actor, least) > 0) {
				this.smallestFirst.poll();
				this.smallestFirst.add(actor);
			}
		}

		List<HotActor> descending() {
			return this.smallestFirst.stream().sorted(this.order.reversed()).toList();
		}

	}

}
