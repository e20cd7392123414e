package dev.cajun.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.AskTimeoutException;
import dev.cajun.CajunException;
import dev.cajun.Delivery;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.Persistence;
import dev.cajun.Seeds;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestActor.Query;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Senders on several nodes write numbered lines to actors whose shards change their owner
 * all the time. One thread runs everything, as a seed decides. What is checked: what was
 * acknowledged is there once (I1), nothing is there twice (I2), what is unknown is there
 * at most once (I3), and each sender's lines are in the order sent (I6).
 */
class RoutingSimulationTests {

	private static final List<Kind> KINDS = List.of(Kind.values());

	private static final int KEYS = 4;

	@Test
	void losesNothingAndKeepsOrderThroughPlannedMoves() {
		Seeds.run(getClass(), 400, (seed) -> {
			Run run = new Run(seed, Trouble.MOVES);
			run.go();
			assertThat(run.cluster.network.givenUp).as("links given up with seed " + seed).isZero();
			run.checkNothingLost();
		});
	}

	@Test
	void keepsPromisesThroughSeizedShardsAndLostAnswers() {
		Seeds.run(getClass(), 400, (seed) -> new Run(seed, Trouble.SEIZURES).go());
	}

	@Test
	void keepsPromisesThroughKilledNodes() {
		Seeds.run(getClass(), 400, (seed) -> new Run(seed, Trouble.KILLS).go());
	}

	private enum Trouble {

		MOVES, SEIZURES, KILLS

	}

	/** One line that somebody wrote. */
	private static final class Line {

		private final String sender;

		private final int number;

		private final String key;

		private final Kind kind;

		private @Nullable CompletableFuture<?> outcome;

		Line(String sender, int number, String key, Kind kind) {
			this.sender = sender;
			this.number = number;
			this.key = key;
			this.kind = kind;
		}

		String text() {
			return this.sender + ":" + this.number;
		}

		@Nullable Throwable error() {
			try {
				this.outcome.join();
				return null;
			}
			catch (CompletionException ex) {
				return ex.getCause();
			}
		}

		@Override
		public String toString() {
			return this.kind + " " + text() + " to " + this.key;
		}

	}

	private enum Kind {

		TELL, AT_LEAST_ONCE, EXACTLY_ONCE, ASK, KEYED_ASK, RELAYED

	}

	private static final class Run {

		private static final long MOST_STEPS = 3_000_000;

		private final long seed;

		private final Trouble trouble;

		private final SimulatedCluster cluster;

		private final ActorSettings settings;

		private final Map<String, Integer> numbers = new HashMap<>();

		private final List<Line> lines = new ArrayList<>();

		private Map<String, List<String>> found = Map.of();

		private final Map<SimulatedCluster.Member, Integer> lives = new HashMap<>();

		Run(long seed, Trouble trouble) {
			this.seed = seed;
			this.trouble = trouble;
			this.settings = ActorSettings.defaults()
				.withPersistence((seed % 2 == 0) ? Persistence.STATE : Persistence.MESSAGES)
				.withSnapshotEvery(5)
				.withPassivateAfter(Duration.ofSeconds(3))
				.withAskTimeout(Duration.ofMinutes(2));
			this.cluster = new SimulatedCluster(seed, 3, this::actors);
			this.cluster.healsBeforeTimePasses = trouble == Trouble.MOVES;
		}

		private List<ActorDefinition> actors(Supplier<Router> router) {
			TestActor lines = new TestActor();
			lines.on("append", (state, message, context) -> {
				Query append = (Query) message;
				context.reply(append, "ok " + append.text());
				return state.with(append.text());
			});
			TestActor relay = new TestActor();
			relay.on("relay", (state, message, context) -> {
				String[] parts = ((Do) message).text().split(" ", 2);
				// What the actor sends is numbered by the actor: its order is its own.
				long number = state.sum() + 1;
				CompletableFuture<Void> told = router.get()
					.<Message>actors("lines")
					.get(parts[0])
					.tell(new Note(parts[1] + number), Delivery.EXACTLY_ONCE);
				assertThat(told).isNotNull();
				return state.plus(1);
			});
			return List.of(lines.definition("lines", this.settings), relay.definition("relay", this.settings));
		}

		void go() {
			try {
				act();
				settle();
				check();
			}
			catch (AssertionError | RuntimeException ex) {
				throw new AssertionError("Seed " + this.seed + " (" + this.trouble + ") after " + this.cluster.steps
						+ " steps: " + ex.getMessage() + this.cluster.describe(), ex);
			}
		}

		private void act() {
			for (int i = 0; i < 40; i++) {
				this.cluster.step();
			}
			for (int round = 0; round < 60; round++) {
				for (int sent = this.cluster.random.nextInt(8); sent > 0; sent--) {
					send();
				}
				disturb();
				for (int steps = this.cluster.random.nextInt(60); steps > 0; steps--) {
					this.cluster.step();
				}
			}
		}

		private void disturb() {
			int dice = this.cluster.random.nextInt(20);
			if (dice < 6) {
				this.cluster.move();
			}
			else if (dice == 6) {
				this.cluster.cancelMove();
			}
			else if (dice == 7) {
				this.cluster.network.stallSome();
			}
			else if (dice == 8 && this.trouble != Trouble.MOVES) {
				this.cluster.seize();
			}
			else if (dice == 9 && this.trouble == Trouble.KILLS) {
				this.cluster.kill();
				this.cluster.start();
			}
			else if (dice == 11 && this.trouble == Trouble.KILLS) {
				this.cluster.banish();
			}
			else if (dice == 12) {
				this.cluster.readmit();
			}
			else if (dice == 10 && this.trouble != Trouble.MOVES) {
				this.cluster.storeLosesOneIn = 10;
				this.cluster.members().forEach((member) -> member.store.losesOneIn = 10);
			}
		}

		private void send() {
			SimulatedCluster.Member member = this.cluster.any();
			Kind kind = KINDS.get(this.cluster.random.nextInt(KINDS.size()));
			String key = "k" + this.cluster.random.nextInt(KEYS);
			// Order is promised for one kind of delivery to one receiver.
			String sender = member + "-" + kind + "-" + key;
			Line line = new Line(sender, this.numbers.merge(sender, 1, Integer::sum), key, kind);
			ActorRef<Message> ref = member.ref("lines", key);
			try {
				line.outcome = switch (kind) {
					case TELL -> {
						ref.tell(new Note(line.text()));
						yield new CompletableFuture<>();
					}
					case AT_LEAST_ONCE -> ref.tell(new Note(line.text()), Delivery.AT_LEAST_ONCE);
					case EXACTLY_ONCE -> ref.tell(new Note(line.text()), Delivery.EXACTLY_ONCE);
					case ASK -> ref.ask(new Query("append", line.text()));
					case KEYED_ASK -> ref.ask(new Query("append", line.text()),
							AskOptions.defaults().withIdempotencyKey(line.text()));
					case RELAYED -> member.<Message>ref("relay", "r" + key)
						.tell(new Do("relay", key + " r" + key + ":"), Delivery.EXACTLY_ONCE);
				};
				this.lines.add(line);
				this.lives.putIfAbsent(member, 0);
				line.outcome.exceptionally((error) -> null);
			}
			catch (CajunException ex) {
				// Refused here: it may not be found.
				this.numbers.merge(sender, -1, Integer::sum);
			}
		}

		private void settle() {
			this.cluster.calm();
			this.cluster.pass(Duration.ofMinutes(5));
			this.found = new HashMap<>();
			Map<String, CompletableFuture<TestActor.Notes>> answers = new HashMap<>();
			for (int key = 0; key < KEYS; key++) {
				answers.put("k" + key, this.cluster.any().<Message>ref("lines", "k" + key).ask(new Get()));
			}
			run(answers.values());
			answers.forEach((key, notes) -> this.found.put(key, notes.join().texts()));
		}

		private void run(Collection<? extends CompletableFuture<?>> futures) {
			while (!futures.stream().allMatch(CompletableFuture::isDone)) {
				this.cluster.step();
				assertThat(this.cluster.steps).as("steps").isLessThan(MOST_STEPS);
			}
		}

		private boolean isFromLiving(Line line) {
			return this.cluster.names().contains(line.sender.substring(0, line.sender.indexOf('-')));
		}

		private void check() {
			Map<String, Map<String, Integer>> counts = new HashMap<>();
			this.found.forEach((key, texts) -> {
				Map<String, Integer> count = new HashMap<>();
				texts.forEach((text) -> count.merge(text, 1, Integer::sum));
				counts.put(key, count);
			});
			for (Line line : this.lines) {
				if (line.kind == Kind.RELAYED) {
					continue;
				}
				int times = counts.get(line.key).getOrDefault(line.text(), 0);
				if (line.kind != Kind.AT_LEAST_ONCE) {
					assertThat(times).as("I2/I3: times that %s is there", line).isLessThanOrEqualTo(1);
				}
				if (line.kind == Kind.TELL || !isFromLiving(line)) {
					continue;
				}
				assertThat(line.outcome).as("I10: outcome of %s", line).isDone();
				Throwable error = line.error();
				if (error == null) {
					assertThat(times).as("I1: times that %s is there, which was acknowledged", line).isPositive();
				}
				else {
					// A link may stall for longer than anybody waits.
					assertThat(line.kind).as("kind of a line that failed with %s", error)
						.isIn(Kind.ASK, (error instanceof AskTimeoutException) ? Kind.KEYED_ASK : Kind.ASK);
					assertThat(error).as("error of %s", line)
						.isInstanceOfAny(OutcomeUnknownException.class, AskTimeoutException.class);
					assertThat(this.trouble).as("trouble when %s failed with %s", line, error)
						.isNotEqualTo(Trouble.MOVES);
				}
				if (error instanceof AskTimeoutException timeout
						&& timeout.outcome() == AskTimeoutException.Outcome.NOT_RUN) {
					assertThat(times).as("times that %s is there, which was not run", line).isZero();
				}
			}
			this.found.forEach(this::checkOrder);
		}

		private void checkOrder(String key, List<String> texts) {
			Map<String, Integer> last = new HashMap<>();
			Set<String> seen = new HashSet<>();
			for (String text : texts) {
				int colon = text.lastIndexOf(':');
				String sender = text.substring(0, colon);
				int number = Integer.parseInt(text, colon + 1, text.length(), 10);
				if (!seen.add(text)) {
					assertThat(sender).as("I2: sender of a line that is there twice: %s", text).contains("AT_LEAST");
					continue;
				}
				if (sender.contains("ASK")) {
					// Nobody waited for the answer to the one before, which may have been
					// lost.
					continue;
				}
				assertThat(number).as("I6: number behind %s of %s in %s: %s", last.get(sender), sender, key, texts)
					.isGreaterThan(last.getOrDefault(sender, 0));
				last.put(sender, number);
			}
		}

		void checkNothingLost() {
			for (Line line : this.lines) {
				if (line.kind != Kind.RELAYED) {
					assertThat(this.found.get(line.key)).as("lines of %s", line.key).contains(line.text());
				}
			}
			for (int key = 0; key < KEYS; key++) {
				String name = "k" + key;
				long relayed = this.lines.stream()
					.filter((line) -> line.kind == Kind.RELAYED && line.key.equals(name))
					.count();
				assertThat(this.found.get(name).stream().filter((text) -> text.startsWith("r")))
					.as("relayed to %s", name)
					.hasSize((int) relayed);
			}
		}

	}

}
