package dev.cajun.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

import dev.cajun.ActorId;
import dev.cajun.CyclicCallException;
import dev.cajun.activation.Activation;
import dev.cajun.activation.Turn;
import org.jspecify.annotations.Nullable;

/**
 * A handler that blocks on another actor's answer, for as long as it blocks. Each
 * activation has one handler at a time and so at most one actor that it waits for; those
 * edges are followed from the actor asked, and one that leads back is a deadlock. The
 * edge is published before the walk, so of handlers that close a cycle at the same time
 * at least one sees it.
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
	static Blocking on(Router router, ActorId asked, BooleanSupplier answered, Runnable cancel) {
		Turn turn = Turn.current();
		if (turn == null) {
			return NONE;
		}
		Activation self = turn.activation();
		self.waitFor(new Activation.Waiting(asked, answered));
		List<ActorId> chain = new ArrayList<>(List.of(self.id()));
		for (ActorId next = asked; next != null && chain.size() < MAX_CHAIN;) {
			chain.add(next);
			if (next.equals(self.id())) {
				self.waitFor(null);
				cancel.run();
				throw new CyclicCallException("Actor " + self.id() + " would wait for ever: "
						+ String.join(" waits for ", chain.stream().map(ActorId::toString).toList())
						+ ". Use ActorContext.ask, whose answer comes back as a message");
			}
			Activation activation = router.find(next);
			next = (activation == null) ? null : activation.waitingFor();
		}
		return new Blocking(self);
	}

	/** The handler goes on. */
	void end() {
		if (this.waiting != null) {
			this.waiting.waitFor(null);
		}
	}

}
