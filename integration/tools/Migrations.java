import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * A shard with 1,000 active counters is migrated between three nodes while senders on
 * each node add to all of them, and reminders fire. Then a fourth node joins, and is
 * drained, with which its process ends. No ask fails, nothing is lost, comes twice or out of order, and no reminder is lost; how long
 * callers waited is printed, apart for the first migration to each node, which runs cold
 * code. With {@code full} it moves 100 times more, and callers wait less than 200 ms.
 */
final class Migrations {

	private static final List<String> NAMES = List.of("n1", "n2", "n3");

	private static final int SHARDS = 1024;

	private static final int ACTIVE = 1000;

	private static final int SENDERS = 2;

	/** Each node is the source and the target once, with code that never ran before. */
	private static final int WARM_UP = 3;

	private static final int REMINDED = 50;

	private static final Duration REMINDERS = Duration.ofMillis(250);

	private static final Pattern OWNER = Pattern
		.compile("\"shard\"\\s*:\\s*(\\d+)\\s*,\\s*\"owner\"\\s*:\\s*\"(\\w+)\"");

	private final LocalCluster cluster;

	private final boolean full;

	private final List<String> keys = keysOfOneShard();

	private Migrations(LocalCluster cluster, boolean full) {
		this.cluster = cluster;
		this.full = full;
	}

	public static void main(String[] arguments) {
		boolean full = Arrays.asList(arguments).contains("full");
		Check.main(Duration.ofMinutes(8),
				() -> new Migrations(new LocalCluster(Path.of(arguments[0]), Path.of(arguments[1]))
					.withProperties("--cajun.shutdown.exit-when-drained=true"), full).run());
	}

	/** See {@code dev.cajun.placement.Shards}. */
	private static List<String> keysOfOneShard() {
		List<String> keys = new ArrayList<>();
		for (int i = 0; keys.size() < ACTIVE; i++) {
			String key = "c" + i;
			CRC32C crc = new CRC32C();
			crc.update(("counter\0" + key).getBytes(StandardCharsets.UTF_8));
			if (crc.getValue() % SHARDS == 7) {
				keys.add(key);
			}
		}
		return keys;
	}

	private void run() throws Exception {
		NAMES.forEach(this.cluster::start);
		NAMES.forEach((name) -> node(name).awaitHealthy());
		this.cluster.awaitMembers(Duration.ofSeconds(60), NAMES.toArray(String[]::new));
		ok(node("n1").http.post("/load/reminders", "{\"keys\":%s,\"everyMillis\":%d}"
			.formatted(json(this.keys.subList(0, REMINDED)), REMINDERS.toMillis())));
		for (String name : NAMES) {
			ok(node(name).http.post("/load/start",
					"{\"keys\":%s,\"senders\":%d}".formatted(json(this.keys), SENDERS)));
		}
		awaitActive();
		migrate();
		grow();
		drain();
		check();
	}

	private void migrate() throws IOException {
		int times = WARM_UP + (this.full ? 100 : 25);
		List<Long> took = new ArrayList<>();
		List<Long> toFirst = new ArrayList<>();
		List<Long> toAny = new ArrayList<>();
		for (int i = 0; i < times; i++) {
			String target = NAMES.get((NAMES.indexOf(owner()) + 1) % NAMES.size());
			progress();
			long start = System.nanoTime();
			migrateTo(target);
			node("n1").await("aware that the shard is at " + target, Duration.ofSeconds(10),
					() -> owner().equals(target));
			took.add(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start));
			awaitActive();
			List<Http.Answer> progress = progress();
			toFirst.add(max(progress, "longestToFirst"));
			toAny.add(Math.max(toFirst.getLast(), max(progress, "longestToOthers")));
			if (i == WARM_UP - 1) {
				System.out.printf("The first migrations of these processes: the longest waits were %s ms%n",
						toAny.stream().map((micros) -> micros / 1000).toList());
				List.of(took, toFirst, toAny).forEach(List::clear);
			}
		}
		System.out.printf("%d migrations of a shard with %d active counters: median %d ms, longest %d ms%n",
				took.size(), ACTIVE, percentile(took, 0.5), percentile(took, 1));
		System.out.printf(
				"The longest wait for the busiest counter: median %d ms, p99 %d ms; for any: median %d ms, p99 %d ms%n",
				percentile(toFirst, 0.5), percentile(toFirst, 0.99), percentile(toAny, 0.5), percentile(toAny, 0.99));
		// Other work on the machine is no fault of ours
		int most = this.full ? 200 : 1000;
		Check.that(percentile(toAny, 0.99) < most, () -> "That is not under " + most + " ms");
	}

	/** A fourth node joins: a quarter of the shards moves, all of it to the new node. */
	private void grow() throws IOException {
		Http.Answer unpinned = post("/actuator/cluster/actors/counter/" + this.keys.getFirst() + "/migrate", "{}");
		Check.equal(202, unpinned.status(), "The answer " + unpinned);
		List<String> before = awaitAtRest();
		this.cluster.start("n4").awaitHealthy();
		this.cluster.awaitMembers(Duration.ofSeconds(30), "n1", "n2", "n3", "n4");
		List<String> after = awaitAtRest();
		List<Integer> moved = IntStream.range(0, SHARDS)
			.filter((shard) -> !after.get(shard).equals(before.get(shard)))
			.boxed()
			.toList();
		moved.forEach((shard) -> Check.equal("n4", after.get(shard), "The new owner of shard " + shard));
		List<Http.Answer> progress = progress();
		System.out.printf(
				"A fourth node joined: %d of %d shards moved to it, no other did; the longest wait was %d ms%n",
				moved.size(), SHARDS,
				Math.max(max(progress, "longestToFirst"), max(progress, "longestToOthers")) / 1000);
		Check.that(moved.size() >= 0.2 * SHARDS && moved.size() <= 0.3 * SHARDS, () -> "That is not 25 % +/- 5 %");
	}

	/** The fourth node is drained from another one, and ends by itself. */
	private void drain() throws IOException {
		long start = System.nanoTime();
		Http.Answer answer = post("/actuator/cluster/nodes/n4/drain", "{}");
		Check.equal(202, answer.status(), "The answer " + answer);
		Check.equal(0, node("n4").exitCode(Duration.ofSeconds(30)), "The exit code of the drained node");
		List<Http.Answer> progress = progress();
		System.out.printf("The fourth node was drained and ended with 0 after %d ms; the longest wait was %d ms%n",
				TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
				Math.max(max(progress, "longestToFirst"), max(progress, "longestToOthers")) / 1000);
		this.cluster.awaitMembers(Duration.ofSeconds(30), NAMES.toArray(String[]::new));
		Check.that(!awaitAtRest().contains("n4"), () -> "A node that is gone has shards");
	}

	private void check() throws IOException {
		long answered = 0;
		for (String name : NAMES) {
			Http.Answer result = ok(node(name).http.post("/load/stop", "{}"));
			Check.equal(0L, result.number("failed"), "Failed asks: " + result);
			answered += result.number("answered");
		}
		Http.Answer seen = null;
		for (String name : NAMES) {
			seen = ok(node(name).http.post("/load/check", "{}"));
			Check.equal("", seen.text("wrong"), "What is wrong");
		}
		List<Long> before = reminders();
		node("n1").await("reminding every counter", Duration.ofSeconds(10), () -> {
			List<Long> now = reminders();
			return IntStream.range(0, REMINDED).allMatch((i) -> now.get(i) > before.get(i));
		});
		System.out.printf(
				"%d asks, none failed; none was lost, came twice or out of its sender's order. "
						+ "%d reminders, none lost, %d came twice, the latest %d ms late%n",
				answered, seen.number("reminders"), seen.number("repeated"), seen.number("latestMillis"));
	}

	/** One lost reminder ends a counter's: each sets the next. */
	private List<Long> reminders() {
		Http.Answer answer = ok(post("/load/reminded", json(this.keys.subList(0, REMINDED))));
		return Arrays.stream(answer.body().replaceAll("[^0-9,]", "").split(",")).map(Long::valueOf).toList();
	}

	// ---- the shard

	/** The name of the shard's owner, as n1 sees it. */
	private String owner() {
		return node("n1").http.tryGet("/actuator/cluster/routing/counter/" + this.keys.getFirst()).text("node");
	}

	/** Waits until all counters are active where the shard is. */
	private void awaitActive() {
		App owner = node(owner());
		owner.await("running " + ACTIVE + " counters", Duration.ofSeconds(30),
				() -> owner.http.tryGet("/actuator/cluster/types").number("activations") == ACTIVE);
	}

	private void migrateTo(String target) {
		String path = "/actuator/cluster/actors/counter/" + this.keys.getFirst() + "/migrate";
		// 409 while the leader does not know yet that the move before is over
		node("n1").await("accepting a migration", Duration.ofSeconds(10),
				() -> post(path, "{\"target\":\"" + target + "\"}").status() == 202);
	}

	/** Waits until no shard changes its owner any more; gives the owner of each. */
	private List<String> awaitAtRest() {
		List<List<String>> seen = new ArrayList<>();
		node("n1").await("at rest", Duration.ofSeconds(30), () -> {
			Check.pause(Duration.ofMillis(1500));
			List<String> owners = new ArrayList<>();
			Matcher matcher = OWNER.matcher(node("n1").http.tryGet("/actuator/cluster/shards").body());
			while (matcher.find()) {
				owners.add(matcher.group(2));
			}
			Check.equal(SHARDS, owners.size(), "The number of shards with an owner");
			seen.add(owners);
			return seen.size() > 1 && owners.equals(seen.get(seen.size() - 2));
		});
		return seen.getLast();
	}

	// ---- answers and figures

	private List<Http.Answer> progress() throws IOException {
		List<Http.Answer> progress = new ArrayList<>();
		for (String name : NAMES) {
			progress.add(ok(node(name).http.get("/load")));
		}
		return progress;
	}

	private static long max(List<Http.Answer> answers, String figure) {
		return answers.stream().mapToLong((answer) -> answer.number(figure)).max().orElse(0);
	}

	private static long percentile(List<Long> micros, double part) {
		List<Long> sorted = micros.stream().sorted().toList();
		return sorted.get(Math.max(0, (int) Math.ceil(sorted.size() * part) - 1)) / 1000;
	}

	private static String json(List<String> keys) {
		return keys.stream().collect(Collectors.joining("\",\"", "[\"", "\"]"));
	}

	private App node(String name) {
		return this.cluster.node(name);
	}

	private Http.Answer post(String path, String body) {
		try {
			return node("n1").http.post(path, body);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Http.Answer ok(Http.Answer answer) {
		Check.equal(200, answer.status(), "The answer " + answer);
		return answer;
	}

}
