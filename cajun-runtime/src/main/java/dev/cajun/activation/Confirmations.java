package dev.cajun.activation;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

import dev.cajun.ActorId;
import dev.cajun.store.ActorStore;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreException;
import dev.cajun.store.StoreResult;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store whether this node still owns what a drain read. One call per shard
 * serves all drains that wait: those that come while a call is under way share the next
 * one, because a confirmation counts only for messages admitted before it was sent.
 * <p>
 * Thread-safe.
 */
public final class Confirmations {

	private final ActorStore store;

	private final ConcurrentHashMap<Fence, Gathering> gatherings = new ConcurrentHashMap<>();

	/**
	 * Creates confirmations.
	 * @param store the store to ask
	 */
	public Confirmations(ActorStore store) {
		this.store = store;
	}

	CompletionStage<StoreResult> confirm(Fence fence, ActorId actor, long sequence) {
		CompletableFuture<StoreResult> result = new CompletableFuture<>();
		Gathering[] toSend = new Gathering[1];
		this.gatherings.compute(fence, (key, waiting) -> {
			if (waiting == null) {
				toSend[0] = new Gathering();
				toSend[0].add(actor, sequence, result);
				return new Gathering();
			}
			waiting.add(actor, sequence, result);
			return waiting;
		});
		if (toSend[0] != null) {
			send(fence, toSend[0]);
		}
		return result;
	}

	/** While a call is under way the map holds what comes next, perhaps nothing yet. */
	private void send(Fence fence, Gathering gathering) {
		for (Gathering current = gathering; current != null;) {
			Gathering sent = current;
			CompletionStage<Map<ActorId, StoreResult>> answer = ask(fence, sent);
			if (!answer.toCompletableFuture().isDone()) {
				answer.whenComplete((results, error) -> {
					Gathering following = next(fence);
					sent.settle(results, error);
					if (following != null) {
						send(fence, following);
					}
				});
				return;
			}
			current = next(fence);
			answer.whenComplete(sent::settle);
		}
	}

	private CompletionStage<Map<ActorId, StoreResult>> ask(Fence fence, Gathering gathering) {
		try {
			return this.store.confirm(fence, gathering.sequences);
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private @Nullable Gathering next(Fence fence) {
		Gathering[] following = new Gathering[1];
		this.gatherings.computeIfPresent(fence, (key, waiting) -> {
			if (waiting.sequences.isEmpty()) {
				return null;
			}
			following[0] = waiting;
			return new Gathering();
		});
		return following[0];
	}

	private static final class Gathering {

		private final Map<ActorId, Long> sequences = new HashMap<>();

		private final Map<ActorId, CompletableFuture<StoreResult>> waiting = new HashMap<>();

		void add(ActorId actor, long sequence, CompletableFuture<StoreResult> result) {
			this.sequences.put(actor, sequence);
			this.waiting.put(actor, result);
		}

		void settle(@Nullable Map<ActorId, StoreResult> results, @Nullable Throwable error) {
			this.waiting.forEach((actor, result) -> {
				StoreResult found = (results == null) ? null : results.get(actor);
				if (found != null) {
					result.complete(found);
				}
				else {
					result.completeExceptionally((error != null) ? error : new StoreException(
							StoreException.Kind.NOT_APPLIED, "The store confirmed nothing of actor " + actor, null));
				}
			});
		}

	}

}
