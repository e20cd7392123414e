package dev.cajun.cluster;

import java.util.List;
import java.util.Map;

import dev.cajun.placement.Node;
import dev.cajun.placement.NodeLoad;
import dev.cajun.placement.PlacementTable;
import org.jspecify.annotations.Nullable;

/**
 * The cluster as one node sees it at one moment. Immutable.
 *
 * @param self this node in its present incarnation
 * @param state what this node is at; {@code null} before it is registered
 * @param trouble what this node waits for, or what does not work; empty when nothing
 * @param metadata how it gets on with the metadata
 * @param provable whether its lease can be proved now
 * @param leads whether it leads
 * @param leader the name of the leader, or {@code null} when nobody leads
 * @param nodes what each node says of itself, by name
 * @param table the placement table, or {@code null} when there is none
 * @param tableRevision the revision of the table
 * @param owned how many shards are served here
 * @param lostShards shards of this node of which the store has lost the data
 * @param migrations moves under way, and the last that ended
 * @param migrationsEnded how many moves this node saw end, by how; without those of which
 * there was none
 * @param loads what each node has to do, as far as the leader knows; empty elsewhere
 * @param sweepsSkipped sweeps by load that found, since this node leads, that nothing may
 * be moved now; 0 elsewhere
 */
public record ClusterStatus(Node self, NodeRecord.@Nullable State state, String trouble, MetadataInfo metadata,
		boolean provable, boolean leads, @Nullable String leader, Map<String, NodeRecord> nodes,
		@Nullable PlacementTable table, long tableRevision, int owned, List<Integer> lostShards,
		List<Migration> migrations, Map<Migration.Phase, Long> migrationsEnded, Map<String, NodeLoad> loads,
		long sweepsSkipped) {

}
