import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What callers of one counter saw. An increment answers how many there are with it, a
 * read how many there are. So each answer says where in the order its operation is, and a
 * history is checked in {@code n log n}; what passes is linearizable.
 * <p>
 * Thread-safe while it is written; checked when nobody writes any more.
 */
final class CounterHistory {

	private final Queue<Operation> operations = new ConcurrentLinkedQueue<>();

	/** An increment was answered. Times are {@link System#nanoTime()} of one process. */
	void incremented(long called, long ended, long count) {
		this.operations.add(new Operation(true, called, ended, count));
	}

	/** Nobody knows whether an increment took effect, or will. */
	void unknown(long called) {
		this.operations.add(new Operation(true, called, Long.MAX_VALUE, -1));
	}

	void read(long called, long ended, long count) {
		this.operations.add(new Operation(false, called, ended, count));
	}

	/**
	 * What was seen up to a moment. Increments that were under way then may have taken
	 * effect.
	 */
	CounterHistory before(long moment) {
		CounterHistory before = new CounterHistory();
		for (Operation operation : this.operations) {
			if (operation.ended < moment) {
				before.operations.add(operation);
			}
			else if (operation.increment && operation.called < moment) {
				before.unknown(operation.called);
			}
		}
		return before;
	}

	/**
	 * What was seen, where the counter went back at a moment, without what was lost then.
	 * No answer from before may end after that moment.
	 */
	CounterHistory withoutLost(long moment) {
		long kept = kept(moment);
		CounterHistory without = new CounterHistory();
		this.operations.stream()
			.filter((operation) -> operation.ended >= moment || operation.count <= kept)
			.forEach(without.operations::add);
		return without;
	}

	/** Increments that were answered before a moment and undone at it. */
	long lost(long moment) {
		long kept = kept(moment);
		return this.operations.stream()
			.filter((operation) -> operation.increment && operation.ended < moment && operation.count > kept)
			.count();
	}

	/** To which count the counter went back, as what ended later tells. */
	private long kept(long moment) {
		return this.operations.stream()
			.filter((operation) -> operation.ended >= moment && operation.count >= 0)
			.mapToLong((operation) -> operation.increment ? operation.count - 1 : operation.count)
			.min()
			.orElse(Long.MAX_VALUE);
	}

	/** What cannot be, in words; empty when the history is linearizable. */
	List<String> check() {
		List<String> wrong = new ArrayList<>();
		List<Operation> answered = this.operations.stream()
			.filter((operation) -> operation.count >= 0)
			.sorted(Comparator.comparingLong(Operation::called))
			.toList();
		Set<Long> counts = new HashSet<>();
		for (Operation operation : answered) {
			if (operation.increment && !counts.add(operation.count)) {
				wrong.add("Two increments were answered with the same count: " + operation);
			}
		}
		checkOrder(answered, wrong);
		checkOrigin(answered, wrong);
		return wrong;
	}

	/** Whatever ended before another was called comes before it. */
	private static void checkOrder(List<Operation> answered, List<String> wrong) {
		PriorityQueue<Operation> underWay = new PriorityQueue<>(Comparator.comparingLong(Operation::ended));
		Operation highest = new Operation(false, 0, 0, 0);
		for (Operation next : answered) {
			while (!underWay.isEmpty() && underWay.peek().ended < next.called) {
				Operation ended = underWay.remove();
				highest = (ended.count > highest.count) ? ended : highest;
			}
			if (next.increment ? next.count <= highest.count : next.count < highest.count) {
				wrong.add(next + " comes before an operation that had ended: " + highest);
			}
			underWay.add(next);
		}
	}

	/** Whatever is counted was called before the count was answered. */
	private void checkOrigin(List<Operation> answered, List<String> wrong) {
		long[] known = this.operations.stream()
			.filter((operation) -> operation.increment && operation.count >= 0)
			.mapToLong(Operation::count)
			.sorted()
			.toArray();
		long[] unknown = this.operations.stream()
			.filter((operation) -> operation.count < 0)
			.mapToLong(Operation::called)
			.sorted()
			.toArray();
		for (Operation operation : answered) {
			long missing = operation.count - upTo(known, operation.count);
			if (missing > upTo(unknown, operation.ended)) {
				wrong.add(operation + " counts " + missing + " that were not answered, and "
						+ upTo(unknown, operation.ended) + " such had been called");
			}
		}
	}

	private static int upTo(long[] sorted, long value) {
		int found = Arrays.binarySearch(sorted, value);
		if (found < 0) {
			return -found - 1;
		}
		while (found < sorted.length && sorted[found] == value) {
			found++;
		}
		return found;
	}

	private record Operation(boolean increment, long called, long ended, long count) {

		@Override
		public String toString() {
			return (this.increment ? "increment" : "read") + " called at " + this.called + ", ended at " + this.ended
					+ " with " + this.count;
		}

	}

}
