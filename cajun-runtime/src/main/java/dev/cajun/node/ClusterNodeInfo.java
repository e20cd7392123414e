package dev.cajun.node;

import java.util.Set;

/**
 * One node of the cluster as operators see it.
 *
 * @param id its id, {@code name#incarnation}
 * @param name its name
 * @param address where it is reached by other nodes; empty in local mode
 * @param zone where it runs; empty when not set
 * @param roles what it is for
 * @param state what it is at: JOINING, UP or DRAINING
 * @param leader whether it leads
 * @param storeReachable whether it reaches the store
 * @param shards how many shards it owns
 * @param version the application's version
 * @param protocol the version of what it says to other nodes
 */
public record ClusterNodeInfo(String id, String name, String address, String zone, Set<String> roles, String state,
		boolean leader, boolean storeReachable, int shards, String version, int protocol) {

}
