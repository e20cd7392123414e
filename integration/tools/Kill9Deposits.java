import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Kills the sample while 200 callers deposit and 20 transfer, starts it again in the same
 * directory and compares what is there with what was acknowledged; several rounds.
 */
final class Kill9Deposits {

	private static final int DEPOSITORS = 200;

	private static final int TRANSFERRERS = 20;

	private static final int ROUNDS = 3;

	private final Path jar;

	private final Path directory;

	private final Random random;

	private int starts;

	private Kill9Deposits(Path jar, Path directory, long seed) {
		this.jar = jar;
		this.directory = directory;
		this.random = new Random(seed);
	}

	public static void main(String[] arguments) {
		long seed = (arguments.length > 2) ? Long.parseLong(arguments[2]) : System.nanoTime();
		System.out.println("seed " + seed);
		Check.main(Duration.ofMinutes(8),
				() -> new Kill9Deposits(Path.of(arguments[0]), Path.of(arguments[1]), seed).run());
	}

	private void run() throws Exception {
		App app = start();
		for (int round = 1; round <= ROUNDS; round++) {
			app = round("r" + round, app);
		}
		Check.equal(143, app.terminate(), "The exit code after SIGTERM");
	}

	private App start() {
		return App.start("sample-" + ++this.starts, this.directory, this.jar).awaitHealthy();
	}

	private App round(String name, App app) throws Exception {
		AccountLedger hot = new AccountLedger(name + "-hot");
		List<Depositor> depositors = new ArrayList<>();
		for (int i = 0; i < DEPOSITORS; i++) {
			depositors.add((i % 4 == 0) ? new KeyedDepositor(name + "-" + i) : new Depositor(name + "-" + i));
		}
		TransferLoad transfers = new TransferLoad(name, 5, this.random);
		transfers.fund(app.http);

		Callers callers = new Callers();
		Http http = app.http;
		callers.start(DEPOSITORS, (i) -> depositors.get(i).deposits(http, hot));
		callers.start(TRANSFERRERS, (i) -> () -> transfers.order(http));
		app.await("at work", Duration.ofSeconds(30), () -> hot.acknowledged() > 0 && transfers.acknowledged() > 0);
		Check.pause(Duration.ofMillis(this.random.nextInt(2000)));
		app.kill(callers::stop);
		callers.join();

		int acknowledged = hot.acknowledged() + depositors.stream().mapToInt((it) -> it.ledger.acknowledged()).sum();
		int unanswered = hot.unanswered() + depositors.stream().mapToInt((it) -> it.ledger.unanswered()).sum();
		System.out.printf(
				"%s: killed after %d acknowledged deposits, with %d under way; %d of %d transfers acknowledged%n", name,
				acknowledged, unanswered, transfers.acknowledged(), transfers.ordered());
		Check.that(unanswered > 0, () -> "The kill hit no call");

		App again = start();
		hot.verify(again.http);
		Callers.once(depositors.stream().<Callers.Call>map((it) -> () -> it.verify(again.http)).toList());
		transfers.orderAgain(again.http);
		Check.equal(transfers.ordered(), transfers.acknowledged(), "Transfers acknowledged after a second try");
		transfers.verify(again.http, ends(transfers, again));
		return again;
	}

	private Map<String, String> ends(TransferLoad transfers, App app) throws InterruptedException {
		long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
		Map<String, String> states = transfers.states(app.http);
		while (!states.values().stream().allMatch(TransferLoad::ended)) {
			Map<String, String> seen = states;
			Check.that(System.nanoTime() < deadline, () -> "Transfers without an end after 10 s: "
					+ seen.entrySet().stream().filter((it) -> !TransferLoad.ended(it.getValue())).toList());
			states = transfers.states(app.http);
		}
		return states;
	}

	/**
	 * Deposits to an account of its own, so that it knows to the entry what must be
	 * there.
	 */
	private static class Depositor {

		final AccountLedger ledger;

		private long amount;

		Depositor(String id) {
			this.ledger = new AccountLedger(id);
		}

		/** To its own account and to the one that all share, in turns. */
		Callers.Call deposits(Http http, AccountLedger shared) {
			AtomicInteger turn = new AtomicInteger();
			return () -> {
				if (turn.getAndIncrement() % 2 == 0) {
					deposit(http);
				}
				else {
					shared.deposit(http, 1, null);
				}
			};
		}

		void deposit(Http http) throws IOException {
			this.ledger.deposit(http, nextAmount(), null);
		}

		long nextAmount() {
			return ++this.amount;
		}

		void verify(Http http) throws IOException {
			this.ledger.verify(http);
		}

	}

	/**
	 * Deposits with an Idempotency-Key and, now and then, asks for what it does not have.
	 */
	private static final class KeyedDepositor extends Depositor {

		private static final String TOO_MUCH = "{\"amount\":1000000000000}";

		private final List<Keyed> deposits = new ArrayList<>();

		private final List<Http.Answer> refusals = new ArrayList<>();

		KeyedDepositor(String id) {
			super(id);
		}

		@Override
		void deposit(Http http) throws IOException {
			long amount = nextAmount();
			String key = "deposit-" + amount;
			this.deposits.add(new Keyed(key, amount, this.ledger.deposit(http, amount, key)));
			if (this.deposits.size() % 3 == 1) {
				Http.Answer refusal = withdrawTooMuch(http, this.refusals.size());
				if (refusal.status() == 409) {
					this.refusals.add(refusal);
				}
			}
		}

		private Http.Answer withdrawTooMuch(Http http, int number) throws IOException {
			try {
				return http.post("/accounts/" + this.ledger.id + "/withdrawals", TOO_MUCH, "refused-" + number);
			}
			catch (IOException ex) {
				return new Http.Answer(0, "");
			}
		}

		/**
		 * Each key repeats its first answer; a lost answer can be had now, and the
		 * deposit is there once.
		 */
		@Override
		void verify(Http http) throws IOException {
			super.verify(http);
			for (Keyed deposit : this.deposits) {
				Http.Answer again = repeat(http, deposit);
				if (deposit.known()) {
					Check.equal(deposit.answer, again,
							"The repeated answer for " + deposit.key + " of " + this.ledger.id);
				}
				else {
					Check.equal(200, again.status(), "The late answer " + again);
					this.ledger.settle(deposit.amount, again);
					Check.equal(again, repeat(http, deposit), "The late answer, repeated");
				}
			}
			for (int i = 0; i < this.refusals.size(); i++) {
				Check.equal(this.refusals.get(i), withdrawTooMuch(http, i), "The repeated refusal");
			}
			super.verify(http);
		}

		private Http.Answer repeat(Http http, Keyed deposit) throws IOException {
			return http.post("/accounts/" + this.ledger.id + "/deposits", "{\"amount\":" + deposit.amount + "}",
					deposit.key);
		}

		private record Keyed(String key, long amount, Http.Answer answer) {

			boolean known() {
				return this.answer != null && this.answer.status() == 200;
			}

		}

	}

}
