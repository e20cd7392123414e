package dev.cajun.cluster;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

import dev.cajun.metadata.Document;
import dev.cajun.metadata.Transaction;
import dev.cajun.placement.Node;

/**
 * The document that says who leads: {@code name#incarnation term}. Both its create
 * revision and its content are compared with every write of the placement table, because
 * a leader that was replaced leaves the create revision as it was, and revisions repeat
 * after a wipe.
 *
 * @param leader the leader's id
 * @param createRevision the revision that created the document
 * @param value its content
 */
public record LeaderRecord(String leader, long createRevision, byte[] value) {

	static final String KEY = "leader";

	private static final Pattern TERM = Pattern.compile("[^#]+#\\S+ \\S+");

	/**
	 * Reads the document.
	 * @throws IllegalArgumentException if it does not say who leads
	 */
	static LeaderRecord of(Document document) {
		if (!TERM.matcher(new String(document.value(), StandardCharsets.UTF_8)).matches()) {
			throw new IllegalArgumentException("it does not say who leads, and nobody does until it is deleted");
		}
		return new LeaderRecord(idIn(document.value()), document.createRevision(), document.value());
	}

	static String idIn(byte[] value) {
		String text = new String(value, StandardCharsets.UTF_8);
		int space = text.lastIndexOf(' ');
		return (space < 0) ? text : text.substring(0, space);
	}

	static byte[] value(Node node, String term) {
		return (node.id() + " " + term).getBytes(StandardCharsets.UTF_8);
	}

	/** The name of the leader. */
	public String name() {
		return Node.nameIn(this.leader);
	}

	/** The leadership as people read it. */
	public String term() {
		return new String(this.value, StandardCharsets.UTF_8);
	}

	boolean hasValue(byte[] other) {
		return Arrays.equals(this.value, other);
	}

	/** That this very leadership still holds. */
	List<Transaction.Condition> holds() {
		return List.of(new Transaction.CreatedAt(KEY, this.createRevision), new Transaction.ValueIs(KEY, this.value));
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof LeaderRecord record && record.createRevision == this.createRevision
				&& hasValue(record.value);
	}

	@Override
	public int hashCode() {
		return Arrays.hashCode(this.value);
	}

	@Override
	public String toString() {
		return term() + " @" + this.createRevision;
	}

}
