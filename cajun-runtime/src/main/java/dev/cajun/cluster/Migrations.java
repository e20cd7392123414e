package dev.cajun.cluster;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

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

	/** Never changed, only replaced: it is published. */
	private Map<Migration.Phase, Long> counts = Map.of();

	private @Nullable PlacementTable before;

	void follow(PlacementTable table, Instant now) {
		if (table == this.before) {
			return;
		}
		for (int shard = 0; shard < table.shards(); shard++) {
			follow(shard, table, now);
		}
		this.before = table;
	}

	private void follow(int shard, PlacementTable table, Instant now) {
		ShardPlacement placement = table.shard(shard);
		Migration known = this.active.get(shard);
		Move move = placement.move();
		Node owner = placement.owner();
		if (known != null && (move == null || move.number() != known.number())) {
			Migration next = next(known, placement, table, now);
			if (next.phase().isEnd()) {
				this.active.remove(shard);
				end(next);
			}
			else {
				this.active.put(shard, next);
			}
		}
		if (move != null && owner != null && !this.active.containsKey(shard)) {
			this.active.put(shard, new Migration(move.number(), shard, owner.name(), move.target().name(),
					move.reason().name(), Migration.Phase.RELEASING, now, null, ""));
		}
	}

	private void end(Migration migration) {
		this.ended.addFirst(migration);
		if (this.ended.size() > REMEMBERED) {
			this.ended.removeLast();
		}
		Map<Migration.Phase, Long> next = new EnumMap<>(Migration.Phase.class);
		next.putAll(this.counts);
		next.merge(migration.phase(), 1L, Long::sum);
		this.counts = Collections.unmodifiableMap(next);
	}

	private static Migration next(Migration known, ShardPlacement placement, PlacementTable table, Instant now) {
		Node owner = placement.owner();
		if (owner != null && owner.name().equals(known.to())) {
			return (placement.phase() == Phase.CLAIMING) ? known.claiming() : known.completed(now);
		}
		String lost = lost(known, table);
		boolean kept = owner != null && owner.name().equals(known.from()) && known.phase() == Migration.Phase.RELEASING;
		if (kept && lost.isEmpty()) {
			return known.ended(Migration.Phase.ABORTED, now, "Node " + known.from()
					+ " keeps it: it did not give it up in time, or " + known.to() + " is not to have it any more");
		}
		String whose = (owner == null) ? "nobody has it" : "node " + owner.name() + " has it";
		return known.ended(kept ? Migration.Phase.ABORTED : Migration.Phase.FAILED, now,
				(lost.isEmpty() ? "Node " + known.to() + " did not claim it in time" : lost) + "; " + whose);
	}

	/** Which of the two is not a member any more. */
	private static String lost(Migration known, PlacementTable table) {
		List<String> lost = Stream.of(known.from(), known.to())
			.filter((name) -> table.members().stream().noneMatch((member) -> member.name().equals(name)))
			.toList();
		return lost.isEmpty() ? "" : "Lost meanwhile: " + String.join(", ", lost);
	}

	/** How many ended how since this node started, those not remembered any more too. */
	Map<Migration.Phase, Long> counts() {
		return this.counts;
	}

	List<Migration> all() {
		List<Migration> all = new ArrayList<>(this.active.values());
		all.addAll(this.ended);
		return all;
	}

}
