package dev.cajun.node;

import java.time.Instant;
import java.util.Map;

import dev.cajun.cluster.MetadataInfo;
import org.jspecify.annotations.Nullable;

/**
 * This node as operators see it.
 *
 * @param node its id, {@code name#incarnation}
 * @param cluster the cluster
 * @param mode how it runs: local, or clustered
 * @param state what it is at
 * @param startedAt when it became UP, or when it was built
 * @param store the store's description
 * @param storeAvailable whether the last call of the store worked
 * @param storeError the store's last error, empty when available
 * @param metadata how it gets on with the cluster's metadata; {@code null} in local mode,
 * and before it started
 * @param shards the number of shards
 * @param epoch the epoch under which it owns them; in a cluster, the highest that the
 * leader has given
 * @param leader the name of the node that leads, or {@code null} when nobody does, or in
 * local mode
 * @param owned how many shards are served here
 * @param trouble what the node waits for, or what does not work; empty when nothing
 * @param activations active actors by type
 * @param quarantined actors that refuse messages
 */
public record NodeInfo(String node, String cluster, String mode, NodeState state, Instant startedAt, String store,
		boolean storeAvailable, String storeError, @Nullable MetadataInfo metadata, int shards, long epoch,
		@Nullable String leader, int owned, String trouble, Map<String, Long> activations, long quarantined) {

}
