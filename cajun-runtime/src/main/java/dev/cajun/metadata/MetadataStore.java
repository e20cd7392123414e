package dev.cajun.metadata;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * A small, linearizable store of documents which the nodes of one cluster share. Keys are
 * relative to the cluster, such as {@code nodes/n1}, {@code leader} and
 * {@code placement}; where the cluster itself lives is the implementation's setting.
 * <p>
 * Every operation is asynchronous and has a deadline of its own: a stage always
 * completes. It fails with a {@link MetadataException} whose kind tells what is known. A
 * stage may complete on any thread, which the caller must not block.
 * <p>
 * Revisions grow with every write as long as the store's <em>history</em> lasts. A store
 * that was wiped or restored from a backup starts another one: its revisions and leases
 * mean nothing in the former. The implementation finds that out (another cluster id, or a
 * revision below one that was known when the call was sent) and counts it in
 * {@code history}, which every answer carries: whoever sees that number change forgets
 * all revisions and holds his lease for lost.
 * <p>
 * Thread-safe.
 */
public interface MetadataStore extends AutoCloseable {

	/**
	 * Reads all documents whose key begins so, at one revision.
	 * @param prefix the beginning of their keys; empty for all of the cluster
	 * @return the documents
	 */
	CompletionStage<Listing> list(String prefix);

	/**
	 * Writes if every condition holds: all or nothing.
	 * @param transaction the conditions and the writes
	 * @return whether it was applied, and what was found where it was not; fails with
	 * LEASE_NOT_FOUND when the conditions hold but a lease that it puts with has ended;
	 * with UNKNOWN when the answer was lost, so a transaction must be recognisable by
	 * what it wrote, and may still be applied a while later
	 */
	CompletionStage<TransactionResult> commit(Transaction transaction);

	/**
	 * Grants a lease: documents put with it vanish when it is not kept alive.
	 * @param ttl how long it lives without a keep-alive; whole seconds
	 * @return the lease, whose time may be longer than asked for
	 */
	CompletionStage<Lease> grant(Duration ttl);

	/**
	 * Keeps a lease alive once: its time starts anew.
	 * @param lease the lease's id
	 * @return the lease; fails with LEASE_NOT_FOUND when it has ended
	 */
	CompletionStage<Lease> keepAlive(long lease);

	/**
	 * Ends a lease and removes its documents. Ending one that is gone succeeds.
	 * @param lease the lease's id
	 * @return completes when it is done
	 */
	CompletionStage<Void> revoke(long lease);

	/**
	 * Follows all documents whose key begins so. The listener is given the whole listing,
	 * first at once and then whenever it changed; changes in quick succession may be
	 * given as one. It is never deaf for longer than the implementation's re-read period:
	 * after any end, error or silence of what it listens to, and from time to time
	 * anyway, the store reads everything again.
	 * @param prefix the beginning of their keys
	 * @param listener called by one thread at a time, which it must not block, in the
	 * order of revisions within one history
	 * @return ends it
	 * @throws MetadataException when the store is closed
	 */
	Watch watch(String prefix, Listener listener);

	/**
	 * A name for logs and health, such as {@code etcd (http://e1:2379)}.
	 * @return the name
	 */
	String description();

	/** Ends every watch, then closes. Leases are not revoked. Idempotent. */
	@Override
	void close();

	/** Hears of the documents that a watch follows. */
	interface Listener {

		/**
		 * What the documents are now.
		 * @param listing all of them
		 */
		void changed(Listing listing);

		/**
		 * Whether the documents can be followed: false from the first failure until
		 * everything was read again.
		 * @param error why not, or {@code null} when they can
		 */
		default void followed(@Nullable Throwable error) {
		}

	}

	/** A running watch. */
	@FunctionalInterface
	interface Watch extends AutoCloseable {

		/** Ends it; a call of the listener that runs now may still end. Idempotent. */
		@Override
		void close();

	}

}
