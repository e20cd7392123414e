package dev.cajun.node;

import java.util.List;
import java.util.Map;

import dev.cajun.placement.NodeLoad;

/**
 * One node as it sees itself.
 *
 * @param node the node
 * @param load what it has to do
 * @param breakers the state of the circuit breaker to each node that it has a link to, by
 * name: CLOSED, OPEN or HALF_OPEN
 * @param links the state of these links, by name: IDLE, CONNECTING, CONNECTED, SILENT,
 * WAITING or CLOSED
 * @param types its actor types
 */
public record NodeDetails(NodeInfo node, NodeLoad load, Map<String, String> breakers, Map<String, String> links,
		List<ActorTypeInfo> types) {

}
