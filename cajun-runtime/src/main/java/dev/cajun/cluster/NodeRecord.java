package dev.cajun.cluster;

import java.util.Set;
import java.util.TreeSet;

import dev.cajun.placement.Node;
import dev.cajun.transport.Address;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a node says of itself, under {@code nodes/{name}} and bound to its lease. Only the
 * node writes it.
 *
 * @param node the node
 * @param state what it is at
 * @param storeReachable whether it reaches the store
 * @param zone where it runs; empty when not set
 * @param roles what it is for
 * @param version the application's version
 * @param protocol the version of what it says to other nodes
 * @param ttlSeconds the time to live of its lease
 */
public record NodeRecord(Node node, State state, boolean storeReachable, String zone, Set<String> roles, String version,
		int protocol, long ttlSeconds) {

	/** Where the records are. */
	static final String PREFIX = "nodes/";

	private static final JsonMapper JSON = JsonMapper.builder().build();

	public NodeRecord {
		roles = Set.copyOf(roles);
	}

	static String key(String name) {
		return PREFIX + name;
	}

	byte[] write() {
		ObjectNode root = JSON.createObjectNode();
		root.put("name", this.node.name())
			.put("incarnation", this.node.incarnation())
			.put("boot", this.node.bootId())
			.put("address", this.node.address().toString())
			.put("state", this.state.name())
			.put("storeReachable", this.storeReachable)
			.put("zone", this.zone)
			.put("version", this.version)
			.put("protocol", this.protocol)
			.put("ttl", this.ttlSeconds);
		new TreeSet<>(this.roles).forEach(root.putArray("roles")::add);
		return JSON.writeValueAsBytes(root);
	}

	static NodeRecord read(byte[] bytes) {
		try {
			JsonNode root = JSON.readTree(bytes);
			Set<String> roles = new TreeSet<>();
			root.path("roles").forEach((role) -> roles.add(role.asString()));
			Node node = new Node(root.required("name").asString(), root.required("incarnation").asString(),
					root.required("boot").asString(), Address.parse(root.required("address").asString()));
			return new NodeRecord(node, State.valueOf(root.required("state").asString()),
					root.path("storeReachable").asBoolean(true), root.path("zone").asString(""), roles,
					root.path("version").asString(""), root.path("protocol").asInt(0), root.path("ttl").asLong(10));
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException("A node's record cannot be read", ex);
		}
	}

	/** What a node is at, as others see it. */
	public enum State {

		/** The leader has not reached it at its address yet. */
		JOINING,

		/** It may have shards. */
		UP,

		/** It gives its shards up, and gets none. */
		DRAINING

	}

}
