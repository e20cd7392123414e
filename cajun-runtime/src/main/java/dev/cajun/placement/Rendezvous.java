package dev.cajun.placement;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Rendezvous hashing (Thaler and Ravishankar, 1998): every node scores every shard, and
 * the highest score has it. So a node that joins takes only what it scores highest, from
 * everybody alike, one that leaves gives only what it had, and one that comes back under
 * its name gets exactly that again.
 * <p>
 * The score is the finalizer of MurmurHash3 over the FNV-1a hash of the node's name and
 * the shard's number.
 */
public final class Rendezvous implements PlacementStrategy {

	private static final long GOLDEN = 0x9E3779B97F4A7C15L;

	@Override
	public int[] place(int shards, List<Candidate> candidates) {
		long[] hashes = hashes(candidates.stream().map(Candidate::name).toList());
		int[] owners = new int[shards];
		for (int shard = 0; shard < shards; shard++) {
			owners[shard] = highest(hashes, shard);
		}
		return owners;
	}

	/** Of equal scores the first wins: candidates are sorted by name. */
	private static int highest(long[] hashes, int shard) {
		int best = 0;
		long bestScore = Long.MIN_VALUE;
		for (int i = 0; i < hashes.length; i++) {
			long score = score(hashes[i], shard);
			if (score > bestScore) {
				bestScore = score;
				best = i;
			}
		}
		return best;
	}

	/** What {@link #score} needs of each name. */
	static long[] hashes(List<String> names) {
		return names.stream().mapToLong(Rendezvous::hash).toArray();
	}

	/** How much the owner of a name's hash is to have a shard. */
	static long score(long hash, int shard) {
		return mix(hash ^ ((shard + 1) * GOLDEN));
	}

	private static long hash(String name) {
		long hash = 0xCBF29CE484222325L;
		for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
			hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
		}
		return mix(hash);
	}

	private static long mix(long value) {
		long mixed = value;
		mixed = (mixed ^ (mixed >>> 33)) * 0xFF51AFD7ED558CCDL;
		mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
		return mixed ^ (mixed >>> 33);
	}

}
