package counters;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a counter has seen.
 *
 * @param last the last number of each sender
 * @param reminders reminders that came, each counted once
 * @param repeated reminders that came again
 * @param latestMillis the most that one was late
 * @param wrong the first message that was lost, came twice or out of order; empty for
 * none
 */
record Counter(Map<String, Long> last, long reminders, long repeated, long latestMillis, String wrong) {

	static final Counter NEW = new Counter(Map.of(), 0, 0, 0, "");

	Counter added(String sender, long number) {
		long before = this.last.getOrDefault(sender, 0L);
		String error = (number == before + 1) ? this.wrong : first(number + " of " + sender + " came after " + before);
		Map<String, Long> next = new TreeMap<>(this.last);
		next.put(sender, number);
		return new Counter(next, this.reminders, this.repeated, this.latestMillis, error);
	}

	Counter reminded(long number, Instant due, Instant now) {
		String error = (number == this.reminders + 1) ? this.wrong
				: first("reminder " + number + " came after " + this.reminders);
		return new Counter(this.last, number, this.repeated,
				Math.max(this.latestMillis, Duration.between(due, now).toMillis()), error);
	}

	Counter remindedAgain() {
		return new Counter(this.last, this.reminders, this.repeated + 1, this.latestMillis, this.wrong);
	}

	private String first(String error) {
		return this.wrong.isEmpty() ? error : this.wrong;
	}

}
