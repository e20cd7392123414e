package dev.cajun.routing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.locks.ReentrantLock;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Ask;
import dev.cajun.activation.Envelope;
import dev.cajun.activation.Tell;
import dev.cajun.store.Fence;

/**
 * What other processes send to one shard of this node. A message under an epoch that is
 * not known here yet, or about to be claimed, is held until it is. A process whose
 * message was sent back gets everything back until it flushes: what it had already sent
 * must not be run before what came back to it.
 * <p>
 * Guarded by the shard's lock, under which nothing waits and no sender is called.
 */
final class Reception {

	private static final int MOST_HELD = 10_000;

	private static final long HELD_NANOS = 10_000_000_000L;

	/** Far more than processes that are members, or were of late. */
	private static final int MOST_BARRED = 4096;

	private final NodeHost host;

	private final int number;

	private final ReentrantLock lock;

	private final Lane lane;

	private final Door door;

	/**
	 * Processes that must flush before anything of theirs is taken: not links, of which a
	 * process that was taken for gone has another one afterwards. One that is gone stays
	 * here, as it may still be sending; a bar that it does not know of costs it a flush.
	 */
	private final SequencedSet<String> barred = new LinkedHashSet<>(0);

	private final ArrayDeque<Held> held = new ArrayDeque<>(0);

	private final ArrayDeque<HeldTimer> timers = new ArrayDeque<>(0);

	private final List<Flush> flushes = new ArrayList<>(0);

	private boolean refreshing;

	Reception(NodeHost host, int number, ReentrantLock lock, Lane lane, Door door) {
		this.host = host;
		this.number = number;
		this.lock = lock;
		this.lane = lane;
		this.door = door;
	}

	/** A message to an actor of the shard. */
	void arrived(ActorType type, ActorId receiver, Envelope envelope, Remote origin) {
		this.lock.lock();
		try {
			arrived(new Held(type, receiver, envelope, origin, this.host.scheduler().nanoTime()));
		}
		finally {
			this.lock.unlock();
		}
	}

	private void arrived(Held message) {
		Remote origin = message.origin;
		if (this.barred.contains(origin.peer.process())) {
			sendBack(message.receiver, message.envelope, origin);
		}
		else if (this.door.admits(origin.epoch) && !this.door.delays(message.type)) {
			admit(message);
		}
		else if ((this.door.admits(origin.epoch) || this.door.mayAdmit(origin.epoch)) && this.held.size() < MOST_HELD) {
			this.held.add(message);
			this.lane.sweepLater();
			if (origin.epoch > this.lane.way().epoch()) {
				refresh();
			}
		}
		else {
			sendBack(message.receiver, message.envelope, origin);
		}
	}

	private void admit(Held message) {
		try {
			this.door.take(message.type, message.receiver, message.envelope, true);
		}
		catch (CajunException ex) {
			this.host.execute(() -> Outgoing.refuse(this.host, message.type, message.receiver, message.envelope, ex));
		}
	}

	/**
	 * Reads the table, which may know the epoch; what it does not know then goes back.
	 */
	private void refresh() {
		if (this.refreshing) {
			return;
		}
		this.refreshing = true;
		this.host.cluster().refresh().whenComplete((done, error) -> {
			this.lock.lock();
			try {
				this.refreshing = false;
				long known = this.lane.way().epoch();
				for (Held message : drainHeld()) {
					if (message.origin.epoch > known) {
						sendBack(message.receiver, message.envelope, message.origin);
					}
					else {
						arrived(message);
					}
				}
			}
			finally {
				this.lock.unlock();
			}
		});
	}

	private List<Held> drainHeld() {
		List<Held> all = List.copyOf(this.held);
		this.held.clear();
		return all;
	}

	/** What is held is looked at again, in order. */
	void recheckHeld() {
		if (!this.held.isEmpty()) {
			drainHeld().forEach(this::arrived);
		}
	}

	/** Whether anything is still held. */
	boolean sweep(long now) {
		for (Held message : drainHeld()) {
			if (now - message.sinceNanos > HELD_NANOS) {
				sendBack(message.receiver, message.envelope, message.origin);
			}
			else {
				arrived(message);
			}
		}
		return !this.held.isEmpty();
	}

	/** A message that had no effect goes back to the process that sent it. */
	void sendBack(ActorId receiver, Envelope envelope, Remote origin) {
		this.lock.lock();
		try {
			if (envelope instanceof Ask) {
				((Ask.Caller) origin).forget();
			}
			bar(origin.peer.process());
			Way way = this.lane.way();
			origin.sendBack(new FrameWriter(Frames.RETURNED).number(this.number)
				.number(origin.epoch)
				.number(way.epoch())
				.text(way.owner(this.host.node())), envelope, receiver);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void bar(String process) {
		if (this.barred.add(process) && this.barred.size() > MOST_BARRED) {
			this.barred.removeFirst();
		}
	}

	/**
	 * A process wants back what was not run.
	 * @param epoch the epoch under which it sent
	 * @param newEpoch the epoch that it knows now
	 * @param newOwner the owner that it knows now; empty if it knows none
	 */
	void flush(PeerLink from, long epoch, long newEpoch, String newOwner, long id) {
		this.lock.lock();
		try {
			for (Held message : drainHeld()) {
				if (message.origin.peer.equals(from) && message.origin.epoch <= epoch) {
					sendBack(message.receiver, message.envelope, message.origin);
				}
				else {
					this.held.add(message);
				}
			}
			Fence mine = this.door.owned();
			if (mine != null && newEpoch > mine.epoch()) {
				this.door.fenced(mine, newEpoch, newOwner);
			}
			this.flushes.add(new Flush(from, id));
			if (!this.door.isLeaving()) {
				answerFlushes();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	void answerFlushes() {
		for (Flush flush : this.flushes) {
			this.barred.remove(flush.peer.process());
			flush.peer.answer(this.number,
					new FrameWriter(Frames.FLUSHED).number(this.number).number(flush.id).toBytes());
		}
		this.flushes.clear();
	}

	/** A process is gone: nothing needs to go back to it, and its tells go nowhere. */
	void gone(PeerLink peer) {
		this.lock.lock();
		try {
			this.flushes.removeIf((flush) -> flush.peer.equals(peer));
			this.held.removeIf((message) -> {
				boolean its = message.origin.peer.equals(peer);
				if (its && message.envelope instanceof Tell) {
					Outgoing.refuse(this.host, message.type, message.receiver, message.envelope,
							new CajunException(peer + ", which sent it, is gone"));
				}
				return its;
			});
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A timer of an actor whose shard comes to this node, or has come. */
	void timer(ActorId actor, Envelope timer) {
		this.lock.lock();
		try {
			if (takesTimers(actor)) {
				this.host.mailboxes().offerUnbounded(actor, timer);
			}
			else if (this.timers.size() < MOST_HELD) {
				this.timers.add(new HeldTimer(actor, timer, this.host.scheduler().nanoTime()));
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean takesTimers(ActorId actor) {
		return this.door.owned() != null && !this.door.delays(this.host.actorType(actor.type()));
	}

	/** This node owns the shard from now on. */
	void opened() {
		answerFlushes();
		settled();
	}

	/** What waited may be taken now, or some of it. */
	void settled() {
		recheckHeld();
		long now = this.host.scheduler().nanoTime();
		List<HeldTimer> all = List.copyOf(this.timers);
		this.timers.clear();
		for (HeldTimer timer : all) {
			if (now - timer.sinceNanos >= HELD_NANOS) {
				continue;
			}
			if (takesTimers(timer.actor)) {
				this.host.mailboxes().offerUnbounded(timer.actor, timer.envelope);
			}
			else {
				this.timers.add(timer);
			}
		}
	}

	private record Held(ActorType type, ActorId receiver, Envelope envelope, Remote origin, long sinceNanos) {

	}

	private record HeldTimer(ActorId actor, Envelope envelope, long sinceNanos) {

	}

	private record Flush(PeerLink peer, long id) {

	}

}
