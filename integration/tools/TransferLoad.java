import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Transfers between a few accounts, and what became of them. */
final class TransferLoad {

	private static final long FUNDS = 10_000;

	private final String prefix;

	private final List<String> accounts = new ArrayList<>();

	private final Map<String, Order> orders = new ConcurrentHashMap<>();

	private final Map<String, Order> acknowledged = new ConcurrentHashMap<>();

	private final AtomicInteger count = new AtomicInteger();

	private final Random random;

	TransferLoad(String prefix, int accounts, Random random) {
		this.prefix = prefix;
		this.random = random;
		for (int i = 0; i < accounts; i++) {
			this.accounts.add(prefix + "-account-" + i);
		}
	}

	void fund(Http http) throws IOException {
		for (String account : this.accounts) {
			Http.Answer answer = http.post("/accounts/" + account + "/deposits", "{\"amount\":" + FUNDS + "}");
			Check.equal(200, answer.status(), "The answer to the first deposit");
		}
	}

	/** Orders one more transfer: most can be carried out, some lack the funds. */
	void order(Http http) {
		Order order = next();
		this.orders.put(order.id, order);
		order(http, order);
	}

	private void order(Http http, Order order) {
		try {
			Http.Answer answer = http.post("/transfers", order.json());
			if (answer.status() != 503 && answer.status() != 504) {
				Check.equal(202, answer.status(), "The answer to a transfer " + answer);
				this.acknowledged.put(order.id, order);
			}
		}
		catch (IOException ex) {
			// Not acknowledged
		}
	}

	private synchronized Order next() {
		int from = this.random.nextInt(this.accounts.size());
		int to = (from + 1 + this.random.nextInt(this.accounts.size() - 1)) % this.accounts.size();
		long amount = (this.random.nextInt(10) == 0) ? FUNDS * this.accounts.size() + 1 : 1 + this.random.nextInt(100);
		return new Order(this.prefix + "-transfer-" + this.count.incrementAndGet(), this.accounts.get(from),
				this.accounts.get(to), amount);
	}

	int ordered() {
		return this.orders.size();
	}

	int acknowledged() {
		return this.acknowledged.size();
	}

	/** The state of each acknowledged transfer, at the first look. */
	Map<String, String> states(Http http) throws InterruptedException {
		Map<String, String> states = new ConcurrentHashMap<>();
		Callers.once(this.acknowledged.keySet().stream().<Callers.Call>map((id) -> () -> {
			Http.Answer answer = http.get("/transfers/" + id);
			Check.equal(200, answer.status(), "The answer for the acknowledged transfer " + id);
			states.put(id, answer.text("state"));
		}).toList());
		return states;
	}

	/** Orders again what was not acknowledged: whoever lost an answer does that. */
	void orderAgain(Http http) throws InterruptedException {
		List<Order> lost = this.orders.values()
			.stream()
			.filter((order) -> !this.acknowledged.containsKey(order.id))
			.toList();
		Callers.once(lost.stream().<Callers.Call>map((order) -> () -> order(http, order)).toList());
	}

	/**
	 * Each balance is what the completed transfers make it, so nothing is lost and
	 * nothing is twice there.
	 */
	void verify(Http http, Map<String, String> states) throws IOException {
		Map<String, Long> balances = new HashMap<>();
		this.accounts.forEach((account) -> balances.put(account, FUNDS));
		states.forEach((id, state) -> {
			if (state.equals("COMPLETED")) {
				Order order = this.orders.get(id);
				balances.merge(order.from, -order.amount, Long::sum);
				balances.merge(order.to, order.amount, Long::sum);
			}
		});
		long total = 0;
		for (String account : this.accounts) {
			long balance = http.get("/accounts/" + account).number("balance");
			Check.equal(balances.get(account), balance, "The balance of " + account + " after its transfers");
			total += balance;
		}
		Check.equal(FUNDS * this.accounts.size(), total, "The money in all accounts");
	}

	static boolean ended(String state) {
		return state.equals("COMPLETED") || state.equals("REFUSED");
	}

	private record Order(String id, String from, String to, long amount) {

		String json() {
			return """
					{"id":"%s","from":"%s","to":"%s","amount":%d}""".formatted(this.id, this.from, this.to,
					this.amount);
		}

	}

}
