package dev.cajun.routing;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.cajun.placement.Node;
import dev.cajun.placement.Route;
import dev.cajun.placement.Routes;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * The other processes by boot id, and the nodes that the control plane knows.
 * <p>
 * Thread-safe.
 */
final class Peers {

	private final NodeHost host;

	private final Transport transport;

	private final ConcurrentHashMap<String, PeerLink> links = new ConcurrentHashMap<>();

	private volatile Routes routes;

	Peers(NodeHost host, Transport transport, int shards) {
		this.host = host;
		this.transport = transport;
		this.routes = Routes.none(shards);
	}

	PeerLink of(Node node) {
		PeerLink link = of(node.peer());
		link.known = true;
		return link;
	}

	/** The process that a message came from, or goes to. */
	PeerLink of(Transport.Peer peer) {
		PeerLink found = this.links.get(peer.bootId());
		return (found != null) ? found
				: this.links.computeIfAbsent(peer.bootId(), (bootId) -> new PeerLink(this.host, this.transport, peer));
	}

	@Nullable PeerLink find(String process) {
		PeerLink found = this.links.get(process);
		if (found != null) {
			return found;
		}
		for (Node node : this.routes.nodes()) {
			if (node.bootId().equals(process)) {
				return of(node);
			}
		}
		return null;
	}

	/** Whether a process is one of the cluster's, for all this node knows. */
	boolean isMember(String process) {
		return this.routes.nodes().stream().anyMatch((node) -> node.bootId().equals(process));
	}

	/** The node of an id; another incarnation of its name is the same or gone. */
	@Nullable Node node(String id) {
		Node sameName = null;
		for (Node node : this.routes.nodes()) {
			if (node.id().equals(id)) {
				return node;
			}
			if (node.name().equals(Node.nameIn(id))) {
				sameName = node;
			}
		}
		return sameName;
	}

	/**
	 * Takes new routes.
	 * @return the processes that were members and are none any more
	 */
	List<PeerLink> changed(Routes routes) {
		Set<String> before = processes(this.routes);
		this.routes = routes;
		Set<String> alive = processes(routes);
		List<PeerLink> gone = new ArrayList<>();
		for (PeerLink link : this.links.values()) {
			if (alive.contains(link.process())) {
				link.known = true;
			}
			else if (link.known || before.contains(link.process())) {
				link.doomed = true;
				gone.add(link);
			}
		}
		return gone;
	}

	private static Set<String> processes(Routes routes) {
		Set<String> processes = new HashSet<>();
		for (Node node : routes.nodes()) {
			processes.add(node.bootId());
		}
		for (int shard = 0; shard < routes.shards(); shard++) {
			Route route = routes.route(shard);
			if (route != null) {
				processes.add(route.owner().bootId());
			}
		}
		return processes;
	}

	void forget(PeerLink gone) {
		this.links.remove(gone.process(), gone);
	}

}
