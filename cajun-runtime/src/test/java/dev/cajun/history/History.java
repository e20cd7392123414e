package dev.cajun.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

import dev.cajun.history.Operation.Outcome.Appended;
import dev.cajun.history.Operation.Outcome.Failed;
import dev.cajun.history.Operation.Outcome.Saw;
import dev.cajun.history.Operation.Outcome.Unknown;
import dev.cajun.history.Verdict.Kind;

/**
 * What callers of actors saw whose state is the list of the ids appended to it, each id
 * once. That one workload makes the check cheap: the list itself says in which order the
 * appends happened, so each actor is checked by itself and in {@code n log n}. What
 * passes is linearizable.
 * <p>
 * Thread-safe while it is written; checked when nobody writes any more.
 */
public final class History {

	private final AtomicLong clock = new AtomicLong();

	private final Queue<Operation> operations = new ConcurrentLinkedQueue<>();

	/**
	 * An append begins.
	 * @param actor the actor
	 * @param id what is appended, never used before
	 * @return to be told how it ends
	 */
	public Operation append(String actor, String id) {
		return begin(new Operation(this.clock, actor, id));
	}

	/**
	 * A read begins.
	 * @param actor the actor
	 * @return to be told how it ends
	 */
	public Operation read(String actor) {
		return begin(new Operation(this.clock, actor, null));
	}

	private Operation begin(Operation operation) {
		this.operations.add(operation);
		return operation;
	}

	/**
	 * Compares what callers saw with what is there in the end.
	 * @param lists the list of each actor; none is an empty one
	 * @return what does not fit
	 */
	public Verdict check(Map<String, List<String>> lists) {
		Map<String, List<Operation>> byActor = new TreeMap<>();
		lists.keySet().forEach((actor) -> byActor.put(actor, new ArrayList<>()));
		for (Operation operation : this.operations) {
			byActor.computeIfAbsent(operation.actor, (actor) -> new ArrayList<>()).add(operation);
		}
		Verdict verdict = new Verdict();
		byActor.forEach((actor, operations) -> new ActorCheck(lists.getOrDefault(actor, List.of()), operations, verdict)
			.run(actor));
		return verdict;
	}

	/**
	 * The check of one actor. Each operation that took effect has a place: an append at
	 * index i is between the lists of i and of i + 1 ids, a read of n ids is at the list
	 * of n. Sorted by place the operations are a legal sequence, and the only one up to
	 * reads of the same list; it is the order of an execution unless an operation ended
	 * before another was called that has a lower place.
	 */
	private static final class ActorCheck {

		private final List<String> list;

		private final List<Operation> operations;

		private final Verdict verdict;

		private final Map<String, Integer> indexes = new HashMap<>();

		/** Of the first n ids. */
		private final long[] digests;

		ActorCheck(List<String> list, List<Operation> operations, Verdict verdict) {
			this.list = list;
			this.operations = operations;
			this.verdict = verdict;
			this.digests = new long[list.size() + 1];
			this.digests[0] = Saw.NOTHING;
			for (int i = 0; i < list.size(); i++) {
				this.digests[i + 1] = Saw.digest(this.digests[i], list.get(i));
			}
		}

		void run(String actor) {
			Set<String> appended = new HashSet<>();
			for (Operation operation : this.operations) {
				if (operation.id != null && !appended.add(operation.id)) {
					throw new IllegalArgumentException("The id " + operation.id + " was used twice for " + actor);
				}
			}
			for (int i = 0; i < this.list.size(); i++) {
				String id = this.list.get(i);
				if (this.indexes.putIfAbsent(id, i) != null) {
					this.verdict.add(Kind.DOUBLED, actor, id + " is at " + this.indexes.get(id) + " and " + i);
				}
				if (!appended.contains(id)) {
					this.verdict.add(Kind.UNHEARD_OF, actor, id + " is at " + i);
				}
			}
			List<Placed> placed = new ArrayList<>();
			for (Operation operation : this.operations) {
				place(operation, placed);
			}
			checkOrder(placed);
		}

		private void place(Operation operation, List<Placed> placed) {
			Integer found = (operation.id != null) ? this.indexes.get(operation.id) : null;
			switch (operation.outcome()) {
				case Appended appended -> {
					if (found == null) {
						this.verdict.add(Kind.LOST, operation);
					}
					else {
						if (found != appended.index()) {
							this.verdict.add(Kind.MOVED, operation.actor, "it is at " + found + ": " + operation);
						}
						placed.add(new Placed(operation, 2L * found + 1, appended.at()));
					}
				}
				case Saw saw -> {
					if (saw.length() > this.list.size() || saw.digest() != this.digests[saw.length()]) {
						this.verdict.add(Kind.NO_PREFIX, operation);
					}
					else {
						placed.add(new Placed(operation, 2L * saw.length(), saw.at()));
					}
				}
				case Failed failed -> {
					if (found != null) {
						this.verdict.add(Kind.FAILED_AND_THERE, operation);
					}
				}
				case Unknown unknown -> {
					if (found != null) {
						placed.add(new Placed(operation, 2L * found + 1, Long.MAX_VALUE));
					}
				}
			}
		}

		private void checkOrder(List<Placed> placed) {
			placed.sort(Comparator.comparingLong((one) -> one.operation().called));
			PriorityQueue<Placed> underWay = new PriorityQueue<>(Comparator.comparingLong(Placed::ended));
			Placed highest = null;
			for (Placed next : placed) {
				while (!underWay.isEmpty() && underWay.peek().ended() < next.operation().called) {
					Placed ended = underWay.remove();
					highest = (highest == null || ended.place() > highest.place()) ? ended : highest;
				}
				if (highest != null && highest.place() > next.place()) {
					this.verdict.add(Kind.OUT_OF_ORDER, next.operation().actor, next.operation()
							+ ", which comes before an operation that had ended: " + highest.operation());
				}
				underWay.add(next);
			}
		}

	}

	private record Placed(Operation operation, long place, long ended) {

	}

}
