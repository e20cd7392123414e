import java.time.Duration;
import java.util.function.Consumer;

/** Histories that {@link CounterHistory} must accept, and such that it must reject. */
final class CounterHistoryCheck {

	private CounterHistoryCheck() {
	}

	public static void main(String[] arguments) {
		Check.main(Duration.ofMinutes(1), CounterHistoryCheck::run);
	}

	private static void run() {
		accepts("nothing", (history) -> {
		});
		accepts("one after the other", (history) -> {
			history.read(1, 2, 0);
			history.incremented(3, 4, 1);
			history.read(5, 6, 1);
			history.incremented(7, 8, 2);
		});
		accepts("increments that overlap, in either order", (history) -> {
			history.incremented(1, 10, 2);
			history.incremented(2, 9, 1);
			history.read(3, 4, 1);
		});
		accepts("a read that overlaps an increment, before it or after", (history) -> {
			history.incremented(1, 10, 1);
			history.read(2, 9, 0);
			history.read(3, 11, 1);
		});
		accepts("an unknown increment that took effect, late", (history) -> {
			history.unknown(1);
			history.read(2, 3, 0);
			history.incremented(4, 5, 1);
			history.read(6, 7, 2);
		});
		accepts("an unknown increment that took none", (history) -> {
			history.unknown(1);
			history.incremented(4, 5, 1);
			history.read(6, 7, 1);
		});
		rejects("a stale read", (history) -> {
			history.incremented(1, 2, 1);
			history.read(3, 4, 0);
		});
		rejects("reads that go back", (history) -> {
			history.incremented(1, 10, 1);
			history.read(2, 3, 1);
			history.read(4, 5, 0);
		});
		rejects("a read of what was not called yet", (history) -> {
			history.read(1, 2, 1);
			history.incremented(3, 4, 1);
		});
		rejects("a read of what nobody called", (history) -> {
			history.incremented(1, 2, 1);
			history.read(3, 4, 2);
		});
		rejects("a read of an unknown increment before it was called", (history) -> {
			history.read(1, 2, 1);
			history.unknown(3);
		});
		rejects("one unknown increment counted twice", (history) -> {
			history.unknown(1);
			history.read(2, 3, 2);
		});
		rejects("an increment lost", (history) -> {
			history.incremented(1, 2, 1);
			history.incremented(3, 4, 1);
		});
		rejects("an increment applied twice", (history) -> {
			history.incremented(1, 2, 1);
			history.incremented(3, 4, 3);
		});
		rejects("increments in the wrong order", (history) -> {
			history.incremented(1, 2, 2);
			history.incremented(3, 4, 1);
		});
		rejects("an increment before a read that had ended", (history) -> {
			history.unknown(1);
			history.read(2, 3, 1);
			history.incremented(4, 5, 1);
		});
		goesBack();
		System.out.println("Histories are told apart");
	}

	/** The counter loses its last two increments at 10. */
	private static void goesBack() {
		Consumer<CounterHistory> before = (history) -> {
			history.incremented(1, 2, 1);
			history.incremented(3, 4, 2);
			history.incremented(5, 6, 3);
			history.read(7, 8, 3);
		};
		CounterHistory clean = new CounterHistory();
		before.accept(clean);
		clean.read(11, 12, 1);
		clean.incremented(13, 14, 2);
		Check.equal(2L, clean.lost(10), "What was lost");
		Check.that(clean.before(10).check().isEmpty(), () -> "Rejected: what was before");
		Check.that(clean.withoutLost(10).check().isEmpty(), () -> "Rejected: what was kept, and what followed");
		Check.that(!clean.check().isEmpty(), () -> "Accepted: a counter that goes back");
		CounterHistory mixed = new CounterHistory();
		before.accept(mixed);
		mixed.read(11, 12, 3);
		mixed.incremented(13, 14, 2);
		Check.that(!mixed.withoutLost(10).check().isEmpty(), () -> "Accepted: a read of what was lost");
		CounterHistory whole = new CounterHistory();
		before.accept(whole);
		whole.incremented(9, 12, 4);
		Check.equal(0L, whole.lost(10), "What was lost of a counter that did not go back");
		Check.that(whole.before(10).check().isEmpty() && whole.withoutLost(10).check().isEmpty(),
				() -> "Rejected: a counter that did not go back");
	}

	private static void accepts(String what, Consumer<CounterHistory> writer) {
		CounterHistory history = new CounterHistory();
		writer.accept(history);
		Check.that(history.check().isEmpty(), () -> "Rejected: " + what + ": " + history.check());
	}

	private static void rejects(String what, Consumer<CounterHistory> writer) {
		CounterHistory history = new CounterHistory();
		writer.accept(history);
		Check.that(!history.check().isEmpty(), () -> "Accepted: " + what);
	}

}
