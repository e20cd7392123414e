package dev.cajun.cluster;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import dev.cajun.metadata.Lease;
import dev.cajun.metadata.Listing;
import dev.cajun.metadata.MetadataException;
import dev.cajun.metadata.MetadataException.Kind;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.metadata.Transaction;
import dev.cajun.metadata.TransactionResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A metadata store that remembers why it wrote nothing when it was to. It may be followed
 * and keep leases alive all the same, as etcd does that is out of space: nothing else
 * shows then that nobody can join and no shard can move.
 * <p>
 * Thread-safe.
 */
final class RefusedWrites implements MetadataStore {

	private static final Logger logger = LoggerFactory.getLogger(RefusedWrites.class);

	/**
	 * What has to be written is tried again several times a second: after this, nobody
	 * wants to write any more.
	 */
	private static final Duration REMEMBERED = Duration.ofSeconds(3);

	private final MetadataStore store;

	private final EventLoop loop;

	private volatile @Nullable Refusal last;

	RefusedWrites(MetadataStore store, EventLoop loop) {
		this.store = store;
		this.loop = loop;
	}

	/** Why the last write was refused; empty when it was not, or not lately. */
	String trouble() {
		Refusal refusal = this.last;
		return (refusal != null && this.loop.nanoTime() - refusal.at < REMEMBERED.toNanos()) ? refusal.reason : "";
	}

	@Override
	public CompletionStage<TransactionResult> commit(Transaction transaction) {
		return this.store.commit(transaction).whenComplete((result, error) -> ended(error));
	}

	@Override
	public CompletionStage<Lease> grant(Duration ttl) {
		return this.store.grant(ttl).whenComplete((lease, error) -> ended(error));
	}

	private void ended(@Nullable Throwable error) {
		Throwable cause = (error instanceof CompletionException) ? error.getCause() : error;
		if (cause == null) {
			if (this.last != null) {
				this.last = null;
				logger.info("The metadata {} takes writes again", description());
			}
		}
		else if (cause instanceof MetadataException failure
				&& (failure.kind() == Kind.NOT_APPLIED || failure.kind() == Kind.DENIED)) {
			if (this.last == null) {
				logger.warn(
						"The metadata {} takes no writes. Nothing moves and nobody joins until it does; actors go on. "
								+ "{}",
						description(), failure.getMessage());
			}
			this.last = new Refusal(String.valueOf(failure.getMessage()), this.loop.nanoTime());
		}
	}

	@Override
	public CompletionStage<Listing> list(String prefix) {
		return this.store.list(prefix);
	}

	@Override
	public CompletionStage<Lease> keepAlive(long lease) {
		return this.store.keepAlive(lease);
	}

	@Override
	public CompletionStage<Void> revoke(long lease) {
		return this.store.revoke(lease);
	}

	@Override
	public Watch watch(String prefix, Listener listener) {
		return this.store.watch(prefix, listener);
	}

	@Override
	public String description() {
		return this.store.description();
	}

	@Override
	public void close() {
		this.store.close();
	}

	/** What was said when. */
	private record Refusal(String reason, long at) {

	}

}
