package dev.cajun.placement;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import dev.cajun.transport.Address;

/** Nodes, and where they put shards, for tests. */
final class Nodes {

	private Nodes() {
	}

	static Node node(String name) {
		return new Node(name, "1", "boot-" + name, new Address("127.0.0.1", 7400));
	}

	static Node again(Node node) {
		return new Node(node.name(), Integer.toString(Integer.parseInt(node.incarnation()) + 1), node.bootId() + "x",
				node.address());
	}

	static List<Node> nodes(int count) {
		return IntStream.rangeClosed(1, count).mapToObj((i) -> node("n" + i)).toList();
	}

	static Targets targets(int shards, Map<Integer, Pin> pins, Collection<Node> nodes) {
		return new Targets(new Rendezvous(), shards, pins,
				nodes.stream().map((node) -> new Targets.Eligible(node, "")).toList());
	}

	/** A table in which every shard is claimed by its target. */
	static PlacementTable settled(int shards, Collection<Node> nodes) {
		TableEdit edit = PlacementTable.create("store", shards, 1, List.of(), 0).edit();
		Targets targets = targets(shards, Map.of(), nodes);
		nodes.forEach(edit::admit);
		for (int shard = 0; shard < shards; shard++) {
			Node target = targets.target(shard);
			if (target != null) {
				edit.mint(shard, target);
				edit.claim(shard);
			}
		}
		return edit.build();
	}

}
