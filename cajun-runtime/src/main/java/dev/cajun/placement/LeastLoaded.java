package dev.cajun.placement;

import java.util.List;

/**
 * As many shards for every node: no node has more than one shard more than another. Each
 * shard goes to the node that scores it highest, as with {@link Rendezvous}, of those
 * that have not had their share yet (consistent hashing with bounded loads, Mirrokni,
 * Thorup and Zadimoghaddam, 2018).
 * <p>
 * For clusters in which one node more or less loaded by a tenth matters more than a few
 * moves: when a node joins or leaves, some shards also move between the others.
 */
public final class LeastLoaded implements PlacementStrategy {

	/** Thread-safe: has no state. */
	public LeastLoaded() {
	}

	@Override
	public int[] place(int shards, List<Candidate> candidates) {
		long[] hashes = Rendezvous.hashes(candidates.stream().map(Candidate::name).toList());
		int share = shards / hashes.length;
		int withOneMore = shards % hashes.length;
		int[] had = new int[hashes.length];
		int[] owners = new int[shards];
		for (int shard = 0; shard < shards; shard++) {
			int owner = highest(hashes, shard, had, (withOneMore > 0) ? share : share - 1);
			if (had[owner]++ == share) {
				withOneMore--;
			}
			owners[shard] = owner;
		}
		return owners;
	}

	private static int highest(long[] hashes, int shard, int[] had, int most) {
		int best = -1;
		long bestScore = Long.MIN_VALUE;
		for (int i = 0; i < hashes.length; i++) {
			long score = Rendezvous.score(hashes[i], shard);
			if (had[i] <= most && (best < 0 || score > bestScore)) {
				bestScore = score;
				best = i;
			}
		}
		return best;
	}

}
