package dev.cajun.routing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import dev.cajun.ActorId;
import dev.cajun.CyclicCallException;
import dev.cajun.activation.Activation;
import dev.cajun.activation.Activation.Waiting;
import dev.cajun.activation.Turn;
import org.jspecify.annotations.Nullable;

/**
 * A handler that blocks on another actor's answer, for as long as it blocks. Each
 * activation has one handler at a time and so at most one actor that it waits for; those
 * edges are followed from the actor asked, and one that leads back is a deadlock. The
 * edge is published before the walk, so of handlers that close a cycle at the same time
 * at least one sees it. The edges are read one after the other: only a cycle of which
 * each is still there at a second look was there as a whole.
 */
final class Blocking {

	private static final Blocking NONE = new Blocking(null);

	/** No chain of calls is longer. */
	private static final int MAX_CHAIN = 1000;

	private final @Nullable Activation waiting;

	private Blocking(@Nullable Activation waiting) {
		this.waiting = waiting;
	}

	/**
	 * What is handled again to recover a state must not depend on what others answer now.
	 */
	static void checkNotReplaying(ActorId asked) {
		Turn turn = Turn.current();
		if (turn != null && turn.isReplaying()) {
			throw new IllegalStateException("Actor " + turn.activation().id() + " asked " + asked
					+ " while its journal is handled again; use ActorContext.ask, whose answer is journaled as a message");
		}
	}

	/**
	 * Begins to block.
	 * @param answered whether the answer is there
	 * @param cancel takes the question back should the answer never come
	 */
	static Blocking on(NodeHost host, ActorId asked, BooleanSupplier answered, Runnable cancel) {
		Turn turn = Turn.current();
		if (turn == null) {
			return NONE;
		}
		Activation self = turn.activation();
		self.waitFor(new Waiting(asked, answered));
		Map<Activation, Waiting> chain = new LinkedHashMap<>();
		Activation next = self;
		while (next != null && chain.size() < MAX_CHAIN && !chain.containsKey(next)) {
			Waiting waiting = next.waitingFor();
			if (waiting == null) {
				break;
			}
			chain.put(next, waiting);
			next = host.activations().find(waiting.asked());
		}
		if (next == self && isStillThere(chain)) {
			self.waitFor(null);
			cancel.run();
			throw new CyclicCallException("Actor " + self.id() + " would wait for ever: "
					+ chain.keySet()
						.stream()
						.map((activation) -> activation.id() + " waits for ")
						.collect(Collectors.joining())
					+ self.id() + ". Use ActorContext.ask, whose answer comes back as a message");
		}
		return new Blocking(self);
	}

	private static boolean isStillThere(Map<Activation, Waiting> chain) {
		return !chain.isEmpty()
				&& chain.entrySet().stream().allMatch((edge) -> edge.getValue().equals(edge.getKey().waitingFor()));
	}

	/** The handler goes on. */
	void end() {
		if (this.waiting != null) {
			this.waiting.waitFor(null);
		}
	}

}
