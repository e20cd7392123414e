package dev.cajun.embedded;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;

import dev.cajun.store.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * An operation on its way through the owner thread.
 *
 * @param <T> the type of its result
 */
final class Task<T> {

	/** The answer of the operation. */
	final CompletableFuture<T> future = new CompletableFuture<>();

	/** Whom it is about, for messages. */
	final @Nullable Object subject;

	/** Whether its outcome matters when it is not known. */
	final boolean writes;

	/** About how many bytes it writes. */
	final int size;

	private final Body<T> body;

	private final Runnable settled;

	private @Nullable T result;

	private @Nullable StoreException failure;

	/**
	 * Creates a task.
	 * @param settled called before the answer is given
	 */
	Task(@Nullable Object subject, boolean writes, int size, Body<T> body, Runnable settled) {
		this.subject = subject;
		this.writes = writes;
		this.size = size;
		this.body = body;
		this.settled = settled;
	}

	/**
	 * Runs it in the transaction under way.
	 * @return whether the transaction may go on: only if what failed wrote nothing
	 */
	boolean run(Tables tables, StoreDirectory directory) throws SQLException {
		this.result = null;
		this.failure = null;
		long before = tables.database.writes();
		try {
			this.result = this.body.run(tables);
			return true;
		}
		catch (DamagedException ex) {
			this.failure = directory.failure(ex, this.subject);
		}
		catch (StoreException ex) {
			this.failure = ex;
		}
		return tables.database.writes() == before;
	}

	void fail(StoreException failure) {
		this.failure = failure;
		complete();
	}

	void complete() {
		this.settled.run();
		StoreException failed = this.failure;
		if (failed != null) {
			this.future.completeExceptionally(failed);
		}
		else {
			this.future.complete(this.result);
		}
	}

	/**
	 * What it does.
	 *
	 * @param <T> the type of its result
	 */
	@FunctionalInterface
	interface Body<T> {

		T run(Tables tables) throws SQLException, DamagedException;

	}

}
