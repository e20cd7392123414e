package dev.cajun.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Where every shard should be, given the nodes that may have shards. Immutable.
 */
public final class Targets {

	private final List<Eligible> eligible;

	private final Map<String, Node> byName = new HashMap<>();

	private final int[] targets;

	/**
	 * Places every shard: where it is pinned, else where the strategy says.
	 * @param strategy the strategy
	 * @param shards how many shards there are
	 * @param pins pins by shard; one to a node that is not eligible is passed over
	 * @param nodes the nodes that may have shards
	 */
	public Targets(PlacementStrategy strategy, int shards, Map<Integer, Pin> pins, Collection<Eligible> nodes) {
		this.eligible = nodes.stream().sorted(Comparator.comparing((node) -> node.node().name())).toList();
		List<PlacementStrategy.Candidate> candidates = new ArrayList<>();
		Map<String, Integer> index = new HashMap<>();
		for (Eligible node : this.eligible) {
			index.put(node.node().name(), candidates.size());
			candidates.add(new PlacementStrategy.Candidate(node.node().name(), node.zone()));
			this.byName.put(node.node().name(), node.node());
		}
		this.targets = candidates.isEmpty() ? new int[0] : strategy.place(shards, candidates);
		if (!candidates.isEmpty()) {
			pins.forEach((shard, pin) -> {
				Integer pinned = index.get(pin.node());
				if (pinned != null) {
					this.targets[shard] = pinned;
				}
			});
		}
	}

	/**
	 * Where a shard should be.
	 * @param shard the shard
	 * @return the node, or {@code null} when no node may have shards
	 */
	public @Nullable Node target(int shard) {
		return this.eligible.isEmpty() ? null : this.eligible.get(this.targets[shard]).node();
	}

	/**
	 * Where a shard should be instead when a node did not take it.
	 * @param shard the shard
	 * @param failed the node that did not take it
	 * @return another node if there is one, by turns for different shards
	 */
	public @Nullable Node instead(int shard, Node failed) {
		Node target = target(shard);
		if (target == null || !target.name().equals(failed.name())) {
			return target;
		}
		int size = this.eligible.size();
		int next = (size == 1) ? 0 : (this.targets[shard] + 1 + shard % (size - 1)) % size;
		return this.eligible.get(next).node();
	}

	/**
	 * The node of a name, if it may have shards.
	 * @param name the name
	 * @return the node in its present incarnation, or {@code null}
	 */
	public @Nullable Node named(String name) {
		return this.byName.get(name);
	}

	/**
	 * Whether a node may have shards.
	 * @param node the node, in this very incarnation
	 * @return whether it may
	 */
	public boolean contains(Node node) {
		return node.equals(this.byName.get(node.name()));
	}

	/**
	 * The nodes that may have shards.
	 * @return the nodes, sorted by name
	 */
	public List<Eligible> eligible() {
		return this.eligible;
	}

	/**
	 * A node that may have shards.
	 *
	 * @param node the node
	 * @param zone where it runs; empty when not set
	 */
	public record Eligible(Node node, String zone) {

	}

}
