package dev.cajun.placement;

import org.jspecify.annotations.Nullable;

/**
 * One shard in the placement table.
 *
 * @param phase what its ownership is at
 * @param owner its owner, {@code null} when UNOWNED
 * @param epoch the fencing number of the ownership, 0 when UNOWNED
 * @param claimedBefore whether anybody ever claimed it: the store must know it
 * @param move where it moves, when MOVING
 */
public record ShardPlacement(Phase phase, @Nullable Node owner, long epoch, boolean claimedBefore,
		@Nullable Move move) {

	/** A shard that nobody ever owned. */
	public static final ShardPlacement UNOWNED = new ShardPlacement(Phase.UNOWNED, null, 0, false, null);

	public ShardPlacement {
		if ((phase == Phase.UNOWNED) != (owner == null) || (phase == Phase.MOVING) != (move != null)) {
			throw new IllegalArgumentException(
					"A shard that is " + phase + " has owner " + owner + " and move " + move);
		}
	}

	ShardPlacement mint(Node newOwner, long newEpoch) {
		if (newEpoch <= this.epoch) {
			throw new IllegalArgumentException("Epochs only grow: " + newEpoch + " after " + this.epoch);
		}
		return new ShardPlacement(this.phase.after(Phase.Step.MINT), newOwner, newEpoch, this.claimedBefore, null);
	}

	ShardPlacement claim() {
		return new ShardPlacement(this.phase.after(Phase.Step.CLAIM), this.owner, this.epoch, true, null);
	}

	ShardPlacement announce(Move newMove) {
		return new ShardPlacement(this.phase.after(Phase.Step.ANNOUNCE), this.owner, this.epoch, true, newMove);
	}

	ShardPlacement abort() {
		return new ShardPlacement(this.phase.after(Phase.Step.ABORT), this.owner, this.epoch, true, null);
	}

}
