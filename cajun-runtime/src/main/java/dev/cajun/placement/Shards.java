package dev.cajun.placement;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

import dev.cajun.ActorId;

/**
 * The fixed hash buckets over which actors are spread: CRC32C (Castagnoli, RFC 3720) over
 * the UTF-8 type, a zero byte and the UTF-8 key, unsigned, modulo the number of shards.
 *
 * @param count the number of shards, fixed when a cluster is created
 */
public record Shards(int count) {

	/**
	 * Creates shards.
	 * @throws IllegalArgumentException if there is not at least one
	 */
	public Shards {
		if (count < 1) {
			throw new IllegalArgumentException("There must be at least one shard, was " + count);
		}
	}

	/**
	 * The shard of an actor.
	 * @param actor the actor
	 * @return 0 to {@code count - 1}, the same on every node and for ever
	 */
	public int of(ActorId actor) {
		CRC32C crc = new CRC32C();
		crc.update(actor.type().getBytes(StandardCharsets.UTF_8));
		crc.update(0);
		crc.update(actor.key().getBytes(StandardCharsets.UTF_8));
		return (int) (crc.getValue() % this.count);
	}

}
