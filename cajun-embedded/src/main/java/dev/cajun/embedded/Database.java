package dev.cajun.embedded;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * One table of keys and values in an SQLite file that nobody else may open. Every value
 * is sealed with its {@link Checksum}.
 * <p>
 * SQLite finds a key by comparing it on the way down its index, so that a damaged key can
 * hide itself and others. It stays where it was among its neighbours, though: whoever
 * finds nothing looks at the keys on both sides of the gap, and whoever scans looks at
 * the key that ended the scan.
 * <p>
 * Owner thread only. After any exception of SQLite the only calls allowed are
 * {@link #rollback} and {@link #close}.
 */
final class Database implements AutoCloseable {

	/** {@code Cajn}: the file is ours. */
	private static final int APPLICATION_ID = 0x43616a6e;

	private static final List<String> SETTINGS = List.of("PRAGMA locking_mode=EXCLUSIVE", "PRAGMA page_size=2048");

	/** About 16 MB of log between two checkpoints, which run inside a commit. */
	private static final List<String> LIMITS = List.of("PRAGMA wal_autocheckpoint=8000",
			"PRAGMA journal_size_limit=33554432", "PRAGMA cache_size=-32768", "PRAGMA temp_store=MEMORY");

	private final Connection connection;

	private final CommitStep commitStep;

	private final Checksum checksum = new Checksum();

	private Statements statements;

	private boolean inTransaction;

	private boolean committing;

	/** The highest row given to anything; SQLite gives none by itself. */
	private long lastRow;

	private long writes;

	private Database(Connection connection, Durability durability, boolean mayCreate, CommitStep commitStep)
			throws SQLException, DamagedException {
		this.connection = connection;
		this.commitStep = commitStep;
		configure(durability, mayCreate);
		// The transactions are ours: the driver would try to begin one behind each
		// statement
		((SQLiteConnection) connection).getConnectionConfig().setAutoCommit(false);
		this.lastRow = readLong("SELECT coalesce(max(id), 0) FROM t");
		this.statements = new Statements(connection);
	}

	/**
	 * Opens the file and takes its lock.
	 * @param mayCreate whether an empty file becomes a new store
	 */
	static Database open(Path file, Durability durability, boolean mayCreate, CommitStep commitStep)
			throws SQLException, DamagedException {
		SQLiteConfig config = new SQLiteConfig();
		config.setBusyTimeout(0);
		config.setGetGeneratedKeys(false);
		// As an URI: a plain name may not hold a question mark
		Connection connection = config.createConnection("jdbc:sqlite:" + file.toUri());
		try {
			return new Database(connection, durability, mayCreate, commitStep);
		}
		catch (SQLException | DamagedException | RuntimeException ex) {
			try {
				connection.close();
			}
			catch (SQLException suppressed) {
				ex.addSuppressed(suppressed);
			}
			throw ex;
		}
	}

	private void configure(Durability durability, boolean mayCreate) throws SQLException, DamagedException {
		try (Statement statement = this.connection.createStatement()) {
			for (String setting : SETTINGS) {
				statement.execute(setting);
			}
			boolean create = mayCreate && isEmpty();
			if (!create) {
				checkOrigin();
			}
			if (!"wal".equals(readText("PRAGMA journal_mode=WAL"))) {
				throw new SQLException("SQLite cannot keep a write-ahead log here");
			}
			statement.execute("PRAGMA synchronous=FULL");
			statement.execute("BEGIN EXCLUSIVE");
			if (create) {
				statement.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, k BLOB NOT NULL UNIQUE, v BLOB NOT NULL)");
				statement.execute("PRAGMA application_id=" + APPLICATION_ID);
			}
			statement.execute("COMMIT");
			if (create) {
				checkpoint();
			}
			if (durability == Durability.ACK) {
				statement.execute("PRAGMA synchronous=NORMAL");
			}
			for (String limit : LIMITS) {
				statement.execute(limit);
			}
		}
	}

	private boolean isEmpty() throws SQLException {
		return readLong("SELECT count(*) FROM sqlite_schema") == 0;
	}

	/** Before anything is changed: the file may be somebody else's. */
	private void checkOrigin() throws SQLException, DamagedException {
		if (readLong("PRAGMA application_id") != APPLICATION_ID) {
			if (isEmpty()) {
				throw new DamagedException("the file holds no table");
			}
			throw new SQLiteException("the file belongs to another application", SQLiteErrorCode.SQLITE_MISMATCH);
		}
	}

	/** Whether anything was ever written. */
	boolean hasRows() {
		return this.lastRow > 0;
	}

	/** Writes of this transaction and those before. */
	long writes() {
		return this.writes;
	}

	private void write() throws SQLException {
		this.writes++;
		if (!this.inTransaction) {
			this.statements.begin.execute();
			this.inTransaction = true;
		}
	}

	/** Sets a value. */
	void put(byte[] key, byte[] value) throws SQLException {
		write();
		this.checksum.seal(key, value);
		this.statements.upsert.setLong(1, ++this.lastRow);
		this.statements.upsert.setBytes(2, key);
		this.statements.upsert.setBytes(3, value);
		this.statements.upsert.executeUpdate();
	}

	/**
	 * Sets a value in a row that is known, which spares SQLite the way through the index.
	 * @param row the row, or 0 when the key is not there
	 * @return the row
	 */
	long put(long row, byte[] key, byte[] value) throws SQLException {
		write();
		this.checksum.seal(key, value);
		if (row != 0) {
			this.statements.update.setBytes(1, value);
			this.statements.update.setLong(2, row);
			if (this.statements.update.executeUpdate() != 1) {
				throw new SQLiteException("row " + row + " is missing", SQLiteErrorCode.SQLITE_CORRUPT);
			}
			return row;
		}
		this.statements.insert.setLong(1, ++this.lastRow);
		this.statements.insert.setBytes(2, key);
		this.statements.insert.setBytes(3, value);
		this.statements.insert.executeUpdate();
		return this.lastRow;
	}

	void delete(byte[] key) throws SQLException {
		write();
		this.statements.delete.setBytes(1, key);
		this.statements.delete.executeUpdate();
	}

	/** Deletes the keys of {@code [from, to)}. */
	void delete(byte[] from, byte[] to) throws SQLException {
		write();
		this.statements.deleteRange.setBytes(1, from);
		this.statements.deleteRange.setBytes(2, to);
		this.statements.deleteRange.executeUpdate();
	}

	/** Reads a value; {@code null} is certain to mean that there is none. */
	@Nullable Row get(byte[] key) throws SQLException, DamagedException {
		this.statements.get.setBytes(1, key);
		try (ResultSet found = this.statements.get.executeQuery()) {
			if (found.next()) {
				return new Row(found.getLong(1), read(key, found.getBytes(2)));
			}
		}
		scan(key, key, (other, row) -> true);
		checkBefore(key);
		return null;
	}

	private void checkBefore(byte[] key) throws SQLException, DamagedException {
		this.statements.before.setBytes(1, key);
		try (ResultSet found = this.statements.before.executeQuery()) {
			if (found.next()) {
				checkKey(found.getBytes(1), found.getBytes(2));
			}
		}
	}

	/**
	 * Visits the keys of {@code [from, to)} in order, until the visitor has enough. The
	 * visitor must not use the database.
	 */
	void scan(byte[] from, byte[] to, Visitor visitor) throws SQLException, DamagedException {
		this.statements.from.setBytes(1, from);
		try (ResultSet rows = this.statements.from.executeQuery()) {
			while (rows.next()) {
				byte[] key = rows.getBytes(2);
				byte[] value = rows.getBytes(3);
				if (Arrays.compareUnsigned(key, to) >= 0) {
					checkKey(key, value);
					return;
				}
				if (!visitor.visit(key, new Row(rows.getLong(1), read(key, value)))) {
					return;
				}
			}
		}
	}

	/** As {@link #scan}, but tells of damaged rows and goes on behind them. */
	void scanIntact(byte[] from, byte[] to, Visitor visitor, DamageVisitor damaged)
			throws SQLException, DamagedException {
		this.statements.from.setBytes(1, from);
		try (ResultSet rows = this.statements.from.executeQuery()) {
			while (rows.next()) {
				byte[] key = rows.getBytes(2);
				byte[] value = rows.getBytes(3);
				boolean behind = Arrays.compareUnsigned(key, to) >= 0;
				if (behind && this.checksum.isKeyIntact(key, value)) {
					return;
				}
				if (behind || !this.checksum.isIntact(key, value)) {
					damaged.visit(key);
				}
				else if (!visitor.visit(key, new Row(rows.getLong(1), RowReader.value(value)))) {
					return;
				}
			}
		}
	}

	/** The first intact key from here on, or {@code null}. */
	byte @Nullable [] firstKey(byte[] from) throws SQLException {
		this.statements.from.setBytes(1, from);
		try (ResultSet rows = this.statements.from.executeQuery()) {
			while (rows.next()) {
				byte[] key = rows.getBytes(2);
				if (this.checksum.isKeyIntact(key, rows.getBytes(3))) {
					return key;
				}
			}
			return null;
		}
	}

	private RowReader read(byte[] key, byte[] value) throws DamagedException {
		if (!this.checksum.isIntact(key, value)) {
			throw new DamagedException(Keys.describe(key) + " does not match its checksum");
		}
		return RowReader.value(value);
	}

	private void checkKey(byte[] key, byte[] value) throws DamagedException {
		if (!this.checksum.isKeyIntact(key, value)) {
			throw new DamagedException("a key beside it is damaged and may have been its own: " + Keys.describe(key));
		}
	}

	/** Commits what was written, if anything was. */
	void commit() throws SQLException {
		if (this.inTransaction) {
			this.committing = true;
			this.commitStep.run(this.statements.commit);
			this.committing = false;
			this.inTransaction = false;
		}
	}

	/** Whether the last failure was one of committing. */
	boolean isCommitting() {
		return this.committing;
	}

	/**
	 * Undoes the transaction. After some errors SQLite has done so already; a prepared
	 * {@code ROLLBACK} would then fail and leave its transaction half open, hence the
	 * fresh statement and the new preparation of all.
	 */
	void rollback() throws SQLException {
		this.statements.close();
		this.inTransaction = false;
		this.committing = false;
		try (Statement statement = this.connection.createStatement()) {
			statement.execute("ROLLBACK");
		}
		catch (SQLException ex) {
			if (!String.valueOf(ex.getMessage()).contains("no transaction is active")) {
				throw ex;
			}
		}
		this.statements = new Statements(this.connection);
	}

	/** Limits the file to so many pages more than it has; 0 allows any number. */
	long limitPages(long more) throws SQLException {
		long limit = (more == 0) ? Integer.MAX_VALUE : readLong("PRAGMA page_count") + more;
		return readLong("PRAGMA max_page_count=" + limit);
	}

	private long readLong(String sql) throws SQLException {
		try (Statement statement = this.connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
			return row.next() ? row.getLong(1) : 0;
		}
	}

	private @Nullable String readText(String sql) throws SQLException {
		try (Statement statement = this.connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
			return row.next() ? row.getString(1) : null;
		}
	}

	/** Writes the log back into the file and empties it. */
	void checkpoint() throws SQLException {
		readLong("PRAGMA wal_checkpoint(TRUNCATE)");
	}

	@Override
	public void close() throws SQLException {
		this.connection.close();
	}

	/**
	 * A value that was found.
	 *
	 * @param row its row
	 * @param value the value
	 */
	record Row(long row, RowReader value) {

	}

	/** Takes what a scan finds. */
	@FunctionalInterface
	interface Visitor {

		/** Returns whether to go on. */
		boolean visit(byte[] key, Row row) throws DamagedException;

	}

	/** Takes what a scan finds damaged. */
	@FunctionalInterface
	interface DamageVisitor {

		void visit(byte[] key);

	}

	/** Carries out a commit; tests make it fail. */
	@FunctionalInterface
	interface CommitStep {

		void run(PreparedStatement commit) throws SQLException;

	}

}
