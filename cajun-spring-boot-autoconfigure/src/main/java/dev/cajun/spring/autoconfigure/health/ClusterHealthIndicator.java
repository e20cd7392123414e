package dev.cajun.spring.autoconfigure.health;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

import dev.cajun.cluster.MetadataInfo;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.ClusterNodeInfo;
import dev.cajun.node.MailboxDepths;
import dev.cajun.node.NodeDetails;
import dev.cajun.node.NodeInfo;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * {@link HealthIndicator} of the node: up when it takes messages and its store works, out
 * of service while it joins or drains, down otherwise.
 */
class ClusterHealthIndicator extends AbstractHealthIndicator {

	private final ClusterManagement management;

	private final Supplier<Map<String, Object>> storeDetails;

	ClusterHealthIndicator(ClusterManagement management, Supplier<Map<String, Object>> storeDetails) {
		super("Cluster health check failed");
		this.management = management;
		this.storeDetails = storeDetails;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		NodeInfo node = this.management.node();
		switch (node.state()) {
			case UP -> {
				if (node.storeAvailable()) {
					builder.up();
				}
				else {
					builder.down().withDetail("reason", "The store is not available: " + node.storeError());
				}
			}
			case NEW -> builder.outOfService().withDetail("reason", "The node has not been started");
			case STARTING -> builder.outOfService()
				.withDetail("reason", node.storeAvailable() ? "The node is joining"
						: "The node is joining, and its store is not available: " + node.storeError());
			case JOINING -> builder.outOfService()
				.withDetail("reason",
						node.trouble().isEmpty() ? "The node is joining" : "The node is joining: " + node.trouble());
			case DRAINING, STOPPING -> builder.outOfService().withDetail("reason", "The node is draining");
			case STOPPED -> builder.down().withDetail("reason", "The node has stopped");
			case FAILED -> builder.down()
				.withDetail("reason", node.storeAvailable() ? "The node failed to start"
						: "The node failed to start: " + node.storeError());
		}
		builder.withDetail("node", node.node())
			.withDetail("cluster", node.cluster())
			.withDetail("mode", node.mode())
			.withDetail("state", node.state())
			.withDetail("store", node.store())
			.withDetail("storeDetails", this.storeDetails.get())
			.withDetail("epoch", node.epoch())
			.withDetail("shards", node.shards())
			.withDetail("owned", node.owned())
			.withDetail("activations", node.activations())
			.withDetail("quarantined", node.quarantined())
			.withDetail("fullestMailbox",
					this.management.mailboxes().values().stream().mapToInt(MailboxDepths::fullest).max().orElse(0));
		if (!node.trouble().isEmpty()) {
			builder.withDetail("trouble", node.trouble());
		}
		if (node.metadata() != null) {
			clustered(builder, node, node.metadata());
		}
	}

	/**
	 * What this node knows without asking another. A node that cannot use the metadata
	 * serves on, and so it is UP; the component {@code etcd} is not.
	 */
	private void clustered(Health.Builder builder, NodeInfo node, MetadataInfo metadata) {
		TreeMap<String, Integer> members = new TreeMap<>();
		for (ClusterNodeInfo member : this.management.nodes()) {
			members.merge(member.state(), 1, Integer::sum);
			if (member.id().equals(node.node())) {
				builder.withDetail("transport", member.address());
			}
		}
		builder.withDetail("leader", (node.leader() != null) ? node.leader() : "none")
			.withDetail("members", members)
			.withDetail("metadata", metadata.description());
		if (metadata.leaseAge() != null) {
			builder.withDetail("leaseAge", metadata.leaseAge().toMillis() + " ms");
		}
		Map<String, String> broken = broken(node);
		if (!broken.isEmpty()) {
			builder.withDetail("brokenLinks", broken);
		}
	}

	/**
	 * The links over which nothing comes back. The first attempt to connect is no trouble
	 * yet.
	 */
	private Map<String, String> broken(NodeInfo node) {
		String name = node.node().substring(0, node.node().indexOf('#'));
		NodeDetails own = this.management.at(name).node().toCompletableFuture().join();
		TreeMap<String, String> links = new TreeMap<>(own.links());
		links.entrySet()
			.removeIf((link) -> !List.of("SILENT", "WAITING").contains(link.getValue())
					&& "CLOSED".equals(own.breakers().get(link.getKey())));
		return links;
	}

}
