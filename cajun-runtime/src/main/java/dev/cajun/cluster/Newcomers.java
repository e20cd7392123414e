package dev.cajun.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import dev.cajun.placement.Node;
import dev.cajun.placement.PlacementTable;
import dev.cajun.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes that are registered and no members yet: the leader tries to reach each at the
 * address that it advertises.
 * <p>
 * Used in the event loop only.
 */
final class Newcomers {

	private static final Logger logger = LoggerFactory.getLogger(Newcomers.class);

	private static final Duration AGAIN = Duration.ofMillis(500);

	/** Longer than any answer takes. */
	private static final Duration ASKING = Duration.ofMinutes(1);

	private final EventLoop loop;

	private final Transport transport;

	private final Runnable changed;

	private final Set<Node> reached = new HashSet<>();

	/** When each may be asked again. */
	private final Map<Node, Long> probes = new HashMap<>();

	Newcomers(EventLoop loop, Transport transport, Runnable changed) {
		this.loop = loop;
		this.transport = transport;
		this.changed = changed;
	}

	/** Asks those that were not reached yet, if it is time. */
	void advance(ClusterView view, PlacementTable table) {
		Set<Node> present = new HashSet<>();
		for (NodeRecord record : view.nodes().values()) {
			Node node = record.node();
			present.add(node);
			boolean known = table.hasMember(node) || table.downs().containsKey(node.id())
					|| this.reached.contains(node);
			Long again = this.probes.get(node);
			if (!known && (again == null || this.loop.nanoTime() - again >= 0)) {
				probe(node);
			}
		}
		this.reached.retainAll(present);
		this.probes.keySet().retainAll(present);
	}

	private void probe(Node node) {
		this.probes.put(node, this.loop.nanoTime() + ASKING.toNanos());
		this.loop.when(this.transport.probe(node.address(), ClusterSettings.PROBE_TIMEOUT), (found, error) -> {
			if (found instanceof Transport.Probe.Reached there && there.bootId().equals(node.bootId())) {
				this.reached.add(node);
			}
			else {
				logger.info("Node {} is not reached at {}, so it cannot be up: {}", node.id(), node.address(), found);
			}
			this.probes.put(node, this.loop.nanoTime() + AGAIN.toNanos());
			this.changed.run();
		});
	}

	/** Those that were reached. */
	Set<Node> reached() {
		return this.reached;
	}

	/** Nobody was reached. */
	void clear() {
		this.reached.clear();
	}

	/** A node has to be reached anew. */
	void forget(Node node) {
		this.reached.remove(node);
	}

}
