package dev.cajun.benchmarks.peer;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import com.typesafe.config.ConfigFactory;
import dev.cajun.benchmarks.Contestant;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;

/**
 * Apache Pekko Cluster Sharding: a cluster of one node, Artery over TCP, 256 shards, no
 * persistence, no passivation. Its configuration is {@code pekko-peer.conf}.
 */
public final class PekkoContestant implements Contestant {

	private static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "counter");

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private final LongAdder handled = new LongAdder();

	private final LongAdder ended = new LongAdder();

	private final ActorSystem<Void> system;

	private final ClusterSharding sharding;

	/** Starts the node, and waits until it is up and serves. */
	public PekkoContestant() {
		this.system = ActorSystem.create(Behaviors.empty(), "bench", ConfigFactory.load("pekko-peer"));
		Cluster cluster = Cluster.get(this.system);
		cluster.manager().tell(Join.create(cluster.selfMember().address()));
		this.sharding = ClusterSharding.get(this.system);
		this.sharding.init(Entity.of(KEY, (context) -> Behaviors.setup(this::counter)));
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
		while (!cluster.selfMember().status().equals(MemberStatus.up())) {
			if (System.nanoTime() - end > 0) {
				throw new IllegalStateException("The peer's node does not join");
			}
			pause();
		}
		this.sharding.entityRefFor(KEY, "warm")
			.<Value>ask(AddAndGet::new, Duration.ofSeconds(20))
			.toCompletableFuture()
			.join();
	}

	private static void pause() {
		try {
			Thread.sleep(20);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	private Behavior<Command> counter(ActorContext<Command> context) {
		return new Counter(context, this);
	}

	@Override
	public Target target(String key) {
		return new PekkoTarget(this.sharding.entityRefFor(KEY, key));
	}

	@Override
	public long handled() {
		return this.handled.sum();
	}

	@Override
	public long ended() {
		return this.ended.sum();
	}

	@Override
	public void close() {
		this.system.terminate();
		this.system.getWhenTerminated().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
	}

	/** What Jackson may write, were there another node. */
	interface CborSerializable {

	}

	sealed interface Command extends CborSerializable {

	}

	record Add(long amount) implements Command {

	}

	record AddAndGet(ActorRef<Value> replyTo) implements Command {

	}

	record Stop() implements Command {

	}

	record Value(long total) implements CborSerializable {

	}

	private record PekkoTarget(EntityRef<Command> ref) implements Target {

		@Override
		public void tell() {
			this.ref.tell(new Add(1));
		}

		@Override
		public void ask() throws Exception {
			this.ref.<Value>ask(AddAndGet::new, TIMEOUT).toCompletableFuture().get();
		}

		@Override
		public void stop() {
			this.ref.tell(new Stop());
		}

	}

	private static final class Counter extends AbstractBehavior<Command> {

		private final PekkoContestant contestant;

		private long total;

		Counter(ActorContext<Command> context, PekkoContestant contestant) {
			super(context);
			this.contestant = contestant;
		}

		@Override
		public Receive<Command> createReceive() {
			return newReceiveBuilder().onMessage(Add.class, this::add)
				.onMessage(AddAndGet.class, this::addAndGet)
				.onMessage(Stop.class, (stop) -> Behaviors.stopped())
				.onSignal(PostStop.class, this::stopped)
				.build();
		}

		private Behavior<Command> add(Add add) {
			this.total += add.amount();
			this.contestant.handled.increment();
			return this;
		}

		private Behavior<Command> addAndGet(AddAndGet add) {
			this.total++;
			add.replyTo().tell(new Value(this.total));
			return this;
		}

		private Behavior<Command> stopped(PostStop signal) {
			this.contestant.ended.increment();
			return this;
		}

	}

}
