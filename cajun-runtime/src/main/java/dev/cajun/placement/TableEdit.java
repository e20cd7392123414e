package dev.cajun.placement;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The next placement table in the making. Every epoch it mints exceeds every one before.
 * Not thread-safe.
 */
public final class TableEdit {

	private final PlacementTable before;

	private final ShardPlacement[] shards;

	private final Map<String, Node> members = new LinkedHashMap<>();

	private final Map<Integer, Pin> pins;

	private final Map<String, Down> downs;

	private final Map<String, String> drains;

	private Set<String> tokens;

	private long epoch;

	private long moves;

	private boolean minted;

	private boolean changed;

	TableEdit(PlacementTable before) {
		this.before = before;
		this.shards = before.copyOfShards();
		before.members().forEach((node) -> this.members.put(node.name(), node));
		this.pins = new TreeMap<>(before.pins());
		this.downs = new TreeMap<>(before.downs());
		this.drains = new TreeMap<>(before.drains());
		this.tokens = before.tokens();
		this.epoch = before.epoch();
		this.moves = before.moves();
	}

	/**
	 * One shard as it is now.
	 * @param shard its number
	 * @return its placement
	 */
	public ShardPlacement shard(int shard) {
		return this.shards[shard];
	}

	/**
	 * Whether a node is a member now.
	 * @param node the node, in this very incarnation
	 * @return whether it is
	 */
	public boolean hasMember(Node node) {
		return node.equals(this.members.get(node.name()));
	}

	/**
	 * Whether a node is listed as agreed dead.
	 * @param node the node, in this very incarnation
	 * @return whether it is
	 */
	public boolean isDown(Node node) {
		return this.downs.containsKey(node.id());
	}

	/**
	 * Whether an operator drains a process.
	 * @param node the node, in any incarnation of the process
	 * @return whether it is drained
	 */
	public boolean isDrained(Node node) {
		return node.bootId().equals(this.drains.get(node.name()));
	}

	/**
	 * Where shards shall be against the strategy.
	 * @return pins by shard, as they are now
	 */
	public Map<Integer, Pin> pins() {
		return Collections.unmodifiableMap(this.pins);
	}

	/** The leader has reached a node: it may get shards. */
	public void admit(Node node) {
		this.changed |= !node.equals(this.members.put(node.name(), node));
	}

	/** A node is no member any more. */
	public void dismiss(Node node) {
		this.changed |= this.members.remove(node.name(), node);
	}

	/** Every epoch minted from now on exceeds this one. */
	public void raise(long atLeast) {
		if (atLeast > this.epoch) {
			this.epoch = atLeast;
			this.minted = false;
			this.changed = true;
		}
	}

	/** Gives a shard to an owner under a new epoch. */
	public void mint(int shard, Node owner) {
		if (!this.minted) {
			// One epoch serves all shards of one table: pairs are compared per shard.
			this.epoch++;
			this.minted = true;
		}
		if (this.shards[shard].epoch() == this.epoch) {
			this.epoch++;
		}
		this.shards[shard] = this.shards[shard].mint(owner, this.epoch);
		this.changed = true;
	}

	/** The owner has claimed a shard. */
	public void claim(int shard) {
		this.shards[shard] = this.shards[shard].claim();
		this.changed = true;
	}

	/** A shard shall move to another node. */
	public void announce(int shard, Node target, Move.Reason reason) {
		this.shards[shard] = this.shards[shard].announce(new Move(target, ++this.moves, reason));
		this.changed = true;
	}

	/** A shard does not move after all. */
	public void abort(int shard) {
		this.shards[shard] = this.shards[shard].abort();
		this.changed = true;
	}

	/**
	 * A node was agreed dead. What it owns is noted; it is for the caller to give that to
	 * others.
	 */
	public void down(Node node) {
		Set<Integer> owned = new HashSet<>();
		Down known = this.downs.get(node.id());
		if (known != null) {
			owned.addAll(known.shards());
		}
		for (int shard = 0; shard < this.shards.length; shard++) {
			if (node.equals(this.shards[shard].owner())) {
				owned.add(shard);
			}
		}
		Down down = new Down(node, owned);
		this.changed |= !down.equals(this.downs.put(node.id(), down));
		dismiss(node);
	}

	/** The lease of a node that was agreed dead has ended. */
	public void forget(Down down) {
		this.changed |= this.downs.remove(down.node().id()) != null;
	}

	/** A shard shall be at a node. */
	public void pin(int shard, Pin pin) {
		this.changed |= !pin.equals(this.pins.put(shard, pin));
	}

	/** A shard may be wherever the strategy says. */
	public void unpin(int shard) {
		this.changed |= this.pins.remove(shard) != null;
	}

	/** A process gives everything up, and gets nothing more. */
	public void drain(String node, String bootId) {
		this.changed |= !bootId.equals(this.drains.put(node, bootId));
	}

	/** A node may get shards again. */
	public void undrain(String node) {
		this.changed |= this.drains.remove(node) != null;
	}

	/** Replaces the hashes of the tokens of which a node must know one. */
	public void tokens(Collection<String> known) {
		Set<String> next = new TreeSet<>(known);
		this.changed |= !next.equals(this.tokens);
		this.tokens = next;
	}

	/**
	 * The next table.
	 * @return the table, the very one before if nothing changed
	 */
	public PlacementTable build() {
		if (!this.changed) {
			return this.before;
		}
		return new PlacementTable(this.before.storeId(), this.before.protocol(), this.tokens, this.epoch, this.moves,
				this.members.values(), this.shards.clone(), this.pins, this.downs, this.drains);
	}

}
