package dev.cajun.embedded;

import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What kinds of failure there are, and what to do about each. */
enum Failure {

	/** Another process has the file. */
	LOCKED,

	/** The file is not ours. */
	FOREIGN,

	/** No space: undone, and to be tried again when there is. */
	FULL,

	/** What was read is not what was written. */
	DAMAGED,

	/** It was not taken: too large, no memory, or a mistake of ours. */
	REFUSED,

	/** Anything else: what is open cannot be trusted any more. */
	BROKEN;

	static Failure of(Throwable cause) {
		if (cause instanceof DamagedException) {
			return DAMAGED;
		}
		if (!(cause instanceof SQLiteException sqlite)) {
			return (cause instanceof RuntimeException) ? REFUSED : BROKEN;
		}
		SQLiteErrorCode code = sqlite.getResultCode();
		String name = code.name();
		if (code == SQLiteErrorCode.SQLITE_FULL) {
			return FULL;
		}
		if (name.startsWith("SQLITE_BUSY") || name.startsWith("SQLITE_LOCKED") || name.equals("SQLITE_PROTOCOL")) {
			return LOCKED;
		}
		// No key is inserted that was found: a constraint tells of an index that hides
		// one
		if (name.startsWith("SQLITE_CORRUPT") || name.startsWith("SQLITE_CONSTRAINT")
				|| code == SQLiteErrorCode.SQLITE_NOTADB) {
			return DAMAGED;
		}
		return switch (code) {
			case SQLITE_MISMATCH -> FOREIGN;
			case SQLITE_TOOBIG, SQLITE_NOMEM -> REFUSED;
			default -> BROKEN;
		};
	}

}
