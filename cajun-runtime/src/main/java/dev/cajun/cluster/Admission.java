package dev.cajun.cluster;

import java.util.Collections;

import dev.cajun.JoinRefusedException;
import dev.cajun.JoinRefusedException.Reason;
import dev.cajun.placement.PlacementTable;
import dev.cajun.store.StoreMeta;
import org.jspecify.annotations.Nullable;

/** Whether a node fits the cluster that it finds. */
final class Admission {

	private Admission() {
	}

	/** Compares a node with the table; {@code null} when it fits. */
	static @Nullable JoinRefusedException check(ClusterSettings settings, PlacementTable table) {
		String who = "Node " + settings.name() + " cannot join cluster '" + settings.cluster() + "': ";
		if (table.shards() != settings.shards()) {
			return new JoinRefusedException(Reason.SHARDS,
					who + "the cluster has " + table.shards()
							+ " shards, which cannot change. Set cajun.cluster.shards to " + table.shards() + ", not "
							+ settings.shards());
		}
		boolean known = table.tokens().isEmpty() ? settings.tokens().isEmpty()
				: !Collections.disjoint(table.tokens(), settings.tokens());
		if (!known) {
			return new JoinRefusedException(Reason.TOKEN, who
					+ (table.tokens().isEmpty() ? "its nodes have no token, and this one has"
							: "this node knows none of its tokens")
					+ ". Another cluster may have the same name: set cajun.transport.token to the cluster's, or "
					+ "cajun.cluster.name to a name of its own");
		}
		if (Math.abs(table.protocol() - ClusterSettings.PROTOCOL) > 1) {
			return new JoinRefusedException(Reason.PROTOCOL, who + "its nodes speak protocol " + table.protocol()
					+ ", and this version speaks " + ClusterSettings.PROTOCOL + ". Upgrade one version at a time");
		}
		return null;
	}

	/** Compares the store with the node and the table; {@code null} when it fits. */
	static @Nullable JoinRefusedException check(ClusterSettings settings, StoreMeta meta, String store,
			@Nullable PlacementTable table) {
		String who = "Node " + settings.name() + " cannot join cluster '" + settings.cluster() + "': ";
		if (!meta.cluster().equals(settings.cluster())) {
			return new JoinRefusedException(Reason.STORE, who + "the store " + store + " holds the state of cluster '"
					+ meta.cluster() + "'. Use another store, or another key prefix");
		}
		if (meta.shards() != settings.shards()) {
			return new JoinRefusedException(Reason.SHARDS,
					who + "the store " + store + " was created with " + meta.shards()
							+ " shards, which cannot change. Set cajun.cluster.shards to " + meta.shards() + ", not "
							+ settings.shards());
		}
		if (table != null && !table.storeId().equals(meta.storeId())) {
			return new JoinRefusedException(Reason.STORE, who + "its state is in store " + table.storeId()
					+ ", and what this node reaches is store " + meta.storeId() + " (" + store
					+ "), which is another one or has lost everything. Nothing is served until this is settled: point "
					+ "every node to the right store; or, if the state may be given up, remove the key '"
					+ ClusterView.TABLE_KEY + "' of this cluster from the metadata and start again");
		}
		return null;
	}

}
