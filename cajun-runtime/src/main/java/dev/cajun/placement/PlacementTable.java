package dev.cajun.placement;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * Who owns what: the one document by which a cluster is run. Immutable; the leader makes
 * the next one with {@link #edit()}.
 */
public final class PlacementTable {

	private final String storeId;

	private final int protocol;

	private final Set<String> tokens;

	private final long epoch;

	private final long moves;

	private final List<Node> members;

	private final ShardPlacement[] shards;

	private final Map<Integer, Pin> pins;

	private final Map<String, Down> downs;

	private final Map<String, String> drains;

	PlacementTable(String storeId, int protocol, Collection<String> tokens, long epoch, long moves,
			Collection<Node> members, ShardPlacement[] shards, Map<Integer, Pin> pins, Map<String, Down> downs,
			Map<String, String> drains) {
		this.storeId = storeId;
		this.protocol = protocol;
		this.tokens = Collections.unmodifiableSet(new TreeSet<>(tokens));
		this.epoch = epoch;
		this.moves = moves;
		this.members = List.copyOf(members);
		this.shards = shards;
		this.pins = Collections.unmodifiableMap(new TreeMap<>(pins));
		this.downs = Collections.unmodifiableMap(new TreeMap<>(downs));
		this.drains = Collections.unmodifiableMap(new TreeMap<>(drains));
	}

	/**
	 * The table of a cluster that begins.
	 * @param storeId the store that holds its state
	 * @param shards the number of shards
	 * @param protocol the version of what nodes say to each other
	 * @param tokens hashes of the tokens that its nodes know
	 * @param epoch an epoch which every one minted exceeds
	 * @return a table without nodes
	 */
	public static PlacementTable create(String storeId, int shards, int protocol, Collection<String> tokens,
			long epoch) {
		ShardPlacement[] unowned = new ShardPlacement[shards];
		Arrays.fill(unowned, ShardPlacement.UNOWNED);
		return new PlacementTable(storeId, protocol, tokens, epoch, 0, List.of(), unowned, Map.of(), Map.of(),
				Map.of());
	}

	/**
	 * Starts to make the next table.
	 * @return an edit, which changes nothing here
	 */
	public TableEdit edit() {
		return new TableEdit(this);
	}

	/**
	 * The store that holds the cluster's state.
	 * @return its id
	 */
	public String storeId() {
		return this.storeId;
	}

	/**
	 * The version of what nodes say to each other.
	 * @return the lowest that every node must understand
	 */
	public int protocol() {
		return this.protocol;
	}

	/**
	 * Hashes of the tokens of which a node must know one.
	 * @return the hashes, empty when the cluster has no token
	 */
	public Set<String> tokens() {
		return this.tokens;
	}

	/**
	 * The epoch counter.
	 * @return the highest epoch minted
	 */
	public long epoch() {
		return this.epoch;
	}

	/**
	 * The move counter.
	 * @return the highest number of a move
	 */
	public long moves() {
		return this.moves;
	}

	/**
	 * The nodes that the leader has reached at their address: only they get shards.
	 * @return the nodes, each name once
	 */
	public List<Node> members() {
		return this.members;
	}

	/**
	 * How many shards there are.
	 * @return the number, fixed for ever
	 */
	public int shards() {
		return this.shards.length;
	}

	/**
	 * One shard.
	 * @param shard its number
	 * @return its placement
	 */
	public ShardPlacement shard(int shard) {
		return this.shards[shard];
	}

	/**
	 * Where shards shall be against the strategy.
	 * @return pins by shard
	 */
	public Map<Integer, Pin> pins() {
		return this.pins;
	}

	/**
	 * Nodes that were agreed dead and whose lease may still live.
	 * @return what was taken from them, by node id
	 */
	public Map<String, Down> downs() {
		return this.downs;
	}

	/**
	 * Nodes that an operator drains.
	 * @return the boot id of the process that is drained, by the node's name
	 */
	public Map<String, String> drains() {
		return this.drains;
	}

	/**
	 * Whether a node is one that the leader has reached.
	 * @param node the node, in this very incarnation
	 * @return whether it may get shards
	 */
	public boolean hasMember(Node node) {
		return this.members.contains(node);
	}

	/**
	 * Where messages go by this table.
	 * @return the routes
	 */
	public Routes routes() {
		@Nullable Route[] routes = new Route[this.shards.length];
		for (int shard = 0; shard < routes.length; shard++) {
			ShardPlacement placement = this.shards[shard];
			Node owner = placement.owner();
			routes[shard] = (owner == null) ? null
					: new Route(owner, placement.epoch(), placement.phase() == Phase.MOVING);
		}
		return new Routes(routes, this.members);
	}

	/**
	 * Every node that the table names.
	 * @return members, owners and targets of moves
	 */
	public Set<Node> nodes() {
		Set<Node> nodes = new LinkedHashSet<>(this.members);
		for (ShardPlacement shard : this.shards) {
			if (shard.owner() != null) {
				nodes.add(shard.owner());
			}
			if (shard.move() != null) {
				nodes.add(shard.move().target());
			}
		}
		this.downs.values().forEach((down) -> nodes.add(down.node()));
		return nodes;
	}

	ShardPlacement[] copyOfShards() {
		return this.shards.clone();
	}

}
