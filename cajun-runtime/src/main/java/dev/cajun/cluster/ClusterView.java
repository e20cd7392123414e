package dev.cajun.cluster;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

import dev.cajun.metadata.Document;
import dev.cajun.metadata.Listing;
import dev.cajun.placement.Node;
import dev.cajun.placement.PlacementDocument;
import dev.cajun.placement.PlacementTable;
import org.jspecify.annotations.Nullable;

/**
 * What the metadata said at one revision: the nodes, who leads, and the placement table.
 * Immutable.
 *
 * @param history the metadata's history
 * @param revision its revision
 * @param nodes what each node says of itself, by name
 * @param leader who leads, or {@code null}
 * @param table the placement table, or {@code null} when there is none, or it cannot be
 * read
 * @param tableRevision the revision that wrote the table; 0 when there is none
 * @param unreadable why something cannot be read; empty when everything can
 * @param documents what it was read from
 */
public record ClusterView(long history, long revision, Map<String, NodeRecord> nodes, @Nullable LeaderRecord leader,
		@Nullable PlacementTable table, long tableRevision, String unreadable, Map<String, Document> documents) {

	static final String TABLE_KEY = "placement";

	/** Nothing was read yet. */
	static final ClusterView NONE = new ClusterView(0, 0, Map.of(), null, null, 0, "", Map.of());

	public ClusterView {
		nodes = Collections.unmodifiableMap(new TreeMap<>(nodes));
	}

	/** Reads a listing; what has not changed since the view before is not read again. */
	static ClusterView of(Listing listing, ClusterView before) {
		Map<String, NodeRecord> nodes = new TreeMap<>();
		StringBuilder unreadable = new StringBuilder();
		LeaderRecord leader = null;
		PlacementTable table = null;
		long tableRevision = 0;
		boolean sameHistory = before.history == listing.history();
		for (Document document : listing.documents().values()) {
			try {
				if (document.key().startsWith(NodeRecord.PREFIX)) {
					Document was = sameHistory ? before.documents.get(document.key()) : null;
					String name = document.key().substring(NodeRecord.PREFIX.length());
					NodeRecord known = (was != null && was.revision() == document.revision()) ? before.nodes.get(name)
							: null;
					nodes.put(name, (known != null) ? known : read(name, document.value()));
				}
				else if (document.key().equals(LeaderRecord.KEY)) {
					leader = LeaderRecord.of(document);
				}
				else if (document.key().equals(TABLE_KEY)) {
					tableRevision = document.revision();
					boolean known = sameHistory && before.tableRevision == tableRevision && before.table != null;
					table = known ? before.table : PlacementDocument.read(document.value());
				}
			}
			catch (IllegalArgumentException ex) {
				unreadable.append(unreadable.isEmpty() ? "" : "; ")
					.append(document.key())
					.append(": ")
					.append(ex.getMessage());
			}
		}
		return new ClusterView(listing.history(), listing.revision(), nodes, leader, table, tableRevision,
				unreadable.toString(), listing.documents());
	}

	/** A record speaks of the node whose key it has, and of no other. */
	private static NodeRecord read(String name, byte[] value) {
		NodeRecord record = NodeRecord.read(value);
		if (!record.node().name().equals(name)) {
			throw new IllegalArgumentException("it is the record of another node");
		}
		return record;
	}

	/** The record of a node, if it is there in this very incarnation. */
	@Nullable NodeRecord record(Node node) {
		NodeRecord record = this.nodes.get(node.name());
		return (record != null && record.node().equals(node)) ? record : null;
	}

	/** The leader, if it says anything of itself. */
	@Nullable Node leaderNode() {
		LeaderRecord now = this.leader;
		NodeRecord record = (now == null) ? null : this.nodes.get(now.name());
		return (record != null && now != null && record.node().id().equals(now.leader())) ? record.node() : null;
	}

	/** Whether more than half of the nodes reach the store. */
	boolean storeIsReachable() {
		long reach = this.nodes.values().stream().filter(NodeRecord::storeReachable).count();
		return 2 * reach > this.nodes.size();
	}

}
