package dev.cajun.cluster;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import dev.cajun.cluster.Ownership.Reason;
import dev.cajun.placement.Move;
import dev.cajun.placement.Node;
import dev.cajun.placement.Pin;
import dev.cajun.placement.PlacementTable;
import dev.cajun.placement.ShardPlacement;
import org.jspecify.annotations.Nullable;

/**
 * The last owners of each shard, read off the table as it changes.
 * <p>
 * Followed in the event loop only; read by anybody.
 */
final class OwnerHistory {

	private static final int REMEMBERED = 8;

	private final Map<Integer, List<Ownership>> owners = new ConcurrentHashMap<>();

	private @Nullable PlacementTable before;

	/**
	 * The last owners of a shard, the latest first.
	 */
	List<Ownership> of(int shard) {
		return this.owners.getOrDefault(shard, List.of());
	}

	void follow(PlacementTable table, Predicate<Node> member, Instant now) {
		PlacementTable former = this.before;
		this.before = table;
		for (int shard = 0; shard < table.shards(); shard++) {
			ShardPlacement placement = table.shard(shard);
			Node owner = placement.owner();
			List<Ownership> known = of(shard);
			if (owner != null && (known.isEmpty() || known.getFirst().epoch() != placement.epoch())) {
				Reason reason = (former == null) ? Reason.FOUND
						: reason(former.shard(shard), owner, table.pins().get(shard), member);
				List<Ownership> longer = new ArrayList<>(REMEMBERED);
				longer.add(new Ownership(owner.id(), placement.epoch(), now, reason));
				longer.addAll(known.subList(0, Math.min(known.size(), REMEMBERED - 1)));
				this.owners.put(shard, List.copyOf(longer));
			}
		}
	}

	private static Reason reason(ShardPlacement before, Node owner, @Nullable Pin pin, Predicate<Node> member) {
		Node former = before.owner();
		Move move = before.move();
		if (former == null) {
			return before.claimedBefore() ? Reason.LOST : Reason.FIRST;
		}
		if (former.name().equals(owner.name())) {
			return Reason.AGAIN;
		}
		if (move != null && move.target().name().equals(owner.name())) {
			return switch (move.reason()) {
				case MEMBERSHIP -> Reason.MEMBERSHIP;
				case DRAIN -> Reason.DRAIN;
				case MIGRATE -> Reason.MIGRATE;
				case LOAD -> Reason.LOAD;
			};
		}
		if (!member.test(former)) {
			return Reason.LOST;
		}
		// The move began and ended between two looks at the table
		if (pin != null && pin.node().equals(owner.name())) {
			return pin.byOperator() ? Reason.MIGRATE : Reason.LOAD;
		}
		return Reason.MEMBERSHIP;
	}

}
