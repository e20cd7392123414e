package dev.cajun.node;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.MessageUndelivered;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.TypeStatistics;
import dev.cajun.store.FaultyStore;
import dev.cajun.time.VirtualTime;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A node under virtual time on a {@link FaultyStore}, which can be restarted and can
 * crash.
 */
public final class TestNode implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final List<ActorDefinition> actors;

	private final UnaryOperator<NodeSettings> settings;

	private final UnaryOperator<CajunNode.Builder> customizer;

	private final List<Object> published = new CopyOnWriteArrayList<>();

	private final List<MessageUndelivered> undelivered = new CopyOnWriteArrayList<>();

	private final List<FaultyStore> stores = new ArrayList<>();

	private Executing executing = new Executing();

	private VirtualTime time = new VirtualTime();

	private FaultyStore store;

	private CajunNode node;

	private TestNode(FaultyStore store, UnaryOperator<NodeSettings> settings,
			UnaryOperator<CajunNode.Builder> customizer, List<ActorDefinition> actors) {
		this.store = store;
		this.settings = settings;
		this.customizer = customizer;
		this.actors = actors;
		this.node = build();
	}

	/** Starts a node with the default settings. */
	public static TestNode start(ActorDefinition... actors) {
		return start(new FaultyStore(), (settings) -> settings, actors);
	}

	/** Starts a node with 8 shards. */
	public static TestNode start(FaultyStore store, UnaryOperator<NodeSettings> settings, ActorDefinition... actors) {
		return start(store, settings, (builder) -> builder, actors);
	}

	/** Starts a node with 8 shards. */
	public static TestNode start(FaultyStore store, UnaryOperator<NodeSettings> settings,
			UnaryOperator<CajunNode.Builder> customizer, ActorDefinition... actors) {
		TestNode started = new TestNode(store, settings, customizer, List.of(actors));
		started.node.start();
		return started;
	}

	private CajunNode build() {
		this.stores.add(this.store);
		CajunNode.Builder builder = CajunNode.builder()
			.settings(this.settings.apply(NodeSettings.defaults().withShards(8)))
			.store(this.store)
			.scheduler(this.time)
			.executor(this.executing)
			.listener(new NodeListener() {

				@Override
				public void published(Object event) {
					TestNode.this.published.add(event);
				}

				@Override
				public void undelivered(MessageUndelivered message) {
					TestNode.this.undelivered.add(message);
				}

			});
		this.actors.forEach(builder::actor);
		return this.customizer.apply(builder).build();
	}

	/** The node itself. */
	public CajunNode node() {
		return this.node;
	}

	/** The present view of the store. */
	public FaultyStore store() {
		return this.store;
	}

	/** The node's time. */
	public VirtualTime time() {
		return this.time;
	}

	/** What handlers published. */
	public List<Object> published() {
		return this.published;
	}

	/** What was dropped. */
	public List<MessageUndelivered> undelivered() {
		return this.undelivered;
	}

	/** The figures of a type. */
	public TypeStatistics statistics(String type) {
		return this.node.statistics().get(type);
	}

	/** An actor. */
	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	public <M> ActorRef<M> ref(String type, String key) {
		ActorDefinition definition = this.actors.stream()
			.filter((candidate) -> candidate.type().equals(type))
			.findFirst()
			.orElseThrow();
		return this.node.system().actors(type, (Class<M>) definition.messageType()).get(key);
	}

	/** What the endpoint says of an actor. */
	public ActivationInfo explain(String type, String key) {
		return this.node.management().explain(new ActorId(type, key));
	}

	/** Whether the actor is active. */
	public boolean isActive(String type, String key) {
		return explain(type, key).active();
	}

	/** Waits until no message is under way, in real time. */
	public TestNode settle() {
		return await(() -> isAtRest() && this.node.awaitIdle(Duration.ZERO) && isAtRest());
	}

	/** Waits until nothing runs: what is under way waits for time, or for the store. */
	public TestNode rest() {
		return await(this::isAtRest);
	}

	/** Waits until something is so, in real time. */
	public TestNode await(Callable<Boolean> condition) {
		Awaitility.await()
			.atMost(PATIENCE)
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1))
			.until(condition);
		return this;
	}

	private boolean isAtRest() {
		return this.executing.isIdle();
	}

	/** Lets time pass, step by step, and everything come to rest after each step. */
	public TestNode advance(Duration duration) {
		rest();
		Instant end = this.time.now().plus(duration);
		for (Duration next = this.time.untilNext(); next != null
				&& !this.time.now().plus(next).isAfter(end); next = this.time.untilNext()) {
			this.time.advance(next);
			rest();
		}
		this.time.advance(Duration.between(this.time.now(), end));
		return rest();
	}

	/** Stops the node and lets time pass until it has. */
	public void stop() {
		CompletableFuture<Void> stopped = this.node.stop();
		await(() -> {
			this.time.advance(Duration.ofMillis(2));
			return stopped.isDone();
		});
	}

	/** Stops the node, and starts another on the same data. */
	public TestNode restart() {
		stop();
		return startNext();
	}

	/** Drops the node with everything in its memory; starts another on the same data. */
	public TestNode crash() {
		return crashWith((survivor) -> {
		});
	}

	/** As {@link #crash()}, with a store prepared for the next node. */
	public TestNode crashWith(Consumer<FaultyStore> preparation) {
		FaultyStore survivor = this.store.die();
		preparation.accept(survivor);
		CajunNode crashed = this.node;
		VirtualTime itsTime = this.time;
		// Only the threads of what is dead are cleared away: its store does nothing more.
		var unused = crashed.stop();
		this.time = new VirtualTime(itsTime.now());
		itsTime.advance(Duration.ofMinutes(1));
		return startOn(survivor);
	}

	/** Starts another node on what a stopped or dead one left. */
	public TestNode startNext() {
		this.time = new VirtualTime(this.time.now());
		return startOn(this.store.die());
	}

	private TestNode startOn(FaultyStore survivor) {
		this.executing = new Executing();
		this.store = survivor;
		this.node = build();
		this.node.start();
		return this;
	}

	@Override
	public void close() {
		if (this.node.state() == NodeState.UP) {
			this.store.thaw();
			stop();
		}
		assertThat(this.stores).allSatisfy((used) -> assertThat(used.violations()).isEmpty());
	}

	/** Virtual threads, and which of them are not done. */
	private static final class Executing implements Executor {

		private final Set<Thread> busy = ConcurrentHashMap.newKeySet();

		@Override
		public void execute(Runnable task) {
			Thread thread = Thread.ofVirtual().unstarted(() -> {
				try {
					task.run();
				}
				finally {
					this.busy.remove(Thread.currentThread());
				}
			});
			this.busy.add(thread);
			thread.start();
		}

		boolean isIdle() {
			return this.busy.isEmpty();
		}

	}

}
