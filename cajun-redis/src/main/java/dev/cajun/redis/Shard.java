package dev.cajun.redis;

import dev.cajun.ActorId;
import dev.cajun.store.Fence;
import io.lettuce.core.cluster.SlotHash;
import org.jspecify.annotations.Nullable;

/**
 * One shard: its keys, its fence as far as this store owns it, and how far its actors
 * are.
 */
final class Shard {

	final int number;

	final int slot;

	final byte[] fence;

	final byte[] wake;

	final byte[] reminders;

	final byte[] ids;

	final Marks marks;

	private final byte[] actors;

	/** The fence that was claimed last and neither given up nor found to be higher. */
	private volatile @Nullable Held held;

	/** The fence that came last with a call, and its text. */
	private volatile @Nullable Text last;

	Shard(Keys keys, int number, int marks) {
		this.number = number;
		this.fence = keys.ofShard(number, "fence");
		this.wake = keys.ofShard(number, "wake");
		this.reminders = keys.ofShard(number, "reminders");
		this.ids = keys.ofShard(number, "ids");
		this.actors = keys.actors(number);
		this.slot = SlotHash.getSlot(this.fence);
		this.marks = new Marks(marks);
	}

	/** The keys of an actor; made once for one that is used often. */
	Keys.OfActor keys(ActorId actor) {
		Marks.Mark mark = this.marks.get(actor);
		if (mark != null) {
			return mark.keys();
		}
		byte[] id = Keys.id(actor);
		return new Keys.OfActor(id, Keys.state(this.actors, id), Keys.journal(this.actors, id));
	}

	/** A fence as it is stored. */
	byte[] text(Fence fence) {
		Text known = this.last;
		if (known == null || !known.fence.equals(fence)) {
			known = new Text(fence, ByteWriter.of(fence.epoch() + " " + fence.owner()));
			this.last = known;
		}
		return known.bytes;
	}

	@Nullable Held held() {
		return this.held;
	}

	/** The shard is ours since this run of the server. */
	void hold(Fence fence, String runId) {
		Held before = this.held;
		if (before == null || !before.fence.equals(fence)) {
			// Somebody else may have moved its actors on meanwhile
			this.marks.clear();
		}
		this.held = new Held(fence, runId);
	}

	void drop(Fence fence) {
		Held before = this.held;
		if (before != null && before.fence.equals(fence)) {
			this.held = null;
			this.marks.clear();
		}
	}

	/**
	 * A fence that was claimed.
	 *
	 * @param fence the fence
	 * @param runId the run of the server that has it, as far as we know
	 */
	record Held(Fence fence, String runId) {

	}

	/**
	 * A fence in both forms.
	 *
	 * @param fence the fence
	 * @param bytes its text
	 */
	private record Text(Fence fence, byte[] bytes) {

	}

}
