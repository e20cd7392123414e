package dev.cajun.embedded;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * The heads of recently used actors, so that a commit reads nothing and a confirmation
 * needs no store. Bounded by two generations: the younger is filled; when it is full it
 * becomes the older, and what the older held is forgotten.
 * <p>
 * Changes are staged by the owner thread and published after its transaction committed:
 * any thread may {@link #published} read, and finds only what is durable. A reader that
 * meets the change of a generation misses at worst, or finds what was true when it began.
 */
final class Heads {

	private final int perGeneration;

	private final Map<ActorId, Head> staged = new HashMap<>();

	private volatile ConcurrentHashMap<ActorId, Head> younger = new ConcurrentHashMap<>();

	private volatile ConcurrentHashMap<ActorId, Head> older = new ConcurrentHashMap<>();

	Heads(int perGeneration) {
		this.perGeneration = perGeneration;
	}

	/** What is durable, or {@code null} when it is not known here. */
	@Nullable Head published(ActorId actor) {
		Head head = this.younger.get(actor);
		return (head != null) ? head : this.older.get(actor);
	}

	/** What the transaction under way left; owner thread only. */
	@Nullable Head current(ActorId actor) {
		Head head = this.staged.isEmpty() ? null : this.staged.get(actor);
		return (head != null) ? head : published(actor);
	}

	void stage(ActorId actor, Head head) {
		this.staged.put(actor, head);
	}

	void publish() {
		if (this.staged.isEmpty()) {
			return;
		}
		if (this.younger.size() + this.staged.size() > this.perGeneration) {
			this.older = this.younger;
			this.younger = new ConcurrentHashMap<>();
		}
		this.younger.putAll(this.staged);
		this.staged.clear();
	}

	void discard() {
		this.staged.clear();
	}

	/** Forgets everything: the store may hold something else. */
	void clear() {
		this.staged.clear();
		this.younger = new ConcurrentHashMap<>();
		this.older = new ConcurrentHashMap<>();
	}

}
