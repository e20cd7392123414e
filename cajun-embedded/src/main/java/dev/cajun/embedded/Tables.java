package dev.cajun.embedded;

import java.sql.SQLException;

/**
 * An open database with what works on it, and what of it is kept in memory. Owner thread
 * only, except for what {@link Heads} and {@link Fences} give to everybody.
 */
final class Tables {

	final Database database;

	final ActorTable actors;

	final ShardTable shards;

	private final Fences fences;

	private final Heads heads;

	Tables(Database database, Fences fences, Heads heads, String place) {
		this.database = database;
		this.fences = fences;
		this.heads = heads;
		this.actors = new ActorTable(database, fences, heads);
		this.shards = new ShardTable(database, fences, place);
	}

	void commit() throws SQLException {
		this.database.commit();
		this.fences.publish();
		this.heads.publish();
	}

	void rollback() throws SQLException {
		this.fences.discard();
		this.heads.discard();
		this.database.rollback();
	}

}
