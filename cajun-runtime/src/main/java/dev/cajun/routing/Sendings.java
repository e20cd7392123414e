package dev.cajun.routing;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;

import dev.cajun.OutcomeUnknownException;
import dev.cajun.activation.Ask;
import dev.cajun.time.Scheduler.Cancellable;
import dev.cajun.transport.Link.Sent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a lane has sent to its target, and what comes of it. What certainly had no effect
 * takes its place in the lane again; of what may have had one, only a request with a key
 * does, which is recognised, and a guaranteed tell is sent again by its sender. The
 * target is left once everything of it is known: it has answered a flush, or its process
 * is gone and the link has told what became of each message.
 * <p>
 * Guarded by the shard's lock, under which no sender is called.
 */
final class Sendings {

	private static final Logger logger = LoggerFactory.getLogger(Sendings.class);

	private static final long FLUSH_NANOS = 5_000_000_000L;

	private final NodeHost host;

	private final int number;

	private final ReentrantLock lock;

	private final Lane lane;

	/** Where messages went since nothing was left anywhere. */
	@Nullable Target target;

	/** Whether the target has sent something back: it takes nothing before a flush. */
	private boolean suspended;

	/** The flush under way, or 0. */
	private long flush;

	/** The newest epoch that the flush told the target of. */
	private long flushedFor;

	private @Nullable Cancellable flushTimer;

	Sendings(NodeHost host, int number, ReentrantLock lock, Lane lane) {
		this.host = host;
		this.number = number;
		this.lock = lock;
		this.lane = lane;
	}

	boolean isFlushing() {
		return this.flush != 0;
	}

	boolean isSuspended() {
		return this.suspended;
	}

	/** Sends a message to another process. With the lock. */
	Sent ship(Outgoing message, Target target, PeerLink peer) {
		Shipment shipment = new Shipment(this.host, this.lane, target, peer, message);
		if (shipment.number() != 0) {
			this.host.outstanding().add(shipment);
		}
		if (message.envelope instanceof Ask ask && !ask.travel(shipment)) {
			this.host.outstanding().remove(shipment);
			return Sent.QUEUED;
		}
		target.unacknowledged.incrementAndGet();
		Sent sent = peer.send(this.number, shipment);
		if (sent == Sent.QUEUED) {
			this.host.statistics().sent.increment();
			return sent;
		}
		shipment.finish();
		target.unacknowledged.decrementAndGet();
		comesBack(shipment);
		return sent;
	}

	/** A message is this node's again. */
	private void comesBack(Shipment shipment) {
		this.host.outstanding().remove(shipment);
		if (shipment.message().envelope instanceof Ask ask) {
			ask.travel(null);
		}
	}

	/** Asks the target for everything that it has not run. With the lock. */
	void flush(Target target, PeerLink peer, Way way) {
		if (this.flush != 0 || peer.doomed) {
			return;
		}
		long id = this.host.lateReplies().nextNumber();
		this.flush = id;
		this.flushedFor = way.epoch();
		peer.answer(this.number,
				new FrameWriter(Frames.FLUSH).number(this.number)
					.number(target.epoch)
					.number(way.epoch())
					.text(way.owner(this.host.node()))
					.number(id)
					.toBytes());
		this.flushTimer = this.host.scheduler().schedule(FLUSH_NANOS, () -> this.host.execute(() -> flushMissed(id)));
	}

	/** The former target has sent back everything that it had not run. */
	void flushed(PeerLink from, long id) {
		this.lock.lock();
		try {
			Target target = this.target;
			if (id != this.flush || target == null || !from.equals(target.peer)) {
				return;
			}
			if (this.lane.way().epoch() > this.flushedFor) {
				// It may have kept what it believes to own.
				endFlush();
				flush(target, from, this.lane.way());
				return;
			}
			leaveTarget();
			this.lane.advance();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void leaveTarget() {
		this.target = null;
		this.suspended = false;
		endFlush();
	}

	private void endFlush() {
		this.flush = 0;
		if (this.flushTimer != null) {
			this.flushTimer.cancel();
			this.flushTimer = null;
		}
	}

	/** What the former target still sends back comes too late to keep its order. */
	private void flushMissed(long id) {
		this.lock.lock();
		try {
			Target target = this.target;
			if (id != this.flush || target == null) {
				return;
			}
			this.host.statistics().flushesMissed.increment();
			logger.warn("{} did not say within {} ms what it has not run of shard {}; messages go on without it",
					target, FLUSH_NANOS / 1_000_000, this.number);
			target.abandoned = true;
			leaveTarget();
			this.host.outstanding().forEach((shipment) -> {
				if (shipment.target().equals(target)) {
					mayHaveRun(shipment, target + " did not answer");
				}
			});
			this.lane.advance();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The process is gone: its link was, or is just being, given up. */
	void gone(PeerLink peer) {
		this.lock.lock();
		try {
			Target target = this.target;
			if (target != null && peer.equals(target.peer)) {
				target.gone = true;
				this.lane.close();
				goOnIfAllIsBack(target, target.unacknowledged.get());
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	@SuppressWarnings("ReferenceEquality") // the very target
	private void goOnIfAllIsBack(Target target, int unacknowledged) {
		if (target.gone && unacknowledged == 0 && this.target == target) {
			leaveTarget();
			this.lane.advance();
		}
	}

	/** An acknowledgement crossed the giving up of its link. */
	void acknowledgedByGone(Shipment shipment, int unacknowledged) {
		this.lock.lock();
		try {
			mayHaveRun(shipment, shipment.target() + " is gone");
			goOnIfAllIsBack(shipment.target(), unacknowledged);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The link was given up before it acknowledged a message. */
	void lost(Shipment shipment, boolean maybeReceived) {
		this.lock.lock();
		try {
			Target target = shipment.target();
			int left = target.unacknowledged.decrementAndGet();
			if (target.equals(this.target)) {
				target.gone = true;
				this.lane.close();
			}
			if (maybeReceived || target.abandoned) {
				mayHaveRun(shipment, "the link to " + target + " was lost");
			}
			else if (isOutstanding(shipment) && shipment.finish()) {
				comesBack(shipment);
				this.lane.put(shipment.message());
			}
			goOnIfAllIsBack(target, left);
			this.lane.advance();
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean isOutstanding(Shipment shipment) {
		return shipment.number() == 0 || this.host.outstanding().remove(shipment);
	}

	/** A guaranteed tell has no answer: its sender sends it again. */
	void silent(Shipment shipment) {
		this.lock.lock();
		try {
			mayHaveRun(shipment, shipment.target() + " did not answer");
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A process is gone that had acknowledged a message and not answered it. */
	void unanswered(Shipment shipment) {
		this.lock.lock();
		try {
			mayHaveRun(shipment, shipment.target() + " is gone");
			this.lane.advance();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Only what is recognised when it comes again may be sent again. */
	private void mayHaveRun(Shipment shipment, String why) {
		Outgoing message = shipment.message();
		if (!isOutstanding(shipment) || !shipment.finish()) {
			return;
		}
		if (message.envelope instanceof Ask ask) {
			// Before a timeout finds that it is not on its way any more
			ask.doubt();
		}
		comesBack(shipment);
		if (message.envelope instanceof Ask ask && ask.key() != null) {
			this.lane.put(message);
			return;
		}
		if (shipment.number() == 0 && shipment.isReceived()) {
			return;
		}
		message.refuse(new OutcomeUnknownException(
				"The outcome for actor " + message.receiver + " is unknown: " + why + " after the message was sent"
						+ ((message.envelope instanceof Ask) ? "; ask with an idempotency key to be sure" : "")));
	}

	/**
	 * A process has sent a message back that had no effect.
	 * @param number the number of a request or a guaranteed tell; 0 for another tell
	 * @param tell the tell, unless it cannot be read
	 */
	void returned(PeerLink from, long epoch, long number, @Nullable Outgoing tell, long knownEpoch, String knownOwner) {
		this.lock.lock();
		try {
			Target target = this.target;
			boolean current = target != null && from.equals(target.peer) && target.epoch == epoch;
			if (number != 0) {
				Shipment shipment = this.host.outstanding().find(number);
				if (shipment != null && from.equals(shipment.target().peer) && shipment.target().epoch == epoch
						&& isOutstanding(shipment) && shipment.finish()) {
					this.host.statistics().returned.increment();
					comesBack(shipment);
					this.lane.again(shipment.message(), "it came back");
				}
			}
			else if (current && tell != null) {
				this.host.statistics().returned.increment();
				this.lane.put(tell);
			}
			else if (tell != null) {
				tell.refuse(new OutcomeUnknownException(from + " sent it back too late"));
			}
			if (current) {
				this.lane.close();
				boolean first = !this.suspended;
				this.suspended = true;
				this.lane.overlay(knownEpoch, knownOwner);
				CompletionStage<Void> unused = this.host.cluster().refresh();
				if (first) {
					this.lane.retryUnlessCalm();
				}
			}
			this.lane.advance();
		}
		finally {
			this.lock.unlock();
		}
	}

}
