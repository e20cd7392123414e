package dev.cajun.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.cajun.ActorRef;
import dev.cajun.Delivery;
import dev.cajun.MessageUndelivered;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorType;
import dev.cajun.placement.Node;
import dev.cajun.placement.Route;
import dev.cajun.placement.Routes;
import dev.cajun.placement.Shards;
import dev.cajun.serialization.JacksonActorSerializer;
import dev.cajun.serialization.RecordCodec;
import dev.cajun.serialization.TypeRegistry;
import dev.cajun.store.ClaimResult;
import dev.cajun.store.Fence;
import dev.cajun.store.InMemoryActorStore;
import dev.cajun.store.StoreMeta;
import dev.cajun.time.Scheduler;
import dev.cajun.time.VirtualTime;
import dev.cajun.transport.Address;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Routers that share a store, a simulated network and a table of owners that each of them
 * learns of in its own time. One thread runs everything; a seed decides what is next.
 */
final class SimulatedCluster {

	static final int SHARDS = 6;

	final Random random;

	final VirtualTime time = new VirtualTime();

	final SimulatedNetwork network;

	private final InMemoryActorStore store = new InMemoryActorStore();

	private final Function<Supplier<Router>, List<ActorDefinition>> actors;

	private final List<Runnable> tasks = new ArrayList<>();

	private final Map<String, Member> members = new TreeMap<>();

	private final Owned[] table = new Owned[SHARDS];

	private @Nullable Member banished;

	private long epochs;

	private int started;

	int storeLosesOneIn;

	long steps;

	/** Whether whatever stalls goes on before time passes: nothing takes long then. */
	boolean healsBeforeTimePasses;

	/** An owner in the table. */
	private record Owned(Node node, long epoch, @Nullable Node movingTo, long number) {

	}

	SimulatedCluster(long seed, int nodes, Function<Supplier<Router>, List<ActorDefinition>> actors) {
		this.random = new Random(seed);
		this.network = new SimulatedNetwork(this.random);
		this.actors = actors;
		this.store.open(new StoreMeta("s", "c", SHARDS, StoreMeta.FORMAT_VERSION)).toCompletableFuture().join();
		for (int i = 0; i < nodes; i++) {
			start();
		}
		List<Member> all = List.copyOf(this.members.values());
		for (int shard = 0; shard < SHARDS; shard++) {
			this.table[shard] = new Owned(all.get(shard % nodes).node, ++this.epochs, null, 0);
		}
		publish();
	}

	// ---- the run

	/** Does one thing. */
	void step() {
		this.steps++;
		int choice = this.random.nextInt(3);
		if (choice == 0 && this.network.step()) {
			return;
		}
		if (runOne() || this.network.step()) {
			return;
		}
		if (this.healsBeforeTimePasses) {
			this.network.heal();
			if (this.network.step()) {
				return;
			}
		}
		Duration next = this.time.untilNext();
		this.time.advance((next == null) ? Duration.ofMillis(10) : next);
	}

	private boolean runOne() {
		if (this.tasks.isEmpty()) {
			return false;
		}
		int last = this.tasks.size() - 1;
		int chosen = this.random.nextInt(this.tasks.size());
		Runnable task = this.tasks.get(chosen);
		this.tasks.set(chosen, this.tasks.get(last));
		this.tasks.remove(last);
		task.run();
		return true;
	}

	void pass(Duration duration) {
		Instant end = this.time.now().plus(duration);
		while (this.time.now().isBefore(end)) {
			step();
		}
	}

	// ---- what happens to the cluster

	Member start() {
		Member member = new Member("n" + ++this.started);
		this.members.put(member.node.name(), member);
		publish();
		return member;
	}

	List<Member> members() {
		return List.copyOf(this.members.values());
	}

	Member any() {
		List<Member> all = members();
		return all.get(this.random.nextInt(all.size()));
	}

	/** A planned move begins. */
	void move() {
		int shard = this.random.nextInt(SHARDS);
		Owned owned = this.table[shard];
		Node to = heir().node;
		if (owned.movingTo == null && !to.equals(owned.node) && this.members.containsKey(owned.node.name())) {
			this.table[shard] = new Owned(owned.node, owned.epoch, to, ++this.epochs);
			publish();
		}
	}

	/** A planned move is given up, if one is under way. */
	void cancelMove() {
		int shard = this.random.nextInt(SHARDS);
		Owned owned = this.table[shard];
		if (owned.movingTo != null) {
			this.table[shard] = new Owned(owned.node, owned.epoch, null, 0);
			publish();
		}
	}

	/** A shard is given to another node, whatever its owner does meanwhile. */
	void seize() {
		int shard = this.random.nextInt(SHARDS);
		this.table[shard] = new Owned(heir().node, ++this.epochs, null, 0);
		publish();
	}

	void kill() {
		Member victim = any();
		if (this.members.size() < 3 || victim == this.banished) {
			return;
		}
		victim.die();
		this.members.remove(victim.node.name());
		this.network.kill(victim.node.bootId());
		for (int shard = 0; shard < SHARDS; shard++) {
			Owned owned = this.table[shard];
			if (owned.node.equals(victim.node) || victim.node.equals(owned.movingTo)) {
				Node heir = owned.node.equals(victim.node) ? heir().node : owned.node;
				long epoch = owned.node.equals(victim.node) ? ++this.epochs : owned.epoch;
				this.table[shard] = new Owned(heir, epoch, null, 0);
			}
		}
		publish();
	}

	/** A node is taken for dead, which it is not; its peers give their links to it up. */
	void banish() {
		if (this.banished != null || this.members.size() < 2) {
			return;
		}
		Member victim = any();
		this.banished = victim;
		for (int shard = 0; shard < SHARDS; shard++) {
			Owned owned = this.table[shard];
			if (owned.node.equals(victim.node)) {
				this.table[shard] = new Owned(heir().node, ++this.epochs, null, 0);
			}
			else if (victim.node.equals(owned.movingTo)) {
				this.table[shard] = new Owned(owned.node, owned.epoch, null, 0);
			}
		}
		publish();
	}

	/** It is a member again. */
	void readmit() {
		this.banished = null;
		publish();
	}

	private Member heir() {
		List<Member> heirs = this.members.values().stream().filter((member) -> member != this.banished).toList();
		return heirs.get(this.random.nextInt(heirs.size()));
	}

	void calm() {
		readmit();
		this.network.heal();
		this.storeLosesOneIn = 0;
		this.members.values().forEach((member) -> member.store.losesOneIn = 0);
	}

	private void released(int shard, long number) {
		Owned owned = this.table[shard];
		if (owned.movingTo != null && owned.number == number) {
			Node to = this.members.containsKey(owned.movingTo.name()) ? owned.movingTo : owned.node;
			this.table[shard] = new Owned(to, ++this.epochs, null, 0);
			publish();
		}
	}

	private void publish() {
		for (Member member : this.members.values()) {
			member.execute(member::learn);
		}
	}

	private Routes routes() {
		Route[] routes = new Route[SHARDS];
		for (int shard = 0; shard < SHARDS; shard++) {
			Owned owned = this.table[shard];
			routes[shard] = (owned == null) ? null : new Route(owned.node, owned.epoch, owned.movingTo != null);
		}
		return new Routes(routes,
				this.members.values()
					.stream()
					.filter((member) -> member != this.banished)
					.map((member) -> member.node)
					.toList());
	}

	/** Epochs never fall over the journal of an actor. */
	InMemoryActorStore store() {
		return this.store;
	}

	/** A node. */
	final class Member implements ControlPlane, Executor, Scheduler {

		final Node node;

		final Router router;

		final SimulatedStore store;

		final List<MessageUndelivered> undelivered = new ArrayList<>();

		private final long[] claiming = new long[SHARDS];

		private final long[] claimed = new long[SHARDS];

		private final long[] releasing = new long[SHARDS];

		private boolean dead;

		Member(String name) {
			String incarnation = "%016x".formatted(SimulatedCluster.this.random.nextLong());
			String boot = "%016x%016x".formatted(SimulatedCluster.this.random.nextLong(), 1L);
			this.node = new Node(name, incarnation, boot, new Address(name, 1));
			this.store = new SimulatedStore(SimulatedCluster.this.store, SimulatedCluster.this.random, this);
			this.store.losesOneIn = SimulatedCluster.this.storeLosesOneIn;
			AtomicReference<@Nullable Router> refs = new AtomicReference<>();
			TypeRegistry.Builder registry = TypeRegistry.builder().refs((id) -> refs.get().ref(id));
			List<ActorDefinition> definitions = SimulatedCluster.this.actors.apply(refs::get);
			for (ActorDefinition definition : definitions) {
				registry.actor(definition.type(), definition.messageType(), definition.stateType(),
						definition.eventType());
			}
			TypeRegistry types = registry.build();
			Map<String, ActorType> actorTypes = new TreeMap<>();
			definitions.forEach((definition) -> actorTypes.put(definition.type(), new ActorType(definition, types)));
			this.router = new Router(
					new RouterSettings(this.node.id(), boot, Long.parseUnsignedLong(incarnation, 16),
							new Shards(SHARDS), 100_000, 1L << 30, 1 << 20, Delivery.AT_MOST_ONCE, 10_000,
							Duration.ofMinutes(10)),
					actorTypes, this.store,
					new RecordCodec(types, JacksonActorSerializer.json(), List.of(), List.of(), 1 << 20), this, this,
					this, new Router.Listener() {

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
			Transport transport = SimulatedCluster.this.network.transport(this.node.peer(), this);
			transport.start(new Transport.Self("c", name, boot), this.router.join(transport, this));
			this.router.admit(Router.Admission.OPEN);
		}

		<M> ActorRef<M> ref(String type, String key) {
			return this.router.<M>actors(type).get(key);
		}

		private void die() {
			this.dead = true;
			this.store.die();
		}

		boolean isAlive() {
			return !this.dead;
		}

		private void learn() {
			this.router.routes(routes());
			for (int shard = 0; shard < SHARDS; shard++) {
				Owned owned = SimulatedCluster.this.table[shard];
				if (owned == null || !owned.node.equals(this.node)) {
					continue;
				}
				if (this.claimed[shard] != owned.epoch) {
					claim(new Fence(shard, owned.epoch, this.node.id()));
				}
				else if (owned.movingTo == null && this.releasing[shard] != 0) {
					this.releasing[shard] = 0;
					this.router.resume(shard);
				}
				else if (owned.movingTo != null && this.releasing[shard] != owned.number) {
					release(shard, owned);
				}
			}
		}

		private void claim(Fence fence) {
			int shard = fence.shard();
			if (this.claiming[shard] >= fence.epoch()) {
				return;
			}
			this.claiming[shard] = fence.epoch();
			this.store.claim(fence, false).thenAccept((result) -> {
				// The answer to an earlier claim may come after that to a later one.
				if (result instanceof ClaimResult.Claimed && this.claiming[shard] == fence.epoch()) {
					this.releasing[shard] = 0;
					this.claimed[shard] = fence.epoch();
					this.router.own(fence, false);
					var unused = this.router.wake(List.of(fence));
					// Meanwhile it may have begun to move.
					execute(this::learn);
				}
			});
		}

		private void release(int shard, Owned owned) {
			this.releasing[shard] = owned.number;
			this.router.release(shard, owned.movingTo.peer()).thenRun(() -> SimulatedCluster.this.tasks.add(() -> {
				if (!this.dead) {
					released(shard, owned.number);
				}
			}));
		}

		@Override
		public CompletionStage<Void> refresh() {
			CompletableFuture<Void> done = new CompletableFuture<>();
			execute(() -> {
				learn();
				done.complete(null);
			});
			return done;
		}

		@Override
		public void fenced(Fence mine, long foundEpoch, String foundOwner) {
			execute(this::learn);
		}

		@Override
		public void suspect(String nodeName) {
			// The test kills by itself.
		}

		@Override
		public void received(Transport.Peer from, byte[] message) {
			throw new AssertionError("nothing but routing sends here");
		}

		@Override
		public void execute(Runnable task) {
			if (!this.dead) {
				SimulatedCluster.this.tasks.add(() -> {
					if (!this.dead) {
						task.run();
					}
				});
			}
		}

		@Override
		public long nanoTime() {
			return SimulatedCluster.this.time.nanoTime();
		}

		@Override
		public Instant now() {
			return SimulatedCluster.this.time.now();
		}

		@Override
		public Cancellable schedule(long delayNanos, Runnable task) {
			return SimulatedCluster.this.time.schedule(delayNanos, () -> {
				if (!this.dead) {
					task.run();
				}
			});
		}

		@Override
		public String toString() {
			return this.node.name();
		}

	}

	Set<String> names() {
		return this.members.keySet();
	}

	/** Who owns what, and what waits for what. */
	String describe() {
		StringBuilder text = new StringBuilder();
		for (int shard = 0; shard < SHARDS; shard++) {
			Owned owned = this.table[shard];
			text.append("\n  shard ")
				.append(shard)
				.append(": ")
				.append(owned.node.id())
				.append(" epoch ")
				.append(owned.epoch)
				.append((owned.movingTo == null) ? "" : " moving to " + owned.movingTo.name());
			for (Member member : this.members.values()) {
				Fence fence = member.router.owned(shard);
				String waiting = member.router.waiting(shard);
				if (fence != null) {
					text.append("; ").append(member).append(" owns it, epoch ").append(fence.epoch());
				}
				if (waiting != null) {
					text.append("; ").append(member).append(": ").append(waiting);
				}
			}
		}
		for (Member member : this.members.values()) {
			member.router.activations().forEach((activation) -> {
				if (activation.waiting() > 0) {
					text.append("\n  ")
						.append(activation.id())
						.append(" on ")
						.append(member)
						.append(" is ")
						.append(activation.snapshot());
				}
			});
		}
		return text.toString();
	}

}
