package dev.cajun.redis;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

import dev.cajun.ActorId;

/**
 * The names of the keys. All of a shard's have one hash tag, so that a Redis Cluster
 * keeps them together.
 *
 * <pre>
 * cajun:{cluster}:meta                    hash: what the store was created with, the last local epoch
 * cajun:{cluster}:claimed                 bitmap: the shards that have a fence, if nothing was lost
 * cajun:{cluster}:place                   string: the one process that owns every shard, in local mode
 * cajun:{cluster:5}:fence                 string: epoch, space, owner
 * cajun:{cluster:5}:wake                  set: type/key of actors with tells to send
 * cajun:{cluster:5}:reminders             sorted set, by bytes: due, type, key, name, message
 * cajun:{cluster:5}:ids                   sorted set, by bytes: type/key of actors with a state or a journal
 * cajun:{cluster:5}:a:account/alice:s     hash: h head, v state, n+sender last number received, k+key answer,
 *                                         t+number tell, m+name reminder
 * cajun:{cluster:5}:a:account/alice:j     list: the records behind the state
 * </pre>
 *
 * Nothing is in front of the tag but the prefix, which has no brace, and what follows an
 * actor's key has a fixed length: whatever the key is, no two actors share a name.
 */
final class Keys {

	private final String prefix;

	private final String cluster;

	Keys(String prefix, String cluster) {
		this.prefix = prefix;
		this.cluster = escape(cluster);
	}

	/** Two clusters have two tags, and none has a brace or a colon of its own. */
	private static String escape(String cluster) {
		StringBuilder text = new StringBuilder();
		for (byte b : cluster.getBytes(StandardCharsets.UTF_8)) {
			char c = (char) (b & 0xff);
			boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
					|| "-._".indexOf(c) >= 0;
			text.append(plain ? String.valueOf(c) : "%" + HexFormat.of().withUpperCase().toHexDigits(b));
		}
		return text.toString();
	}

	byte[] meta() {
		return global("meta");
	}

	byte[] claimed() {
		return global("claimed");
	}

	byte[] place() {
		return global("place");
	}

	private byte[] global(String name) {
		return ByteWriter.of(this.prefix + "{" + this.cluster + "}:" + name);
	}

	byte[] ofShard(int shard, String name) {
		return ByteWriter.of(this.prefix + "{" + this.cluster + ":" + shard + "}:" + name);
	}

	/** What comes before the id in the keys of a shard's actors. */
	byte[] actors(int shard) {
		return ofShard(shard, "a:");
	}

	/** An id as a member of a set, and in a key. */
	static byte[] id(ActorId actor) {
		return new ByteWriter(actor.type().length() + actor.key().length() + 1).text(actor.type())
			.int8('/')
			.text(actor.key())
			.toBytes();
	}

	/**
	 * The id of such a member.
	 * @throws IllegalArgumentException if it is none
	 * @throws IndexOutOfBoundsException if it is none
	 */
	static ActorId idOf(byte[] member) {
		return ActorId.parse(new ByteReader(member).text());
	}

	static byte[] state(byte[] actors, byte[] id) {
		return actor(actors, id, 's');
	}

	static byte[] journal(byte[] actors, byte[] id) {
		return actor(actors, id, 'j');
	}

	private static byte[] actor(byte[] actors, byte[] id, char part) {
		return new ByteWriter(actors.length + id.length + 2).bytes(actors).bytes(id).int8(':').int8(part).toBytes();
	}

	/**
	 * The names of an actor's keys.
	 *
	 * @param id its id, as a member of sets
	 * @param state its hash
	 * @param journal its journal
	 */
	record OfActor(byte[] id, byte[] state, byte[] journal) {

	}

}
