package dev.cajun.routing;

import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

import dev.cajun.activation.Ask;
import dev.cajun.transport.Link;
import dev.cajun.transport.Link.Sent;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Another process: the link to it, what it has asked and what it is still to be told.
 * Answers are never refused to whoever gives them: what the link does not take now waits,
 * in order. What is sent about one shard goes through one stream, and so keeps its order.
 * <p>
 * Thread-safe; the lock is the innermost.
 */
final class PeerLink {

	/**
	 * Answers that wait before those to requests, whose callers time out, are dropped.
	 */
	private static final int MOST_WAITING = 50_000;

	private static final long RETRY_NANOS = 5_000_000L;

	/** A link that has ended is not made again more often than this. */
	private static final long RELINK_NANOS = 100_000_000L;

	private final ReentrantLock lock = new ReentrantLock();

	private final NodeHost host;

	private final Transport transport;

	private final Transport.Peer peer;

	/** Replaced when it was given up by the other end, and not by this node. */
	private volatile Link link;

	private final ArrayDeque<Answer> waiting = new ArrayDeque<>();

	private boolean retrying;

	private final ConcurrentHashMap<Long, Ask> asked = new ConcurrentHashMap<>();

	/** Whether a placement table has named it. */
	volatile boolean known;

	/** It is no member any more, and about to be given up. */
	volatile boolean doomed;

	private volatile boolean givenUp;

	PeerLink(NodeHost host, Transport transport, Transport.Peer peer) {
		this.host = host;
		this.transport = transport;
		this.peer = peer;
		this.link = transport.link(peer);
	}

	String process() {
		return this.peer.bootId();
	}

	String nodeName() {
		return this.peer.node();
	}

	/** What the process has asked, and has no answer to, by the number that it gave. */
	ConcurrentHashMap<Long, Ask> asked() {
		return this.asked;
	}

	private int stream(int shard) {
		return Math.floorMod(shard, this.link.streams());
	}

	Sent send(int shard, Link.Parcel parcel) {
		Link link = this.link;
		Sent sent = link.send(stream(shard), parcel);
		if (sent != Sent.CLOSED || this.doomed || this.givenUp) {
			return sent;
		}
		// There is another once everything that the former held was reported.
		Link next = this.transport.link(this.peer);
		if (next.equals(link)) {
			return sent;
		}
		this.link = next;
		return next.send(stream(shard), parcel);
	}

	/** Sends what nobody could refuse; in order with what was sent so before. */
	void answer(int shard, byte[] frame) {
		if (this.givenUp) {
			// The process may be a member again, on a link of its own.
			PeerLink now = this.host.cluster().peers().find(process());
			if (now != null && !now.givenUp) {
				now.answer(shard, frame);
			}
			return;
		}
		this.lock.lock();
		try {
			if (this.waiting.isEmpty() && pass(shard, frame)) {
				return;
			}
			boolean droppable = frame[0] == Frames.REPLY || frame[0] == Frames.FAILURE || frame[0] == Frames.INQUIRY
					|| frame[0] == Frames.WHEREABOUTS;
			if (droppable && this.waiting.size() >= MOST_WAITING) {
				this.host.statistics().answersDropped.increment();
				return;
			}
			this.waiting.add(new Answer(shard, frame));
			retryLater();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whether nothing more is to be done. */
	private boolean pass(int shard, byte[] frame) {
		return switch (send(shard, new Plain(frame))) {
			case FULL, BROKEN -> false;
			case CLOSED -> this.doomed || this.givenUp || !this.host.cluster().peers().isMember(process());
			default -> true;
		};
	}

	private void retryLater() {
		if (!this.retrying) {
			this.retrying = true;
			boolean ended = this.link.trouble() != null;
			this.host.scheduler().schedule(ended ? RELINK_NANOS : RETRY_NANOS, () -> this.host.execute(this::retry));
		}
	}

	private void retry() {
		this.lock.lock();
		try {
			this.retrying = false;
			for (Answer next = this.waiting.peek(); next != null; next = this.waiting.peek()) {
				if (!pass(next.shard, next.frame)) {
					retryLater();
					return;
				}
				this.waiting.poll();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	void giveUp(String reason) {
		this.givenUp = true;
		this.link.giveUp(reason);
		this.lock.lock();
		try {
			this.waiting.clear();
		}
		finally {
			this.lock.unlock();
		}
		this.asked.clear();
	}

	@Nullable String trouble() {
		return this.link.trouble();
	}

	@Override
	public String toString() {
		return "node " + nodeName() + " (process " + process() + ")";
	}

	private record Answer(int shard, byte[] frame) {

	}

	/** What is not missed when it is lost: its receiver is gone. */
	private record Plain(byte[] bytes) implements Link.Parcel {

		@Override
		public void acknowledged() {
			// As hoped.
		}

		@Override
		public void lost(boolean maybeReceived) {
			// The process that waited for it is gone, or believes that this one is.
		}

	}

}
