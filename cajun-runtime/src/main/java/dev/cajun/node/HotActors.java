package dev.cajun.node;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

import dev.cajun.activation.Activation;
import dev.cajun.routing.Router;

/**
 * The actors of one node that have most to do.
 *
 * @param actors the actors, the hottest first
 */
public record HotActors(List<HotActor> actors) {

	/** The most that are given. */
	public static final int MAX = 100;

	/**
	 * Looks at every activation once, and keeps those that are to be shown.
	 * @throws IllegalArgumentException if the limit is not 1 to {@value #MAX}
	 */
	static HotActors of(Router router, HotActor.Order order, int limit, long nanoTime) {
		if (limit < 1 || limit > MAX) {
			throw new IllegalArgumentException("limit must be 1 to " + MAX + ", was " + limit);
		}
		Comparator<HotActor> coolestFirst = Comparator.<HotActor>comparingDouble(order::of)
			.thenComparing(HotActor::actor, Comparator.reverseOrder());
		PriorityQueue<HotActor> hottest = new PriorityQueue<>(limit + 1, coolestFirst);
		router.activations().forEach((activation) -> {
			HotActor hot = hot(activation, nanoTime);
			if (hot.messagesPerSecond() > 0
					&& (hottest.size() < limit || coolestFirst.compare(hot, hottest.peek()) > 0)) {
				hottest.add(hot);
				if (hottest.size() > limit) {
					hottest.poll();
				}
			}
		});
		return new HotActors(hottest.stream().sorted(coolestFirst.reversed()).toList());
	}

	private static HotActor hot(Activation activation, long nanoTime) {
		return new HotActor(activation.id(), activation.messagesPerSecond(nanoTime), activation.busy(nanoTime),
				activation.waiting());
	}

}
