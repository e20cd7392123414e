package dev.cajun.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import dev.cajun.ActorId;
import dev.cajun.store.StoredIds;
import io.lettuce.core.protocol.CommandType;
import org.jspecify.annotations.Nullable;

/**
 * One page of the ids of a type, shard by shard, some shards at a time. A cursor is the
 * shard, and behind a colon the key that was given last.
 */
final class IdScan {

	private static final int SHARDS = 16;

	private final Connections connections;

	private final List<Shard> shards;

	private final long timeoutNanos;

	private final String type;

	private final int limit;

	private final List<ActorId> ids = new ArrayList<>();

	IdScan(Connections connections, List<Shard> shards, long timeoutNanos, String type, int limit) {
		this.connections = connections;
		this.shards = shards;
		this.timeoutNanos = timeoutNanos;
		this.type = type;
		this.limit = Math.max(1, limit);
	}

	CompletableFuture<StoredIds> from(@Nullable String cursor) {
		if (cursor == null) {
			return from(0, null);
		}
		int colon = cursor.indexOf(':');
		String key = cursor.substring(colon + 1);
		return from(Integer.parseInt(cursor.substring(0, colon)), key.isEmpty() ? null : key);
	}

	private CompletableFuture<StoredIds> from(int first, @Nullable String after) {
		int end = Math.min(this.shards.size(), first + SHARDS);
		if (first >= end) {
			return CompletableFuture.completedFuture(new StoredIds(List.copyOf(this.ids), null));
		}
		int portion = Math.min(this.limit, Math.max(SHARDS, this.limit / 4));
		List<CompletableFuture<List<byte[]>>> read = IntStream.range(first, end)
			.mapToObj((shard) -> read(this.shards.get(shard), (shard == first) ? after : null, portion))
			.toList();
		return CompletableFuture.allOf(read.toArray(CompletableFuture<?>[]::new)).thenCompose((done) -> {
			for (int shard = first; shard < end; shard++) {
				List<byte[]> members = read.get(shard - first).join();
				for (byte[] member : members) {
					ActorId id = Keys.idOf(member);
					this.ids.add(id);
					if (this.ids.size() == this.limit) {
						return page(shard, id.key());
					}
				}
				if (members.size() == portion) {
					return page(shard, this.ids.getLast().key());
				}
			}
			return from(end, null);
		});
	}

	private CompletableFuture<StoredIds> page(int shard, String key) {
		return CompletableFuture.completedFuture(new StoredIds(List.copyOf(this.ids), shard + ":" + key));
	}

	private CompletableFuture<List<byte[]>> read(Shard shard, @Nullable String after, int most) {
		// '0' is what follows '/'
		byte[] from = ByteWriter.of((after == null) ? "[" + this.type + "/" : "(" + this.type + "/" + after);
		byte[][] parts = { shard.ids, from, ByteWriter.of("(" + this.type + "0"), ByteWriter.of("BYLEX"),
				ByteWriter.of("LIMIT"), ByteWriter.of("0"), ByteWriter.of(String.valueOf(most)) };
		Call<List<byte[]>> call = Call.command(CommandType.ZRANGE, shard.slot, shard.number, parts, Answers::bytes,
				System.nanoTime() + this.timeoutNanos);
		this.connections.send(call);
		return call.result();
	}

}
