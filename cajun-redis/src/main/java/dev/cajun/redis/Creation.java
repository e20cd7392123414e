package dev.cajun.redis;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.protocol.CommandType;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to the store as a whole: what it was created with, the last local epoch,
 * and which shards were ever claimed, so that a fence that is missing is known to be
 * lost.
 */
final class Creation {

	static final byte[] STORE_ID = ByteWriter.of("store-id");

	/** No cluster has more. */
	private static final int MOST_SHARDS = 16_384;

	private final Connections connections;

	private final Keys keys;

	private final String description;

	private final byte[] meta;

	private final int slot;

	private final BitSet claimed = new BitSet();

	Creation(Connections connections, Keys keys, String description) {
		this.connections = connections;
		this.keys = keys;
		this.description = description;
		this.meta = keys.meta();
		this.slot = SlotHash.getSlot(this.meta);
	}

	/** Reads what the store was created with, or creates it. */
	CompletableFuture<StoreMeta> open(StoreMeta wanted) {
		// No script: one that may write is refused when memory is full
		return send(
				Call.command(CommandType.HGETALL, this.slot, 0, new byte[][] { this.meta }, Answers::bytes, deadline()))
			.thenCompose((found) -> found.isEmpty() ? create(wanted) : CompletableFuture.completedFuture(found))
			.thenApply((found) -> read(found, this.description))
			.thenCombine(readClaimed(), (found, read) -> found);
	}

	private CompletableFuture<List<byte[]>> create(StoreMeta wanted) {
		List<CompletableFuture<Long>> fences = IntStream.range(0, wanted.shards())
			.mapToObj((shard) -> send(
					Call.command(CommandType.EXISTS, SlotHash.getSlot(this.keys.ofShard(shard, "fence")), shard,
							new byte[][] { this.keys.ofShard(shard, "fence") },
							(reply) -> (Long) Objects.requireNonNull(reply), deadline())))
			.toList();
		return CompletableFuture.allOf(fences.toArray(CompletableFuture<?>[]::new)).thenCompose((read) -> {
			long found = fences.stream().mapToLong(CompletableFuture::join).sum();
			if (found > 0) {
				throw new StoreException(StoreException.Kind.CORRUPT, "The store " + this.description + " has " + found
						+ " shards, but what it was created with is gone: part of Redis was emptied. Restore it "
						+ "from a backup, or use another key prefix", null);
			}
			if (!this.connections.settings().create()) {
				throw new StoreException(StoreException.Kind.FOREIGN, "The store " + this.description + " of cluster '"
						+ wanted.cluster() + "' is empty, and none is to be created: Redis has lost its data, or is "
						+ "another one. Nothing was written. Restore its data, or see which server and database answer "
						+ "there", null);
			}
			byte[][] fields = fields(wanted);
			byte[][] parts = new byte[1 + fields.length][];
			parts[0] = this.meta;
			System.arraycopy(fields, 0, parts, 1, fields.length);
			return send(Call.script(Script.META, this.slot, 0, 1, parts, Answers::bytes, deadline()));
		});
	}

	private CompletableFuture<Boolean> readClaimed() {
		return send(Call.command(CommandType.GET, this.slot, 0, new byte[][] { this.keys.claimed() }, (reply) -> {
			note((byte[]) reply);
			return true;
		}, deadline()));
	}

	/** Redis numbers the bits of a byte from the highest. */
	private synchronized void note(byte @Nullable [] bitmap) {
		for (int shard = 0; bitmap != null && shard < 8 * bitmap.length; shard++) {
			if ((bitmap[shard / 8] & (0x80 >> (shard % 8))) != 0) {
				this.claimed.set(shard);
			}
		}
	}

	synchronized boolean isClaimed(int shard) {
		return this.claimed.get(shard);
	}

	/** A shard has been claimed, and shall never be taken for one that was not. */
	CompletableFuture<Boolean> claimed(int shard) {
		byte[][] parts = { this.keys.claimed(), ByteWriter.of(String.valueOf(shard)), ByteWriter.of("1") };
		return send(Call.command(CommandType.SETBIT, this.slot, 0, parts, (reply) -> {
			synchronized (this) {
				this.claimed.set(shard);
			}
			return true;
		}, deadline()));
	}

	CompletableFuture<Long> nextEpoch(long highest) {
		byte[][] parts = { this.meta, ByteWriter.of(String.valueOf(highest)) };
		return send(Call.script(Script.EPOCH, this.slot, 0, 1, parts, (reply) -> (Long) Objects.requireNonNull(reply),
				deadline()));
	}

	private long deadline() {
		return System.nanoTime() + this.connections.settings().commandTimeout().toNanos();
	}

	private <T> CompletableFuture<T> send(Call<T> call) {
		this.connections.send(call);
		return call.result();
	}

	// ---- the meta key

	private static byte[][] fields(StoreMeta meta) {
		return new byte[][] { STORE_ID, ByteWriter.of(meta.storeId()), ByteWriter.of("cluster"),
				ByteWriter.of(meta.cluster()), ByteWriter.of("shards"), ByteWriter.of(String.valueOf(meta.shards())),
				ByteWriter.of("format"), ByteWriter.of(String.valueOf(meta.formatVersion())) };
	}

	private static StoreMeta read(List<byte[]> fields, String description) {
		Map<String, String> values = new HashMap<>();
		StoreMeta meta;
		try {
			for (int i = 0; i < fields.size(); i += 2) {
				values.put(new ByteReader(fields.get(i)).text(), new ByteReader(fields.get(i + 1)).text());
			}
			meta = new StoreMeta(value(values, "store-id"), value(values, "cluster"),
					Integer.parseInt(value(values, "shards")), Integer.parseInt(value(values, "format")));
		}
		catch (IllegalArgumentException | IndexOutOfBoundsException ex) {
			throw new StoreException(StoreException.Kind.CORRUPT,
					"The store " + description + " does not know what it was created with: " + ex.getMessage()
							+ ". Restore Redis from a backup, or use another key prefix",
					ex);
		}
		if (meta.shards() < 1 || meta.shards() > MOST_SHARDS) {
			throw new StoreException(StoreException.Kind.CORRUPT,
					"The store " + description + " does not know what it was created with: it says " + meta.shards()
							+ " shards. Restore Redis from a backup, or use another key prefix",
					null);
		}
		if (meta.formatVersion() > StoreMeta.FORMAT_VERSION) {
			throw new StoreException(StoreException.Kind.FOREIGN,
					"The store " + description + " was written in format " + meta.formatVersion()
							+ " by a newer version, this one knows " + StoreMeta.FORMAT_VERSION
							+ ": use the newer version again",
					null);
		}
		return meta;
	}

	private static String value(Map<String, String> values, String name) {
		String value = values.get(name);
		if (value == null) {
			throw new IllegalArgumentException("field '" + name + "' of the meta key is missing");
		}
		return value;
	}

}
