package dev.cajun.node;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.cajun.ClusterListener;
import dev.cajun.cluster.ClusterSettings;
import dev.cajun.cluster.ControlPlane;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.placement.Node;
import dev.cajun.placement.NodeLoad;
import dev.cajun.routing.Router;
import dev.cajun.store.ActorStore;
import dev.cajun.store.Fence;
import dev.cajun.transport.Transport;
import dev.cajun.transport.TransportStatistics.LinkStatistics;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in a cluster: what stands for {@link LocalShards} when there are other
 * nodes. Joins the transport, the control plane and the router, and takes them apart
 * again.
 */
final class ClusterMember implements dev.cajun.routing.ControlPlane {

	private static final Logger logger = LoggerFactory.getLogger(ClusterMember.class);

	private final ClusterSettings settings;

	private final MetadataStore metadata;

	private final Transport transport;

	private final ActorStore store;

	private final Router router;

	private final ControlPlane.Environment environment;

	private final List<ClusterListener> listeners;

	private final Runnable stateChanged;

	private final Inquiries inquiries;

	private volatile @Nullable ControlPlane plane;

	private volatile boolean left;

	ClusterMember(ClusterSettings settings, MetadataStore metadata, Transport transport, ActorStore store,
			Router router, ControlPlane.Environment environment, List<ClusterListener> listeners,
			Runnable stateChanged) {
		this.settings = settings;
		this.metadata = metadata;
		this.transport = transport;
		this.store = store;
		this.router = router;
		this.environment = environment;
		this.listeners = List.copyOf(listeners);
		this.stateChanged = stateChanged;
		this.inquiries = new Inquiries(transport, environment.scheduler(), environment.executor());
	}

	ClusterSettings settings() {
		return this.settings;
	}

	/** What operators ask of other nodes. */
	Inquiries inquiries() {
		return this.inquiries;
	}

	/** The circuit breakers of the links, by node. */
	Map<String, String> breakers() {
		return links((link) -> link.breaker().name());
	}

	/** The states of the links, by node. */
	Map<String, String> links() {
		return links((link) -> link.state().name());
	}

	private Map<String, String> links(Function<LinkStatistics, String> value) {
		Map<String, String> links = new TreeMap<>();
		this.transport.statistics().links().forEach((link) -> links.put(link.peer().node(), value.apply(link)));
		return links;
	}

	/** The control plane, once the transport has started. */
	@Nullable ControlPlane plane() {
		return this.plane;
	}

	/**
	 * Opens the port and begins to join.
	 * @param incarnation the node's first incarnation
	 * @param process the process's boot id
	 * @param load what the node has to do
	 * @return completes when the node is registered, or waits for something outside;
	 * fails when it is refused, or the port cannot be opened
	 */
	CompletionStage<Void> start(String incarnation, String process, Supplier<NodeLoad> load) {
		Transport.Receiver receiver = this.router.join(this.transport, this);
		return this.transport
			.start(new Transport.Self(this.settings.cluster(), this.settings.name(), process), receiver)
			.thenCompose((address) -> {
				if (this.left) {
					return CompletableFuture.completedFuture(null);
				}
				ControlPlane started = new ControlPlane(this.settings,
						new Node(this.settings.name(), incarnation, process, address), this.metadata, this.store,
						this.transport, new RoutedShards(this.router), load, this.environment, this.listeners,
						this.stateChanged);
				this.plane = started;
				this.router.admit(Router.Admission.OPEN);
				started.start().whenComplete((self, error) -> {
					if (error != null) {
						logger.error("Node {} cannot join cluster '{}'", this.settings.name(), this.settings.cluster(),
								error);
						this.stateChanged.run();
					}
				});
				return started.attempted();
			});
	}

	/** Gives every shard to other nodes, for at most so long. */
	CompletableFuture<Void> handOver(Duration atMost) {
		ControlPlane running = this.plane;
		CompletableFuture<Void> done = new CompletableFuture<>();
		if (running == null) {
			done.complete(null);
			return done;
		}
		running.drain().whenComplete((drained, error) -> done.complete(null));
		this.environment.scheduler()
			.schedule(atMost, () -> this.environment.executor().execute(() -> done.complete(null)));
		return done;
	}

	/** Leaves the cluster and closes what leads to it. */
	CompletionStage<Void> leave() {
		this.left = true;
		ControlPlane running = this.plane;
		CompletionStage<Void> gone = (running == null) ? CompletableFuture.completedFuture(null) : running.leave();
		return gone.handle((nothing, error) -> {
			close(this.transport, this.transport.description());
			close(this.metadata, this.metadata.description());
			return null;
		});
	}

	private static void close(AutoCloseable resource, String description) {
		try {
			resource.close();
		}
		catch (Exception ex) {
			logger.warn("{} did not close", description, ex);
		}
	}

	// ---- what routing asks

	@Override
	public CompletionStage<Void> refresh() {
		ControlPlane running = this.plane;
		return (running == null) ? CompletableFuture.completedFuture(null) : running.refresh();
	}

	@Override
	public void fenced(Fence mine, long foundEpoch, String foundOwner) {
		ControlPlane running = this.plane;
		if (running != null) {
			running.fenced(mine, foundEpoch, foundOwner);
		}
	}

	@Override
	public void suspect(String nodeName) {
		ControlPlane running = this.plane;
		if (running != null) {
			running.suspect(nodeName);
		}
	}

	@Override
	public void received(Transport.Peer from, byte[] message) {
		ControlPlane running = this.plane;
		if (message[0] >= Inquiries.FIRST_KIND) {
			this.inquiries.received(from, message);
		}
		else if (running != null) {
			running.received(from, message);
		}
	}

}
