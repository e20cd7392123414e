import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One account as its callers know it: what was acknowledged, and what was left without an
 * answer.
 */
final class AccountLedger {

	final String id;

	private final List<Long> acknowledged = new ArrayList<>();

	private final List<Long> unanswered = new ArrayList<>();

	/**
	 * The number of entries in each receipt: an operation applied twice would leave a gap
	 * here.
	 */
	private final Set<Long> receipts = new HashSet<>();

	AccountLedger(String id) {
		this.id = id;
	}

	/**
	 * Deposits; returns the answer, or null when it is unknown whether the deposit was
	 * applied.
	 */
	Http.Answer deposit(Http http, long amount, String key) {
		Http.Answer answer;
		try {
			answer = http.post("/accounts/" + this.id + "/deposits", "{\"amount\":" + amount + "}", key);
		}
		catch (IOException ex) {
			answer = null;
		}
		record(amount, answer);
		return answer;
	}

	private synchronized void record(long amount, Http.Answer answer) {
		if (answer == null || answer.status() == 504) {
			this.unanswered.add(amount);
		}
		else if (answer.status() != 503) {
			Check.equal(200, answer.status(), "The answer to a deposit " + answer);
			this.acknowledged.add(amount);
			Check.that(this.receipts.add(answer.number("entries")),
					() -> "Account " + this.id + " gave two receipts for the same entry: " + answer);
		}
	}

	/**
	 * A deposit whose outcome was unknown was made again with its key, and is known now.
	 */
	synchronized void settle(long amount, Http.Answer answer) {
		this.unanswered.remove(amount);
		record(amount, answer);
	}

	synchronized int acknowledged() {
		return this.acknowledged.size();
	}

	synchronized int unanswered() {
		return this.unanswered.size();
	}

	/** Every acknowledged deposit is there once, every other one at most once. */
	synchronized void verify(Http http) throws IOException {
		Http.Answer account = http.get("/accounts/" + this.id);
		long entries = account.number("entries");
		long rest = account.number("balance") - this.acknowledged.stream().mapToLong(Long::longValue).sum();
		long more = entries - this.acknowledged.size();
		Check.that(canMake(rest, more, 0),
				() -> "Account " + account.body() + " does not add up: " + this.acknowledged.size()
						+ " deposits were acknowledged, the rest of " + rest + " in " + more
						+ " entries is not made of the unanswered " + this.unanswered);
	}

	/** Whether the rest is the sum of so many of the unanswered amounts. */
	private boolean canMake(long rest, long count, int from) {
		if (count == 0 || rest <= 0) {
			return count == 0 && rest == 0;
		}
		if (allEqual()) {
			return count <= this.unanswered.size() && rest == count * this.unanswered.getFirst();
		}
		for (int i = from; i < this.unanswered.size(); i++) {
			if (canMake(rest - this.unanswered.get(i), count - 1, i + 1)) {
				return true;
			}
		}
		return false;
	}

	private boolean allEqual() {
		return !this.unanswered.isEmpty() && this.unanswered.stream().distinct().count() == 1;
	}

}
