package dev.cajun.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.AskTimeoutException;
import dev.cajun.Delivery;
import dev.cajun.HandlerException;
import dev.cajun.IdempotencyKeyReusedException;
import dev.cajun.MailboxFullException;
import dev.cajun.MessageUndelivered;
import dev.cajun.NotAMemberException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.Persistence;
import dev.cajun.Placement;
import dev.cajun.ReplyTo;
import dev.cajun.Request;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.activation.ActorType;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Gate;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestActor.Query;
import dev.cajun.placement.Node;
import dev.cajun.placement.Route;
import dev.cajun.placement.Routes;
import dev.cajun.placement.Shards;
import dev.cajun.serialization.JacksonActorSerializer;
import dev.cajun.serialization.RecordCodec;
import dev.cajun.serialization.TypeRegistry;
import dev.cajun.store.Fence;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.store.StoreMeta;
import dev.cajun.time.Scheduler;
import dev.cajun.time.SystemClock;
import dev.cajun.transport.Address;
import dev.cajun.transport.InMemoryNetwork;
import dev.cajun.transport.InMemoryTransport;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Actors of another node, asked and told in real time over links inside one process: as
 * if they were here.
 */
class RemoteTests {

	private static final int SHARDS = 4;

	private static final Duration SOON = Duration.ofSeconds(10);

	private final SystemClock clock = new SystemClock();

	private final InMemoryNetwork network = new InMemoryNetwork(this.clock, new Random(1));

	private final InMemoryActorStore store = new InMemoryActorStore();

	private final TestActor actor = new TestActor();

	private final List<Member> members = new ArrayList<>();

	private final Route[] routes = new Route[SHARDS];

	private long epochs;

	private ActorSettings settings = ActorSettings.defaults();

	@AfterEach
	void close() {
		this.members.forEach((member) -> member.transport.close());
		this.clock.close();
	}

	/** The first node owns nothing, the second everything. */
	private ActorRef<Message> start() {
		this.store.open(new StoreMeta("s", "c", SHARDS, StoreMeta.FORMAT_VERSION)).toCompletableFuture().join();
		this.members.add(new Member("caller"));
		this.members.add(new Member("owner"));
		for (int shard = 0; shard < SHARDS; shard++) {
			give(shard, owner());
		}
		publish();
		return caller().ref("a", "x");
	}

	private Member caller() {
		return this.members.get(0);
	}

	private Member owner() {
		return this.members.get(1);
	}

	private void give(int shard, Member member) {
		Fence fence = new Fence(shard, ++this.epochs, member.node.id());
		this.routes[shard] = new Route(member.node, fence.epoch(), false);
		this.store.claim(fence, false).toCompletableFuture().join();
		member.router.own(fence, false);
	}

	private void publish() {
		Routes now = new Routes(this.routes, this.members.stream().map((member) -> member.node).toList());
		this.members.forEach((member) -> member.router.routes(now));
	}

	private void move(Member from, Member to) {
		List<CompletableFuture<Void>> released = new ArrayList<>();
		for (int shard = 0; shard < SHARDS; shard++) {
			this.routes[shard] = new Route(from.node, this.routes[shard].epoch(), true);
		}
		publish();
		for (int shard = 0; shard < SHARDS; shard++) {
			released.add(from.router.release(shard, to.node.peer()).toCompletableFuture());
		}
		released.forEach((one) -> assertThat(one).succeedsWithin(SOON));
		for (int shard = 0; shard < SHARDS; shard++) {
			give(shard, to);
		}
		publish();
	}

	private static <T extends Throwable> T failure(CompletableFuture<?> future, Class<T> type) {
		AtomicReference<T> found = new AtomicReference<>();
		assertThat(future).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.isInstanceOfSatisfying(type, found::set);
		return found.get();
	}

	@Test
	void answersRequestsAndKeepsOrderOfTells() {
		ActorRef<Message> ref = start();
		IntStream.range(0, 500).forEach((i) -> ref.tell(new Note("n" + i)));
		assertThat(ref.ask(new Add(3))).succeedsWithin(SOON).isEqualTo(3L);
		assertThat(ref.call(new Get()).texts()).isEqualTo(IntStream.range(0, 500).mapToObj((i) -> "n" + i).toList());
		assertThat(owner().router.activations().find(new ActorId("a", "x"))).isNotNull();
		assertThat(caller().router.activations().isEmpty()).isTrue();
	}

	@Test
	void callersSeeTheSameWhereverTheActorIs() {
		this.actor.run("answer", (message, context) -> context.reply((Query) message, "an answer"))
			.run("fail", (message, context) -> context.fail((Query) message, new IllegalArgumentException("not today")))
			.run("throw", (message, context) -> {
				throw new IllegalStateException("on purpose");
			})
			.run("forget", (message, context) -> {
			})
			.run("twice", (message, context) -> {
				context.reply((Query) message, "one");
				context.reply((Query) message, "two");
			});
		AskOptions key = AskOptions.defaults().withIdempotencyKey("k");
		Map<String, Function<ActorRef<Message>, @Nullable Object>> calls = new LinkedHashMap<>();
		calls.put("first answer", (ref) -> ref.call(new Add(2)));
		calls.put("answer", (ref) -> ref.call(new Query("answer")));
		calls.put("refusal", (ref) -> ref.call(new Query("fail")));
		calls.put("exception", (ref) -> ref.call(new Query("throw")));
		calls.put("no answer", (ref) -> ref.call(new Query("forget")));
		calls.put("two answers", (ref) -> ref.call(new Query("twice")));
		calls.put("key", (ref) -> ref.call(new Add(3), key));
		calls.put("key again", (ref) -> ref.call(new Add(3), key));
		calls.put("key of another request", (ref) -> ref.call(new Add(4), key));
		calls.put("guaranteed tell", (ref) -> ref.tell(new Note("once"), Delivery.EXACTLY_ONCE).join());
		calls.put("message that is too large", (ref) -> ref.call(new Query("answer", "x".repeat(2 << 20))));
		calls.put("tells, in order", (ref) -> {
			IntStream.range(0, 10).forEach((i) -> ref.tell(new Note("n" + i)));
			return ref.call(new Get());
		});
		ActorRef<Message> elsewhere = start();
		ActorRef<Message> here = owner().ref("a", "y");
		Map<String, String> outcomes = new LinkedHashMap<>();
		calls.forEach((what, call) -> {
			outcomes.put(what, outcome(call, elsewhere));
			assertThat(outcomes.get(what)).as(what).isEqualTo(outcome(call, here));
		});
		assertThat(new HashSet<>(outcomes.values())).as("what tells the outcomes apart").hasSize(outcomes.size() - 1);
		assertThat(outcomes.get("key again")).isEqualTo(outcomes.get("key")).isEqualTo("5");
	}

	private static String outcome(Function<ActorRef<Message>, @Nullable Object> call, ActorRef<Message> ref) {
		try {
			return String.valueOf(call.apply(ref));
		}
		catch (RuntimeException ex) {
			return ex.toString().replace(ref.id().toString(), "the actor");
		}
	}

	@Test
	void handlerThatThrowsFailsItsCallerAsIfItWereHere() {
		this.actor.run("throw", (message, context) -> {
			throw new IllegalStateException("on purpose");
		});
		ActorRef<Message> ref = start();
		HandlerException error = failure(ref.ask(new Query("throw")), HandlerException.class);
		assertThat(error.errorType()).isEqualTo(IllegalStateException.class.getName());
		assertThat(error.errorMessage()).isEqualTo("on purpose");
		assertThat(error).hasMessageContaining("a/x");
		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> ref.call(new Query("throw")));
	}

	@Test
	void requestThatTimesOutBehindOthersIsNotRunAndSaysWhatItsActorDoes() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		AskTimeoutException timeout = failure(
				ref.ask(new Add(1), AskOptions.defaults().withTimeout(Duration.ofMillis(300))),
				AskTimeoutException.class);
		assertThat(timeout.outcome()).isEqualTo(AskTimeoutException.Outcome.NOT_RUN);
		assertThat(timeout.activity()).isNotNull();
		assertThat(timeout.activity().node()).isEqualTo(owner().node.id());
		assertThat(timeout.activity().messageType()).isEqualTo("Do");
		assertThat(timeout.activity().stack()).isNotEmpty();
		gate.open();
		assertThat(ref.call(new Get()).sum()).isZero();
	}

	@Test
	void requestThatTimesOutWhileItRunsIsUnknown() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		CompletableFuture<String> asked = ref.ask(new Query("gate"),
				AskOptions.defaults().withTimeout(Duration.ofMillis(300)));
		gate.awaitReached();
		assertThat(failure(asked, AskTimeoutException.class).outcome()).isEqualTo(AskTimeoutException.Outcome.UNKNOWN);
		gate.open();
	}

	@Test
	void answersLateThroughReplyToEvenAfterMove() {
		AtomicReference<ReplyTo<String>> later = new AtomicReference<>();
		this.actor.run("later", (message, context) -> later.set(context.replyTo((Query) message)));
		this.actor.run("now", (message, context) -> context.reply(later.get(), "at last"));
		ActorRef<Message> ref = start();
		CompletableFuture<String> asked = ref.ask(new Query("later"));
		await().atMost(SOON).until(() -> later.get() != null);
		assertThat(asked).isNotDone();
		move(owner(), caller());
		ref.tell(new Do("now"));
		assertThat(asked).succeedsWithin(SOON).isEqualTo("at last");
	}

	@Test
	void moveRunsWhatWaitsElsewhereInOrder() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		IntStream.range(0, 200).forEach((i) -> ref.tell(new Note("n" + i)));
		CompletableFuture<Long> asked = ref.ask(new Add(5));
		Thread mover = Thread.ofVirtual().start(() -> move(owner(), caller()));
		IntStream.range(200, 300).forEach((i) -> ref.tell(new Note("n" + i)));
		gate.open();
		mover.join();
		assertThat(asked).succeedsWithin(SOON).isEqualTo(5L);
		assertThat(ref.call(new Get()).texts()).isEqualTo(IntStream.range(0, 300).mapToObj((i) -> "n" + i).toList());
		assertThat(caller().router.activations().find(new ActorId("a", "x"))).isNotNull();
		assertThat(owner().router.activations().isEmpty()).isTrue();
	}

	@Test
	void guaranteedTellIsAcknowledgedAfterItsWrite() {
		ActorRef<Message> ref = start();
		assertThat(ref.tell(new Note("once"), Delivery.EXACTLY_ONCE)).succeedsWithin(SOON);
		assertThat(ref.call(new Get()).texts()).containsExactly("once");
	}

	@Test
	void keyedRequestIsAnsweredAgainFromAnotherNode() {
		ActorRef<Message> ref = start();
		AskOptions key = AskOptions.defaults().withIdempotencyKey("k");
		assertThat(ref.call(new Add(2), key)).isEqualTo(2);
		assertThat(owner().<Message>ref("a", "x").call(new Add(2), key)).isEqualTo(2);
		assertThat(ref.call(new Get()).sum()).isEqualTo(2);
		failure(ref.ask(new Add(3), key), IdempotencyKeyReusedException.class);
	}

	@Test
	void fullMailboxElsewhereRefusesRequestsAndDropsTells() throws Exception {
		this.settings = ActorSettings.defaults().withMailboxCapacity(2);
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		IntStream.range(0, 5).forEach((i) -> ref.tell(new Note("n" + i)));
		failure(ref.ask(new Add(1)), MailboxFullException.class);
		await().atMost(SOON).until(() -> owner().undelivered.size() == 4);
		assertThat(owner().type.statistics().undelivered()).isEqualTo(4);
		gate.open();
	}

	@Test
	void ownerThatIsGoneLeavesOutcomeUnknownUnlessThereIsKey() throws Exception {
		Gate gate = this.actor.gate();
		this.actor.on("append", (state, message, context) -> {
			context.reply((Query) message, "ok");
			return state.with(((Query) message).text());
		});
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		CompletableFuture<String> plain = ref.ask(new Query("append", "plain"));
		CompletableFuture<String> keyed = ref.ask(new Query("append", "keyed"),
				AskOptions.defaults().withIdempotencyKey("k"));
		CompletableFuture<Void> told = ref.tell(new Note("told"), Delivery.EXACTLY_ONCE);
		await().atMost(SOON).until(() -> owner().router.statistics().received() >= 4);
		Member dead = this.members.remove(1);
		this.network.kill(dead.node.address());
		for (int shard = 0; shard < SHARDS; shard++) {
			give(shard, caller());
		}
		publish();
		failure(plain, OutcomeUnknownException.class);
		assertThat(keyed).succeedsWithin(SOON).isEqualTo("ok");
		assertThat(told).succeedsWithin(SOON);
		assertThat(ref.call(new Get()).texts()).containsExactlyInAnyOrder("keyed", "told");
		gate.open();
	}

	@Test
	void keyedRequestThatMayHaveRunIsNeverSaidNotToHaveRun() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		CompletableFuture<Long> keyed = ref.ask(new Add(1),
				AskOptions.defaults().withIdempotencyKey("k").withTimeout(Duration.ofSeconds(1)));
		await().atMost(SOON).until(() -> owner().router.statistics().received() >= 2);
		Member dead = this.members.remove(1);
		this.network.kill(dead.node.address());
		// Nobody owns the shard: the request waits, and may have run where it was
		caller().router.routes(new Routes(new Route[SHARDS], List.of(caller().node)));

		assertThat(keyed).failsWithin(SOON)
			.withThrowableThat()
			.havingCause()
			.isInstanceOfSatisfying(AskTimeoutException.class,
					(timeout) -> assertThat(timeout.outcome()).isEqualTo(AskTimeoutException.Outcome.UNKNOWN))
			.withMessageContaining("outcome is unknown");
		gate.open();
	}

	@Test
	void nodeThatEndsLetsNobodyWaitForAnAnswerOrAnOwner() throws Exception {
		Gate gate = this.actor.gate();
		ActorRef<Message> ref = start();
		ref.tell(new Do("gate"));
		gate.awaitReached();
		CompletableFuture<Long> plain = ref.ask(new Add(1));
		CompletableFuture<Long> keyed = ref.ask(new Add(1), AskOptions.defaults().withIdempotencyKey("k"));
		CompletableFuture<Void> told = ref.tell(new Note("told"), Delivery.EXACTLY_ONCE);
		await().atMost(SOON).until(() -> owner().router.statistics().received() >= 4);
		caller().router.routes(new Routes(new Route[SHARDS], List.of(caller().node, owner().node)));
		CompletableFuture<Long> waiting = ref.ask(new Add(1));
		caller().router.close();

		failure(plain, OutcomeUnknownException.class);
		failure(keyed, OutcomeUnknownException.class);
		failure(told, OutcomeUnknownException.class);
		failure(waiting, NotAMemberException.class);
		failure(ref.ask(new Add(1)), NotAMemberException.class);
		gate.open();
	}

	@Test
	void volatileActorsStopWhenLeaseCannotBeProved() {
		this.settings = ActorSettings.defaults().withPersistence(Persistence.NONE);
		ActorRef<Message> ref = start();
		assertThat(ref.call(new Add(4))).isEqualTo(4);
		owner().router.provableUntil(this.clock.nanoTime());
		failure(ref.ask(new Add(1)), NotAMemberException.class);
		await().atMost(SOON).until(() -> owner().router.activations().isEmpty());
		owner().router.provableUntil(this.clock.nanoTime() + Duration.ofMinutes(1).toNanos());
		assertThat(ref.call(new Add(1))).isEqualTo(1);
	}

	/** Asks a volatile actor, whose handler waits for the gate, while the lease holds. */
	private CompletableFuture<String> askVolatile(Gate gate) throws Exception {
		this.settings = ActorSettings.defaults().withPersistence(Persistence.NONE);
		this.actor.run("slow", (message, context) -> {
			gate.pass();
			context.reply((Query) message, "done");
		});
		ActorRef<Message> ref = start();
		assertThat(ref.call(new Add(4))).isEqualTo(4);
		owner().router.provableUntil(owner().nanoTime() + Duration.ofMinutes(1).toNanos());
		CompletableFuture<String> answer = ref.ask(new Query("slow"));
		gate.awaitReached();
		return answer;
	}

	@Test
	void handlerOfVolatileActorThatOutlivesTheLeaseHasNoEffectThoughNobodyHasNoticed() throws Exception {
		Gate gate = new Gate();
		CompletableFuture<String> answer = askVolatile(gate);
		caller().ref("a", "x").tell(new Note("next"));
		await().atMost(SOON).until(() -> owner().router.statistics().received() >= 3);
		owner().standStill(Duration.ofMinutes(2));
		gate.open();

		failure(answer, OutcomeUnknownException.class);
		await().atMost(SOON).until(() -> owner().router.activations().isEmpty());
		assertThat(this.actor.handled()).doesNotContain("x next");
	}

	@Test
	void volatileActorEndsThoughTheLeaseIsProvedAgainBeforeAnybodyHasNoticed() throws Exception {
		Gate gate = new Gate();
		CompletableFuture<String> answer = askVolatile(gate);
		owner().standStill(Duration.ofMinutes(2));
		owner().router.provableUntil(owner().nanoTime() + Duration.ofMinutes(1).toNanos());
		gate.open();

		failure(answer, OutcomeUnknownException.class);
		assertThat(caller().<Message>ref("a", "x").call(new Add(1))).isEqualTo(1);
	}

	@Test
	void messagesToVolatileActorsWaitInOrderWhileTheShardMayStillBeGivenToAnotherNode() {
		this.settings = ActorSettings.defaults().withPersistence(Persistence.NONE);
		ActorRef<Message> ref = start();
		ActorRef<Message> here = owner().ref("a", "x");
		owner().router.delayVolatile(Set.of(0, 1, 2, 3));
		IntStream.range(0, 10).forEach((i) -> ref.tell(new Note("r" + i)));
		CompletionStage<?> remote = ref.ask(new Get());
		IntStream.range(0, 10).forEach((i) -> here.tell(new Note("h" + i)));
		CompletionStage<?> local = here.ask(new Get());
		await().during(Duration.ofMillis(200)).atMost(SOON).until(() -> owner().router.activations().isEmpty());
		assertThat(remote.toCompletableFuture()).isNotDone();
		assertThat(local.toCompletableFuture()).isNotDone();

		owner().router.delayVolatile(Set.of());
		assertThat(remote.toCompletableFuture()).succeedsWithin(SOON);
		assertThat(local.toCompletableFuture()).succeedsWithin(SOON);
		List<String> texts = ref.call(new Get()).texts();
		assertThat(texts).hasSize(20);
		assertThat(texts.stream().filter((text) -> text.startsWith("r")))
			.containsExactlyElementsOf(IntStream.range(0, 10).mapToObj((i) -> "r" + i).toList());
		assertThat(texts.stream().filter((text) -> text.startsWith("h")))
			.containsExactlyElementsOf(IntStream.range(0, 10).mapToObj((i) -> "h" + i).toList());
	}

	@Test
	void timersOfVolatileActorsGoAlongAndWaitToo() {
		this.settings = ActorSettings.defaults().withPersistence(Persistence.NONE);
		this.actor.run("schedule",
				(message, context) -> context.schedule("t", Duration.ofMillis(100), new Note("timer")));
		ActorRef<Message> ref = start();
		ref.tell(new Do("schedule"));
		ref.call(new Get());
		caller().router.delayVolatile(Set.of(0, 1, 2, 3));
		move(owner(), caller());
		CompletionStage<?> asked = ref.ask(new Get());
		await().during(Duration.ofMillis(200)).atMost(SOON).until(() -> caller().router.activations().isEmpty());
		assertThat(asked.toCompletableFuture()).isNotDone();

		caller().router.delayVolatile(Set.of());
		await().atMost(SOON).until(() -> ref.call(new Get()).texts().equals(List.of("timer")));
	}

	@Test
	void actorsThatStayOnTheirNodeAreNeverAskedElsewhere() {
		this.settings = ActorSettings.defaults().withPersistence(Persistence.NONE).withPlacement(Placement.LOCAL);
		ActorRef<Message> ref = start();
		assertThat(ref.call(new Add(1))).isEqualTo(1);
		assertThat(owner().<Message>ref("a", "x").call(new Add(5))).isEqualTo(5);
		assertThat(caller().router.statistics().sent()).isZero();
	}

	@Test
	void timersGoAlongWithMove() {
		this.actor.run("schedule",
				(message, context) -> context.schedule("t", Duration.ofSeconds(1), new Note("timer")));
		ActorRef<Message> ref = start();
		ref.tell(new Do("schedule"));
		ref.call(new Get());
		move(owner(), caller());
		await().atMost(SOON).until(() -> ref.call(new Get()).texts().equals(List.of("timer")));
	}

	@Test
	void loggingContextOfCallerIsThereForHandler() {
		AtomicReference<@Nullable String> seen = new AtomicReference<>();
		this.actor.run("context", (message, context) -> {
			seen.set(MDC.get("request"));
			context.reply((Query) message, "");
		});
		ActorRef<Message> ref = start();
		MDC.put("request", "r1");
		try {
			ref.call(new Query("context"));
		}
		finally {
			MDC.remove("request");
		}
		assertThat(seen.get()).isEqualTo("r1");
	}

	@Test
	void messageWaitsForOwnerUntilThereIsOne() {
		ActorRef<Message> ref = start();
		Route[] known = this.routes.clone();
		caller().router.routes(new Routes(new Route[SHARDS], List.of(caller().node, owner().node)));
		CompletableFuture<Long> asked = ref.ask(new Add(1));
		assertThat(caller().router.waiting(caller().router.shard(ref.id()))).contains("1 messages")
			.contains("owner is not known");
		caller().router.routes(new Routes(known, List.of(caller().node, owner().node)));
		assertThat(asked).succeedsWithin(SOON).isEqualTo(1L);
	}

	@Test
	void unreadableBytesAreCountedAndHarmNothing() {
		ActorRef<Message> ref = start();
		Random random = new Random(3);
		for (int i = 0; i < 5_000; i++) {
			byte[] bytes = new byte[2 + random.nextInt(80)];
			random.nextBytes(bytes);
			bytes[0] = (byte) random.nextInt(20);
			bytes[1] = Frames.VERSION;
			owner().receiver.received(caller().node.peer(), 0, bytes);
		}
		assertThat(owner().router.statistics().unreadable()).isGreaterThan(1_000);
		assertThat(ref.call(new Add(1))).isEqualTo(1);
	}

	@Test
	void whatFollowsAMessageThatWentBackGoesBackTooUntilItsSenderFlushes() {
		ActorRef<Message> ref = start();
		int shard = owner().router.shard(ref.id());
		assertThat(owner().router.release(shard, caller().node.peer()).toCompletableFuture()).succeedsWithin(SOON);
		owner().receiver.received(caller().node.peer(), 0, tell(ref, 1, new Note("first")));
		owner().router.resume(shard);
		owner().receiver.received(caller().node.peer(), 0, tell(ref, 2, new Note("second")));

		ActorRef<Message> here = owner().ref("a", "x");
		assertThat(here.call(new Get()).texts()).isEmpty();
		// The caller is told, flushes, and is served again.
		assertThat(ref.call(new Add(1))).isEqualTo(1);
	}

	@Test
	void flushIsAnsweredWhenEverythingThatRunsHasEnded() throws Exception {
		ActorRef<Message> ref = start();
		int shard = owner().router.shard(ref.id());
		Stranger stranger = new Stranger();
		Gate gate = this.actor.gate();
		stranger.sends(tell(ref, 1, new Do("gate")));
		gate.awaitReached();
		CompletableFuture<Void> released = owner().router.release(shard, caller().node.peer()).toCompletableFuture();
		long epoch = this.routes[shard].epoch();
		stranger.sends(
				new FrameWriter(Frames.FLUSH).number(shard).number(epoch).number(epoch).text("").number(1).toBytes());
		stranger.sends(tell(ref, 2, new Note("late")));
		await().until(() -> !stranger.kinds.isEmpty());
		assertThat(stranger.kinds).containsExactly(Frames.RETURNED);
		assertThat(released).isNotDone();
		gate.open();

		assertThat(released).succeedsWithin(SOON);
		await().untilAsserted(() -> assertThat(stranger.kinds).endsWith(Frames.FLUSHED));
	}

	@Test
	void whatFollowsAMessageThatWentBackGoesBackTooThoughItsSenderWasTakenForGone() throws Exception {
		ActorRef<Message> ref = start();
		int shard = owner().router.shard(ref.id());
		Stranger stranger = new Stranger();
		stranger.isMember(true);
		Gate gate = this.actor.gate();
		stranger.sends(tell(ref, 1, new Do("gate")));
		gate.awaitReached();
		stranger.sends(tell(ref, 2, new Note("first")));
		CompletableFuture<Void> released = owner().router.release(shard, caller().node.peer()).toCompletableFuture();
		stranger.isMember(false);
		stranger.isMember(true);
		gate.open();
		assertThat(released).succeedsWithin(SOON);
		owner().router.resume(shard);
		stranger.sends(tell(ref, 3, new Note("second")));

		await().untilAsserted(() -> assertThat(stranger.kinds).containsExactly(Frames.RETURNED, Frames.RETURNED));
		assertThat(owner().<Message>ref("a", "x").call(new Get()).texts()).isEmpty();
	}

	@Test
	void whatFollowsAMessageThatWentBackGoesBackTooThoughItsSenderIsTakenForGoneThen() throws Exception {
		ActorRef<Message> ref = start();
		int shard = owner().router.shard(ref.id());
		Stranger stranger = new Stranger();
		stranger.isMember(true);
		assertThat(owner().router.release(shard, caller().node.peer()).toCompletableFuture()).succeedsWithin(SOON);
		stranger.sends(tell(ref, 1, new Note("first")));
		await().untilAsserted(() -> assertThat(stranger.kinds).containsExactly(Frames.RETURNED));
		stranger.isMember(false);
		stranger.isMember(true);
		owner().router.resume(shard);
		stranger.sends(tell(ref, 2, new Note("second")));

		await().untilAsserted(() -> assertThat(stranger.kinds).containsExactly(Frames.RETURNED, Frames.RETURNED));
		assertThat(owner().<Message>ref("a", "x").call(new Get()).texts()).isEmpty();
	}

	@Test
	void tellThatItsReceiverCannotReadIsPublishedThereAndCounted() {
		ActorRef<Message> ref = start();
		TypeRegistry newer = TypeRegistry.builder().actor("a", Newer.class, TestActor.Notes.class, null).build();
		byte[] record = new RecordCodec(newer, JacksonActorSerializer.json(), List.of(), List.of(), 1 << 20)
			.encode(new Newer("x"), "", 0);
		owner().receiver.received(caller().node.peer(), 0, tell(ref, 1, record));
		await().atMost(SOON).untilAsserted(() -> assertThat(owner().undelivered).singleElement().satisfies((lost) -> {
			assertThat(lost.receiver()).isEqualTo(ref.id());
			assertThat(lost.messageType()).isEqualTo("Newer");
			assertThat(lost.delivery()).isEqualTo(Delivery.AT_MOST_ONCE);
			assertThat(lost.reason()).contains("knows no type of the name 'Newer'");
		}));
		owner().receiver.received(caller().node.peer(), 0, tell(ref, 2, new byte[] { 1, 2, 3 }));
		await().atMost(SOON).until(() -> owner().undelivered.size() == 2);
		assertThat(owner().undelivered.getLast().messageType()).as("not even that can be read").isEmpty();
		assertThat(owner().router.statistics().unreadable()).isEqualTo(2);
		assertThat(owner().type.statistics().undelivered()).isEqualTo(2);
		assertThat(ref.call(new Add(1))).isEqualTo(1);
	}

	@Test
	void whatCannotBeReadIsLostWithAnEventWhicheverWayItCame() {
		ActorRef<Message> ref = start();
		int shard = owner().router.shard(ref.id());
		byte[] junk = { 1, 2, 3 };
		owner().receiver.received(caller().node.peer(), 0,
				new FrameWriter(Frames.TIMER).number(shard).actor(ref.id()).text("t").number(0).rest(junk).toBytes());
		owner().receiver.received(caller().node.peer(), 0,
				new FrameWriter(Frames.RETURNED).number(shard)
					.number(1)
					.number(1)
					.text("")
					.number(1)
					.number(0)
					.actor(ref.id())
					.context(Map.of())
					.rest(junk)
					.toBytes());
		ActorId unknown = new ActorId("none", ref.id().key());
		owner().receiver.received(caller().node.peer(), 0,
				new FrameWriter(Frames.TELL).number(owner().router.shard(unknown))
					.number(1)
					.number(1)
					.actor(unknown)
					.context(Map.of())
					.rest(junk)
					.toBytes());
		await().atMost(SOON)
			.untilAsserted(() -> assertThat(owner().undelivered).extracting(MessageUndelivered::receiver)
				.containsExactlyInAnyOrder(ref.id(), ref.id(), unknown));
		assertThat(owner().router.statistics().unreadable()).isEqualTo(3);
		assertThat(owner().type.statistics().undelivered()).as("of a known type").isEqualTo(2);
		assertThat(ref.call(new Add(1))).isEqualTo(1);
	}

	private byte[] tell(ActorRef<Message> ref, long order, Message message) {
		return tell(ref, order, owner().codec.encode(message, "", 0));
	}

	private byte[] tell(ActorRef<Message> ref, long order, byte[] record) {
		int shard = owner().router.shard(ref.id());
		return new FrameWriter(Frames.TELL).number(shard)
			.number(this.routes[shard].epoch())
			.number(order)
			.actor(ref.id())
			.context(Map.of())
			.rest(record)
			.toBytes();
	}

	@Test
	void requestThatOwnerCannotReadFailsAtOnce() {
		ActorRef<Message> ref = start();
		byte[] request = new FrameWriter(Frames.ASK).number(owner().router.shard(ref.id()))
			.number(this.routes[owner().router.shard(ref.id())].epoch())
			.number(1)
			.actor(ref.id())
			.number(99)
			.number(1_000_000_000)
			.number(0)
			.flag(false)
			.flag(false)
			.context(Map.of())
			.rest(new byte[] { 1, 2, 3 })
			.toBytes();
		Stranger stranger = new Stranger();
		stranger.isMember(true);
		long before = owner().router.statistics().unreadable();
		stranger.sends(request);
		assertThat(owner().router.statistics().unreadable()).isEqualTo(before + 1);
		await().atMost(Duration.ofSeconds(1))
			.untilAsserted(() -> assertThat(stranger.kinds).containsExactly(Frames.FAILURE));
		assertThat(ref.call(new Add(1))).as("another's request").isEqualTo(1);
	}

	/** A message that a later version of the application may send. */
	record Newer(String text) {

	}

	/** A process of which a test writes every frame, and sees every answer. */
	private final class Stranger {

		private final Transport.Peer peer = new Transport.Peer("stranger", "strange", new Address("stranger", 1));

		private final List<Byte> kinds = new CopyOnWriteArrayList<>();

		Stranger() {
			RemoteTests.this.network.transport(this.peer.address())
				.start(new Transport.Self("c", this.peer.node(), this.peer.bootId()), new Transport.Receiver() {

					@Override
					public void received(Transport.Peer from, int stream, byte[] message) {
						Stranger.this.kinds.add(message[0]);
					}

					@Override
					public void probed(Runnable answer) {
						answer.run();
					}

				})
				.toCompletableFuture()
				.join();
		}

		/** Whether the nodes take it for one of them. */
		private void isMember(boolean member) {
			List<Node> nodes = new ArrayList<>(List.of(caller().node, owner().node));
			if (member) {
				nodes.add(new Node(this.peer.node(), "0", this.peer.bootId(), this.peer.address()));
			}
			owner().router.routes(new Routes(RemoteTests.this.routes, nodes));
		}

		private void sends(byte[] frame) {
			owner().receiver.received(this.peer, 0, frame);
		}

	}

	/** A node without a control plane of its own: the test decides. */
	private final class Member implements ControlPlane {

		private final Node node;

		private final InMemoryTransport transport;

		private final Transport.Receiver receiver;

		private final Router router;

		private final RecordCodec codec;

		private final ActorType type;

		private final List<MessageUndelivered> undelivered = new CopyOnWriteArrayList<>();

		/** What it has missed, in nanoseconds. */
		private final AtomicLong missed = new AtomicLong();

		Member(String name) {
			Address address = new Address(name, 1);
			this.node = new Node(name, "0", name.repeat(3), address);
			AtomicReference<@Nullable Router> refs = new AtomicReference<>();
			TypeRegistry.Builder registry = TypeRegistry.builder().refs((id) -> refs.get().ref(id));
			ActorDefinition definition = RemoteTests.this.actor.definition("a", RemoteTests.this.settings);
			registry.actor("a", definition.messageType(), definition.stateType(), null);
			TypeRegistry types = registry.build();
			this.codec = new RecordCodec(types, JacksonActorSerializer.json(), List.of(), List.of(), 1 << 20);
			this.type = new ActorType(definition, types);
			Executor executor = (task) -> Thread.ofVirtual().start(task);
			this.router = new Router(
					new RouterSettings(this.node.id(), this.node.bootId(), name.hashCode(), new Shards(SHARDS), 10_000,
							1L << 30, 1 << 20, Delivery.AT_MOST_ONCE, 1_000, Duration.ofMinutes(10)),
					new TreeMap<>(Map.of("a", this.type)), RemoteTests.this.store, this.codec, new MissingTime(),
					executor, executor, new Router.Listener() {

						@Override
						public void published(Object event) {
							// Nobody listens.
						}

						@Override
						public void undelivered(MessageUndelivered message) {
							Member.this.undelivered.add(message);
						}

					});
			refs.set(this.router);
			this.transport = RemoteTests.this.network.transport(address);
			this.receiver = this.router.join(this.transport, this);
			this.transport.start(new Transport.Self("c", name, this.node.bootId()), this.receiver)
				.toCompletableFuture()
				.join();
			this.router.admit(Router.Admission.OPEN);
		}

		/** Time passes, and what was to be done meanwhile is still to come. */
		void standStill(Duration duration) {
			this.missed.addAndGet(duration.toNanos());
		}

		long nanoTime() {
			return RemoteTests.this.clock.nanoTime() + this.missed.get();
		}

		<M> ActorRef<M> ref(String type, String key) {
			return this.router.<M>actors(type).get(key);
		}

		@Override
		public CompletionStage<Void> refresh() {
			publish();
			return CompletableFuture.completedFuture(null);
		}

		@Override
		public void fenced(Fence mine, long foundEpoch, String foundOwner) {
			publish();
		}

		@Override
		public void suspect(String nodeName) {
			// The test knows.
		}

		@Override
		public void received(Transport.Peer from, byte[] message) {
			throw new AssertionError("nothing but routing sends here");
		}

		private final class MissingTime implements Scheduler {

			@Override
			public long nanoTime() {
				return Member.this.nanoTime();
			}

			@Override
			public Instant now() {
				return RemoteTests.this.clock.now();
			}

			@Override
			public Cancellable schedule(long delayNanos, Runnable action) {
				return RemoteTests.this.clock.schedule(delayNanos, action);
			}

		}

	}

}
