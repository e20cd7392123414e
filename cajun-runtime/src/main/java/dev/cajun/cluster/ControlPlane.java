package dev.cajun.cluster;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import dev.cajun.ClusterListener;
import dev.cajun.JoinRefusedException;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.placement.Assignment;
import dev.cajun.placement.Node;
import dev.cajun.placement.NodeLoad;
import dev.cajun.placement.PlacementStrategy;
import dev.cajun.placement.PlacementTable;
import dev.cajun.placement.PlannedMove;
import dev.cajun.placement.Targets;
import dev.cajun.store.ActorStore;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreException;
import dev.cajun.time.Scheduler;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in running the cluster: joins it, owns what its placement table gives
 * this node, watches other nodes, and leads when nobody else does.
 * <p>
 * Thread-safe: everything is carried over to one event loop.
 */
public final class ControlPlane {

	/**
	 * Messages whose first byte is from here to {@link #LAST_KIND} are for this class.
	 */
	public static final int FIRST_KIND = 64;

	/** See {@link #FIRST_KIND}. */
	public static final int LAST_KIND = 95;

	private static final Logger logger = LoggerFactory.getLogger(ControlPlane.class);

	private final EventLoop loop;

	private final ControlLoop work;

	private final PlacementStrategy strategy;

	/**
	 * Creates a control plane that does nothing yet.
	 * @param settings what is fixed
	 * @param self this process in its first incarnation, with the address that it
	 * advertises
	 * @param metadata the cluster's metadata
	 * @param store the store, which is opened here
	 * @param transport the transport, started
	 * @param shards the actors of this node
	 * @param load what this node has to do
	 * @param environment the node's time, threads and randomness
	 * @param listeners hear of changes
	 * @param stateChanged called, as listeners are, when what this node is at may have
	 * changed: see {@link #status()}
	 */
	public ControlPlane(ClusterSettings settings, Node self, MetadataStore metadata, ActorStore store,
			Transport transport, LocalShards shards, Supplier<NodeLoad> load, Environment environment,
			List<ClusterListener> listeners, Runnable stateChanged) {
		this.strategy = settings.strategy();
		this.loop = new EventLoop(environment.executor(), environment.scheduler());
		EventLoop calls = new EventLoop(environment.executor(), environment.scheduler());
		this.work = new ControlLoop(settings, self, metadata, store, transport, shards, load, this.loop, calls,
				environment.random(), listeners, stateChanged);
	}

	// ---- what the node uses

	/**
	 * Starts to join.
	 * @return completes with this node once it is registered; fails with a
	 * {@link JoinRefusedException} or a {@link StoreException} that trying again does not
	 * mend
	 */
	public CompletionStage<Node> start() {
		this.loop.execute(this.work::start);
		return this.work.joined();
	}

	/**
	 * Whether joining has come to anything.
	 * @return completes when the node is registered, or when it is known that it has to
	 * wait for something outside; fails when it is refused
	 */
	public CompletionStage<Void> attempted() {
		return this.work.attempted();
	}

	/**
	 * Gives every shard up to other nodes.
	 * @return completes when no shard is left here, or nobody is there who could take
	 * them
	 */
	public CompletionStage<Void> drain() {
		this.loop.execute(this.work::drain);
		return this.work.drained();
	}

	/**
	 * Leaves the cluster with what it still owns.
	 * @return completes when the metadata knows, or cannot be told
	 */
	public CompletionStage<Void> leave() {
		CompletableFuture<Void> left = new CompletableFuture<>();
		this.loop.execute(() -> this.work.leave(() -> left.complete(null)));
		return left;
	}

	/**
	 * Asks the leader for something.
	 * @param operation what
	 * @return what was done; fails with an {@link OperationRefusedException}
	 */
	public CompletionStage<String> operate(Operation operation) {
		CompletableFuture<String> answer = new CompletableFuture<>();
		this.loop.execute(() -> this.work.operate(operation, answer));
		return answer;
	}

	/**
	 * What a drain of a node would move, as every leader would do it.
	 * @param node its name
	 * @return the moves, by shard
	 * @throws OperationRefusedException if there is no such node
	 */
	public List<PlannedMove> drainPlan(String node) {
		ClusterStatus now = status();
		PlacementTable table = now.table();
		if (table == null || !now.nodes().containsKey(node)) {
			throw new OperationRefusedException(OperationRefusedException.Status.NOT_FOUND,
					"There is no node '" + node + "'; there are " + now.nodes().keySet());
		}
		List<Targets.Eligible> staying = now.nodes()
			.values()
			.stream()
			.filter((record) -> record.state() == NodeRecord.State.UP && !record.node().name().equals(node))
			.map((record) -> new Targets.Eligible(record.node(), record.zone()))
			.toList();
		Targets targets = new Targets(this.strategy, table.shards(), table.pins(), staying);
		return Assignment.plan(table, targets).stream().filter((move) -> move.from().equals(node)).toList();
	}

	/**
	 * Why the cluster does not take this node.
	 * @return the reason, or {@code null} as long as it may
	 */
	public @Nullable JoinRefusedException refusal() {
		return this.work.refusal();
	}

	/**
	 * The cluster as this node sees it.
	 * @return the latest status
	 */
	public ClusterStatus status() {
		return this.work.status();
	}

	/**
	 * Who owned a shard, as far as this node has seen.
	 * @param shard the shard
	 * @return the last owners, the latest first
	 */
	public List<Ownership> owners(int shard) {
		return this.work.owners().of(shard);
	}

	// ---- what the data plane uses

	/**
	 * Reads the metadata anew.
	 * @return completes when the shards know the routes read, or nothing could be read
	 */
	public CompletionStage<Void> refresh() {
		CompletableFuture<Void> done = new CompletableFuture<>();
		this.loop.execute(() -> this.work.refresh(done));
		return done;
	}

	/**
	 * The store refused a call because it knows a shard under another pair.
	 * @param mine the pair of the call
	 * @param epoch the epoch found
	 * @param ownerFound the owner found
	 */
	public void fenced(Fence mine, long epoch, String ownerFound) {
		this.loop.execute(() -> this.work.fenced(mine, epoch, ownerFound));
	}

	/**
	 * A link to a node is refused or reset.
	 * @param name the node's name
	 */
	public void suspect(String name) {
		this.loop.execute(() -> this.work.suspect(name));
	}

	/**
	 * A control message arrived.
	 * @param from the sending process
	 * @param message the message, its kind first
	 */
	public void received(Transport.Peer from, byte[] message) {
		this.loop.execute(() -> {
			try {
				this.work.received(from, ControlCodec.read(message));
			}
			catch (IllegalArgumentException ex) {
				logger.warn("Node {} sent what this version does not understand", from.node(), ex);
			}
		});
	}

	/**
	 * What the node gives.
	 *
	 * @param scheduler time
	 * @param executor threads that do not wait for handlers; listeners may block them
	 * @param random randomness
	 */
	public record Environment(Scheduler scheduler, Executor executor, RandomGenerator random) {

	}

}
