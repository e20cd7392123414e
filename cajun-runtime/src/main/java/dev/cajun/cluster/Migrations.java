package dev.cajun.cluster;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.cajun.placement.Move;
import dev.cajun.placement.Node;
import dev.cajun.placement.Phase;
import dev.cajun.placement.PlacementTable;
import dev.cajun.placement.ShardPlacement;
import org.jspecify.annotations.Nullable;

/**
 * The moves under way and the last ones that ended, read off the table as it changes.
 * <p>
 * Used in the event loop only.
 */
final class Migrations {

	private static final int REMEMBERED = 200;

	private final Map<Integer, Migration> active = new TreeMap<>();

	private final ArrayDeque<Migration> ended = new ArrayDeque<>();

	private @Nullable PlacementTable before;

	void follow(PlacementTable table, Instant now) {
		if (table == this.before) {
			return;
		}
		for (int shard = 0; shard < table.shards(); shard++) {
			follow(shard, table.shard(shard), now);
		}
		this.before = table;
	}

	private void follow(int shard, ShardPlacement placement, Instant now) {
		Migration known = this.active.get(shard);
		Move move = placement.move();
		Node owner = placement.owner();
		if (known != null && (move == null || move.number() != known.number())) {
			Migration.Phase phase = phase(known, placement, owner);
			Migration next = known.at(phase, now);
			if (phase.isEnd()) {
				this.active.remove(shard);
				this.ended.addFirst(next);
				if (this.ended.size() > REMEMBERED) {
					this.ended.removeLast();
				}
			}
			else {
				this.active.put(shard, next);
			}
		}
		if (move != null && owner != null && !this.active.containsKey(shard)) {
			this.active.put(shard, new Migration(move.number(), shard, owner.name(), move.target().name(),
					move.reason().name(), Migration.Phase.RELEASING, now, null));
		}
	}

	private static Migration.Phase phase(Migration known, ShardPlacement placement, @Nullable Node owner) {
		if (owner == null || placement.move() != null) {
			return Migration.Phase.FAILED;
		}
		if (owner.name().equals(known.to())) {
			return (placement.phase() == Phase.CLAIMING) ? Migration.Phase.CLAIMING : Migration.Phase.COMPLETED;
		}
		return (owner.name().equals(known.from()) && known.phase() == Migration.Phase.RELEASING)
				? Migration.Phase.ABORTED : Migration.Phase.FAILED;
	}

	List<Migration> all() {
		List<Migration> all = new ArrayList<>(this.active.values());
		all.addAll(this.ended);
		return all;
	}

}
