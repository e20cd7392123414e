package dev.cajun.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

import dev.cajun.Delivery;
import dev.cajun.Persistence;
import dev.cajun.Seeds;
import dev.cajun.activation.ActorSettings;
import dev.cajun.routing.Bank.Account;
import dev.cajun.routing.Bank.Start;
import dev.cajun.routing.Bank.Status;
import dev.cajun.routing.Bank.Transfer;
import dev.cajun.node.CajunNode;
import dev.cajun.node.NodeSettings;
import dev.cajun.store.FaultyStore;
import dev.cajun.store.FaultyStore.Fault;
import dev.cajun.time.VirtualTime;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A bank on a node that crashes, restarts, and whose store fails. One thread runs
 * everything; which task is next, what fails and when a node dies follow from a seed.
 */
class CrashSimulationTests {

	private static final int ACCOUNTS = 20;

	private static final int TRANSFERS = 1_000;

	@Test
	void keepsMoneyAndTransfersThroughCrashesAndFaults() {
		Seeds.run(getClass(), 8, (seed) -> {
			Simulation simulation = new Simulation(seed);
			try {
				simulation.run();
				simulation.check();
			}
			catch (AssertionError | RuntimeException ex) {
				throw new AssertionError("Seed " + seed + ", at " + simulation + ": " + ex.getMessage(), ex);
			}
			finally {
				simulation.end();
			}
		});
	}

	private static final class Simulation {

		/** Tasks without one transfer more being started: something hangs. */
		private static final int MOST_TASKS = 2_000_000;

		private final Random random;

		private final Bank bank = new Bank(() -> this.node, () -> this.store);

		private final ActorSettings settings;

		private final List<Start> starts = new ArrayList<>();

		private final Map<Integer, CompletableFuture<Void>> started = new HashMap<>();

		private final List<FaultyStore> stores = new ArrayList<>();

		private VirtualTime time = new VirtualTime();

		private Tasks tasks;

		private FaultyStore store = new FaultyStore();

		private CajunNode node;

		private int next;

		private int crashes;

		private int restarts;

		private int ran;

		private boolean faults = true;

		Simulation(long seed) {
			this.random = new Random(seed);
			this.settings = ActorSettings.defaults()
				.withPersistence((seed % 2 == 0) ? Persistence.STATE : Persistence.MESSAGES)
				.withSnapshotEvery(7)
				.withPassivateAfter(Duration.ofSeconds(2))
				.withMailboxCapacity((seed % 3 == 0) ? 5 : 10_000);
			for (int i = 0; i < TRANSFERS; i++) {
				int from = this.random.nextInt(ACCOUNTS);
				int to = (from + 1 + this.random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
				this.starts.add(new Start("a" + from, "a" + to, 1 + this.random.nextInt(40)));
			}
			startNode();
		}

		private void startNode() {
			this.tasks = new Tasks(this.random);
			this.stores.add(this.store);
			this.store.failCommits((commit) -> fault());
			this.node = CajunNode.builder()
				.settings(NodeSettings.defaults().withShards(8).withDrainTimeout(Duration.ofSeconds(5)))
				.store(this.store)
				.scheduler(this.time)
				.executor(this.tasks)
				.random(new Random(this.random.nextLong()))
				.actor(this.bank.accounts(this.settings))
				.actor(this.bank.transfers(this.settings))
				.build();
			this.node.start();
		}

		private Fault fault() {
			return switch (this.faults ? this.random.nextInt(200) : 200) {
				case 0, 1, 2, 3, 4 -> Fault.UNKNOWN_APPLIED;
				case 5, 6, 7 -> Fault.UNKNOWN;
				case 8, 9, 10, 11 -> Fault.NOT_APPLIED;
				case 12 -> Fault.SEQUENCE_MISMATCH;
				default -> Fault.NONE;
			};
		}

		void run() {
			while (this.next < TRANSFERS || isAnyStartOpen()) {
				planDeath();
				live(50 + this.random.nextInt(1_500));
				if (this.random.nextInt(4) == 0 && !this.store.isDead()) {
					restart();
				}
				else {
					crash();
				}
			}
			this.faults = false;
			live(1);
			pass(Duration.ofMinutes(5));
		}

		private boolean isAnyStartOpen() {
			return this.started.values().stream().anyMatch((start) -> !isAcknowledged(start));
		}

		private static boolean isAcknowledged(CompletableFuture<Void> start) {
			return start.isDone() && !start.isCompletedExceptionally();
		}

		/** The store may die in the middle of things; nobody knows at once. */
		private void planDeath() {
			if (this.random.nextBoolean()) {
				this.store.dieAtCommit(1 + this.random.nextInt(150), this.random.nextBoolean());
			}
		}

		/** Runs some tasks, and starts transfers now and then. */
		private void live(int most) {
			for (int i = 0; i < most; i++) {
				if (this.next < TRANSFERS && this.random.nextInt(8) == 0) {
					start(this.next++);
				}
				if (this.faults && this.random.nextInt(500) == 0) {
					this.store.failLoads(Fault.NOT_APPLIED, Fault.UNKNOWN);
				}
				step();
			}
		}

		/** Runs a task or, when there is none, lets time pass. */
		private void step() {
			assertThat(this.ran++).as("tasks run").isLessThan(MOST_TASKS);
			if (!this.tasks.runOne()) {
				Duration next = this.time.untilNext();
				this.time.advance((next == null) ? Duration.ofMillis(10) : next);
			}
		}

		private void start(int number) {
			this.started.put(number,
					this.bank.transfer("t" + number).tell(this.starts.get(number), Delivery.EXACTLY_ONCE));
		}

		/** What is in memory is gone; whatever was about to run never does. */
		private void crash() {
			this.crashes++;
			FaultyStore survivor = this.store.die();
			this.tasks.die();
			// Ends a thread, no more: everything the node could do is dead.
			CompletableFuture<Void> unused = this.node.stop();
			startAgainOn(survivor);
		}

		private void restart() {
			this.restarts++;
			CompletableFuture<Void> stopped = stopWhileTasksRun();
			assertThat(stopped).isCompleted();
			startAgainOn(this.store.die());
		}

		private CompletableFuture<Void> stopWhileTasksRun() {
			this.store.dieAtCommit(Integer.MAX_VALUE, false);
			this.tasks.runNextElsewhere();
			CompletableFuture<Void> stopped = this.node.stop();
			Instant end = Instant.now().plusSeconds(20);
			while (!stopped.isDone() && Instant.now().isBefore(end)) {
				if (!this.tasks.runOne()) {
					this.time.advance(Duration.ofMillis(1));
					Thread.onSpinWait();
				}
			}
			return stopped;
		}

		private void startAgainOn(FaultyStore survivor) {
			this.store = survivor;
			this.time = new VirtualTime(this.time.now());
			startNode();
			this.started.forEach((number, start) -> {
				if (!isAcknowledged(start)) {
					this.started.put(number,
							this.bank.transfer("t" + number).tell(this.starts.get(number), Delivery.EXACTLY_ONCE));
				}
			});
		}

		private void pass(Duration duration) {
			Instant end = this.time.now().plus(duration);
			while (this.time.now().isBefore(end)) {
				step();
			}
		}

		private <T> List<T> all(Collection<CompletableFuture<T>> answers) {
			while (!answers.stream().allMatch(CompletableFuture::isDone)) {
				step();
			}
			return answers.stream().map(CompletableFuture::join).toList();
		}

		/** On a node that knows only what is stored. */
		void check() {
			crash();
			List<Transfer> transfers = all(IntStream.range(0, TRANSFERS)
				.mapToObj((number) -> this.bank.transfer("t" + number).ask(new Bank.GetTransfer()))
				.toList());
			List<Account> accounts = all(IntStream.range(0, ACCOUNTS)
				.mapToObj((number) -> this.bank.account("a" + number).ask(new Bank.GetAccount()))
				.toList());
			assertThat(transfers).extracting(Transfer::status).containsOnly(Status.COMPLETED, Status.REFUSED);
			assertThat(accounts.stream().mapToLong(Account::balance).sum()).as("money in all")
				.isEqualTo(ACCOUNTS * Bank.OPENING_BALANCE);
			assertThat(accounts).allSatisfy((account) -> assertThat(account.balance()).isNotNegative());
			List<Set<String>> expected = IntStream.range(0, ACCOUNTS)
				.<Set<String>>mapToObj((number) -> new HashSet<>())
				.toList();
			for (int number = 0; number < TRANSFERS; number++) {
				Start start = this.starts.get(number);
				if (transfers.get(number).status() == Status.COMPLETED) {
					expected.get(index(start.from())).add("-t" + number);
					expected.get(index(start.to())).add("+t" + number);
				}
			}
			for (int number = 0; number < ACCOUNTS; number++) {
				assertThat(accounts.get(number).changes()).as("changes of a%d", number)
					.containsExactlyInAnyOrderElementsOf(expected.get(number));
			}
			assertThat(this.stores).allSatisfy((used) -> assertThat(used.violations()).isEmpty());
			assertThat(this.crashes).as("crashes").isGreaterThan(3);
		}

		private static int index(String account) {
			return Integer.parseInt(account.substring(1));
		}

		void end() {
			this.faults = false;
			assertThat(stopWhileTasksRun()).isCompleted();
		}

		@Override
		public String toString() {
			return "transfer " + this.next + " after " + this.crashes + " crashes and " + this.restarts + " restarts";
		}

	}

	/** The tasks of one node, run by the test's thread in an order of its own. */
	private static final class Tasks implements Executor {

		private final ReentrantLock lock = new ReentrantLock();

		private final List<Runnable> waiting = new ArrayList<>();

		private final Random random;

		private boolean dead;

		private boolean nextElsewhere;

		Tasks(Random random) {
			this.random = random;
		}

		@Override
		public void execute(Runnable task) {
			this.lock.lock();
			try {
				if (this.nextElsewhere) {
					this.nextElsewhere = false;
					Thread.ofVirtual().start(task);
				}
				else if (!this.dead) {
					this.waiting.add(task);
				}
			}
			finally {
				this.lock.unlock();
			}
		}

		/** The next task blocks. */
		void runNextElsewhere() {
			this.lock.lock();
			try {
				this.nextElsewhere = true;
			}
			finally {
				this.lock.unlock();
			}
		}

		/** Nothing runs any more but what stops the node. */
		void die() {
			this.lock.lock();
			try {
				this.dead = true;
				this.nextElsewhere = true;
				this.waiting.clear();
			}
			finally {
				this.lock.unlock();
			}
		}

		boolean runOne() {
			Runnable task;
			this.lock.lock();
			try {
				if (this.waiting.isEmpty()) {
					return false;
				}
				int last = this.waiting.size() - 1;
				int chosen = this.random.nextInt(this.waiting.size());
				task = this.waiting.get(chosen);
				this.waiting.set(chosen, this.waiting.get(last));
				this.waiting.remove(last);
			}
			finally {
				this.lock.unlock();
			}
			task.run();
			return true;
		}

	}

}
