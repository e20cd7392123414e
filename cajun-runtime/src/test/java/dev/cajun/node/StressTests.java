package dev.cajun.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.AskOptions;
import dev.cajun.Delivery;
import dev.cajun.MailboxFullException;
import dev.cajun.MessageUndelivered;
import dev.cajun.NotAMemberException;
import dev.cajun.Persistence;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.store.FaultyStore;
import dev.cajun.store.FaultyStore.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Threads that send all kinds of messages to few actors, in real time, while those are
 * passivated and their node is stopped and started: what was accepted is applied once,
 * and no actor runs twice at a time.
 */
class StressTests {

	private static final int THREADS = 3;

	private static final int ACTORS = 20;

	private static final int EACH = 4_000;

	/** What each actor must have applied in the end. */
	private final Map<String, AtomicLong> accepted = new ConcurrentHashMap<>();

	private final Map<String, AtomicInteger> running = new ConcurrentHashMap<>();

	/** The last number seen of each sender by each actor. */
	private final Map<String, Integer> last = new ConcurrentHashMap<>();

	private final AtomicInteger disorder = new AtomicInteger();

	private final AtomicInteger overlaps = new AtomicInteger();

	private final AtomicInteger undelivered = new AtomicInteger();

	private final AtomicReference<Actors<Message>> actors = new AtomicReference<>();

	private CajunNode node;

	private void start(FaultyStore store, Persistence persistence) {
		this.node = CajunNode.builder()
			.settings(NodeSettings.defaults().withShards(4).withMaxActive(15))
			.store(store)
			.actor(ActorDefinition.stateful("c", new Counter(), Message.class, Count.class,
					ActorSettings.defaults()
						.withPersistence(persistence)
						.withPassivateAfter(Duration.ofMillis(100))
						.withSnapshotEvery(20)
						.withMailboxCapacity(200)))
			.listener(new NodeListener() {

				@Override
				public void undelivered(MessageUndelivered message) {
					StressTests.this.undelivered.incrementAndGet();
				}

			})
			.build();
		this.node.start();
		this.actors.set(this.node.system().actors(Message.class));
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES" })
	void appliesOnceWhatItAcceptsWhileActorsComeAndGoAndNodeRestarts(Persistence persistence) throws Exception {
		FaultyStore store = new FaultyStore();
		try (ScheduledExecutorService answers = Executors.newScheduledThreadPool(1);
				ExecutorService senders = Executors.newFixedThreadPool(THREADS)) {
			store.answerOn(slowly(answers));
			start(store, persistence);
			List<CompletableFuture<Void>> done = send(senders);
			for (int restart = 0; restart < 3; restart++) {
				long before = total();
				await().atMost(Duration.ofSeconds(20)).until(() -> total() > before + 1_000);
				assertThat(this.node.stop()).succeedsWithin(Duration.ofSeconds(20));
				assertThat(store.violations()).isEmpty();
				store = store.die().answerOn(slowly(answers));
				start(store, persistence);
			}
			assertThat(CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)))
				.succeedsWithin(Duration.ofSeconds(30));
			assertThat(this.node.awaitIdle(Duration.ofSeconds(20))).isTrue();
			check();
			await("actors come and go").atMost(Duration.ofSeconds(20))
				.until(() -> this.node.statistics().get("c").ended() > 0);
			assertThat(this.node.stop()).succeedsWithin(Duration.ofSeconds(20));
			assertThat(store.violations()).isEmpty();
		}

		assertThat(this.overlaps).hasValue(0);
		assertThat(this.disorder).hasValue(0);
		assertThat(this.undelivered).hasValue(0);
	}

	@Test
	void appliesOnceWhatItAcceptsThoughStoreKeepsFailing() throws Exception {
		FaultyStore store = new FaultyStore();
		RandomGenerator random = random(42);
		List<Fault> faults = List.of(Fault.UNKNOWN, Fault.UNKNOWN_APPLIED, Fault.SEQUENCE_MISMATCH, Fault.FENCED);
		store.failCommits((commit) -> {
			synchronized (random) {
				return (random.nextInt(20) == 0) ? faults.get(random.nextInt(faults.size())) : Fault.NONE;
			}
		});
		try (ScheduledExecutorService answers = Executors.newScheduledThreadPool(1);
				ExecutorService senders = Executors.newFixedThreadPool(THREADS)) {
			store.answerOn(slowly(answers));
			start(store, Persistence.STATE);
			// Only what has an id may be repeated when an answer is lost.
			List<CompletableFuture<Void>> done = sendGuaranteed(senders);
			assertThat(CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)))
				.succeedsWithin(Duration.ofSeconds(40));
			store.failCommits((commit) -> Fault.NONE);
			assertThat(this.node.awaitIdle(Duration.ofSeconds(20))).isTrue();
			check();
			assertThat(this.node.stop()).succeedsWithin(Duration.ofSeconds(20));
		}

		assertThat(store.violations()).isEmpty();
		assertThat(this.overlaps).hasValue(0);
	}

	private List<CompletableFuture<Void>> send(ExecutorService senders) {
		List<CompletableFuture<Void>> done = new ArrayList<>();
		for (int thread = 0; thread < THREADS; thread++) {
			int sender = thread + 1;
			RandomGenerator random = random(thread);
			done.add(CompletableFuture.runAsync(() -> {
				for (int i = 0; i < EACH; i++) {
					String key = "k" + random.nextInt(ACTORS);
					int how = random.nextInt(4);
					int number = i + 1;
					until(() -> switch (how) {
						case 0 -> ref(key).call(new Add(sender, number)) > 0;
						case 1 -> ref(key).call(new Forward("k" + random.nextInt(ACTORS)));
						case 2 -> {
							CompletableFuture<Void> told = ref(key).tell(new Tick(), Delivery.EXACTLY_ONCE);
							yield told != null;
						}
						default -> {
							ref(key).tell(new Tick(sender, number));
							yield true;
						}
					});
					if (how != 1) {
						counted(key);
					}
				}
			}, senders));
		}
		return done;
	}

	private List<CompletableFuture<Void>> sendGuaranteed(ExecutorService senders) {
		List<CompletableFuture<Void>> done = new ArrayList<>();
		for (int thread = 0; thread < THREADS; thread++) {
			int number = thread;
			RandomGenerator random = random(thread);
			done.add(CompletableFuture.runAsync(() -> {
				for (int i = 0; i < EACH / 4; i++) {
					String key = "k" + random.nextInt(ACTORS);
					if (random.nextBoolean()) {
						CompletableFuture<Void> told = ref(key).tell(new Tick(), Delivery.EXACTLY_ONCE);
						assertThat(told).isNotNull();
					}
					else {
						ref(key).call(new Add(0, 0),
								AskOptions.defaults()
									.withTimeout(Duration.ofSeconds(30))
									.withIdempotencyKey(number + "/" + i));
					}
					counted(key);
				}
			}, senders));
		}
		return done;
	}

	/** What the stopping node refused is sent to the next. */
	private static void until(BooleanSupplier attempt) {
		for (;;) {
			try {
				assertThat(attempt.getAsBoolean()).isTrue();
				return;
			}
			catch (NotAMemberException | MailboxFullException ex) {
				LockSupport.parkNanos(100_000);
			}
		}
	}

	private ActorRef<Message> ref(String key) {
		return this.actors.get().get(key);
	}

	private void counted(String key) {
		this.accepted.computeIfAbsent(key, (actor) -> new AtomicLong()).incrementAndGet();
	}

	private long total() {
		return this.accepted.values().stream().mapToLong(AtomicLong::get).sum();
	}

	private void check() {
		for (int i = 0; i < ACTORS; i++) {
			String key = "k" + i;
			assertThat(ref(key).call(new Look()).total()).as(key).isEqualTo(this.accepted.get(key).get());
		}
	}

	/** Answers come on another thread, some of them late. */
	private static Executor slowly(ScheduledExecutorService answers) {
		RandomGenerator random = random(99);
		return (task) -> {
			synchronized (random) {
				int delay = random.nextInt(10);
				if (delay < 5) {
					answers.execute(task);
				}
				else {
					var unused = answers.schedule(task, 20L * delay, TimeUnit.MICROSECONDS);
				}
			}
		};
	}

	private static RandomGenerator random(long seed) {
		return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
	}

	sealed interface Message {

	}

	/** The number grows with every message of its sender; none has 0. */
	record Add(int sender, int number) implements Message, Request<Long> {

	}

	record Tick(int sender, int number) implements Message {

		Tick() {
			this(0, 0);
		}

	}

	record Forward(String to) implements Message, Request<Boolean> {

	}

	record Look() implements Message, Request<Count> {

	}

	record Count(long total) {

	}

	private void inOrder(int sender, int number, ActorContext<Message> context) {
		if (sender > 0 && !context.isReplaying()) {
			Integer before = this.last.put(context.self().id().key() + "/" + sender, number);
			if (before != null && before >= number) {
				this.disorder.incrementAndGet();
			}
		}
	}

	private final class Counter implements StatefulActor<Count, Message> {

		@Override
		public Count initialState(ActorId id) {
			return new Count(0);
		}

		@Override
		public Count receive(Count state, Message message, ActorContext<Message> context) {
			AtomicInteger present = StressTests.this.running.computeIfAbsent(context.self().id().key(),
					(key) -> new AtomicInteger());
			if (present.incrementAndGet() != 1) {
				StressTests.this.overlaps.incrementAndGet();
			}
			try {
				return switch (message) {
					case Add add -> {
						inOrder(add.sender(), add.number(), context);
						context.reply(add, state.total() + 1);
						yield new Count(state.total() + 1);
					}
					case Tick tick -> {
						inOrder(tick.sender(), tick.number(), context);
						yield new Count(state.total() + 1);
					}
					case Forward forward -> {
						CompletableFuture<Void> told = ref(forward.to()).tell(new Tick(), Delivery.EXACTLY_ONCE);
						if (!context.isReplaying()) {
							told.thenRun(() -> counted(forward.to())).isDone();
						}
						context.reply(forward, true);
						yield new Count(state.total());
					}
					case Look look -> {
						context.reply(look, state);
						yield state;
					}
				};
			}
			finally {
				present.decrementAndGet();
			}
		}

	}

}
