package dev.cajun.placement;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Where the messages of every shard go, by one placement table. Immutable.
 */
public final class Routes {

	private final @Nullable Route[] routes;

	private final List<Node> nodes;

	/**
	 * Creates routes.
	 * @param routes by shard; {@code null} for a shard without an owner
	 * @param nodes the nodes that are alive, as far as is known
	 */
	public Routes(@Nullable Route[] routes, List<Node> nodes) {
		this.routes = routes.clone();
		this.nodes = List.copyOf(nodes);
	}

	/**
	 * The routes of a cluster of which nothing is known yet.
	 * @param shards how many there are
	 * @return routes to nowhere
	 */
	public static Routes none(int shards) {
		return new Routes(new Route[shards], List.of());
	}

	/**
	 * Where a shard's messages go.
	 * @param shard the shard
	 * @return the route, or {@code null} while it has no owner
	 */
	public @Nullable Route route(int shard) {
		return this.routes[shard];
	}

	/**
	 * How many shards there are.
	 * @return the number of shards
	 */
	public int shards() {
		return this.routes.length;
	}

	/**
	 * The nodes that are alive, as far as is known: links to any other process may be
	 * given up unless a route still leads there.
	 * @return the nodes, each name once
	 */
	public List<Node> nodes() {
		return this.nodes;
	}

	@Override
	public String toString() {
		return Arrays.toString(this.routes);
	}

}
