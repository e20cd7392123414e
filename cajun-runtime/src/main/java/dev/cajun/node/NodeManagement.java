package dev.cajun.node;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.cajun.ActorId;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.activation.Activation;
import dev.cajun.activation.ActivationSnapshot;
import dev.cajun.activation.ActorType;
import dev.cajun.cluster.ClusterStatus;
import dev.cajun.cluster.ControlPlane;
import dev.cajun.cluster.Migration;
import dev.cajun.cluster.NodeRecord;
import dev.cajun.cluster.Operation;
import dev.cajun.cluster.OperationRefusedException;
import dev.cajun.cluster.Ownership;
import dev.cajun.node.QuarantinedActors.QuarantinedActor;
import dev.cajun.placement.Node;
import dev.cajun.placement.NodeLoad;
import dev.cajun.placement.Phase;
import dev.cajun.placement.Pin;
import dev.cajun.placement.PlacementTable;
import dev.cajun.placement.PlannedMove;
import dev.cajun.placement.ShardPlacement;
import dev.cajun.routing.Router;
import dev.cajun.serialization.MessageType;
import org.jspecify.annotations.Nullable;

/** What operators can see and do on this node. */
record NodeManagement(CajunNode owner, Router router, Census census, SlowHandlers slow) implements ClusterManagement {

	@Override
	public NodeInfo node() {
		TreeMap<String, Long> activations = new TreeMap<>();
		long quarantined = 0;
		for (ActorType type : this.owner.types().values()) {
			activations.put(type.name(), type.statistics().active());
			quarantined += type.statistics().quarantined();
		}
		if (this.owner.state() == NodeState.UP) {
			this.router.askStore();
		}
		Throwable joinError = this.owner.joinError();
		Throwable storeError = (joinError != null) ? joinError : this.router.storeError();
		NodeSettings settings = this.owner.settings();
		ClusterStatus cluster = this.owner.clusterStatus();
		boolean clustered = this.owner.isClustered();
		int owned = clustered ? (cluster == null) ? 0 : cluster.owned()
				: (this.owner.state() == NodeState.UP) ? settings.shards() : 0;
		return new NodeInfo((cluster == null) ? this.router.node() : cluster.self().id(), settings.cluster(),
				clustered ? "clustered" : "local", this.owner.state(), this.owner.startedAt(),
				this.owner.store().description(), storeError == null, (storeError == null) ? "" : storeError.toString(),
				(cluster == null) ? null : cluster.metadata(), settings.shards(), this.owner.epoch(),
				(cluster == null) ? null : cluster.leader(), owned, trouble(cluster), activations, quarantined);
	}

	private String trouble(@Nullable ClusterStatus cluster) {
		return Stream.of((cluster == null) ? "" : cluster.trouble(), this.slow.trouble())
			.filter((it) -> !it.isEmpty())
			.collect(Collectors.joining("; "));
	}

	NodeDetails details() {
		return new NodeDetails(node(), this.owner.load(), this.owner.breakers(), this.owner.links(), types());
	}

	ActivationPage active(List<ActorId> actors) {
		return new ActivationPage(
				actors.stream().filter((actor) -> this.router.activations().find(actor) != null).toList(), null);
	}

	/** The table has no order, so all of it is looked at. */
	int activeIn(int shard) {
		AtomicInteger count = new AtomicInteger();
		this.router.activations().forEach((activation) -> {
			if (this.router.shard(activation.id()) == shard) {
				count.incrementAndGet();
			}
		});
		return count.get();
	}

	@Override
	public List<ClusterNodeInfo> nodes() {
		ClusterStatus cluster = this.owner.clusterStatus();
		if (cluster == null) {
			NodeSettings settings = this.owner.settings();
			boolean up = this.owner.state() == NodeState.UP;
			return List.of(new ClusterNodeInfo(this.router.node(), settings.name(), "", "", Set.of(),
					this.owner.state().name(), up, this.router.storeError() == null, up ? settings.shards() : 0, "",
					0));
		}
		PlacementTable table = cluster.table();
		return cluster.nodes().values().stream().map((record) -> {
			int shards = 0;
			for (int shard = 0; table != null && shard < table.shards(); shard++) {
				if (record.node().equals(table.shard(shard).owner())) {
					shards++;
				}
			}
			return new ClusterNodeInfo(record.node().id(), record.node().name(), record.node().address().toString(),
					record.zone(), record.roles(), record.state().name(), record.node().name().equals(cluster.leader()),
					record.storeReachable(), shards, record.version(), record.protocol());
		}).toList();
	}

	@Override
	public NodeInspection at(String node) {
		ClusterStatus cluster = this.owner.clusterStatus();
		Inquiries inquiries = this.owner.inquiries();
		if (node.equals(this.owner.settings().name())) {
			return new OwnInspection(this);
		}
		NodeRecord record = (cluster == null) ? null : cluster.nodes().get(node);
		if (record == null || inquiries == null) {
			throw new OperationRefusedException(OperationRefusedException.Status.NOT_FOUND, "There is no node '" + node
					+ "'; there are " + nodes().stream().map(ClusterNodeInfo::name).toList());
		}
		return inquiries.of(record.node().peer());
	}

	@Override
	public List<ShardInfo> shards() {
		List<ShardInfo> shards = new ArrayList<>();
		ClusterStatus cluster = this.owner.clusterStatus();
		PlacementTable table = (cluster == null) ? null : cluster.table();
		for (int shard = 0; shard < this.owner.settings().shards(); shard++) {
			if (this.owner.isClustered()) {
				shards.add((table == null) ? new ShardInfo(shard, null, 0, Phase.UNOWNED.name(), null, null, false)
						: info(shard, table));
			}
			else {
				shards.add(new ShardInfo(shard, this.owner.settings().name(), this.owner.epoch(), Phase.OWNED.name(),
						null, null, false));
			}
		}
		return shards;
	}

	private static ShardInfo info(int shard, PlacementTable table) {
		ShardPlacement placement = table.shard(shard);
		Pin pin = table.pins().get(shard);
		return new ShardInfo(shard, (placement.owner() == null) ? null : placement.owner().name(), placement.epoch(),
				placement.phase().name(), (placement.move() == null) ? null : placement.move().target().name(),
				(pin == null) ? null : pin.node(), pin != null && pin.byOperator());
	}

	@Override
	public RoutingInfo routing(ActorId actor) {
		checkType(actor.type());
		int shard = this.router.shard(actor);
		if (!this.owner.isClustered()) {
			return new RoutingInfo(actor, shard, this.owner.settings().name(), null, this.owner.epoch(), "local");
		}
		ClusterStatus cluster = this.owner.clusterStatus();
		PlacementTable table = (cluster == null) ? null : cluster.table();
		Node node = (table == null) ? null : table.shard(shard).owner();
		return new RoutingInfo(actor, shard, (node == null) ? null : node.name(),
				(node == null) ? null : node.address().toString(), (table == null) ? 0 : table.shard(shard).epoch(),
				"placement table");
	}

	@Override
	public List<Migration> migrations() {
		ClusterStatus cluster = this.owner.clusterStatus();
		return (cluster == null) ? List.of() : cluster.migrations();
	}

	@Override
	public Map<Migration.Phase, Long> migrationsEnded() {
		ClusterStatus cluster = this.owner.clusterStatus();
		return (cluster == null) ? Map.of() : cluster.migrationsEnded();
	}

	@Override
	public Map<String, NodeLoad> loads() {
		ClusterStatus cluster = this.owner.clusterStatus();
		return (cluster == null) ? Map.of() : cluster.loads();
	}

	@Override
	public long sweepsSkipped() {
		ClusterStatus cluster = this.owner.clusterStatus();
		return (cluster == null) ? 0 : cluster.sweepsSkipped();
	}

	@Override
	public List<PlannedMove> drainPlan(String node) {
		ControlPlane plane = this.owner.plane();
		if (plane == null) {
			throw noCluster();
		}
		return plane.drainPlan(node);
	}

	@Override
	public CompletionStage<String> operate(Operation operation) {
		ControlPlane plane = this.owner.plane();
		return (plane == null) ? CompletableFuture.failedFuture(noCluster()) : plane.operate(operation);
	}

	private OperationRefusedException noCluster() {
		return new OperationRefusedException(OperationRefusedException.Status.CONFLICT, "Node " + this.router.node()
				+ (this.owner.isClustered() ? " has not started" : " is in local mode: there are no other nodes"));
	}

	@Override
	public List<ActorTypeInfo> types() {
		return this.owner.types()
			.values()
			.stream()
			.map((type) -> new ActorTypeInfo(type.name(), type.definition().handler().getClass().getName(),
					type.messages().stream().map(MessageType::name).toList(),
					type.definition().stateType().getTypeName(), type.isMutableState(),
					type.settings().persistence().name(), type.settings().placement().name(),
					type.statistics().active()))
			.toList();
	}

	/**
	 * The cursor is the last id of the page before; the table has no order, so it is
	 * searched.
	 */
	@Override
	public ActivationPage activations(@Nullable String type, @Nullable String cursor, int limit) {
		if (type != null) {
			checkType(type);
		}
		checkLimit(limit);
		ActorId after = (cursor == null) ? null : ActorId.parse(cursor);
		PriorityQueue<ActorId> smallest = new PriorityQueue<>((a, b) -> b.compareTo(a));
		this.router.activations().forEach((activation) -> {
			ActorId id = activation.id();
			if ((type == null || type.equals(id.type())) && (after == null || id.compareTo(after) > 0)) {
				smallest.add(id);
				if (smallest.size() > limit + 1) {
					smallest.poll();
				}
			}
		});
		List<ActorId> page = new ArrayList<>(smallest);
		page.sort(null);
		boolean more = page.size() > limit;
		List<ActorId> shown = more ? page.subList(0, limit) : page;
		return new ActivationPage(List.copyOf(shown), more ? shown.get(limit - 1).toString() : null);
	}

	@Override
	public QuarantinedActors quarantined(int limit) {
		checkLimit(limit);
		List<QuarantinedActor> found = new ArrayList<>();
		this.router.activations().forEach((activation) -> {
			String reason = activation.quarantine();
			if (reason != null) {
				found.add(new QuarantinedActor(activation.id(),
						reason.substring(0, Math.min(reason.length(), QuarantinedActors.MAX_REASON))));
			}
		});
		return new QuarantinedActors(
				found.stream().sorted(Comparator.comparing(QuarantinedActor::actor)).limit(limit).toList(),
				found.size());
	}

	@Override
	public HotActors hotActors(int limit) {
		if (limit < 1 || limit > MAX_HOT_ACTORS) {
			throw new IllegalArgumentException("limit must be 1 to " + MAX_HOT_ACTORS + ", was " + limit);
		}
		return this.census.hotActors().first(limit);
	}

	@Override
	public Map<String, MailboxDepths> mailboxes() {
		return this.census.mailboxes();
	}

	@Override
	public Map<String, Integer> slowHandlers() {
		return this.slow.counts();
	}

	@Override
	public CompletionStage<ActivationPage> stored(String type, @Nullable String cursor, int limit) {
		checkType(type);
		checkLimit(limit);
		return this.owner.store()
			.scan(type, cursor, limit)
			.thenApply((found) -> new ActivationPage(found.ids(), found.cursor()));
	}

	@Override
	public ActivationInfo explain(ActorId actor) {
		checkType(actor.type());
		int shard = this.router.shard(actor);
		Activation activation = this.router.activations().find(actor);
		RoutingInfo routing = routing(actor);
		String node = this.owner.isClustered() ? String.valueOf(routing.node()) : this.router.node();
		if (activation == null) {
			return new ActivationInfo(actor, false, shard, node, routing.epoch(), "inactive", null, 0, null, null,
					List.of(), null, 0, 0, null, owners(shard));
		}
		ActivationSnapshot now = activation.snapshot();
		boolean handling = !now.messageType().isEmpty();
		return new ActivationInfo(actor, true, shard, node, routing.epoch(), now.phase(),
				Instant.ofEpochMilli(now.sinceMillis()), now.mailbox(), handling ? now.messageType() : null,
				handling ? Duration.ofNanos(this.owner.scheduler().nanoTime() - now.turnSince()) : null,
				now.stack().stream().map(StackTraceElement::toString).toList(), now.lastError(), now.sequence(),
				now.snapshotSequence(), now.quarantine(), owners(shard));
	}

	private List<Ownership> owners(int shard) {
		ControlPlane plane = this.owner.plane();
		return (plane == null) ? List.of() : plane.owners(shard);
	}

	@Override
	public boolean release(ActorId actor) {
		checkType(actor.type());
		Activation activation = this.router.activations().find(actor);
		if (activation == null || activation.quarantine() == null) {
			return false;
		}
		activation.requestRelease();
		return true;
	}

	private void checkType(String type) {
		if (!this.owner.types().containsKey(type)) {
			throw new UnknownActorTypeException(
					"There is no actor type '" + type + "'; there are " + this.owner.types().keySet());
		}
	}

	private static void checkLimit(int limit) {
		if (limit < 1 || limit > MAX_PAGE) {
			throw new IllegalArgumentException("limit must be 1 to " + MAX_PAGE + ", was " + limit);
		}
	}

}
