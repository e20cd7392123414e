import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Clients that deposit, each with a key of its own for every deposit, at whichever node
 * answers, and repeat what failed under the same key until it is answered. So in the end
 * every deposit is there exactly once. Others may read meanwhile, each at one node
 * whatever happens to it; no answer may be stale.
 */
final class LoadedAccounts {

	private static final Duration GIVES_UP = Duration.ofSeconds(60);

	private final String prefix;

	private final Supplier<List<App>> nodes;

	private final List<AtomicInteger> deposits = new ArrayList<>();

	/** What callers saw of each account. */
	private final List<CounterHistory> histories = new ArrayList<>();

	private final AtomicInteger reads = new AtomicInteger();

	private final AtomicInteger failedReads = new AtomicInteger();

	private final Queue<Answered> answered = new ConcurrentLinkedQueue<>();

	private final Map<Integer, AtomicInteger> refusals = new ConcurrentHashMap<>();

	private final AtomicLong keys = new AtomicLong();

	private final Callers callers = new Callers();

	LoadedAccounts(String prefix, int accounts, Supplier<List<App>> nodes) {
		this.prefix = prefix;
		this.nodes = nodes;
		for (int i = 0; i < accounts; i++) {
			this.deposits.add(new AtomicInteger());
			this.histories.add(new CounterHistory());
		}
	}

	void start(int clients) {
		this.callers.start(clients, (client) -> {
			AtomicInteger next = new AtomicInteger(client * 7);
			return () -> deposit(Math.floorMod(next.getAndAdd(clients), this.deposits.size()), client);
		});
	}

	private void deposit(int account, int client) {
		String key = this.prefix + "-" + this.keys.incrementAndGet();
		long start = System.nanoTime();
		for (int attempt = 0;; attempt++) {
			List<App> nodes = List.copyOf(this.nodes.get());
			App node = nodes.get((client + attempt) % nodes.size());
			long sent = System.nanoTime();
			Http.Answer answer = post(node, account, key);
			int status = (answer == null) ? 0 : answer.status();
			if (status == 200) {
				long end = System.nanoTime();
				this.deposits.get(account).incrementAndGet();
				this.answered.add(new Answered(account, start, end));
				this.histories.get(account).incremented(start, end, answer.number("entries"));
				return;
			}
			Check.that(status == 0 || status == 503 || status == 504, () -> "A deposit was answered with " + status);
			this.refusals.computeIfAbsent(status, (any) -> new AtomicInteger()).incrementAndGet();
			Check.that(sent - start < GIVES_UP.toNanos(),
					() -> "A deposit to " + id(account) + " got no answer for " + GIVES_UP);
			Check.pause(Duration.ofMillis(20));
		}
	}

	private Http.Answer post(App node, int account, String key) {
		try {
			return node.http.post("/accounts/" + id(account) + "/deposits", "{\"amount\":1}", key);
		}
		catch (IOException ex) {
			return null;
		}
	}

	/**
	 * Clients that read, one account after the other, at one of these nodes each: at the
	 * same one whatever becomes of it, if the list is always the same.
	 */
	void startReading(int clients, Supplier<List<App>> nodes) {
		this.callers.start(clients, (client) -> {
			AtomicInteger next = new AtomicInteger(client * 13);
			return () -> {
				List<App> now = List.copyOf(nodes.get());
				read(Math.floorMod(next.getAndIncrement(), this.deposits.size()), now.get(client % now.size()));
			};
		});
	}

	private boolean read(int account, App node) {
		long start = System.nanoTime();
		Http.Answer answer = node.http.tryGet("/accounts/" + id(account));
		if (answer != null && answer.status() == 200) {
			this.histories.get(account).read(start, System.nanoTime(), answer.number("entries"));
			this.reads.incrementAndGet();
			Check.pause(Duration.ofMillis(1));
			return true;
		}
		int status = (answer == null) ? 0 : answer.status();
		Check.that(status == 0 || status == 503 || status == 504, () -> "A read was answered with " + answer);
		this.failedReads.incrementAndGet();
		Check.pause(Duration.ofMillis(20));
		return false;
	}

	/** Deposits once to each account, by so many clients. */
	void depositOnce(int clients) throws InterruptedException {
		once(clients, this::deposit);
	}

	/** Reads each account, by so many clients, until it is answered. */
	void readOnce(int clients) throws InterruptedException {
		once(clients, (account, client) -> {
			long start = System.nanoTime();
			boolean answered = false;
			for (int attempt = 0; !answered; attempt++) {
				Check.that(System.nanoTime() - start < GIVES_UP.toNanos(),
						() -> id(account) + " was not read within " + GIVES_UP);
				List<App> nodes = List.copyOf(this.nodes.get());
				answered = read(account, nodes.get((client + attempt) % nodes.size()));
			}
		});
	}

	private void once(int clients, Operation operation) throws InterruptedException {
		AtomicInteger next = new AtomicInteger();
		Callers.once(IntStream.range(0, clients).mapToObj((client) -> (Callers.Call) () -> {
			for (int account = next.getAndIncrement(); account < accounts(); account = next.getAndIncrement()) {
				operation.perform(account, client);
			}
		}).toList());
	}

	/** Reads that were answered. */
	int reads() {
		return this.reads.get();
	}

	/** Reads that were not answered with 200. */
	int failedReads() {
		return this.failedReads.get();
	}

	String id(int account) {
		return this.prefix + "-" + account;
	}

	int accounts() {
		return this.deposits.size();
	}

	int count() {
		return this.answered.size();
	}

	/** Attempts that were not answered with 200: no connection, 503 and 504 together. */
	int failures() {
		return this.refusals.values().stream().mapToInt(AtomicInteger::get).sum();
	}

	String failuresByStatus() {
		return this.refusals.toString();
	}

	/**
	 * How long after a moment the first deposit to one of these accounts was answered
	 * that began after it.
	 */
	Duration firstAnswer(List<Integer> accounts, long since) {
		return Duration.ofNanos(this.answered.stream()
			.filter((it) -> it.start > since && accounts.contains(it.account))
			.mapToLong((it) -> it.end - since)
			.min()
			.orElse(Long.MAX_VALUE));
	}

	/** The 99th percentile of the time from first attempt to answer between two moments. */
	Duration p99(List<Integer> accounts, long from, long to) {
		long[] times = this.answered.stream()
			.filter((it) -> it.end > from && it.end < to && accounts.contains(it.account))
			.mapToLong((it) -> it.end - it.start)
			.sorted()
			.toArray();
		return (times.length == 0) ? Duration.ofDays(1) : Duration.ofNanos(times[(int) (times.length * 0.99)]);
	}

	/** The longest time from first attempt to answer of what was under way meanwhile. */
	Duration longest(long from, long to) {
		return Duration.ofNanos(this.answered.stream()
			.filter((it) -> it.end > from && it.start < to)
			.mapToLong((it) -> it.end - it.start)
			.max()
			.orElse(0));
	}

	/** The longest time from first attempt to answer. */
	Duration longest() {
		return Duration.ofNanos(this.answered.stream().mapToLong((it) -> it.end - it.start).max().orElse(0));
	}

	/** Stops the clients, which finish what they have begun. */
	void stop() throws InterruptedException {
		this.callers.stop();
		this.callers.join();
	}

	/** Every deposit is there once, on every node's word, and no answer was stale. */
	void verify() throws IOException {
		verifyAnswers();
		verifyBalances((account) -> this.deposits.get(account).get());
	}

	/** No answer was stale, and no deposit came twice. */
	void verifyAnswers() {
		for (int account = 0; account < this.histories.size(); account++) {
			verify(account, this.histories.get(account));
		}
	}

	/**
	 * As {@link #verify()}, where the store went back at a moment at which nothing was being
	 * answered: what is from before agrees, and what was kept agrees with what followed.
	 * @return how many deposits were answered before and are lost
	 */
	long verifySetBack(long moment) throws IOException {
		long[] lost = new long[this.histories.size()];
		for (int account = 0; account < this.histories.size(); account++) {
			CounterHistory history = this.histories.get(account);
			verify(account, history.before(moment));
			verify(account, history.withoutLost(moment));
			lost[account] = history.lost(moment);
		}
		verifyBalances((account) -> this.deposits.get(account).get() - lost[account]);
		return LongStream.of(lost).sum();
	}

	private void verify(int account, CounterHistory history) {
		List<String> wrong = history.check();
		String id = id(account);
		Check.that(wrong.isEmpty(), () -> wrong.size() + " answers for " + id + " cannot be: " + wrong.getFirst());
	}

	/** Waits until nothing was answered for so long, neither deposit nor read. */
	void awaitSilence(Duration silent, Duration atMost) {
		long deadline = System.nanoTime() + atMost.toNanos();
		int seen = -1;
		while (seen != count() + reads()) {
			Check.that(System.nanoTime() < deadline, () -> "There are answers after " + atMost);
			seen = count() + reads();
			Check.pause(silent);
		}
	}

	/** Whether every account has had an answer that ended after a moment. */
	boolean isAnsweredSince(long moment) {
		Set<Integer> accounts = new HashSet<>();
		this.answered.stream().filter((it) -> it.end > moment).forEach((it) -> accounts.add(it.account));
		return accounts.size() == accounts();
	}

	private void verifyBalances(IntToLongFunction deposits) throws IOException {
		for (App node : this.nodes.get()) {
			for (int account = 0; account < this.deposits.size(); account++) {
				long expected = deposits.applyAsLong(account);
				if (expected > 0) {
					Http.Answer answer = node.http.get("/accounts/" + id(account));
					Check.equal(200, answer.status(), "The answer for " + id(account) + ": " + answer);
					Check.equal(expected, answer.number("balance"), "The balance of " + id(account));
					Check.equal(expected, answer.number("entries"), "The deposits to " + id(account));
				}
			}
		}
	}

	private interface Operation {

		void perform(int account, int client);

	}

	private record Answered(int account, long start, long end) {

	}

}
