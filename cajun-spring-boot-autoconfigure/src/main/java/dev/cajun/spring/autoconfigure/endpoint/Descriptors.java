package dev.cajun.spring.autoconfigure.endpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.cajun.ActorId;
import dev.cajun.node.ActivationInfo;
import dev.cajun.node.ActorTypeInfo;
import dev.cajun.node.NodeInfo;
import dev.cajun.node.NodeState;
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
	 * @param leader the id of the node that places shards
	 * @param nodes the nodes
	 * @param shards the number of shards
	 * @param store the store of this node
	 * @param quarantined actors of this node that refuse messages
	 * @param versions the versions
	 */
	record Cluster(String cluster, String mode, Status status, String node, String leader, List<Node> nodes, int shards,
			Store store, long quarantined, Versions versions) implements OperationResponseBody {

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
				case NEW, STARTING, STOPPING -> OUT_OF_SERVICE;
				case STOPPED, FAILED -> DOWN;
			};
		}

	}

	/**
	 * A node.
	 *
	 * @param id its id
	 * @param name its name
	 * @param incarnation what tells its starts apart
	 * @param state what it is at
	 * @param since when it became UP, or was built
	 * @param shards how many shards it owns
	 * @param epoch the fencing number under which it owns them
	 * @param activations active actors by type
	 */
	record Node(String id, String name, String incarnation, NodeState state, Instant since, int shards, long epoch,
			Map<String, Long> activations) {

		static Node of(NodeInfo node) {
			int hash = node.node().indexOf('#');
			return new Node(node.node(), (hash < 0) ? node.node() : node.node().substring(0, hash),
					node.node().substring(hash + 1), node.state(), node.startedAt(),
					(node.state() == NodeState.UP) ? node.shards() : 0, node.epoch(), node.activations());
		}

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
			return new Store(node.store(), node.storeAvailable(),
					node.storeError().isEmpty() ? null : node.storeError());
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
	 */
	record ActorPage(List<Actor> actors, @Nullable String cursor) implements OperationResponseBody {

	}

	/**
	 * An actor in a list.
	 *
	 * @param type its type
	 * @param key its key
	 * @param node the node that owns its shard
	 * @param active whether it is active there
	 */
	record Actor(String type, String key, String node, boolean active) {

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
	 */
	record ActorDetail(String type, String key, int shard, String node, long epoch, boolean active, String phase,
			@Nullable Instant activeSince, int mailbox, @Nullable String messageType, @Nullable Duration running,
			List<String> stack, @Nullable String lastError, long sequence, long snapshotSequence,
			@Nullable String quarantine) implements OperationResponseBody {

		static ActorDetail of(ActivationInfo info) {
			ActorId id = info.actor();
			return new ActorDetail(id.type(), id.key(), info.shard(), info.node(), info.epoch(), info.active(),
					info.phase(), info.activeSince(), info.mailbox(), info.messageType(), info.running(), info.stack(),
					info.lastError(), info.sequence(), info.snapshotSequence(), info.quarantine());
		}

	}

	/**
	 * {@code GET /actuator/cluster/types}.
	 *
	 * @param types the types, by name
	 */
	record Types(List<ActorTypeInfo> types) implements OperationResponseBody {

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
