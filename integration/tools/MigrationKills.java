import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shards are migrated under load, and in each phase the source, the target or the leader
 * is killed with -9. Every deposit is there exactly once, no answer is stale, the shard is
 * served again soon, and it gets to its target as long as that lives.
 */
final class MigrationKills {

	private static final List<String> NAMES = List.of("n1", "n2", "n3");

	private static final int ACCOUNTS = 60;

	private static final int CLIENTS = 6;

	private static final Pattern MIGRATION = Pattern
		.compile("\"number\"\\s*:\\s*(\\d+)\\s*,\\s*\"shard\"\\s*:\\s*\\d+[^{}]*?\"phase\"\\s*:\\s*\"(\\w+)\"");

	private final LocalCluster cluster;

	private LoadedAccounts load;

	private MigrationKills(LocalCluster cluster) {
		this.cluster = cluster;
	}

	public static void main(String[] arguments) {
		Check.main(Duration.ofMinutes(8),
				() -> new MigrationKills(new LocalCluster(Path.of(arguments[0]), Path.of(arguments[1]))).run());
	}

	private void run() throws Exception {
		NAMES.forEach(this.cluster::start);
		NAMES.forEach((name) -> node(name).awaitHealthy());
		awaitWhole();
		this.load = new LoadedAccounts("killed", ACCOUNTS, this.cluster::running);
		this.load.start(CLIENTS);
		node("n1").await("at work", Duration.ofSeconds(30), () -> this.load.count() > 10 * ACCOUNTS);
		for (Victim victim : Victim.values()) {
			for (Phase phase : List.of(Phase.RELEASING, Phase.CLAIMING, Phase.COMPLETED)) {
				kill(victim, phase);
			}
		}
		this.load.stop();
		this.load.verify();
		System.out.printf("%d deposits, each exactly once, no answer stale; %d attempts failed %s, longest %d ms%n",
				this.load.count(), this.load.failures(), this.load.failuresByStatus(), this.load.longest().toMillis());
	}

	private void kill(Victim victim, Phase phase) throws IOException {
		String account = this.load.id(0);
		String leader = LocalCluster.leader(node("n1"));
		String source = LocalCluster.owner(node(leader), account);
		if (source.equals(leader)) {
			String away = NAMES.stream().filter((name) -> !name.equals(leader)).findFirst().orElseThrow();
			migrate(node(leader), account, away);
			await("without the shard", Duration.ofSeconds(10), () -> owner(node(leader), account).equals(away));
			source = away;
		}
		String from = source;
		String target = NAMES.stream()
			.filter((name) -> !name.equals(leader) && !name.equals(from))
			.findFirst()
			.orElseThrow();
		String dies = switch (victim) {
			case SOURCE -> from;
			case TARGET -> target;
			case LEADER -> leader;
		};
		App asked = node(dies.equals(leader) ? target : leader);
		long before = latest(asked).number;
		migrate(asked, account, target);
		Move seen = latest(asked);
		while (seen.number == before || Phase.valueOf(seen.phase).compareTo(phase) < 0) {
			seen = latest(asked);
		}
		long killed = System.nanoTime();
		node(dies).kill(() -> {
		});
		await("answering again", Duration.ofSeconds(10),
				() -> this.load.firstAnswer(List.of(0), killed).compareTo(Duration.ofMinutes(1)) < 0);
		System.out.printf("The %s was killed when the move was %s: first answer after %d ms%n",
				victim.name().toLowerCase(), seen.phase, this.load.firstAnswer(List.of(0), killed).toMillis());
		if (victim != Victim.TARGET) {
			await("sending to the target", Duration.ofSeconds(15), () -> owner(asked, account).equals(target));
		}
		this.cluster.start(dies).awaitHealthy();
		awaitWhole();
	}

	private void migrate(App asked, String account, String target) {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
		// 409 while another move of the shard is not over, or the target not up again
		while (post(asked, "/actuator/cluster/actors/account/" + account + "/migrate",
				"{\"target\":\"" + target + "\"}") != 202) {
			Check.that(System.nanoTime() < deadline, () -> "No migration to " + target + " was accepted");
			Check.pause(Duration.ofMillis(50));
		}
	}

	private static int post(App asked, String path, String body) {
		try {
			return asked.http.post(path, body).status();
		}
		catch (IOException ex) {
			return 0;
		}
	}

	/** The move of the highest number, as a node saw it. */
	private static Move latest(App asked) {
		Move latest = new Move(0, "");
		Http.Answer answer = asked.http.tryGet("/actuator/cluster/migrations");
		Matcher matcher = MIGRATION.matcher((answer == null) ? "" : answer.body());
		while (matcher.find()) {
			long number = Long.parseLong(matcher.group(1));
			latest = (number > latest.number) ? new Move(number, matcher.group(2)) : latest;
		}
		return latest;
	}

	private static String owner(App asked, String account) {
		Http.Answer answer = asked.http.tryGet("/actuator/cluster/routing/account/" + account);
		return (answer == null || answer.status() != 200) ? "" : answer.text("node");
	}

	private void awaitWhole() {
		this.cluster.awaitMembers(Duration.ofSeconds(60), NAMES.toArray(String[]::new));
	}

	private void await(String what, Duration atMost, BooleanSupplier condition) {
		long deadline = System.nanoTime() + atMost.toNanos();
		while (!condition.getAsBoolean()) {
			Check.that(System.nanoTime() < deadline, () -> "The cluster was not " + what + " within " + atMost);
			Check.pause(Duration.ofMillis(10));
		}
	}

	private App node(String name) {
		return this.cluster.node(name);
	}

	private enum Victim {

		SOURCE, TARGET, LEADER

	}

	/** What a move is at when the kill comes, in order. */
	private enum Phase {

		RELEASING, CLAIMING, COMPLETED, ABORTED, FAILED

	}

	private record Move(long number, String phase) {

	}

}
