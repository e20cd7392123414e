package dev.cajun.routing;

import java.util.concurrent.locks.ReentrantLock;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.MailboxFullException;
import dev.cajun.MessageTooLargeException;
import dev.cajun.NotAMemberException;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Envelope;
import dev.cajun.activation.NumberedTell;
import dev.cajun.placement.Node;
import dev.cajun.time.Scheduler.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * The way of one shard's messages out of this process, and their order.
 * <p>
 * Messages go to one {@link Target} at a time. When the way leads elsewhere, the lane
 * closes: what comes waits, and the former target is flushed, so that everything it has
 * not run is back, before the first message goes to the next. Messages have a place in
 * the lane, which they keep when they come back; so what is sent then is sent in the old
 * order. <pre>
 * open ──(way leads elsewhere, a message came back)──▶ closed, flushing
 *  ▲                                                       │ flushed, or the process gone
 *  └──────────────(way known, not moving; if here, owned)──┘ and everything reported
 * </pre> The place of a message that went into a mailbox of this node is given when it is
 * handed back: in front of everything that waits.
 * <p>
 * Guarded by the shard's lock, under which nothing waits and no sender is called; only
 * {@code local} is read without it. Whoever saw the lane closed sees it closed until the
 * messages before his are on their way.
 */
final class Lane {

	private static final long SWEEP_NANOS = 1_000_000_000L;

	private static final long FIRST_RETRY_NANOS = 5_000_000L;

	private static final long LONGEST_RETRY_NANOS = 500_000_000L;

	private static final long ASK_AGAIN_NANOS = 50_000_000L;

	/** A lane that stayed open for so long has got over what closed it before. */
	private static final long CALM_NANOS = 1_000_000_000L;

	/** What a node answered outweighs an older table for no longer than this. */
	private static final long OVERLAY_NANOS = 30_000_000_000L;

	/** Places kept free for what mailboxes of this node hand back. */
	private static final long HANDED_BACK = 1L << 32;

	private final NodeHost host;

	private final int number;

	private final ReentrantLock lock;

	private final Door door;

	/** Whether messages go straight into the mailboxes of this node. */
	private volatile boolean local;

	private Way way = Way.UNKNOWN;

	private boolean overlaid;

	private long overlaidUntil;

	private boolean open;

	private boolean ended;

	private long openedAt;

	private int retries;

	private @Nullable Cancellable retryTimer;

	private @Nullable Cancellable sweepTimer;

	private final WaitingRoom waiting;

	private final Sendings sendings;

	private long orders;

	private long handedBack;

	Lane(NodeHost host, int number, ReentrantLock lock, Door door) {
		this.host = host;
		this.number = number;
		this.lock = lock;
		this.door = door;
		this.waiting = new WaitingRoom(host, number);
		this.sendings = new Sendings(host, number, lock, this);
	}

	int number() {
		return this.number;
	}

	/** What was sent, and what comes of it. */
	Sendings sendings() {
		return this.sendings;
	}

	boolean isLocal() {
		return this.local;
	}

	Way way() {
		return this.way;
	}

	boolean isEmpty() {
		this.lock.lock();
		try {
			return this.waiting.isEmpty();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Says what waits for what, for whoever wonders. */
	@Nullable String trouble() {
		this.lock.lock();
		try {
			if (this.waiting.isEmpty() || this.open) {
				return null;
			}
			String why = !this.way.leadsSomewhere() ? (this.way.moving() ? "it is moving" : "its owner is not known")
					: this.sendings.isFlushing() ? "waiting for what " + this.sendings.target + " has not run"
							: this.way.here() ? "this node owns it and is " + this.door : "its owner cannot be reached";
			return this.waiting.size() + " messages to shard " + this.number + " wait: " + why;
		}
		finally {
			this.lock.unlock();
		}
	}

	// ---- sending

	/**
	 * Sends a message, or keeps it until the way is free.
	 * @throws CajunException if it cannot be taken, as is known here
	 */
	void send(Outgoing message) {
		if (!this.local) {
			message.encoded();
		}
		this.lock.lock();
		try {
			if (this.ended) {
				throw ended(message);
			}
			message.order = ++this.orders;
			if (!this.open || !this.waiting.isEmpty() || !pass(message)) {
				this.waiting.checkRoom(message);
				put(message);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Sends what is lost without harm, if the way is free. */
	void sendIfOpen(byte[] frame, Runnable here) {
		this.lock.lock();
		try {
			Target target = this.sendings.target;
			if (!this.open || target == null) {
				return;
			}
			if (target.peer != null) {
				target.peer.answer(this.number, frame);
			}
			else {
				here.run();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A message waits, in its place. With the lock. */
	void put(Outgoing message) {
		if (this.ended) {
			message.refuse(ended(message));
			return;
		}
		this.waiting.put(message);
		sweepLater();
	}

	/** Nothing goes on its way any more: what waits is refused. */
	void end() {
		this.lock.lock();
		try {
			this.ended = true;
			close();
			cancelRetry();
			for (Outgoing message : this.waiting.takeAll()) {
				message.refuse(ended(message));
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private CajunException ended(Outgoing message) {
		return new NotAMemberException(
				"Actor " + message.receiver + " was not given the message: node " + this.host.node() + " has stopped");
	}

	private void sweep() {
		this.lock.lock();
		try {
			this.sweepTimer = null;
			this.waiting.sweep();
			boolean held = this.door.reception().sweep(this.host.scheduler().nanoTime());
			if (held || !this.waiting.isEmpty()) {
				sweepLater();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Looks after what waits, here and at the door, from time to time. With the lock. */
	void sweepLater() {
		if (this.sweepTimer == null) {
			this.sweepTimer = this.host.scheduler().schedule(SWEEP_NANOS, () -> this.host.execute(this::sweep));
		}
	}

	/**
	 * Gives a message to the target; false when that takes none now, and the lane closes.
	 */
	private boolean pass(Outgoing message) {
		Target target = this.sendings.target;
		if (target == null || !message.isWanted()) {
			return target != null;
		}
		PeerLink peer = target.peer;
		if (peer == null) {
			if (this.door.delays(message.type)) {
				close();
				retryLater();
				return false;
			}
			this.door.take(message.type, message.receiver, message.envelope, message.bounded);
			return true;
		}
		return switch (this.sendings.ship(message, target, peer)) {
			case QUEUED -> true;
			case FULL -> throw new MailboxFullException(
					"Actor " + message.receiver + " was not given the message: as much is on its way to " + peer
							+ " as the link holds; send it again later");
			case TOO_LARGE -> throw new MessageTooLargeException("The message to actor " + message.receiver + " has "
					+ message.record().length + " bytes, more than the transport carries");
			case BROKEN, CLOSED -> {
				close();
				retryLater();
				this.host.cluster().suspect(peer.nodeName());
				yield false;
			}
		};
	}

	// ---- the way

	/** Whether the store can be reached has changed. */
	void storeChanged() {
		this.lock.lock();
		try {
			this.local = this.open && this.sendings.target != null && this.sendings.target.isHere()
					&& !this.host.isStoreDown();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** What the placement table says. */
	void route(Way newWay) {
		this.lock.lock();
		try {
			boolean older = newWay.epoch() < this.way.epoch();
			if (older && this.overlaid && this.host.scheduler().nanoTime() - this.overlaidUntil < 0) {
				return;
			}
			this.overlaid = false;
			change(newWay);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * A node, or the store, knew a newer pair than the table; holds until the table is as
	 * new. Called with the lock.
	 */
	void overlay(long epoch, String owner) {
		if (epoch <= this.way.epoch()) {
			return;
		}
		Node node = owner.isEmpty() ? null : this.host.cluster().peers().node(owner);
		boolean here = node != null && this.host.cluster().isHere(node);
		overlay(new Way(here, here ? null : node, epoch, false));
	}

	/** This node has claimed the shard, whatever the table says as yet. With the lock. */
	void claimed(long epoch) {
		if (epoch >= this.way.epoch()) {
			overlay(Way.here(epoch));
		}
		else {
			advance();
		}
	}

	private void overlay(Way newer) {
		this.overlaid = true;
		this.overlaidUntil = this.host.scheduler().nanoTime() + OVERLAY_NANOS;
		change(newer);
	}

	private void change(Way newWay) {
		if (!newWay.equals(this.way)) {
			this.way = newWay;
			this.retries = 0;
			cancelRetry();
			this.door.wayChanged();
		}
		advance();
	}

	/** Does whatever can be done now to open the lane. With the lock. */
	void advance() {
		Target target = this.sendings.target;
		if (this.ended || this.retryTimer != null || !this.way.leadsSomewhere() || (target != null && target.gone)) {
			close();
			return;
		}
		if (target != null && !leadsTo(target)) {
			close();
			if (target.peer != null) {
				this.sendings.flush(target, target.peer, this.way);
				return;
			}
			if (!this.door.isEmpty()) {
				return;
			}
			this.sendings.target = null;
		}
		if (this.way.here() && !this.door.isOpen()) {
			close();
			return;
		}
		Node node = this.way.node();
		if (this.sendings.target == null) {
			this.sendings.target = new Target((node == null) ? null : this.host.cluster().peers().of(node),
					this.way.epoch());
		}
		open();
	}

	/** Whether messages may go on to where they went. */
	private boolean leadsTo(Target target) {
		if (this.way.here() || target.peer == null) {
			// What is in a mailbox here was handed back if anybody else owned the shard.
			return this.way.here() && target.peer == null;
		}
		Node node = this.way.node();
		return !this.sendings.isSuspended() && node != null && target.epoch == this.way.epoch()
				&& target.peer.process().equals(node.bootId());
	}

	private void open() {
		for (Outgoing next = this.waiting.first(); next != null; next = this.waiting.first()) {
			try {
				if (!pass(next)) {
					return;
				}
				this.waiting.remove(next);
			}
			catch (MailboxFullException ex) {
				if (this.sendings.target != null && !this.sendings.target.isHere()) {
					close();
					retryLater();
					return;
				}
				this.waiting.remove(next);
				next.refuse(ex);
			}
			catch (CajunException ex) {
				this.waiting.remove(next);
				next.refuse(ex);
			}
		}
		if (!this.open) {
			this.open = true;
			this.openedAt = this.host.scheduler().nanoTime();
			this.handedBack = this.orders;
			this.orders += HANDED_BACK;
		}
		this.local = this.sendings.target != null && this.sendings.target.isHere() && !this.host.isStoreDown();
	}

	/** Messages wait from now on. With the lock. */
	void close() {
		this.local = false;
		if (this.open) {
			this.open = false;
			if (this.host.scheduler().nanoTime() - this.openedAt > CALM_NANOS) {
				this.retries = 0;
			}
		}
	}

	/** Tries again to open, after a while. With the lock. */
	void retryLater() {
		if (this.retryTimer == null) {
			long delay = Math.min(LONGEST_RETRY_NANOS, FIRST_RETRY_NANOS << Math.min(this.retries++, 20));
			this.retryTimer = this.host.scheduler().schedule(delay, () -> this.host.execute(this::retry));
		}
	}

	/** A target sent something back: a lane that was calm tries again at once. */
	void retryUnlessCalm() {
		if (this.retries++ > 0) {
			retryLater();
		}
	}

	/** What made messages wait at this node has ended. With the lock. */
	void settled() {
		cancelRetry();
		advance();
	}

	private void cancelRetry() {
		if (this.retryTimer != null) {
			this.retryTimer.cancel();
			this.retryTimer = null;
		}
	}

	private void retry() {
		this.lock.lock();
		try {
			cancelRetry();
			advance();
		}
		finally {
			this.lock.unlock();
		}
	}

	// ---- what comes back

	/** A guaranteed tell is sent again by its sender, in its order. */
	void again(Outgoing message, String why) {
		if (message.envelope instanceof NumberedTell) {
			message.refuse(new CajunException("The message was not handled: " + why));
		}
		else {
			put(message);
		}
	}

	/** A mailbox of this node gives back what had no effect. */
	void handedBack(ActorType type, ActorId receiver, Envelope envelope) {
		Outgoing message = new Outgoing(this.host, type, receiver, envelope, false);
		this.lock.lock();
		try {
			message.order = ++this.handedBack;
			again(message, "its actor moves");
			if (this.open) {
				advance();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Asks again after an answer that says nothing; a key lets the actor recognise it.
	 */
	void askAgain(Outgoing message) {
		this.host.scheduler().schedule(ASK_AGAIN_NANOS, () -> this.host.execute(() -> {
			try {
				if (message.isWanted()) {
					send(message);
				}
			}
			catch (CajunException ex) {
				message.refuse(ex);
			}
		}));
	}

}
