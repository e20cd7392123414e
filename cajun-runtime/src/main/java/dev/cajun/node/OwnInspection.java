package dev.cajun.node;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * This node, asked by itself.
 *
 * @param management knows everything of this node
 */
record OwnInspection(NodeManagement management) implements NodeInspection {

	@Override
	public CompletionStage<NodeDetails> node() {
		return answer(this.management::details);
	}

	@Override
	public CompletionStage<ActivationPage> activations(@Nullable String type, @Nullable String cursor, int limit) {
		return answer(() -> this.management.activations(type, cursor, limit));
	}

	@Override
	public CompletionStage<ActivationPage> active(List<ActorId> actors) {
		return answer(() -> this.management.active(actors));
	}

	@Override
	public CompletionStage<Integer> activeIn(int shard) {
		return answer(() -> this.management.activeIn(shard));
	}

	@Override
	public CompletionStage<HotActors> hotActors(int limit) {
		return answer(() -> this.management.hotActors(limit));
	}

	@Override
	public CompletionStage<QuarantinedActors> quarantined(int limit) {
		return answer(() -> this.management.quarantined(limit));
	}

	@Override
	public CompletionStage<ActivationInfo> explain(ActorId actor) {
		return answer(() -> this.management.explain(actor));
	}

	@Override
	public CompletionStage<Boolean> release(ActorId actor) {
		return answer(() -> this.management.release(actor));
	}

	private static <T> CompletionStage<T> answer(Supplier<T> answer) {
		try {
			return CompletableFuture.completedFuture(answer.get());
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

}
