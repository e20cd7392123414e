package dev.cajun.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * As many shards for every zone, however many nodes it has: a zone that is lost takes one
 * part in the number of zones with it. Rendezvous hashing decides the zone of a shard,
 * and then the node in that zone. So shards of a lost node stay in its zone while it has
 * another, and nothing moves between zones unless one comes or goes.
 * <p>
 * Nodes whose {@code cajun.node.zone} is not set are a zone together. A zone of few nodes
 * gives each of them more to do.
 */
public final class ZoneSpread implements PlacementStrategy {

	private final Rendezvous rendezvous = new Rendezvous();

	/** Thread-safe: has no state. */
	public ZoneSpread() {
	}

	@Override
	public int[] place(int shards, List<Candidate> candidates) {
		Map<String, List<Integer>> members = new TreeMap<>();
		for (int i = 0; i < candidates.size(); i++) {
			members.computeIfAbsent(candidates.get(i).zone(), (zone) -> new ArrayList<>()).add(i);
		}
		List<List<Integer>> zones = List.copyOf(members.values());
		// Another name than any node's, lest a zone choose as a node of its name does
		int[] zoneOf = this.rendezvous.place(shards,
				members.keySet().stream().map((zone) -> new Candidate("zone/" + zone, zone)).toList());
		int[] owners = new int[shards];
		for (int zone = 0; zone < zones.size(); zone++) {
			List<Integer> indexes = zones.get(zone);
			int[] within = this.rendezvous.place(shards, indexes.stream().map(candidates::get).toList());
			for (int shard = 0; shard < shards; shard++) {
				if (zoneOf[shard] == zone) {
					owners[shard] = indexes.get(within[shard]);
				}
			}
		}
		return owners;
	}

}
