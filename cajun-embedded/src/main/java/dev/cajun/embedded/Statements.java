package dev.cajun.embedded;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What is prepared once, and again after a rollback. Owner thread only. */
final class Statements {

	private final List<PreparedStatement> all = new ArrayList<>();

	final PreparedStatement begin;

	final PreparedStatement commit;

	final PreparedStatement insert;

	final PreparedStatement upsert;

	final PreparedStatement update;

	final PreparedStatement delete;

	final PreparedStatement deleteRange;

	final PreparedStatement get;

	final PreparedStatement from;

	final PreparedStatement before;

	Statements(Connection connection) throws SQLException {
		this.begin = prepare(connection, "BEGIN IMMEDIATE");
		this.commit = prepare(connection, "COMMIT");
		this.insert = prepare(connection, "INSERT INTO t(id,k,v) VALUES(?,?,?)");
		this.upsert = prepare(connection,
				"INSERT INTO t(id,k,v) VALUES(?,?,?) ON CONFLICT(k) DO UPDATE SET v=excluded.v");
		this.update = prepare(connection, "UPDATE t SET v=? WHERE id=?");
		this.delete = prepare(connection, "DELETE FROM t WHERE k=?");
		this.deleteRange = prepare(connection, "DELETE FROM t WHERE k>=? AND k<?");
		this.get = prepare(connection, "SELECT id,v FROM t WHERE k=?");
		this.from = prepare(connection, "SELECT id,k,v FROM t WHERE k>=? ORDER BY k");
		this.before = prepare(connection, "SELECT k,v FROM t WHERE k<? ORDER BY k DESC LIMIT 1");
	}

	private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
		PreparedStatement statement = connection.prepareStatement(sql);
		this.all.add(statement);
		return statement;
	}

	void close() {
		for (PreparedStatement statement : this.all) {
			try {
				statement.close();
			}
			catch (SQLException ex) {
				// It repeats the error of the statement's last step
			}
		}
	}

}
