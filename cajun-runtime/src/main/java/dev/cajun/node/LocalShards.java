package dev.cajun.node;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import dev.cajun.CajunException;
import dev.cajun.routing.Router;
import dev.cajun.store.ActorStore;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All shards, owned by one node under an epoch that the store counts: what stands for the
 * placement table in local mode. Used by one thread at a time: those that start the node
 * and the one that stops it.
 */
final class LocalShards {

	private static final Logger logger = LoggerFactory.getLogger(LocalShards.class);

	private final ActorStore store;

	private final String node;

	private final NodeSettings settings;

	private List<Fence> fences = List.of();

	/** An attempt that failed later on goes on from here. */
	private boolean opened;

	private volatile long epoch;

	LocalShards(ActorStore store, String node, NodeSettings settings) {
		this.store = store;
		this.node = node;
		this.settings = settings;
	}

	long epoch() {
		return this.epoch;
	}

	/** Whether the store is ours to close. */
	boolean hasOpened() {
		return this.opened;
	}

	void claim() {
		if (!this.opened) {
			StoreMeta meta = await(this.store.open(new StoreMeta(this.node, this.settings.cluster(),
					this.settings.shards(), StoreMeta.FORMAT_VERSION)));
			this.opened = true;
			check(meta);
		}
		this.epoch = await(this.store.nextLocalEpoch());
		List<Fence> claimed = new ArrayList<>();
		List<CompletionStage<ClaimResult>> results = new ArrayList<>();
		for (int shard = 0; shard < this.settings.shards(); shard++) {
			Fence fence = new Fence(shard, this.epoch, this.node);
			claimed.add(fence);
			results.add(this.store.claim(fence, false));
		}
		for (int shard = 0; shard < results.size(); shard++) {
			ClaimResult result = await(results.get(shard));
			if (!(result instanceof ClaimResult.Claimed)) {
				throw new StoreException(StoreException.Kind.FOREIGN, "Shard " + shard + " of "
						+ this.store.description() + " cannot be claimed by " + this.node + ": " + result, null);
			}
		}
		this.fences = claimed;
	}

	private void check(StoreMeta meta) {
		if (!meta.cluster().equals(this.settings.cluster())) {
			throw new StoreException(StoreException.Kind.FOREIGN,
					"The store " + this.store.description() + " holds the state of cluster '" + meta.cluster()
							+ "', not of '" + this.settings.cluster() + "'. Set cajun.cluster.name to '"
							+ meta.cluster() + "', or use another store",
					null);
		}
		if (meta.shards() != this.settings.shards()) {
			throw new StoreException(StoreException.Kind.FOREIGN,
					"The store " + this.store.description() + " was created with " + meta.shards()
							+ " shards, which cannot change. Set cajun.cluster.shards to " + meta.shards() + ", not "
							+ this.settings.shards(),
					null);
		}
	}

	/**
	 * Lets the messages that wait go, and every shard do what it has to do by itself:
	 * wake actors, announce reminders.
	 */
	void handTo(Router router) {
		router.own(this.fences);
		await(router.wake(this.fences));
	}

	void release() {
		try {
			await(CompletableFuture.allOf(this.fences.stream()
				.map((fence) -> this.store.release(fence).toCompletableFuture())
				.toArray(CompletableFuture<?>[]::new)));
		}
		catch (RuntimeException ex) {
			logger.warn("Node {} could not give up its shards; the next start takes them", this.node, ex);
		}
	}

	private static <T> T await(CompletionStage<T> stage) {
		try {
			return stage.toCompletableFuture().join();
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof CajunException known) {
				throw known;
			}
			throw ex;
		}
	}

}
