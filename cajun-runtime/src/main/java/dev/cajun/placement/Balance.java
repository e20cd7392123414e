package dev.cajun.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;

import org.jspecify.annotations.Nullable;

/**
 * Plans moves from nodes that have much to do to those that have little. The score of a
 * node is the sum, over number of shards, active actors and messages per second, of what
 * it has in parts of the mean, weighted; a figure of which there is none in the whole
 * cluster counts nothing. Always from the highest to the lowest score goes the shard that
 * brings the two closest, until they are close enough, no shard helps, or the sweep has
 * its moves. The same figures give the same plan.
 */
public final class Balance {

	private Balance() {
	}

	/**
	 * Plans a sweep.
	 * @param table the table, no shard of which is on its way
	 * @param loads what each node that may have shards has to do, by name
	 * @param settings thresholds and weights
	 * @param fixed shards that stay: pinned by an operator, or moved lately
	 * @return the moves, or why there are none
	 */
	public static Sweep plan(PlacementTable table, Map<String, NodeLoad> loads, BalanceSettings settings,
			IntPredicate fixed) {
		TreeMap<String, Scored> nodes = new TreeMap<>();
		loads.forEach((name, load) -> nodes.put(name, new Scored(name, load)));
		for (int shard = 0; shard < table.shards(); shard++) {
			Node owner = table.shard(shard).owner();
			Scored scored = (owner == null) ? null : nodes.get(owner.name());
			if (scored != null) {
				scored.shards.add(shard);
			}
		}
		if (nodes.size() < 2) {
			return new Sweep(List.of(), "fewer than two nodes may have shards");
		}
		if (loads.values().stream().allMatch((load) -> load.activations() == 0 && load.messagesPerSecond() == 0)) {
			return new Sweep(List.of(), "no node has anything to do");
		}
		score(nodes, settings);
		double mean = nodes.values().stream().mapToDouble((node) -> node.score).average().orElse(0);
		for (Scored node : nodes.values()) {
			if (node.score > mean && node.load.cpu() > settings.cpuGate()) {
				return new Sweep(List.of(), "the processors of " + node.name + " are busy (" + percent(node.load.cpu())
						+ ", cpu-gate " + percent(settings.cpuGate()) + ")");
			}
		}
		return new Sweep(moves(nodes, mean, settings, fixed), "");
	}

	private static String percent(double part) {
		return Math.round(part * 100) + " %";
	}

	private static List<PlannedMove> moves(Map<String, Scored> nodes, double mean, BalanceSettings settings,
			IntPredicate fixed) {
		List<PlannedMove> moves = new ArrayList<>();
		while (moves.size() < settings.maxMoves()) {
			// Of equal scores the first by name.
			Scored hot = nodes.values().stream().max(byScore().thenComparing(byNameLast())).orElseThrow();
			Scored cold = nodes.values().stream().min(byScore().thenComparing(byNameLast().reversed())).orElseThrow();
			double gap = hot.score - cold.score;
			Integer shard = (gap > settings.imbalance() * mean) ? hot.best(gap, fixed) : null;
			if (shard == null) {
				return moves;
			}
			double weight = hot.weight(shard);
			hot.score -= weight;
			cold.score += weight;
			hot.shards.remove(shard);
			cold.moved(shard, weight);
			moves.add(new PlannedMove(shard, hot.name, cold.name));
		}
		return moves;
	}

	private static Comparator<Scored> byScore() {
		return Comparator.comparingDouble((node) -> node.score);
	}

	private static Comparator<Scored> byNameLast() {
		return Comparator.comparing((Scored node) -> node.name).reversed();
	}

	private static void score(Map<String, Scored> nodes, BalanceSettings settings) {
		Figure shards = figure(nodes, settings.shardsWeight(), (node) -> node.shards.size());
		Figure activations = figure(nodes, settings.activationsWeight(), (node) -> (double) node.load.activations());
		Figure messages = figure(nodes, settings.messagesWeight(), (node) -> node.load.messagesPerSecond());
		for (Scored node : nodes.values()) {
			node.score = shards.of(node.shards.size()) + activations.of((double) node.load.activations())
					+ messages.of(node.load.messagesPerSecond());
			// Activations are spread over a node's shards evenly, as far as is known.
			node.perShard = shards.of(1) + (node.shards.isEmpty() ? 0
					: activations.of((double) node.load.activations()) / node.shards.size());
			node.perMessage = messages.of(1);
		}
	}

	private static Figure figure(Map<String, Scored> nodes, double weight, ToDoubleFunction<Scored> value) {
		double mean = nodes.values().stream().mapToDouble(value).average().orElse(0);
		return new Figure((mean > 0) ? weight / mean : 0);
	}

	/** What a figure adds to the score for each unit. */
	private record Figure(double factor) {

		double of(double value) {
			return value * this.factor;
		}

	}

	/** A node with its score, as it is while moves are planned. */
	private static final class Scored {

		private final String name;

		private final NodeLoad load;

		private final TreeSet<Integer> shards = new TreeSet<>();

		private final Map<Integer, Double> arrived = new HashMap<>();

		private double score;

		private double perShard;

		private double perMessage;

		Scored(String name, NodeLoad load) {
			this.name = name;
			this.load = load;
		}

		double weight(int shard) {
			return this.perShard + this.perMessage * this.load.shards().getOrDefault(shard, restPerShard());
		}

		/** Messages that are not known to be of one shard are spread over the others. */
		private double restPerShard() {
			double known = this.load.shards().values().stream().mapToDouble(Double::doubleValue).sum();
			int others = this.shards.size() - this.load.shards().size();
			return (others > 0) ? Math.max(0, this.load.messagesPerSecond() - known) / others : 0;
		}

		void moved(int shard, double weight) {
			this.arrived.put(shard, weight);
		}

		/**
		 * The shard that brings two nodes closest: whose weight is nearest to half the
		 * gap, and less than the gap, so that they do not just change places.
		 */
		@Nullable Integer best(double gap, IntPredicate fixed) {
			Integer best = null;
			double bestDistance = Double.MAX_VALUE;
			for (int shard : this.shards) {
				double weight = weight(shard);
				double distance = Math.abs(weight - gap / 2);
				if (weight < gap && distance < bestDistance && !this.arrived.containsKey(shard) && !fixed.test(shard)) {
					best = shard;
					bestDistance = distance;
				}
			}
			return best;
		}

	}

	/**
	 * What a sweep wants.
	 *
	 * @param moves the moves, in the order planned
	 * @param skipped why it was not planned; empty when it was
	 */
	public record Sweep(List<PlannedMove> moves, String skipped) {

		public Sweep {
			moves = List.copyOf(moves);
		}

	}

}
