package dev.cajun.routing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import dev.cajun.ActorId;
import dev.cajun.ActorQuarantinedException;
import dev.cajun.CajunException;
import dev.cajun.NotAMemberException;
import dev.cajun.StoreUnavailableException;
import dev.cajun.activation.Activation;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Departure;
import dev.cajun.activation.Envelope;
import dev.cajun.activation.ShardActivations;
import dev.cajun.store.Fence;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way into one shard's actors on this node: whether this node owns the shard, who is
 * active. <pre>
 * CLOSED ──own──▶ OPEN ──leave──▶ LEAVING ──the last activation ended──▶ CLOSED
 *                  ▲                 │
 *                  └─────────────────┘ own, once empty
 * </pre>
 * <p>
 * Guarded by the shard's lock, under which nothing waits and no sender is called.
 */
final class Door {

	private static final Logger logger = LoggerFactory.getLogger(Door.class);

	private final NodeHost host;

	private final int number;

	private final ReentrantLock lock;

	private final Lane lane;

	private final Reception reception;

	private State state = State.CLOSED;

	private @Nullable Fence fence;

	/** What this node owns once the activations of before have ended. */
	private @Nullable Fence next;

	/** The last claim, whether or not anything was ever active under it. */
	private @Nullable Fence claimed;

	private @Nullable String quarantine;

	/** Whether a volatile actor may still be active at a former owner. */
	private boolean volatileHeld;

	/** Whether the shard may still be given to another node, whatever was claimed. */
	private boolean volatileDelayed;

	private final ShardActivations activations = new ShardActivations();

	private @Nullable CompletableFuture<Void> left;

	/** Told whether {@code next} is owned in the end. */
	private @Nullable CompletableFuture<Boolean> nextOpened;

	/** The process that gets the shard, where it is handed over. */
	private volatile @Nullable PeerLink successor;

	Door(NodeHost host, int number, ReentrantLock lock) {
		this.host = host;
		this.number = number;
		this.lock = lock;
		this.lane = new Lane(host, number, lock, this);
		this.reception = new Reception(host, number, lock, this.lane, this);
	}

	Lane lane() {
		return this.lane;
	}

	/** What other processes send. */
	Reception reception() {
		return this.reception;
	}

	/** Whether nobody of the shard is active here, nor will be before the next claim. */
	boolean isEmpty() {
		return this.state == State.CLOSED;
	}

	boolean isOpen() {
		return this.state == State.OPEN || (this.state == State.CLOSED && this.quarantine != null);
	}

	/** What this node owns, while it does. */
	@Nullable Fence owned() {
		this.lock.lock();
		try {
			return (this.state == State.OPEN) ? this.fence : null;
		}
		finally {
			this.lock.unlock();
		}
	}

	// ---- ownership

	/**
	 * The shard is claimed.
	 * @param kept whether nobody else can have owned it since this node did, so that its
	 * activations stay
	 */
	void own(Fence claim, boolean kept) {
		this.lock.lock();
		try {
			this.quarantine = null;
			if (isOutdated(claim)) {
				logger.debug("Node {} does not serve shard {} under epoch {}: {}", this.host.node(), this.number,
						claim.epoch(), this.lane.way());
				return;
			}
			this.claimed = claim;
			if (this.state == State.CLOSED || (this.state == State.OPEN && (kept || claim.equals(this.fence)))) {
				open(claim);
				return;
			}
			next(claim, false);
			if (this.state == State.OPEN) {
				depart(Departure.SUPERSEDED);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whether a claim has become what this node owns; known once it has, or will not. */
	CompletableFuture<Boolean> opened(Fence claim) {
		this.lock.lock();
		try {
			if (this.state == State.OPEN && claim.equals(this.fence)) {
				return CompletableFuture.completedFuture(true);
			}
			if (!claim.equals(this.next)) {
				return CompletableFuture.completedFuture(false);
			}
			if (this.nextOpened == null) {
				this.nextOpened = new CompletableFuture<>();
			}
			return this.nextOpened;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void next(@Nullable Fence claim, boolean owned) {
		this.next = claim;
		CompletableFuture<Boolean> waiting = this.nextOpened;
		this.nextOpened = null;
		if (waiting != null) {
			this.host.executeOwn(() -> waiting.complete(owned));
		}
	}

	/** Whether somebody else has the shard by now. */
	private boolean isOutdated(Fence claim) {
		Way way = this.lane.way();
		return !way.here() && way.epoch() > claim.epoch();
	}

	private void open(Fence claim) {
		this.fence = claim;
		next(null, true);
		this.host.owns(claim);
		logger.debug("Node {} serves shard {} under epoch {}", this.host.node(), this.number, claim.epoch());
		this.state = State.OPEN;
		this.reception.opened();
		this.lane.claimed(claim.epoch());
	}

	/**
	 * The node keeps a shard that it had begun to give up, or had given up.
	 * @return what it owns then, or {@code null} when nothing has changed
	 */
	@Nullable Fence resume() {
		this.lock.lock();
		try {
			Fence kept = this.claimed;
			if (kept == null || this.next != null || this.state == State.OPEN || isOutdated(kept)) {
				return null;
			}
			if (this.state == State.CLOSED) {
				open(kept);
			}
			else {
				next(kept, false);
			}
			return kept;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The process that timers go to. */
	@Nullable PeerLink successor() {
		return this.successor;
	}

	/** As {@link #leave}, so that another process gets what is volatile. */
	CompletableFuture<Void> handOver(PeerLink to) {
		this.successor = to;
		return leave(Departure.PLANNED);
	}

	/** Every activation leaves; completes when none is left. */
	CompletableFuture<Void> leave(Departure how) {
		this.lock.lock();
		try {
			next(null, false);
			this.quarantine = null;
			if (this.state == State.CLOSED) {
				this.lane.advance();
				return CompletableFuture.completedFuture(null);
			}
			CompletableFuture<Void> done = this.left;
			if (done == null) {
				done = new CompletableFuture<>();
				this.left = done;
			}
			depart(how);
			return done;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void depart(Departure how) {
		logger.debug("Node {} leaves shard {} ({}): {}", this.host.node(), this.number, how, this.lane.way());
		this.state = State.LEAVING;
		this.lane.close();
		this.activations.forEach((activation) -> activation.leave(how));
		emptied();
	}

	private void emptied() {
		if (this.state != State.LEAVING || !this.activations.isEmpty()) {
			return;
		}
		this.state = State.CLOSED;
		this.host.gaveUp(this.number);
		CompletableFuture<Void> done = this.left;
		this.left = null;
		if (done != null) {
			this.host.executeOwn(() -> done.complete(null));
		}
		Fence claim = this.next;
		if (claim != null) {
			open(claim);
			return;
		}
		this.reception.answerFlushes();
		this.reception.recheckHeld();
		this.lane.advance();
	}

	/** Nobody may serve the shard: what was stored is lost. */
	void quarantine(String reason) {
		var unused = leave(Departure.SUPERSEDED);
		this.lock.lock();
		try {
			this.quarantine = reason;
			this.reception.recheckHeld();
			this.lane.advance();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The way of the shard has changed: a newer owner elsewhere ends this ownership. */
	void wayChanged() {
		Fence mine = this.fence;
		if (this.next != null && isOutdated(this.next)) {
			next(null, false);
		}
		if (this.state == State.OPEN && mine != null && isOutdated(mine)) {
			depart(Departure.SUPERSEDED);
		}
		this.reception.recheckHeld();
	}

	/**
	 * The store, or a peer, has found another pair.
	 * @return whether the shard is given up
	 */
	boolean fenced(Fence mine, long epoch, String owner) {
		this.lock.lock();
		try {
			Fence now = this.fence;
			if (now != null && this.state == State.OPEN && now.epoch() == epoch && now.owner().equals(owner)) {
				// Claimed anew by this node: what was refused is tried again under it.
				return false;
			}
			if (this.state == State.OPEN && mine.equals(now)) {
				this.lane.overlay(epoch, owner);
				if (this.state == State.OPEN) {
					depart(Departure.SUPERSEDED);
				}
				this.host.executeOwn(() -> this.host.cluster().control().fenced(mine, epoch, owner));
			}
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Volatile actors do not start while a former owner may still run them. */
	void holdVolatile(boolean hold) {
		this.lock.lock();
		try {
			this.volatileHeld = hold;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Volatile actors do not start yet, and their messages wait. */
	void delayVolatile(boolean delay) {
		this.lock.lock();
		try {
			boolean ends = this.volatileDelayed && !delay;
			this.volatileDelayed = delay;
			if (ends) {
				this.reception.settled();
				this.lane.settled();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whether messages to actors of a type wait although the shard is owned. */
	boolean delays(ActorType type) {
		return this.volatileDelayed && !type.isPersistent();
	}

	/** Volatile actors end; nothing that they still do has an effect. */
	void silenceVolatile() {
		this.lock.lock();
		try {
			this.activations.forEach((activation) -> {
				if (!activation.type().isPersistent()) {
					activation.leave(Departure.SILENT);
				}
			});
		}
		finally {
			this.lock.unlock();
		}
	}

	// ---- activations

	/** Lets an activation begin, if this node owns the shard. */
	boolean whileOpen(Activation fresh, BooleanSupplier action) {
		this.lock.lock();
		try {
			if (this.state != State.OPEN || delays(fresh.type())
					|| (!fresh.type().isPersistent() && isVolatileRefused())) {
				return false;
			}
			if (action.getAsBoolean()) {
				this.activations.add(fresh);
			}
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	void ended(Activation activation) {
		this.lock.lock();
		try {
			this.activations.remove(activation);
			emptied();
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean isVolatileRefused() {
		return this.number < this.host.shardCount() && (this.volatileHeld || !this.host.isLeaseProvable());
	}

	/**
	 * Gives a message to its actor here. Called with the lock, and while open.
	 * @throws CajunException if it is refused
	 */
	void take(ActorType type, ActorId receiver, Envelope envelope, boolean bounded) {
		check(type, receiver);
		if (bounded) {
			if (this.host.mailboxes().offer(null, type, receiver, envelope) == null) {
				throw new NotAMemberException("Actor " + receiver + " cannot become active on " + this.host.node());
			}
		}
		else {
			this.host.mailboxes().offerUnbounded(receiver, envelope);
		}
	}

	private void check(ActorType type, ActorId receiver) {
		if (this.quarantine != null) {
			throw new ActorQuarantinedException(
					"Actor " + receiver + " is quarantined with its shard: " + this.quarantine);
		}
		if (type.isPersistent() && this.host.isStoreDown()) {
			throw new StoreUnavailableException("Node " + this.host.node() + " cannot reach the store; actor "
					+ receiver + " was not given the message, send it again later");
		}
		if (!type.isPersistent() && isVolatileRefused()) {
			throw new NotAMemberException(
					"Node " + this.host.node() + " cannot prove that no other node runs the volatile actor " + receiver
							+ ", which was not given the message; send it again later");
		}
	}

	/** Whether messages under an epoch are taken, or refused for good. */
	boolean admits(long epoch) {
		Fence mine = this.fence;
		return (this.state == State.OPEN && mine != null && mine.epoch() == epoch)
				|| (this.state == State.CLOSED && this.quarantine != null);
	}

	/** Whether an epoch is newer than what is known here, or about to be claimed. */
	boolean mayAdmit(long epoch) {
		Way way = this.lane.way();
		Fence coming = this.next;
		long owned = (this.fence == null) ? 0 : this.fence.epoch();
		return epoch > Math.max(owned, way.epoch()) || (coming != null && coming.epoch() == epoch)
				|| (way.here() && way.epoch() == epoch && epoch > owned);
	}

	/** Whether its actors are on their way out. */
	boolean isLeaving() {
		return this.state == State.LEAVING;
	}

	@Override
	public String toString() {
		return switch (this.state) {
			case CLOSED -> "about to claim it";
			case OPEN -> "open";
			case LEAVING -> "waiting for its actors to end";
		};
	}

	private enum State {

		CLOSED, OPEN, LEAVING

	}

}
