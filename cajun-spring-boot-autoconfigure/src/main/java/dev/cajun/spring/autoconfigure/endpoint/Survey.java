package dev.cajun.spring.autoconfigure.endpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import dev.cajun.CajunException;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.NodeInspection;

/**
 * One question to several nodes at once.
 *
 * @param <T> what each answers
 * @param answers by the node's name, in the order in which they were asked
 * @param unanswered the names of those that did not answer in time
 */
record Survey<T>(Map<String, T> answers, List<String> unanswered) {

	/** A node answers within two seconds, or is known not to. */
	private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(3);

	static <T> Survey<T> of(ClusterManagement management, Collection<String> nodes,
			Function<NodeInspection, CompletionStage<T>> question) throws InterruptedException {
		Map<String, CompletableFuture<T>> asked = new LinkedHashMap<>();
		nodes.forEach((node) -> asked.put(node, ask(management, node, question)));
		Map<String, T> answers = new LinkedHashMap<>();
		List<String> unanswered = new ArrayList<>();
		long end = System.nanoTime() + TIMEOUT_NANOS;
		for (Map.Entry<String, CompletableFuture<T>> each : asked.entrySet()) {
			try {
				answers.put(each.getKey(),
						each.getValue().get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS));
			}
			catch (ExecutionException | TimeoutException ex) {
				unanswered.add(each.getKey());
			}
		}
		return new Survey<>(answers, unanswered);
	}

	/** A node may have left since it was listed. */
	private static <T> CompletableFuture<T> ask(ClusterManagement management, String node,
			Function<NodeInspection, CompletionStage<T>> question) {
		try {
			return question.apply(management.at(node)).toCompletableFuture();
		}
		catch (CajunException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	/** The answer of one node, or why there is none. */
	static <T> T one(CompletionStage<T> question) throws Exception {
		return question.toCompletableFuture().get(TIMEOUT_NANOS, TimeUnit.NANOSECONDS);
	}

}
