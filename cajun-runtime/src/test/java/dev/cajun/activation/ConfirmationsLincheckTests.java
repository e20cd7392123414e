package dev.cajun.activation;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.ActorId;
import dev.cajun.store.ActorStore;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreResult;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Drains of several actors of a shard have confirmed what they read, while the store
 * answers. Whatever the interleaving, the store is asked one thing at a time, each drain
 * has its answer once the store has answered, and no answer is to a call that was sent
 * before the drain asked. An actor has one drain at a time.
 */
@Param(name = "calls", gen = IntGen.class, conf = "1:2")
public class ConfirmationsLincheckTests {

	private static final Fence FENCE = new Fence(0, 1, "n1");

	private final Confirmations confirmations = new Confirmations(store());

	/** Each answer carries the number of its call. */
	private final AtomicInteger calls = new AtomicInteger();

	private final AtomicInteger underWay = new AtomicInteger();

	private final ConcurrentLinkedQueue<Call> waiting = new ConcurrentLinkedQueue<>();

	/** Actors whose drain waits for its answer. */
	private final Set<String> unanswered = ConcurrentHashMap.newKeySet();

	private volatile boolean wrong;

	@SuppressWarnings("ReferenceEquality") // the very store
	private ActorStore store() {
		return (ActorStore) Proxy.newProxyInstance(ActorStore.class.getClassLoader(),
				new Class<?>[] { ActorStore.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "confirm" -> asked((Map<?, ?>) arguments[1]);
					case "equals" -> proxy == arguments[0];
					case "hashCode" -> 1;
					case "toString" -> "a store";
					default -> throw new AssertionError("A confirmation needs no " + method.getName());
				});
	}

	private CompletionStage<Map<ActorId, StoreResult>> asked(Map<?, ?> sequences) {
		this.wrong |= this.underWay.incrementAndGet() > 1 || sequences.isEmpty();
		Map<ActorId, StoreResult> results = new HashMap<>();
		StoreResult result = new StoreResult.Applied(this.calls.incrementAndGet());
		sequences.keySet().forEach((actor) -> results.put((ActorId) actor, result));
		Call call = new Call(results, new CompletableFuture<>());
		this.waiting.add(call);
		return call.answer;
	}

	@Operation(nonParallelGroup = "one")
	public void confirmOne() {
		confirm("one");
	}

	@Operation(nonParallelGroup = "other")
	public void confirmOther() {
		confirm("other");
	}

	@Operation(nonParallelGroup = "third")
	public void confirmThird() {
		confirm("third");
	}

	private void confirm(String key) {
		if (!this.unanswered.add(key)) {
			return;
		}
		int sentBefore = this.calls.get();
		var unused = this.confirmations.confirm(FENCE, new ActorId("a", key), 1).whenComplete((result, error) -> {
			this.wrong |= !(result instanceof StoreResult.Applied applied) || applied.sequence() <= sentBefore;
			this.unanswered.remove(key);
		});
	}

	@Operation
	public void storeAnswers(@Param(name = "calls") int most) {
		for (int i = 0; i < most; i++) {
			Call call = this.waiting.poll();
			if (call != null) {
				this.underWay.decrementAndGet();
				call.answer.complete(call.results);
			}
		}
	}

	@Validate
	public void eachDrainHasALaterAnswer() {
		while (!this.waiting.isEmpty()) {
			storeAnswers(1);
		}
		if (this.wrong || !this.unanswered.isEmpty()) {
			throw new IllegalStateException(
					this.unanswered.size() + " drains have no answer" + (this.wrong ? ", or one has another's" : ""));
		}
	}

	@Test
	void confirmsEachDrainInEveryInterleaving() {
		new ModelCheckingOptions().iterations(12)
			.invocationsPerIteration(150)
			.threads(2)
			.actorsPerThread(2)
			.actorsBefore(1)
			.actorsAfter(0)
			.check(getClass());
	}

	private record Call(Map<ActorId, StoreResult> results, CompletableFuture<Map<ActorId, StoreResult>> answer) {

	}

}
