package dev.cajun.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

import dev.cajun.ActorId;
import dev.cajun.placement.Shards;
import dev.cajun.store.ActorStore;
import dev.cajun.store.Fence;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoredActor;
import dev.cajun.store.StoredIds;
import org.jspecify.annotations.Nullable;

/** How much a store holds, and how much of the disk it takes for that. */
final class StoredData {

	private static final String OWNER = "measuring#0";

	private StoredData() {
	}

	/** The bytes of all files below a directory, while they may change. */
	static long directoryBytes(Path directory) throws IOException {
		try (Stream<Path> files = Files.walk(directory)) {
			return files.filter(Files::isRegularFile).mapToLong(StoredData::size).sum();
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
	}

	private static long size(Path file) {
		try {
			return Files.size(file);
		}
		catch (IOException ex) {
			// Deleted meanwhile.
			return 0;
		}
	}

	/**
	 * The bytes of the ids, states and records of every actor: what somebody who writes
	 * them one after the other would need.
	 * @param store a store that is not open; closed on return
	 */
	static long liveBytes(ActorStore store) {
		try (store) {
			StoreMeta meta = get(store.open(new StoreMeta("measuring", CajunContestant.SETTINGS.cluster(),
					CajunContestant.SETTINGS.shards(), StoreMeta.FORMAT_VERSION)));
			Shards shards = new Shards(meta.shards());
			long epoch = get(store.nextLocalEpoch());
			long bytes = 0;
			String cursor = null;
			do {
				StoredIds page = get(store.scan(CajunContestant.TYPE, cursor, 1000));
				for (ActorId actor : page.ids()) {
					Fence fence = new Fence(shards.of(actor), epoch, OWNER);
					get(store.claim(fence, false));
					bytes += bytes(actor, get(store.load(fence, actor)));
				}
				cursor = page.cursor();
			}
			while (cursor != null);
			return bytes;
		}
	}

	private static long bytes(ActorId id, LoadResult result) {
		if (!(result instanceof LoadResult.Loaded loaded)) {
			throw new IllegalStateException("Cannot read " + id + ": " + result);
		}
		StoredActor actor = loaded.actor();
		long bytes = id.toString().getBytes(StandardCharsets.UTF_8).length;
		bytes += length(actor.state());
		for (byte[] record : actor.records()) {
			bytes += length(record);
		}
		return bytes;
	}

	private static long length(byte @Nullable [] bytes) {
		return (bytes == null) ? 0 : bytes.length;
	}

	private static <T> T get(CompletionStage<T> stage) {
		return stage.toCompletableFuture().join();
	}

}
