package dev.cajun.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

	private static final Pattern CURSOR = Pattern.compile("(\\d{1,9}):(.*)", Pattern.DOTALL);

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

	/**
	 * Reads a page.
	 * @throws IllegalArgumentException if no page gave the cursor
	 */
	CompletableFuture<StoredIds> from(@Nullable String cursor) {
		if (cursor == null) {
			return from(0, null);
		}
		Matcher matcher = CURSOR.matcher(cursor);
		if (!matcher.matches()) {
			throw new IllegalArgumentException("'" + cursor + "' is not a cursor of a page before");
		}
		String key = matcher.group(2);
		return from(Integer.parseInt(matcher.group(1)), key.isEmpty() ? null : ByteWriter.of(this.type + "/" + key));
	}

	private CompletableFuture<StoredIds> from(int first, byte @Nullable [] after) {
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
				List<ActorId> intact = this.shards.get(shard).ids(members);
				for (ActorId id : intact) {
					this.ids.add(id);
					if (this.ids.size() == this.limit) {
						return page(shard, id.key());
					}
				}
				if (members.size() == portion) {
					return intact.isEmpty() ? from(shard, members.getLast()) : page(shard, intact.getLast().key());
				}
			}
			return from(end, null);
		});
	}

	private CompletableFuture<StoredIds> page(int shard, String key) {
		return CompletableFuture.completedFuture(new StoredIds(List.copyOf(this.ids), shard + ":" + key));
	}

	private CompletableFuture<List<byte[]>> read(Shard shard, byte @Nullable [] after, int most) {
		// '0' is what follows '/'
		byte[] from = (after == null) ? ByteWriter.of("[" + this.type + "/") : ByteWriter.behind(after);
		byte[][] parts = { shard.ids, from, ByteWriter.of("(" + this.type + "0"), ByteWriter.of("BYLEX"),
				ByteWriter.of("LIMIT"), ByteWriter.of("0"), ByteWriter.of(String.valueOf(most)) };
		Call<List<byte[]>> call = Call.command(CommandType.ZRANGE, shard.slot, shard.number, parts, Answers::bytes,
				System.nanoTime() + this.timeoutNanos);
		this.connections.send(call);
		return call.result();
	}

}
