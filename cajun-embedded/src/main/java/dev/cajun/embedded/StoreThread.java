package dev.cajun.embedded;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns the database. Everybody else puts tasks into its queue; it takes
 * what waits, runs it in one transaction, commits, and only then answers: the more wait,
 * the more share a commit, and nobody waits for company.
 * <p>
 * A transaction that fails is undone and its tasks are run one by one, so that only those
 * fail that must. When SQLite's answer leaves open what was done, the tasks that write
 * fail as unknown and the database is closed; the next task opens it again, not more
 * often than the back-off allows. The batch ids in it then tell what was applied.
 * <p>
 * The queue is unbounded: an activation has at most one call of the store under way.
 */
final class StoreThread {

	private static final Logger logger = LoggerFactory.getLogger(StoreThread.class);

	private static final int GROUP_TASKS = 1024;

	private static final int GROUP_BYTES = 4 << 20;

	/** SQLite does not tell when its own checkpoints fail. */
	private static final long LOG_LIMIT = 96L << 20;

	private static final int GROUPS_BETWEEN_LOG_CHECKS = 1024;

	private static final long FIRST_BACKOFF_NANOS = 50_000_000;

	private static final long LONGEST_BACKOFF_NANOS = 5_000_000_000L;

	private final StoreDirectory directory;

	private final Fences fences;

	private final Heads heads;

	private final ConcurrentLinkedQueue<Task<?>> queue = new ConcurrentLinkedQueue<>();

	private final Thread thread;

	private volatile boolean parked;

	private volatile boolean closing;

	private volatile boolean closed;

	/** {@code null} while it has to be opened again. Owner thread only, as all below. */
	private @Nullable Tables tables;

	private long backoffNanos = FIRST_BACKOFF_NANOS;

	private long openAfterNanos;

	private boolean full;

	private int groups;

	StoreThread(StoreDirectory directory, Fences fences, Heads heads, StoreMeta wanted,
			CompletableFuture<StoreMeta> opened) {
		this.directory = directory;
		this.fences = fences;
		this.heads = heads;
		this.thread = Thread.ofPlatform().name("cajun-store").daemon().unstarted(() -> run(wanted, opened));
	}

	void start() {
		this.thread.start();
	}

	boolean isClosed() {
		return this.closed;
	}

	<T> CompletableFuture<T> submit(Task<T> task) {
		this.queue.add(task);
		if (this.closed) {
			// Whoever sees it closed after adding must not rely on the owner's last look
			refuseAll();
		}
		else if (this.parked) {
			LockSupport.unpark(this.thread);
		}
		return task.future;
	}

	/** Finishes what is queued and closes. Blocks, interrupted or not. */
	void close() {
		this.closing = true;
		LockSupport.unpark(this.thread);
		if (Thread.currentThread().equals(this.thread)) {
			return;
		}
		boolean interrupted = false;
		while (this.thread.isAlive()) {
			try {
				this.thread.join();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private void run(StoreMeta wanted, CompletableFuture<StoreMeta> opened) {
		StoreMeta found;
		try {
			found = open(wanted);
		}
		catch (Throwable ex) {
			this.closed = true;
			refuseAll();
			opened.completeExceptionally((ex instanceof StoreException) ? ex : this.directory.failure(ex, null));
			return;
		}
		opened.complete(found);
		List<Task<?>> group = new ArrayList<>(GROUP_TASKS);
		while (gather(group)) {
			try {
				commit(group);
			}
			catch (Throwable ex) {
				// Nothing may end this thread while somebody waits for it
				logger.error("The embedded store in {} failed unexpectedly", this.directory, ex);
				breakDown(group, ex);
			}
			group.clear();
		}
		shutDown();
	}

	private StoreMeta open(StoreMeta wanted) {
		Database database = this.directory.open();
		try {
			Tables opened = new Tables(database, this.fences, this.heads, this.directory.toString());
			StoreMeta found = opened.shards.readOrWriteMeta(wanted);
			opened.commit();
			opened.shards.readFences();
			this.tables = opened;
			return found;
		}
		catch (SQLException | DamagedException ex) {
			close(database);
			this.directory.unregister();
			throw this.directory.failure(ex, null);
		}
		catch (Throwable ex) {
			close(database);
			this.directory.unregister();
			throw ex;
		}
	}

	/** Takes what waits; without anything, waits. Returns false when all is done. */
	private boolean gather(List<Task<?>> group) {
		while (true) {
			int size = 0;
			while (group.size() < GROUP_TASKS && size < GROUP_BYTES) {
				Task<?> task = this.queue.poll();
				if (task == null) {
					break;
				}
				group.add(task);
				size += task.size;
			}
			if (!group.isEmpty()) {
				return true;
			}
			if (this.closing) {
				return false;
			}
			this.parked = true;
			if (this.queue.isEmpty() && !this.closing) {
				LockSupport.park(this);
				// Nobody means to interrupt it; parking would end at once from then on
				Thread.interrupted();
			}
			this.parked = false;
		}
	}

	private void commit(List<Task<?>> group) {
		Tables current = ready();
		if (current == null) {
			for (Task<?> task : group) {
				task.fail(unavailable());
			}
			return;
		}
		boolean sound = true;
		Throwable failure = null;
		try {
			for (Task<?> task : group) {
				sound &= task.run(current, this.directory);
			}
			if (sound) {
				current.commit();
			}
		}
		catch (SQLException | RuntimeException ex) {
			failure = ex;
		}
		if (sound && failure == null) {
			for (Task<?> task : group) {
				task.complete();
			}
			committed(current);
			return;
		}
		undo(current, group, failure);
	}

	private void committed(Tables current) {
		if (this.full) {
			this.full = false;
			logger.info("The embedded store in {} writes again", this.directory);
		}
		if (++this.groups % GROUPS_BETWEEN_LOG_CHECKS == 0 && this.directory.logLength() > LOG_LIMIT) {
			try {
				current.database.checkpoint();
			}
			catch (SQLException ex) {
				logger.warn("The log of the embedded store in {} cannot be written back: look at the disk",
						this.directory, ex);
			}
		}
	}

	private void undo(Tables current, List<Task<?>> group, @Nullable Throwable failure) {
		Failure kind = (failure != null) ? Failure.of(failure) : Failure.DAMAGED;
		boolean undone = kind != Failure.BROKEN && (!current.database.isCommitting() || kind == Failure.FULL);
		if (undone) {
			try {
				current.rollback();
			}
			catch (SQLException ex) {
				logger.warn("The embedded store in {} cannot undo a transaction", this.directory, ex);
				undone = false;
			}
		}
		if (!undone) {
			breakDown(group, (failure != null) ? failure : new IllegalStateException("a transaction was not undone"));
			return;
		}
		if (kind == Failure.FULL && !this.full) {
			this.full = true;
			logger.warn("The disk of the embedded store in {} is full: writes fail until there is space",
					this.directory);
		}
		if (group.size() > 1) {
			for (Task<?> task : group) {
				commit(List.of(task));
			}
			return;
		}
		Task<?> task = group.getFirst();
		if (failure != null) {
			task.fail(this.directory.failure(failure, task.subject));
		}
		else {
			task.complete();
		}
	}

	/** Gives the database up: it is not known what it did. */
	private void breakDown(List<Task<?>> group, Throwable cause) {
		Tables broken = this.tables;
		if (broken != null) {
			logger.warn("The embedded store in {} failed and is opened again", this.directory, cause);
			close(broken.database);
			this.tables = null;
			this.openAfterNanos = System.nanoTime() + this.backoffNanos;
		}
		this.heads.clear();
		this.fences.discard();
		for (Task<?> task : group) {
			if (!task.future.isDone()) {
				task.fail(this.directory.broken(cause, task.subject, task.writes));
			}
		}
	}

	private @Nullable Tables ready() {
		if (this.tables != null || System.nanoTime() - this.openAfterNanos < 0) {
			return this.tables;
		}
		Database database = null;
		try {
			database = this.directory.openAgain();
			Tables opened = new Tables(database, this.fences, this.heads, this.directory.toString());
			opened.shards.readMeta();
			opened.shards.readFences();
			this.tables = opened;
			this.backoffNanos = FIRST_BACKOFF_NANOS;
			logger.info("The embedded store in {} is open again", this.directory);
		}
		catch (SQLException | DamagedException | RuntimeException ex) {
			if (database != null) {
				close(database);
			}
			this.backoffNanos = Math.min(LONGEST_BACKOFF_NANOS, 2 * this.backoffNanos);
			this.openAfterNanos = System.nanoTime() + this.backoffNanos;
			logger.debug("The embedded store in {} cannot be opened again yet", this.directory, ex);
		}
		return this.tables;
	}

	private StoreException unavailable() {
		return new StoreException(StoreException.Kind.NOT_APPLIED, "The embedded store in " + this.directory
				+ " failed and is not open again yet, which is tried by itself: look at the disk, and at the log above",
				null);
	}

	private void shutDown() {
		Tables last = this.tables;
		if (last != null) {
			try {
				last.database.checkpoint();
			}
			catch (SQLException ex) {
				logger.warn("The log of the embedded store in {} stays beside it: it is part of the store",
						this.directory, ex);
			}
			close(last.database);
		}
		this.directory.unregister();
		this.closed = true;
		refuseAll();
	}

	private void close(Database database) {
		try {
			database.close();
		}
		catch (SQLException ex) {
			logger.warn("The embedded store in {} did not close", this.directory, ex);
		}
	}

	private void refuseAll() {
		for (Task<?> task = this.queue.poll(); task != null; task = this.queue.poll()) {
			task.fail(closed(this.directory));
		}
	}

	static StoreException closed(StoreDirectory directory) {
		return new StoreException(StoreException.Kind.CLOSED, "The embedded store in " + directory + " is closed",
				null);
	}

}
