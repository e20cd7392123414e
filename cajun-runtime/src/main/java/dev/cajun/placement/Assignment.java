package dev.cajun.placement;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Decides what happens to each shard next. What is decided depends on the table, the
 * targets and the situation alone, and every step leaves a table from which another
 * leader can go on.
 */
public final class Assignment {

	private Assignment() {
	}

	/**
	 * Takes every shard one step further, where it can go further.
	 * @param edit the table in the making
	 * @param table the table before
	 * @param targets where shards should be
	 * @param situation what else is known
	 */
	public static void advance(TableEdit edit, PlacementTable table, Targets targets, Situation situation) {
		int moving = 0;
		for (int shard = 0; shard < table.shards(); shard++) {
			advance(shard, edit, targets, situation);
			if (edit.shard(shard).phase() == Phase.MOVING) {
				moving++;
			}
		}
		for (int shard = 0; shard < table.shards() && moving < situation.mostMoving(); shard++) {
			Move.Reason reason = reasonToMove(table.shard(shard), targets.target(shard), pin(shard, edit, targets),
					situation);
			// One step in one table: a shard just claimed moves in the next.
			if (reason != null && edit.shard(shard).equals(table.shard(shard))
					&& (reason == Move.Reason.DRAIN || reason == Move.Reason.MIGRATE || situation.settled())
					&& situation.mayMove(shard)) {
				Node target = targets.target(shard);
				if (target != null) {
					edit.announce(shard, target, reason);
					moving++;
				}
			}
		}
	}

	private static void advance(int shard, TableEdit edit, Targets targets, Situation situation) {
		ShardPlacement placement = edit.shard(shard);
		Node owner = placement.owner();
		if (owner == null) {
			if (situation.complete()) {
				mint(shard, targets.target(shard), edit);
			}
		}
		else if (isBack(owner, targets)) {
			// Its process may still serve the shard, and goes on to do so.
			mint(shard, targets.named(owner.name()), edit);
		}
		else if (!situation.serves(owner)) {
			replace(shard, edit, targets, owner, situation);
		}
		else if (placement.phase() == Phase.CLAIMING) {
			if (situation.claimed(shard, placement.epoch())) {
				edit.claim(shard);
			}
			else if (situation.overdue(shard, placement)) {
				mint(shard, targets.instead(shard, owner), edit);
			}
		}
		else if (placement.move() != null) {
			advance(shard, placement, placement.move(), edit, targets, situation);
		}
	}

	private static void advance(int shard, ShardPlacement placement, Move move, TableEdit edit, Targets targets,
			Situation situation) {
		if (!targets.contains(move.target())) {
			edit.abort(shard);
		}
		else if (situation.released(shard, move.number())) {
			edit.mint(shard, move.target());
		}
		else if (situation.overdue(shard, placement)) {
			edit.abort(shard);
		}
	}

	/** Whether an owner's name is there in another incarnation, which may have shards. */
	private static boolean isBack(Node owner, Targets targets) {
		Node back = targets.named(owner.name());
		return back != null && !back.equals(owner);
	}

	private static void replace(int shard, TableEdit edit, Targets targets, Node owner, Situation situation) {
		if (!situation.awaited(owner)) {
			Move move = edit.shard(shard).move();
			Node next = (move != null && targets.contains(move.target())) ? move.target() : targets.target(shard);
			mint(shard, next, edit);
		}
	}

	private static void mint(int shard, @Nullable Node owner, TableEdit edit) {
		if (owner != null) {
			edit.mint(shard, owner);
		}
	}

	/** What is known of a shard's pin by now, if its node can have the shard. */
	private static @Nullable Pin pin(int shard, TableEdit edit, Targets targets) {
		Pin pin = edit.pins().get(shard);
		return (pin == null || targets.named(pin.node()) == null) ? null : pin;
	}

	private static Move.@Nullable Reason reasonToMove(ShardPlacement placement, @Nullable Node target,
			@Nullable Pin pin, Situation situation) {
		Node owner = placement.owner();
		if (owner == null || placement.phase() != Phase.OWNED || !situation.serves(owner) || owner.equals(target)) {
			return null;
		}
		if (situation.draining(owner)) {
			return Move.Reason.DRAIN;
		}
		if (pin == null) {
			return Move.Reason.MEMBERSHIP;
		}
		return pin.byOperator() ? Move.Reason.MIGRATE : Move.Reason.LOAD;
	}

	/**
	 * Every move that is still to be made, were these the targets and nothing else
	 * happened.
	 * @param table the table
	 * @param targets where shards should be
	 * @return the moves, by shard
	 */
	public static List<PlannedMove> plan(PlacementTable table, Targets targets) {
		List<PlannedMove> plan = new ArrayList<>();
		for (int shard = 0; shard < table.shards(); shard++) {
			Node owner = table.shard(shard).owner();
			Node target = targets.target(shard);
			if (owner != null && target != null && !owner.equals(target)) {
				plan.add(new PlannedMove(shard, owner.name(), target.name()));
			}
		}
		return plan;
	}

}
