package dev.cajun.metadata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import dev.cajun.metadata.MetadataException.Kind;
import dev.cajun.metadata.MetadataStore.Listener;
import dev.cajun.metadata.MetadataStore.Watch;
import dev.cajun.time.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The documents of one cluster whose nodes all run in this process: each is given a
 * {@linkplain #connect() store} of its own. Everything that a store is asked is done on
 * return; listeners are called, and leases end, by the scheduler, so that a cluster under
 * virtual time always does the same.
 * <p>
 * Thread-safe.
 */
public final class InMemoryMetadata {

	private static final Logger logger = LoggerFactory.getLogger(InMemoryMetadata.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Scheduler scheduler;

	private final TreeMap<String, Document> documents = new TreeMap<>();

	private final Map<Long, Granted> leases = new HashMap<>();

	/** In the order they began, which is the order they are called in. */
	private final Set<Follower> followers = new LinkedHashSet<>();

	private long revision = 1;

	private long lastLease;

	/**
	 * Creates it without documents.
	 * @param scheduler ends leases and calls listeners
	 */
	public InMemoryMetadata(Scheduler scheduler) {
		this(scheduler, 0);
	}

	/**
	 * As {@link #InMemoryMetadata(Scheduler)}, with lease ids above a number: a store
	 * that was wiped does not grant the leases of the former one again.
	 */
	InMemoryMetadata(Scheduler scheduler, long lastLease) {
		this.scheduler = scheduler;
		this.lastLease = lastLease;
	}

	/**
	 * A copy as a backup keeps it: nobody follows it, and leases have their full time.
	 */
	InMemoryMetadata copy(Scheduler scheduler, long lastLease) {
		this.lock.lock();
		try {
			InMemoryMetadata copy = new InMemoryMetadata(scheduler, Math.max(this.lastLease, lastLease));
			copy.revision = this.revision;
			copy.documents.putAll(this.documents);
			for (Granted lease : this.leases.values().stream().sorted().toList()) {
				Granted granted = new Granted(lease.id, lease.ttl);
				copy.leases.put(granted.id, granted);
				copy.start(granted);
			}
			return copy;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * A store for one node, or one test.
	 * @return a new store, which is closed on its own
	 */
	public MetadataStore connect() {
		return new Client();
	}

	private Listing list(String prefix) {
		SortedMap<String, Document> from = this.documents.tailMap(prefix);
		TreeMap<String, Document> found = new TreeMap<>();
		for (Map.Entry<String, Document> document : from.entrySet()) {
			if (!document.getKey().startsWith(prefix)) {
				break;
			}
			found.put(document.getKey(), document.getValue());
		}
		return new Listing(1, this.revision, Collections.unmodifiableSortedMap(found));
	}

	private TransactionResult commit(Transaction transaction) {
		if (!transaction.conditions().stream().allMatch(this::holds)) {
			TreeMap<String, Document> found = new TreeMap<>();
			for (Transaction.Condition condition : transaction.conditions()) {
				Document document = this.documents.get(condition.key());
				if (document != null) {
					found.put(condition.key(), document);
				}
			}
			return new TransactionResult(false, 1, this.revision, Collections.unmodifiableSortedMap(found));
		}
		for (Transaction.Write write : transaction.writes()) {
			if (write instanceof Transaction.Put put && put.lease() != 0) {
				lease(put.lease());
			}
		}
		write(transaction.writes());
		return new TransactionResult(true, 1, this.revision, Map.of());
	}

	private boolean holds(Transaction.Condition condition) {
		Document found = this.documents.get(condition.key());
		return switch (condition) {
			case Transaction.Absent absent -> found == null;
			case Transaction.CreatedAt created -> found != null && found.createRevision() == created.createRevision();
			case Transaction.WrittenAt written -> found != null && found.revision() == written.revision();
			case Transaction.ValueIs is -> found != null && Arrays.equals(found.value(), is.value());
		};
	}

	private void write(Collection<? extends Transaction.Write> writes) {
		List<String> changed = new ArrayList<>();
		long next = this.revision + 1;
		for (Transaction.Write write : writes) {
			String key = write.key();
			Document before = this.documents.remove(key);
			if (write instanceof Transaction.Put put) {
				long created = (before == null) ? next : before.createRevision();
				this.documents.put(key, new Document(key, put.value(), created, next, put.lease()));
			}
			else if (before == null) {
				continue;
			}
			changed.add(key);
		}
		if (!changed.isEmpty()) {
			this.revision = next;
			for (Follower follower : this.followers) {
				if (changed.stream().anyMatch((key) -> key.startsWith(follower.prefix))) {
					follower.call();
				}
			}
		}
	}

	private Lease grant(Duration ttl) {
		Granted lease = new Granted(++this.lastLease, ttl);
		this.leases.put(lease.id, lease);
		start(lease);
		return new Lease(lease.id, ttl, 1);
	}

	private Lease keepAlive(long id) {
		Granted lease = lease(id);
		start(lease);
		return new Lease(id, lease.ttl, 1);
	}

	private Granted lease(long id) {
		Granted lease = this.leases.get(id);
		if (lease == null) {
			throw new MetadataException(Kind.LEASE_NOT_FOUND,
					"Lease " + id + " of the in-memory metadata has ended: ask for another", null);
		}
		return lease;
	}

	private void start(Granted lease) {
		if (lease.end != null) {
			lease.end.cancel();
		}
		long round = ++lease.round;
		lease.end = this.scheduler.schedule(lease.ttl, () -> expire(lease, round));
	}

	private void expire(Granted lease, long round) {
		this.lock.lock();
		try {
			// A keep-alive may have come between the end's falling due and now
			if (lease.round == round) {
				end(lease.id);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean end(long id) {
		Granted lease = this.leases.remove(id);
		if (lease == null) {
			return false;
		}
		if (lease.end != null) {
			lease.end.cancel();
		}
		write(this.documents.values()
			.stream()
			.filter((document) -> document.lease() == id)
			.map((document) -> new Transaction.Delete(document.key()))
			.toList());
		return true;
	}

	/** A lease that has not ended. */
	private static final class Granted implements Comparable<Granted> {

		private final long id;

		private final Duration ttl;

		/** How often its time has started. */
		private long round;

		private Scheduler.@Nullable Cancellable end;

		Granted(long id, Duration ttl) {
			this.id = id;
			this.ttl = ttl;
		}

		@Override
		public int compareTo(Granted other) {
			return Long.compare(this.id, other.id);
		}

	}

	/** Calls one listener, by the scheduler; changes until then are given as one. */
	private final class Follower implements Watch {

		private final String prefix;

		private final Listener listener;

		private boolean due;

		private boolean closed;

		Follower(String prefix, Listener listener) {
			this.prefix = prefix;
			this.listener = listener;
		}

		void call() {
			if (!this.due) {
				this.due = true;
				InMemoryMetadata.this.scheduler.schedule(0, this::changed);
			}
		}

		private void changed() {
			Listing listing = take();
			if (listing != null) {
				try {
					this.listener.changed(listing);
				}
				catch (RuntimeException ex) {
					logger.error("A listener of the in-memory metadata failed", ex);
				}
			}
		}

		private @Nullable Listing take() {
			InMemoryMetadata.this.lock.lock();
			try {
				this.due = false;
				return this.closed ? null : list(this.prefix);
			}
			finally {
				InMemoryMetadata.this.lock.unlock();
			}
		}

		@Override
		public void close() {
			InMemoryMetadata.this.lock.lock();
			try {
				this.closed = true;
				InMemoryMetadata.this.followers.remove(this);
			}
			finally {
				InMemoryMetadata.this.lock.unlock();
			}
		}

	}

	/** One node's access. */
	private final class Client implements MetadataStore {

		private final List<Follower> watches = new ArrayList<>();

		private boolean closed;

		@Override
		public CompletionStage<Listing> list(String prefix) {
			return guarded(() -> InMemoryMetadata.this.list(prefix));
		}

		@Override
		public CompletionStage<TransactionResult> commit(Transaction transaction) {
			return guarded(() -> InMemoryMetadata.this.commit(transaction));
		}

		@Override
		public CompletionStage<Lease> grant(Duration ttl) {
			return guarded(() -> InMemoryMetadata.this.grant(ttl));
		}

		@Override
		public CompletionStage<Lease> keepAlive(long lease) {
			return guarded(() -> InMemoryMetadata.this.keepAlive(lease));
		}

		@Override
		public CompletionStage<Void> revoke(long lease) {
			CompletableFuture<Void> gone = new CompletableFuture<>();
			guarded(() -> end(lease)).whenComplete((ended, error) -> {
				if (error == null) {
					gone.complete(null);
				}
				else {
					gone.completeExceptionally(error);
				}
			});
			return gone;
		}

		@Override
		public Watch watch(String prefix, Listener listener) {
			Follower follower = new Follower(prefix, listener);
			InMemoryMetadata.this.lock.lock();
			try {
				requireOpen();
				this.watches.removeIf((watch) -> watch.closed);
				this.watches.add(follower);
				InMemoryMetadata.this.followers.add(follower);
				follower.call();
			}
			finally {
				InMemoryMetadata.this.lock.unlock();
			}
			return follower;
		}

		@Override
		public String description() {
			return "memory";
		}

		@Override
		public void close() {
			InMemoryMetadata.this.lock.lock();
			try {
				this.closed = true;
				this.watches.forEach(Follower::close);
				this.watches.clear();
			}
			finally {
				InMemoryMetadata.this.lock.unlock();
			}
		}

		private void requireOpen() {
			if (this.closed) {
				throw new MetadataException(Kind.CLOSED, "The in-memory metadata store is closed", null);
			}
		}

		private <T> CompletionStage<T> guarded(Supplier<T> operation) {
			InMemoryMetadata.this.lock.lock();
			try {
				requireOpen();
				return CompletableFuture.completedFuture(operation.get());
			}
			catch (MetadataException ex) {
				return CompletableFuture.failedFuture(ex);
			}
			finally {
				InMemoryMetadata.this.lock.unlock();
			}
		}

	}

}
