import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kills the sample while transfers are between their two halves, starts it again and
 * calls nothing but the health endpoint for 10 s: then every transfer has come to its
 * end. The log of the second process shows which ones it finished, so that a kill that
 * hit none does not count.
 */
final class Kill9Transfers {

	private static final int CALLERS = 40;

	private static final int ROUNDS = 1;

	private static final int ATTEMPTS = 12;

	/**
	 * Steps whose transfer had not been withdrawn before: it was at STARTED when the
	 * process was killed.
	 */
	private static final Set<String> BEFORE_THE_FIRST_HALF = Set.of("WITHDRAWN", "REFUSED");

	private static final Pattern STEP = Pattern.compile("Transfer (\\S+) is ([A-Z]+)");

	private final Path jar;

	private final Path directory;

	private final Random random;

	private int starts;

	private Kill9Transfers(Path jar, Path directory, long seed) {
		this.jar = jar;
		this.directory = directory;
		this.random = new Random(seed);
	}

	public static void main(String[] arguments) {
		long seed = (arguments.length > 2) ? Long.parseLong(arguments[2]) : System.nanoTime();
		System.out.println("seed " + seed);
		Check.main(Duration.ofMinutes(8),
				() -> new Kill9Transfers(Path.of(arguments[0]), Path.of(arguments[1]), seed).run());
	}

	private void run() throws Exception {
		App app = start();
		int hits = 0;
		for (int attempt = 1; hits < ROUNDS; attempt++) {
			int tried = attempt;
			Check.that(attempt <= ATTEMPTS, () -> "No kill hit a transfer between its halves, in " + (tried - 1));
			TransferLoad transfers = new TransferLoad("r" + attempt, 20, this.random);
			transfers.fund(app.http);
			kill(app, transfers);

			app = start();
			waitWithoutCalling(app);
			Map<String, String> firstSteps = firstSteps(app.log());
			Map<String, String> states = transfers.states(app.http);
			List<?> unfinished = states.entrySet().stream().filter((it) -> !TransferLoad.ended(it.getValue())).toList();
			Check.that(unfinished.isEmpty(), () -> "10 s after the start, without a call: " + unfinished);

			long halfDone = firstSteps.values()
				.stream()
				.filter((step) -> !BEFORE_THE_FIRST_HALF.contains(step))
				.count();
			System.out.printf(
					"attempt %d: killed after %d acknowledged transfers; %d were unfinished, %d of them withdrawn%n",
					attempt, transfers.acknowledged(), firstSteps.size(), halfDone);
			hits += (halfDone > 0) ? 1 : 0;

			transfers.orderAgain(app.http);
			App current = app;
			app.await("done with the last transfers", Duration.ofSeconds(10), () -> allEnded(transfers, current));
			transfers.verify(app.http, transfers.states(app.http));
		}
		Check.equal(143, app.terminate(), "The exit code after SIGTERM");
	}

	private App start() {
		return App.start("sample-" + ++this.starts, this.directory, this.jar, "--logging.level.dev.cajun.sample=debug")
			.awaitHealthy();
	}

	private void kill(App app, TransferLoad transfers) throws InterruptedException {
		Callers callers = new Callers();
		callers.start(CALLERS, (i) -> () -> transfers.order(app.http));
		app.await("at work", Duration.ofSeconds(30), () -> transfers.acknowledged() > CALLERS);
		Check.pause(Duration.ofMillis(this.random.nextInt(1500)));
		app.kill(callers::stop);
		callers.join();
	}

	private static void waitWithoutCalling(App app) {
		long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
		while (System.nanoTime() < end) {
			app.awaitHealthy();
			Check.pause(Duration.ofMillis(500));
		}
	}

	/** The first step that each transfer took in this process. */
	private static Map<String, String> firstSteps(List<String> log) {
		Map<String, String> steps = new HashMap<>();
		for (String line : log) {
			Matcher step = STEP.matcher(line);
			if (step.find()) {
				steps.putIfAbsent(step.group(1), step.group(2));
			}
		}
		return steps;
	}

	private static boolean allEnded(TransferLoad transfers, App app) {
		try {
			return transfers.acknowledged() == transfers.ordered()
					&& transfers.states(app.http).values().stream().allMatch(TransferLoad::ended);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
