package dev.cajun.activation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import dev.cajun.ActorId;
import dev.cajun.NotAMemberException;
import org.jspecify.annotations.Nullable;

/**
 * The activations of this node by actor id, and which of them have been idle too long.
 * <p>
 * Thread-safe.
 */
public final class Activations {

	/** When the cap is passed, this part of it is passivated at once. */
	private static final int EVICTED_PART = 100;

	private static final long EVICTION_INTERVAL_NANOS = 1_000_000L;

	private static final long CLOSED = Long.MIN_VALUE;

	private final ConcurrentHashMap<ActorId, Activation> activations = new ConcurrentHashMap<>();

	private final Host host;

	private final int maxActive;

	private final AtomicBoolean evicting = new AtomicBoolean();

	/**
	 * How many are in the table, or are just being put into it; with {@link #CLOSED}, to
	 * which none is added.
	 */
	private final AtomicLong active = new AtomicLong();

	/**
	 * Creates an empty table.
	 * @param host the node
	 * @param maxActive activations before the least recently used are passivated; those
	 * that are busy, or have timers, are not, so it may be passed for a while
	 */
	public Activations(Host host, int maxActive) {
		this.host = host;
		this.maxActive = maxActive;
	}

	/**
	 * Finds an activation.
	 * @param actor the actor
	 * @return the activation, or {@code null}
	 */
	public @Nullable Activation find(ActorId actor) {
		return this.activations.get(actor);
	}

	/**
	 * Finds or begins an activation.
	 * @param type the actor's type
	 * @param actor the actor
	 * @return the activation, or {@code null} if it would begin and this node does not
	 * have the actor's shard
	 * @throws NotAMemberException if it would begin and the table is closed
	 */
	public @Nullable Activation activate(ActorType type, ActorId actor) {
		Activation found = this.activations.get(actor);
		return (found != null) ? found : begin(type, actor);
	}

	/**
	 * Begins the activation after one that was found closed.
	 * @param closed the one found
	 * @return the next, or {@code null} if this node does not have the actor's shard
	 */
	public @Nullable Activation next(Activation closed) {
		remove(closed);
		return activate(closed.type(), closed.id());
	}

	@SuppressWarnings("ReferenceEquality") // the very activation
	private @Nullable Activation begin(ActorType type, ActorId actor) {
		Activation fresh = new Activation(type, actor, this.host);
		Activation[] present = new Activation[1];
		boolean owned = this.host.whileOwned(fresh, () -> {
			present[0] = this.activations.computeIfAbsent(actor, (id) -> admit() ? fresh : null);
			return present[0] == fresh;
		});
		if (!owned) {
			return null;
		}
		if (present[0] == null) {
			throw new NotAMemberException("Node " + this.host.node() + " has stopped and takes no more messages; actor "
					+ actor + " was not given this one");
		}
		if (present[0] != fresh) {
			return present[0];
		}
		type.statistics().activated.increment();
		if (count() > this.maxActive && this.evicting.compareAndSet(false, true)) {
			// One search a while: most may have something to do, and then it finds
			// nothing.
			this.host.execute(this::evict);
		}
		return fresh;
	}

	/**
	 * Counts one more before anybody can find it: what was found closed and empty stays
	 * so.
	 */
	private boolean admit() {
		return this.active.getAndUpdate((now) -> (now < 0) ? now : now + 1) >= 0;
	}

	private long count() {
		return this.active.get() & ~CLOSED;
	}

	/**
	 * Removes an activation that has ended.
	 * @param ended the activation
	 */
	public void remove(Activation ended) {
		if (this.activations.remove(ended.id(), ended)) {
			this.active.decrementAndGet();
		}
	}

	/**
	 * From now on no activation begins: who sends a message to an actor that is not
	 * active is told so.
	 */
	public void close() {
		this.active.getAndUpdate((now) -> now | CLOSED);
	}

	private void evict() {
		try {
			long surplus = count() - this.maxActive;
			if (surplus <= 0) {
				return;
			}
			record Idle(Activation activation, long lastUsed) {
			}
			List<Idle> idle = new ArrayList<>();
			for (Activation activation : this.activations.values()) {
				if (activation.isIdle()) {
					idle.add(new Idle(activation, activation.lastUsed()));
				}
			}
			long now = this.host.scheduler().nanoTime();
			idle.sort(Comparator.comparingLong((candidate) -> candidate.lastUsed() - now));
			long evicted = Math.min(idle.size(), surplus + this.maxActive / EVICTED_PART);
			for (int i = 0; i < evicted; i++) {
				idle.get(i).activation().requestPassivation();
			}
		}
		finally {
			this.host.scheduler().schedule(EVICTION_INTERVAL_NANOS, () -> this.evicting.set(false));
		}
	}

	/**
	 * Passivates what has been idle for as long as its type allows.
	 * @return what has something to do
	 */
	public List<Activation> passivateIdle() {
		long now = this.host.scheduler().nanoTime();
		List<Activation> busy = new ArrayList<>();
		for (Activation activation : this.activations.values()) {
			if (activation.depth() > 0) {
				busy.add(activation);
			}
			else if (now - activation.lastUsed() >= activation.type().passivateAfterNanos() && activation.isIdle()) {
				activation.requestPassivation();
			}
		}
		return busy;
	}

	/** Passivates everything that has nothing to do, quarantined actors included. */
	public void passivateAll() {
		for (Activation activation : this.activations.values()) {
			if (activation.depth() == 0) {
				activation.requestPassivation();
			}
		}
	}

	/**
	 * Whether no activation has a message, runs or writes. Meaningful when nothing new
	 * comes from outside.
	 * @return true when all are idle
	 */
	public boolean isQuiet() {
		for (Activation activation : this.activations.values()) {
			if (activation.depth() > 0) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Whether there is no activation at all. Once closed, it stays so.
	 * @return true when empty
	 */
	public boolean isEmpty() {
		return count() == 0;
	}

	/**
	 * Visits every activation.
	 * @param visitor sees each
	 */
	public void forEach(Consumer<Activation> visitor) {
		this.activations.values().forEach(visitor);
	}

}
