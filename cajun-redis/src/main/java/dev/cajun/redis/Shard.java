package dev.cajun.redis;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;

import dev.cajun.ActorId;
import dev.cajun.store.Fence;
import dev.cajun.store.StoredReminder;
import io.lettuce.core.cluster.SlotHash;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard: its keys, its fence as far as this store owns it, and how far its actors
 * are.
 */
final class Shard {

	private static final Logger logger = LoggerFactory.getLogger(Shard.class);

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

	/**
	 * The actors that are members of the wake set or of the ids. Damage concerns one that
	 * is then neither woken by itself nor listed; the others go on.
	 */
	List<ActorId> ids(List<byte[]> members) {
		return intact(members, Keys::idOf, "ids of actors");
	}

	/** The reminders that can be read, in their order. */
	List<StoredReminder> reminders(List<byte[]> members) {
		return intact(members, ActorDecoder::reminder, "reminders");
	}

	private <T> List<T> intact(List<byte[]> members, Function<byte[], T> decoder, String what) {
		List<T> intact = new ArrayList<>(members.size());
		byte[] damaged = null;
		for (byte[] member : members) {
			try {
				intact.add(decoder.apply(member));
			}
			catch (IllegalArgumentException | IndexOutOfBoundsException ex) {
				damaged = member;
			}
		}
		if (damaged != null) {
			logger.error(
					"Redis holds {} damaged {} of shard {}; what they are of is not activated by itself. The "
							+ "last is, in hexadecimal digits, {}",
					members.size() - intact.size(), what, this.number,
					HexFormat.of().formatHex(damaged, 0, Math.min(damaged.length, 64)));
		}
		return intact;
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
