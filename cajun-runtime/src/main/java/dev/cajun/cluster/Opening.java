package dev.cajun.cluster;

import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

import dev.cajun.JoinRefusedException;
import dev.cajun.placement.PlacementTable;
import dev.cajun.store.ActorStore;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the store, and finds out whether this node fits the cluster and the store that it
 * finds, before it does anything there.
 * <p>
 * Used in the event loop only, but for {@link #refusal()}.
 */
final class Opening {

	private static final Logger logger = LoggerFactory.getLogger(Opening.class);

	private final EventLoop loop;

	private final ActorStore store;

	private final ClusterSettings settings;

	private final RandomGenerator random;

	private final Runnable changed;

	private final CompletableFuture<Void> attempted = new CompletableFuture<>();

	private @Nullable StoreMeta meta;

	private boolean busy;

	private long notBefore;

	private @Nullable Throwable error;

	private volatile @Nullable JoinRefusedException refused;

	Opening(EventLoop loop, ActorStore store, ClusterSettings settings, RandomGenerator random, Runnable changed) {
		this.loop = loop;
		this.store = store;
		this.settings = settings;
		this.random = random;
		this.changed = changed;
		this.notBefore = loop.nanoTime();
	}

	/** Fails when this node cannot be part of the cluster, or the store not be opened. */
	CompletableFuture<Void> attempted() {
		return this.attempted;
	}

	@Nullable JoinRefusedException refusal() {
		return this.refused;
	}

	/** Why the node is not a member; empty when nothing is known against it. */
	String trouble() {
		JoinRefusedException reason = this.refused;
		if (reason != null) {
			return String.valueOf(reason.getMessage());
		}
		return (this.meta != null) ? "" : "the store " + this.store.description() + " is not open"
				+ ((this.error == null) ? " yet" : ": " + this.error);
	}

	/** Takes the next step; gives what the store holds once this node may go on. */
	@Nullable StoreMeta advance(ClusterView view) {
		if (view.history() == 0) {
			return null;
		}
		PlacementTable table = view.table();
		if (this.meta == null && table != null) {
			refuse(Admission.check(this.settings, table));
		}
		if (this.refused != null) {
			return null;
		}
		if (this.meta == null && !this.busy && this.loop.nanoTime() - this.notBefore >= 0) {
			open(table);
		}
		return this.meta;
	}

	private void open(@Nullable PlacementTable table) {
		this.busy = true;
		StoreMeta wanted = new StoreMeta(HexFormat.of().toHexDigits(this.random.nextLong()), this.settings.cluster(),
				this.settings.shards(), StoreMeta.FORMAT_VERSION);
		this.loop.when(this.store.open(wanted), (found) -> {
			this.busy = false;
			refuse(Admission.check(this.settings, found, this.store.description(), table));
			if (this.refused == null) {
				this.meta = found;
			}
			this.changed.run();
		}, this::failed);
	}

	private void failed(Throwable cause) {
		this.busy = false;
		this.notBefore = this.loop.nanoTime() + this.settings.leaseTtl().dividedBy(10).toNanos();
		this.error = cause;
		logger.info("The store {} could not be opened: {}", this.store.description(), cause.toString());
		boolean passes = cause instanceof StoreException known
				&& (known.kind() == StoreException.Kind.NOT_APPLIED || known.kind() == StoreException.Kind.UNKNOWN);
		if (passes) {
			this.attempted.complete(null);
		}
		else {
			this.attempted.completeExceptionally(cause);
		}
	}

	/** The cluster does not take this node. */
	void refuse(@Nullable JoinRefusedException reason) {
		if (reason != null && this.refused == null) {
			this.refused = reason;
			logger.error("{}", reason.getMessage());
			this.attempted.completeExceptionally(reason);
		}
	}

}
