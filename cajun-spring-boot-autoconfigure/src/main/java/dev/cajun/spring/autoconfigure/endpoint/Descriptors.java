package dev.cajun.spring.autoconfigure.endpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.cajun.ActorId;
import dev.cajun.cluster.MetadataInfo;
import dev.cajun.cluster.Migration;
import dev.cajun.cluster.Ownership;
import dev.cajun.node.ActivationInfo;
import dev.cajun.node.ActorTypeInfo;
import dev.cajun.node.ClusterNodeInfo;
import dev.cajun.node.HotActor;
import dev.cajun.node.HotActors;
import dev.cajun.node.NodeDetails;
import dev.cajun.node.NodeInfo;
import dev.cajun.node.QuarantinedActors;
import dev.cajun.node.RoutingInfo;
import dev.cajun.node.ShardInfo;
import dev.cajun.placement.NodeLoad;
import dev.cajun.placement.PlannedMove;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/** The bodies of the answers. Their component names are what clients rely on. */
final class Descriptors {

	private Descriptors() {
	}

	/**
	 * {@code GET /actuator/cluster}.
	 *
	 * @param cluster the name of the cluster
	 * @param mode the mode
	 * @param status whether the node takes messages and its store works
	 * @param node the id of this node
	 * @param leader the name of the node that places shards, absent when nobody does
	 * @param nodes the nodes
	 * @param unanswered the names of nodes that did not answer, whose own values are
	 * absent
	 * @param shards the number of shards
	 * @param store the store of this node
	 * @param metadata the cluster's metadata as this node gets on with it, absent in
	 * local mode
	 * @param trouble what this node waits for, or what does not work; absent when nothing
	 * @param quarantined actors of this node that refuse messages
	 * @param versions the versions
	 */
	record Cluster(String cluster, String mode, Status status, String node, @Nullable String leader, List<Node> nodes,
			List<String> unanswered, int shards, Store store, @Nullable Metadata metadata, @Nullable String trouble,
			long quarantined, Versions versions) implements OperationResponseBody {

	}

	/** Health in short. */
	enum Status {

		/** The node takes messages. */
		UP,

		/** The node joins or drains. */
		OUT_OF_SERVICE,

		/** The node has stopped or failed, or its store does not work. */
		DOWN;

		static Status of(NodeInfo node) {
			return switch (node.state()) {
				case UP -> node.storeAvailable() ? UP : DOWN;
				case NEW, STARTING, JOINING, DRAINING, STOPPING -> OUT_OF_SERVICE;
				case STOPPED, FAILED -> DOWN;
			};
		}

	}

	/**
	 * A node. What only the node itself knows is absent where it was not asked or did not
	 * answer.
	 *
	 * @param id its id
	 * @param name its name
	 * @param incarnation what tells its starts apart
	 * @param address where other nodes reach it; absent in local mode
	 * @param zone where it runs, absent when not set
	 * @param roles what it is for
	 * @param state what it is at
	 * @param leader whether it leads
	 * @param shards how many shards it owns
	 * @param storeReachable whether it reaches the store
	 * @param version the application's version, absent when not set
	 * @param since when it became UP, or was built
	 * @param epoch the fencing number under which it owns them in local mode, in a
	 * cluster the highest given
	 * @param trouble what it waits for, or what does not work; absent when nothing
	 * @param activations active actors by type
	 * @param quarantined its actors that refuse messages
	 * @param messagesPerSecond messages that it handled, lately
	 * @param breakers the circuit breakers of its links, by the name of the other node:
	 * CLOSED, OPEN or HALF_OPEN
	 * @param links the states of these links: IDLE, CONNECTING, CONNECTED, SILENT,
	 * WAITING or CLOSED
	 */
	record Node(String id, String name, String incarnation, @Nullable String address, @Nullable String zone,
			Set<String> roles, String state, boolean leader, int shards, boolean storeReachable,
			@Nullable String version, @Nullable Instant since, @Nullable Long epoch, @Nullable String trouble,
			@Nullable Map<String, Long> activations, @Nullable Long quarantined, @Nullable Double messagesPerSecond,
			@Nullable Map<String, String> breakers,
			@Nullable Map<String, String> links) implements OperationResponseBody {

		static Node of(ClusterNodeInfo node, @Nullable NodeDetails details) {
			NodeInfo own = (details == null) ? null : details.node();
			int hash = node.id().indexOf('#');
			return new Node(node.id(), node.name(), (hash < 0) ? "" : node.id().substring(hash + 1),
					absent(node.address()), absent(node.zone()), node.roles(),
					(own == null) ? node.state() : own.state().name(), node.leader(), node.shards(),
					node.storeReachable(), absent(node.version()), (own == null) ? null : own.startedAt(),
					(own == null) ? null : own.epoch(), (own == null) ? null : Descriptors.trouble(own),
					(own == null) ? null : own.activations(), (own == null) ? null : own.quarantined(),
					(details == null) ? null : details.load().messagesPerSecond(),
					(details == null) ? null : details.breakers(), (details == null) ? null : details.links());
		}

	}

	/** What keeps a node from working as it should; {@code null} when nothing does. */
	static @Nullable String trouble(NodeInfo node) {
		return absent(node.storeAvailable() ? node.trouble() : "the store is not available: " + node.storeError());
	}

	private static @Nullable String absent(String text) {
		return text.isEmpty() ? null : text;
	}

	/**
	 * {@code GET /actuator/cluster/nodes}.
	 *
	 * @param nodes the nodes, by name
	 * @param unanswered the names of those that did not say how they are
	 */
	record Nodes(List<Node> nodes, List<String> unanswered) implements OperationResponseBody {
	}

	/** {@code GET /actuator/cluster/nodes/{id}/drain-plan}. */
	record Plan(String node, List<PlannedMove> moves) implements OperationResponseBody {
	}

	/** {@code GET /actuator/cluster/shards}. */
	record ShardList(List<ShardInfo> shards) implements OperationResponseBody {
	}

	/** {@code GET /actuator/cluster/routing/{type}/{key}}. */
	record Routing(String type, String key, int shard, @Nullable String node, @Nullable String address, long epoch,
			String source) implements OperationResponseBody {

		static Routing of(RoutingInfo routing) {
			return new Routing(routing.actor().type(), routing.actor().key(), routing.shard(), routing.node(),
					routing.address(), routing.epoch(), routing.source());
		}

	}

	/** {@code GET /actuator/cluster/migrations}. */
	record MigrationList(List<Migration> migrations) implements OperationResponseBody {
	}

	/**
	 * {@code GET /actuator/cluster/load}.
	 *
	 * @param nodes what each node has to do, by its name
	 * @param unanswered the names of those that did not say
	 */
	record Load(Map<String, NodeLoad> nodes, List<String> unanswered) implements OperationResponseBody {
	}

	/** {@code GET /actuator/cluster/versions}. */
	record NodeVersions(List<NodeVersion> nodes, boolean mixed) implements OperationResponseBody {
	}

	/** The versions of one node. */
	record NodeVersion(String node, @Nullable String version, int protocol) {
	}

	/** What an operation has begun, or done. */
	record Done(String operation, String result) implements OperationResponseBody {
	}

	/**
	 * The migration of an actor, which takes all actors of its shard along.
	 *
	 * @param operation the operation
	 * @param result what the leader says
	 * @param shard the shard
	 * @param activations how many active actors it has, absent when its owner does not
	 * say so
	 */
	record Migrating(String operation, String result, int shard,
			@Nullable Integer activations) implements OperationResponseBody {
	}

	/**
	 * A store.
	 *
	 * @param description its description
	 * @param available whether its last call worked
	 * @param error its last error
	 */
	record Store(String description, boolean available, @Nullable String error) {

		static Store of(NodeInfo node) {
			return new Store(node.store(), node.storeAvailable(), absent(node.storeError()));
		}

	}

	/**
	 * The metadata of a cluster.
	 *
	 * @param description its description
	 * @param available whether it can be followed and answers
	 * @param error why not
	 * @param leaseAge milliseconds since the last renewal of the node's lease that was
	 * answered was sent, absent while it has none
	 */
	record Metadata(String description, boolean available, @Nullable String error, @Nullable Long leaseAge) {

		static @Nullable Metadata of(NodeInfo node) {
			MetadataInfo metadata = node.metadata();
			return (metadata == null) ? null : new Metadata(metadata.description(), metadata.available(),
					absent(metadata.error()), (metadata.leaseAge() == null) ? null : metadata.leaseAge().toMillis());
		}

	}

	/**
	 * Versions.
	 *
	 * @param cajun the library, absent when it runs from class files
	 * @param storeFormat the layout of the store
	 */
	record Versions(@Nullable String cajun, int storeFormat) {

	}

	/**
	 * {@code GET /actuator/cluster/actors}.
	 *
	 * @param actors one page
	 * @param cursor where the next page starts, absent after the last
	 * @param unanswered the names of nodes that did not answer, whose active actors may
	 * be missing or shown as not active
	 */
	record ActorPage(List<Actor> actors, @Nullable String cursor,
			List<String> unanswered) implements OperationResponseBody {

	}

	/**
	 * An actor in a list.
	 *
	 * @param type its type
	 * @param key its key
	 * @param node the node on which it is active, or that owns its shard; absent when
	 * none does
	 * @param active whether it is active there
	 */
	record Actor(String type, String key, @Nullable String node, boolean active) {

	}

	/**
	 * {@code GET /actuator/cluster/hot-actors}.
	 *
	 * @param byMessages the actors with most messages per second, the most first
	 * @param byHandlerTime the actors whose handlers run longest, the longest first
	 * @param byMailbox the actors with most messages that wait or are in hand, the most
	 * first
	 * @param unanswered the names of nodes that did not answer, whose actors are missing
	 */
	record HotActorList(List<BusyActor> byMessages, List<BusyActor> byHandlerTime, List<BusyActor> byMailbox,
			List<String> unanswered) implements OperationResponseBody {

		static HotActorList of(Map<String, HotActors> nodes, int limit, List<String> unanswered) {
			return new HotActorList(
					first(nodes, HotActors::byMessages, Comparator.comparingDouble(BusyActor::messagesPerSecond),
							limit),
					first(nodes, HotActors::byHandlerTime, Comparator.comparingDouble(BusyActor::busy), limit),
					first(nodes, HotActors::byMailbox, Comparator.comparingInt(BusyActor::mailbox), limit), unanswered);
		}

		private static List<BusyActor> first(Map<String, HotActors> nodes, Function<HotActors, List<HotActor>> list,
				Comparator<BusyActor> order, int limit) {
			return nodes.entrySet()
				.stream()
				.flatMap((node) -> list.apply(node.getValue())
					.stream()
					.map((actor) -> BusyActor.of(actor, node.getKey())))
				.sorted(order.reversed())
				.limit(limit)
				.toList();
		}

	}

	/**
	 * {@code GET /actuator/cluster/quarantined}.
	 *
	 * @param actors the first of them, by id
	 * @param total how many there are on the nodes that answered
	 * @param unanswered the names of nodes that did not answer, whose actors are missing
	 */
	record QuarantineList(List<Quarantined> actors, long total,
			List<String> unanswered) implements OperationResponseBody {

		static QuarantineList of(Map<String, QuarantinedActors> nodes, int limit, List<String> unanswered) {
			List<Quarantined> actors = nodes.entrySet()
				.stream()
				.flatMap((node) -> node.getValue()
					.actors()
					.stream()
					.map((actor) -> new Quarantined(actor.actor().type(), actor.actor().key(), node.getKey(),
							actor.reason())))
				.sorted(Comparator.comparing(Quarantined::type).thenComparing(Quarantined::key))
				.limit(limit)
				.toList();
			return new QuarantineList(actors, nodes.values().stream().mapToLong(QuarantinedActors::total).sum(),
					unanswered);
		}

	}

	/**
	 * An actor that refuses messages.
	 *
	 * @param type its type
	 * @param key its key
	 * @param node the name of its node
	 * @param quarantine why
	 */
	record Quarantined(String type, String key, String node, String quarantine) {

	}

	/**
	 * An actor that has much to do.
	 *
	 * @param type its type
	 * @param key its key
	 * @param node the node on which it is active
	 * @param messagesPerSecond messages that it dealt with per second, lately
	 * @param busy which part of that time its handlers ran, 0 to 1
	 * @param mailbox unhandled messages
	 */
	record BusyActor(String type, String key, String node, double messagesPerSecond, double busy, int mailbox) {

		static BusyActor of(HotActor actor, String node) {
			return new BusyActor(actor.actor().type(), actor.actor().key(), node, actor.messagesPerSecond(),
					actor.busy(), actor.mailbox());
		}

	}

	/**
	 * {@code GET /actuator/cluster/actors/{type}/{key}}.
	 *
	 * @param type its type
	 * @param key its key
	 * @param shard its shard
	 * @param node the node that owns the shard
	 * @param epoch the fencing number of the ownership
	 * @param active whether it is active there
	 * @param phase what it is at
	 * @param activeSince since when it is active
	 * @param mailbox unhandled messages
	 * @param messageType the logical name of the message in hand
	 * @param running how long it has been in hand
	 * @param stack the stack of the handler's thread, innermost first
	 * @param lastError the last failure of a handler or a write
	 * @param sequence the sequence of the last write, 0 when never written
	 * @param snapshotSequence the sequence of the last snapshot or state
	 * @param quarantine why it refuses messages
	 * @param owners the last owners of the shard that the node has seen, the latest
	 * first, each with the reason; empty in local mode
	 */
	record ActorDetail(String type, String key, int shard, String node, long epoch, boolean active, String phase,
			@Nullable Instant activeSince, int mailbox, @Nullable String messageType, @Nullable Duration running,
			List<String> stack, @Nullable String lastError, long sequence, long snapshotSequence,
			@Nullable String quarantine, List<Ownership> owners) implements OperationResponseBody {

		static ActorDetail of(ActivationInfo info) {
			ActorId id = info.actor();
			return new ActorDetail(id.type(), id.key(), info.shard(), info.node(), info.epoch(), info.active(),
					info.phase(), info.activeSince(), info.mailbox(), info.messageType(), info.running(), info.stack(),
					info.lastError(), info.sequence(), info.snapshotSequence(), info.quarantine(), info.owners());
		}

	}

	/**
	 * {@code GET /actuator/cluster/types}.
	 *
	 * @param types the types of all nodes, by name
	 * @param unanswered the names of nodes that did not answer, whose types are missing
	 */
	record Types(List<TypeDetail> types, List<String> unanswered) implements OperationResponseBody {

	}

	/**
	 * An actor type.
	 *
	 * @param type its name
	 * @param handler the class name of its handler
	 * @param messages the logical names of its messages
	 * @param state the class name of its state
	 * @param mutableState whether the state type is treated as mutable
	 * @param persistence what each write stores
	 * @param placement where its actors live
	 * @param activations how many are active on all nodes that answered
	 * @param nodes the names of the nodes that have it; not all while versions differ
	 */
	record TypeDetail(String type, String handler, List<String> messages, String state, boolean mutableState,
			String persistence, String placement, long activations, List<String> nodes) {

		static TypeDetail of(ActorTypeInfo type, List<String> nodes, long activations) {
			return new TypeDetail(type.type(), type.handler(), type.messages(), type.state(), type.mutableState(),
					type.persistence(), type.placement(), activations, nodes);
		}

		/** What the other knows of where it is. */
		TypeDetail and(TypeDetail other) {
			return new TypeDetail(this.type, this.handler, this.messages, this.state, this.mutableState,
					this.persistence, this.placement, this.activations + other.activations,
					Stream.concat(this.nodes.stream(), other.nodes.stream()).toList());
		}

	}

	/**
	 * {@code POST /actuator/cluster/actors/{type}/{key}/release}.
	 *
	 * @param type the type
	 * @param key the key
	 * @param released always true
	 */
	record Released(String type, String key, boolean released) implements OperationResponseBody {

	}

}
