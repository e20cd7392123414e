package dev.cajun.benchmarks.micro;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

import dev.cajun.ActorId;
import dev.cajun.benchmarks.RedisChild;
import dev.cajun.embedded.Durability;
import dev.cajun.embedded.EmbeddedActorStore;
import dev.cajun.placement.Shards;
import dev.cajun.redis.RedisActorStore;
import dev.cajun.redis.RedisStoreSettings;
import dev.cajun.store.ActorStore;
import dev.cajun.store.BatchId;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Commit;
import dev.cajun.store.Fence;
import dev.cajun.store.LoadResult;
import dev.cajun.store.StoreMeta;
import dev.cajun.store.StoreResult;
import dev.cajun.store.StoredActor;
import io.lettuce.core.RedisURI;
import org.jspecify.annotations.Nullable;

/**
 * An empty store with every shard claimed, used as the runtime uses it: through its
 * interface, each operation answered before the next of the same actor. Everything that
 * it left is deleted when it is closed.
 */
public final class OpenedStore implements AutoCloseable {

	/** Below it directories for what is stored are made. */
	public static final String DIRECTORY = "cajun.benchmarks.directory";

	/** As many as a cluster has by default. */
	static final int SHARDS = 1024;

	private static final String CLUSTER = "micro";

	private static final String OWNER = "micro#0";

	private static final Shards BUCKETS = new Shards(SHARDS);

	private final ActorStore store;

	private final @Nullable RedisChild server;

	private final Path directory;

	private long epoch = 1;

	private long batches;

	private OpenedStore(ActorStore store, @Nullable RedisChild server, Path directory) {
		this.store = store;
		this.server = server;
		this.directory = directory;
	}

	static OpenedStore open(StoreKind kind) {
		try {
			Path parent = Path.of(System.getProperty(DIRECTORY, "target"));
			Path directory = Files.createTempDirectory(Files.createDirectories(parent), "micro-");
			RedisChild server = (kind == StoreKind.REDIS) ? RedisChild.start(directory) : null;
			ActorStore store = switch (kind) {
				case EMBEDDED_ACK -> new EmbeddedActorStore(directory.resolve("data"), Durability.ACK);
				case EMBEDDED_FSYNC -> new EmbeddedActorStore(directory.resolve("data"), Durability.FSYNC);
				case REDIS -> redis(server);
			};
			OpenedStore opened = new OpenedStore(store, server, directory);
			get(store.open(new StoreMeta(CLUSTER, CLUSTER, SHARDS, StoreMeta.FORMAT_VERSION)));
			opened.claimTogether(SHARDS);
			return opened;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static ActorStore redis(@Nullable RedisChild server) {
		if (server == null) {
			throw new IllegalStateException("Redis was not started");
		}
		return new RedisActorStore(
				RedisStoreSettings.standalone(RedisURI.create("redis://" + server.address()), CLUSTER));
	}

	/** Claims the first shards with a higher epoch, one after the other. */
	void claimInTurn(int shards) {
		this.epoch++;
		for (int shard = 0; shard < shards; shard++) {
			check(get(this.store.claim(new Fence(shard, this.epoch, OWNER), this.epoch > 2)));
		}
	}

	/** Claims the first shards with a higher epoch, all of them in flight at once. */
	void claimTogether(int shards) {
		this.epoch++;
		List<CompletionStage<ClaimResult>> claims = new ArrayList<>(shards);
		for (int shard = 0; shard < shards; shard++) {
			claims.add(this.store.claim(new Fence(shard, this.epoch, OWNER), this.epoch > 2));
		}
		for (CompletionStage<ClaimResult> claim : claims) {
			check(get(claim));
		}
	}

	private static void check(ClaimResult result) {
		if (!(result instanceof ClaimResult.Claimed)) {
			throw new IllegalStateException("A claim was not granted: " + result);
		}
	}

	/** Appends events to an actor that was never written, one in each commit. */
	void appendEvents(ActorId actor, int count, byte[] event) {
		for (int sequence = 0; sequence < count; sequence++) {
			commit(actor, sequence, null, List.of(event));
		}
	}

	/** Replaces the state of an actor that was never written, once in each commit. */
	void writeStates(ActorId actor, int count, byte[] state) {
		for (int sequence = 0; sequence < count; sequence++) {
			commit(actor, sequence, state, List.of());
		}
	}

	private void commit(ActorId actor, long sequence, byte @Nullable [] state, List<byte[]> events) {
		Commit commit = new Commit(actor, sequence, new BatchId(1, ++this.batches), false, state, events, Map.of(),
				List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), false);
		StoreResult result = get(this.store.commit(fence(actor), commit));
		if (!(result instanceof StoreResult.Applied)) {
			throw new IllegalStateException("A commit was not applied: " + result);
		}
	}

	/** Reads all that is stored of an actor, its journal to the end. */
	Stored recover(ActorId actor) {
		Fence fence = fence(actor);
		if (!(get(this.store.load(fence, actor)) instanceof LoadResult.Loaded loaded)) {
			throw new IllegalStateException("The shard of " + actor + " is not owned");
		}
		StoredActor stored = loaded.actor();
		List<byte[]> events = new ArrayList<>(stored.records());
		while (stored.stateSequence() + events.size() < stored.sequence()) {
			events.addAll(get(this.store.records(fence, actor, stored.stateSequence() + events.size())));
		}
		return new Stored(stored.sequence(), stored.state(), events);
	}

	private Fence fence(ActorId actor) {
		return new Fence(BUCKETS.of(actor), this.epoch, OWNER);
	}

	private static <T> T get(CompletionStage<T> stage) {
		return stage.toCompletableFuture().join();
	}

	@Override
	public void close() throws IOException {
		this.store.close();
		if (this.server != null) {
			this.server.close();
		}
		List<Path> left;
		try (Stream<Path> files = Files.walk(this.directory)) {
			left = files.toList();
		}
		for (Path file : left.reversed()) {
			Files.deleteIfExists(file);
		}
	}

	/**
	 * What was read.
	 *
	 * @param sequence how often the actor was written
	 * @param state its state
	 * @param events its journal
	 */
	record Stored(long sequence, byte @Nullable [] state, List<byte[]> events) {

	}

}
