package dev.cajun.redis;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * How far the actors of one shard are that were used lately, so that writes which Redis
 * acknowledged and lost can be counted. Bounded by two generations: the younger is
 * filled; when it is full it becomes the older, and what the older held is forgotten.
 * <p>
 * Thread-safe.
 */
final class Marks {

	private final int perGeneration;

	private volatile ConcurrentHashMap<ActorId, Mark> younger = new ConcurrentHashMap<>(0);

	private volatile ConcurrentHashMap<ActorId, Mark> older = new ConcurrentHashMap<>(0);

	Marks(int perGeneration) {
		this.perGeneration = perGeneration;
	}

	@Nullable Mark get(ActorId actor) {
		Mark mark = this.younger.get(actor);
		return (mark != null) ? mark : this.older.get(actor);
	}

	void put(ActorId actor, Mark mark) {
		if (this.younger.put(actor, mark) == null && this.younger.size() > this.perGeneration) {
			turn();
		}
	}

	private synchronized void turn() {
		if (this.younger.size() > this.perGeneration) {
			this.older = this.younger;
			this.younger = new ConcurrentHashMap<>(0);
		}
	}

	/**
	 * Replaces a mark.
	 * @return whether it was still there
	 */
	boolean replace(ActorId actor, Mark from, Mark to) {
		return this.younger.replace(actor, from, to)
				|| (!this.younger.containsKey(actor) && this.older.replace(actor, from, to));
	}

	Map<ActorId, Mark> all() {
		Map<ActorId, Mark> all = new ConcurrentHashMap<>(this.older);
		all.putAll(this.younger);
		return all;
	}

	void clear() {
		this.younger = new ConcurrentHashMap<>(0);
		this.older = new ConcurrentHashMap<>(0);
	}

	/**
	 * What is known to be stored of an actor: how far the last answer said that it is.
	 *
	 * @param keys the actor's keys
	 * @param sequence the sequence
	 * @param incarnation of the batch that left it
	 * @param counter of that batch
	 */
	record Mark(Keys.OfActor keys, long sequence, long incarnation, long counter) {

		/** Whether this is the batch that left it. */
		boolean isOf(long otherIncarnation, long otherCounter) {
			return this.incarnation == otherIncarnation && this.counter == otherCounter;
		}

	}

}
