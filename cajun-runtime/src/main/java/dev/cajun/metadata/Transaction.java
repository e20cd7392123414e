package dev.cajun.metadata;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What must hold, and what is then written.
 *
 * @param conditions all of them must hold; at most {@value #MAX_SIZE}
 * @param writes carried out in one revision, each of another document; at most
 * {@value #MAX_SIZE}
 */
public record Transaction(List<Condition> conditions, List<Write> writes) {

	/** How many conditions, and how many writes, a transaction may have. */
	public static final int MAX_SIZE = 64;

	public Transaction {
		conditions = List.copyOf(conditions);
		writes = List.copyOf(writes);
		if (conditions.size() > MAX_SIZE || writes.size() > MAX_SIZE) {
			throw new IllegalArgumentException("A transaction has at most " + MAX_SIZE + " conditions and as many "
					+ "writes, not " + conditions.size() + " and " + writes.size());
		}
		Set<String> keys = new HashSet<>();
		for (Write write : writes) {
			if (!keys.add(write.key())) {
				throw new IllegalArgumentException("A transaction may write '" + write.key() + "' only once");
			}
		}
	}

	/**
	 * Starts with a condition.
	 * @param condition what must hold
	 * @return a transaction without writes
	 */
	public static Transaction when(Condition condition) {
		return new Transaction(List.of(condition), List.of());
	}

	/**
	 * Adds a condition.
	 * @param condition what must hold as well
	 * @return a new transaction
	 */
	public Transaction and(Condition condition) {
		List<Condition> all = new ArrayList<>(this.conditions);
		all.add(condition);
		return new Transaction(all, this.writes);
	}

	/**
	 * Adds a write.
	 * @param write what is written
	 * @return a new transaction
	 */
	public Transaction then(Write write) {
		List<Write> all = new ArrayList<>(this.writes);
		all.add(write);
		return new Transaction(this.conditions, all);
	}

	/** What must hold of one document. */
	public sealed interface Condition {

		/**
		 * The document.
		 * @return its key
		 */
		String key();

	}

	/** There is no such document. */
	public record Absent(String key) implements Condition {
	}

	/** The document was created at this revision, and not anew since. */
	public record CreatedAt(String key, long createRevision) implements Condition {
	}

	/** The document was last written at this revision. */
	public record WrittenAt(String key, long revision) implements Condition {
	}

	/** The document's content is this. */
	public record ValueIs(String key, byte[] value) implements Condition {
	}

	/** What happens to one document. */
	public sealed interface Write {

		/**
		 * The document.
		 * @return its key
		 */
		String key();

	}

	/**
	 * The document gets this content.
	 *
	 * @param key the document
	 * @param value the content
	 * @param lease the lease that it is bound to, or 0
	 */
	public record Put(String key, byte[] value, long lease) implements Write {
	}

	/** The document is removed, if it is there. */
	public record Delete(String key) implements Write {
	}

}
