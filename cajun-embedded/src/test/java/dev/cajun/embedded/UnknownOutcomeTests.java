package dev.cajun.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

import dev.cajun.store.BatchId;
import dev.cajun.store.Commit;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The disk fails in a way that leaves open whether a commit was written.
 */
class UnknownOutcomeTests {

	@TempDir
	private Path directory;

	private volatile Failing failing = Failing.NOT;

	private volatile Exception error = new SQLiteException("disk I/O error", SQLiteErrorCode.SQLITE_IOERR_FSYNC);

	private EmbeddedActorStore open() {
		return Stores.open(new EmbeddedActorStore(this.directory, Durability.ACK, this::commit));
	}

	private void commit(PreparedStatement commit) throws SQLException {
		Failing now = this.failing;
		if (now != Failing.NOT) {
			this.failing = Failing.NOT;
		}
		if (now != Failing.BEFORE) {
			commit.execute();
		}
		if (now != Failing.NOT) {
			if (this.error instanceof SQLException ex) {
				throw ex;
			}
			throw (RuntimeException) this.error;
		}
	}

	@Test
	void batchThatWasWrittenIsDuplicate() {
		EmbeddedActorStore store = open();
		Stores.write(store, Stores.state(Stores.actor("a"), 0, "one"));
		Commit commit = Stores.state(Stores.actor("a"), 1, "two");
		this.failing = Failing.AFTER;
		assertThat(Stores.failure(store.commit(Stores.FENCE, commit), StoreException.Kind.UNKNOWN))
			.hasMessageContaining(this.directory.toString())
			.hasMessageContaining("account/a");
		assertThat(again(store, commit)).isEqualTo(new StoreResult.Duplicate(2));
		assertThat(Stores.stateOf(store, Stores.actor("a"))).isEqualTo("two");
		store.close();
	}

	@Test
	void batchThatWasNotWrittenIsApplied() {
		EmbeddedActorStore store = open();
		Stores.write(store, Stores.state(Stores.actor("a"), 0, "one"));
		Commit commit = Stores.state(Stores.actor("a"), 1, "two");
		this.failing = Failing.BEFORE;
		Stores.failure(store.commit(Stores.FENCE, commit), StoreException.Kind.UNKNOWN);
		assertThat(again(store, commit)).isEqualTo(new StoreResult.Applied(2));
		assertThat(Stores.stateOf(store, Stores.actor("a"))).isEqualTo("two");
		store.close();
	}

	@Test
	void whateverElseGoesWrongIsUnknown() {
		EmbeddedActorStore store = open();
		for (Exception unexpected : List.of(new SQLException("closed"), new IllegalStateException("a bug"),
				new SQLiteException("corrupt", SQLiteErrorCode.SQLITE_CORRUPT))) {
			this.error = unexpected;
			this.failing = Failing.BEFORE;
			Commit commit = Stores.state(Stores.actor(unexpected.getMessage()), 0, "s");
			Stores.failure(store.commit(Stores.FENCE, commit), StoreException.Kind.UNKNOWN);
			assertThat(again(store, commit)).isEqualTo(new StoreResult.Applied(1));
		}
		store.close();
	}

	@Test
	void mistakeFailsAlone() {
		EmbeddedActorStore store = open();
		List<CompletionStage<StoreResult>> results = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			results.add(store.commit(Stores.FENCE, Stores.commit(Stores.actor(i), 0, new BatchId(1, i),
					Stores.bytes("s"), List.of(), (i == 20) ? null : Map.of())));
		}
		for (int i = 0; i < 50; i++) {
			if (i == 20) {
				assertThat(Stores.failure(results.get(i), StoreException.Kind.NOT_APPLIED))
					.hasMessageContaining("account/20");
			}
			else {
				assertThat(Stores.await(results.get(i))).isEqualTo(new StoreResult.Applied(1));
			}
		}
		store.close();
	}

	@Test
	void nothingIsConfirmedFromMemoryAfterwards() {
		EmbeddedActorStore store = open();
		Stores.write(store, Stores.state(Stores.actor("a"), 0, "one"));
		this.failing = Failing.AFTER;
		Stores.failure(store.commit(Stores.FENCE, Stores.state(Stores.actor("a"), 1, "two")),
				StoreException.Kind.UNKNOWN);
		StoreResult found = null;
		while (found == null) {
			try {
				found = Stores.await(store.confirm(Stores.FENCE, Map.of(Stores.actor("a"), 1L))).get(Stores.actor("a"));
			}
			catch (StoreException ex) {
				assertThat(ex.kind()).isEqualTo(StoreException.Kind.NOT_APPLIED);
			}
		}
		assertThat(found).isEqualTo(new StoreResult.SequenceMismatch(2));
		store.close();
	}

	@Test
	void claimIsFoundAsItWasWritten() {
		EmbeddedActorStore store = open();
		this.failing = Failing.AFTER;
		Fence next = new Fence(Stores.FENCE.shard(), 6, "b#2");
		Stores.failure(store.claim(next, true), StoreException.Kind.UNKNOWN);
		Commit late = Stores.state(Stores.actor("a"), 0, "late");
		assertThat(again(store, late)).isEqualTo(new StoreResult.Fenced(6, "b#2"));
		store.close();
	}

	@Test
	void doesNotCreateWhatIsGone() throws Exception {
		EmbeddedActorStore store = open();
		Stores.write(store, Stores.state(Stores.actor("a"), 0, "one"));
		this.failing = Failing.BEFORE;
		List<CompletionStage<StoreResult>> results = new ArrayList<>();
		results.add(store.commit(Stores.FENCE, Stores.state(Stores.actor("a"), 1, "two")));
		Stores.failure(results.getFirst(), StoreException.Kind.UNKNOWN);
		Path data = this.directory.resolve("data.db");
		Path aside = this.directory.resolve("aside");
		Files.move(data, aside);
		for (int i = 0; i < 3; i++) {
			assertThat(Stores.failure(store.commit(Stores.FENCE, Stores.state(Stores.actor("a"), 1, "two")),
					StoreException.Kind.NOT_APPLIED))
				.hasMessageContaining(this.directory.toString());
		}
		assertThat(data).doesNotExist();
		Files.move(aside, data);
		assertThat(again(store, Stores.state(Stores.actor("a"), 1, "two"))).isEqualTo(new StoreResult.Applied(2));
		store.close();
	}

	/** Sends a batch until there is an answer, as an activation does. */
	private static StoreResult again(EmbeddedActorStore store, Commit commit) {
		long deadline = System.nanoTime() + 30_000_000_000L;
		while (System.nanoTime() < deadline) {
			try {
				return Stores.await(store.commit(Stores.FENCE, commit));
			}
			catch (StoreException ex) {
				assertThat(ex.kind()).isEqualTo(StoreException.Kind.NOT_APPLIED);
			}
			Thread.onSpinWait();
		}
		throw new AssertionError("The store did not open again");
	}

	private enum Failing {

		NOT, BEFORE, AFTER

	}

}
