package dev.cajun.node;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.ActorRef;
import dev.cajun.AskOptions;
import dev.cajun.AskTimeoutException;
import dev.cajun.NotAMemberException;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.store.ActorStore;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.store.StoreException;
import dev.cajun.time.VirtualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A node whose store cannot be reached when it starts. */
class JoiningTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final Duration SHORT = Duration.ofSeconds(2);

	private static final Duration LONG = Duration.ofHours(1);

	private final InMemoryActorStore data = new InMemoryActorStore();

	private final AtomicInteger attempts = new AtomicInteger();

	private final AtomicInteger closed = new AtomicInteger();

	private final VirtualTime time = new VirtualTime();

	private volatile StoreException.Kind failure = StoreException.Kind.NOT_APPLIED;

	private volatile Set<String> failing = Set.of("open");

	/** The data, elsewhere. */
	private ActorStore store(boolean remote) {
		return (ActorStore) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { ActorStore.class },
				(proxy, method, arguments) -> {
					if (method.getName().equals("isRemote")) {
						return remote;
					}
					if (method.getName().equals("close")) {
						this.closed.incrementAndGet();
					}
					if (this.failing.contains(method.getName())) {
						this.attempts.incrementAndGet();
						return CompletableFuture
							.failedFuture(new StoreException(this.failure, "It cannot be reached", null));
					}
					try {
						return method.invoke(this.data, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
	}

	private CajunNode node(boolean remote) {
		return CajunNode.builder()
			.settings(NodeSettings.defaults().withShards(8))
			.store(store(remote))
			.scheduler(this.time)
			.actor(new TestActor().definition("a", ActorSettings.defaults()))
			.build();
	}

	private void passTimeUntil(java.util.concurrent.Callable<Boolean> condition) {
		Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(() -> {
			this.time.advance(Duration.ofMillis(100));
			return condition.call();
		});
	}

	private void stop(CajunNode node) {
		CompletableFuture<Void> stopped = node.stop();
		passTimeUntil(stopped::isDone);
		assertThat(node.state()).isEqualTo(NodeState.STOPPED);
		assertThat(this.closed).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource(value = StoreException.Kind.class, names = { "NOT_APPLIED", "UNKNOWN" })
	void startsWithoutItsStoreAndJoinsWhenItIsThere(StoreException.Kind kind) {
		this.failure = kind;
		CajunNode node = node(true);
		node.start();
		assertThat(node.state()).isEqualTo(NodeState.STARTING);
		assertThat(node.management().node().storeAvailable()).isFalse();
		assertThat(node.management().node().storeError()).contains("It cannot be reached");
		passTimeUntil(() -> this.attempts.get() > 3);
		assertThat(node.state()).isEqualTo(NodeState.STARTING);
		this.failing = Set.of();
		passTimeUntil(() -> node.state() == NodeState.UP);
		assertThat(node.management().node().storeAvailable()).isTrue();
		assertThat(node.system().actors(Message.class).get("x").call(new Add(1))).isEqualTo(1);
		stop(node);
	}

	@Test
	void messagesWaitForTheStoreWithinTheirTimeout() {
		CajunNode node = node(true);
		node.start();
		ActorRef<Message> actor = node.system().actors(Message.class).get("x");
		CompletableFuture<Long> impatient = actor.ask(new Add(100), AskOptions.defaults().withTimeout(SHORT));
		actor.tell(new Note("first"));
		CompletableFuture<Long> patient = actor.ask(new Add(1), AskOptions.defaults().withTimeout(LONG));
		passTimeUntil(impatient::isDone);
		assertThat(impatient).failsWithin(PATIENCE)
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.isInstanceOf(AskTimeoutException.class)
			.withMessageContaining("not run");
		assertThat(patient).isNotDone();
		this.failing = Set.of();
		passTimeUntil(patient::isDone);
		assertThat(patient).isCompletedWithValue(1L);
		assertThat(actor.call(new Get()).texts()).containsExactly("first");
		stop(node);
	}

	@Test
	void messagesThatWaitForTheStoreAreRefusedWhenTheNodeStops() {
		CajunNode node = node(true);
		node.start();
		CompletableFuture<Long> asked = node.system()
			.actors(Message.class)
			.get("x")
			.ask(new Add(1), AskOptions.defaults().withTimeout(LONG));
		stop(node);
		assertThat(asked).failsWithin(PATIENCE)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(NotAMemberException.class);
	}

	@Test
	void messagesThatWaitForTheStoreAreRefusedWhenItTurnsOutToBeAnothers() {
		CajunNode node = node(true);
		node.start();
		CompletableFuture<Long> asked = node.system()
			.actors(Message.class)
			.get("x")
			.ask(new Add(1), AskOptions.defaults().withTimeout(LONG));
		this.failure = StoreException.Kind.FOREIGN;
		passTimeUntil(() -> node.state() == NodeState.FAILED);
		assertThat(asked).failsWithin(PATIENCE)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(NotAMemberException.class);
		assertThat(node.stop()).succeedsWithin(PATIENCE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "nextLocalEpoch", "claim" })
	void goesOnWhereAnAttemptFailed(String operation) {
		this.failing = Set.of(operation);
		CajunNode node = node(true);
		node.start();
		assertThat(node.state()).isEqualTo(NodeState.STARTING);
		this.failing = Set.of();
		passTimeUntil(() -> node.state() == NodeState.UP);
		stop(node);
	}

	@Test
	void triesLessAndLessOften() {
		CajunNode node = node(true);
		node.start();
		assertThat(Joining.delayNanos(1)).isEqualTo(Duration.ofMillis(200).toNanos());
		assertThat(Joining.delayNanos(2)).isEqualTo(Duration.ofMillis(400).toNanos());
		assertThat(Joining.delayNanos(6)).isEqualTo(Duration.ofSeconds(5).toNanos());
		assertThat(Joining.delayNanos(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(5).toNanos());
		stop(node);
	}

	@Test
	void stopsWhileItWaits() {
		CajunNode node = node(true);
		node.start();
		stop(node);
		int before = this.attempts.get();
		this.time.advance(Duration.ofMinutes(1));
		assertThat(this.attempts).hasValue(before);
		assertThat(node.stop()).succeedsWithin(PATIENCE);
		assertThat(this.closed).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource(value = StoreException.Kind.class, names = { "FOREIGN", "LOCKED", "CORRUPT", "UNSUITABLE" })
	void failsToStartWhereWaitingDoesNotHelp(StoreException.Kind kind) {
		this.failure = kind;
		CajunNode node = node(true);
		assertThatExceptionOfType(StoreException.class).isThrownBy(node::start)
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(kind));
		assertThat(node.state()).isEqualTo(NodeState.FAILED);
		assertThat(node.stop()).succeedsWithin(PATIENCE);
	}

	@Test
	void failsLaterWhenTheStoreTurnsOutToBeAnothersAndClosesIt() {
		CajunNode node = node(true);
		node.start();
		this.failure = StoreException.Kind.FOREIGN;
		passTimeUntil(() -> node.state() == NodeState.FAILED);
		assertThat(node.management().node().storeError()).contains("It cannot be reached");
		assertThat(node.stop()).succeedsWithin(PATIENCE);
		assertThat(this.closed).hasValue(1);
	}

	@Test
	void failsToStartWithoutAStoreOfThisMachine() {
		CajunNode node = node(false);
		assertThatExceptionOfType(StoreException.class).isThrownBy(node::start);
		assertThat(node.state()).isEqualTo(NodeState.FAILED);
	}

}
