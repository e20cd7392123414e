package dev.cajun.routing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.MessageUndelivered;
import dev.cajun.activation.Activations;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Departure;
import dev.cajun.activation.MessageObserver;
import dev.cajun.placement.Route;
import dev.cajun.placement.Routes;
import dev.cajun.serialization.RecordCodec;
import dev.cajun.store.ActorStore;
import dev.cajun.store.Fence;
import dev.cajun.time.Scheduler;
import dev.cajun.time.Scheduler.Cancellable;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Brings messages to actors, wherever they are, and what actors send to wherever it goes.
 * In local mode this node owns every shard, so every message stays here; in a cluster the
 * control plane says who owns which shard, and what this node has claimed.
 * <p>
 * Thread-safe; no method blocks.
 */
public final class Router {

	private final NodeHost host;

	private final Inbound inbound;

	private volatile @Nullable Cancellable leaseTimer;

	/**
	 * Creates a router that admits nothing yet.
	 * @param settings what is fixed for the life of the node
	 * @param types the actor types by name
	 * @param store the store, opened before {@link #own}
	 * @param codec the codec
	 * @param scheduler the node's time
	 * @param executor runs each task on a virtual thread of its own
	 * @param own runs what has to go on while handlers hold every carrier
	 * @param listener hears of events and of messages dropped
	 */
	public Router(RouterSettings settings, Map<String, ActorType> types, ActorStore store, RecordCodec codec,
			Scheduler scheduler, Executor executor, Executor own, Listener listener) {
		this.host = new NodeHost(settings, types, store, codec, scheduler, executor, own, listener);
		this.inbound = new Inbound(this.host);
	}

	/**
	 * Has messages watched. Called once, before the first is sent.
	 * @param observer who watches
	 */
	public void observe(MessageObserver observer) {
		this.host.observer(observer);
	}

	// ---- what the cluster decides

	/**
	 * Makes this node part of a cluster. Called once, before the transport is started and
	 * before anything is owned.
	 * @param transport what carries messages; its process is this router's
	 * @param control what decides about ownership
	 * @return what the transport is to give everything that arrives to
	 */
	public Transport.Receiver join(Transport transport, ControlPlane control) {
		this.host.join(new Cluster(this.host, new Peers(this.host, transport, this.host.shardCount()), control));
		return this.inbound;
	}

	/**
	 * Where messages go from now on. What this node owns under an older epoch than
	 * another node is dropped. Processes that were members, and are neither nodes nor
	 * owners any more, are given up: what certainly never reached them is sent to the
	 * next owner.
	 * @param routes the routes; replaces all former ones
	 */
	public void routes(Routes routes) {
		List<PeerLink> gone = this.host.cluster().peers().changed(routes);
		for (int shard = 0; shard < routes.shards(); shard++) {
			this.host.door(shard).lane().route(way(routes.route(shard)));
		}
		gone.forEach(this::gone);
	}

	private Way way(@Nullable Route route) {
		if (route == null) {
			return Way.UNKNOWN;
		}
		boolean here = this.host.cluster().isHere(route.owner());
		return new Way(here, here ? null : route.owner(), route.epoch(), route.moving());
	}

	private void gone(PeerLink peer) {
		this.host.cluster().peers().forget(peer);
		peer.giveUp("node " + peer.nodeName() + " is no member any more");
		for (int shard = 0; shard < this.host.shardCount(); shard++) {
			Door door = this.host.door(shard);
			door.reception().gone(peer);
			door.lane().sendings().gone(peer);
		}
		this.host.outstanding().forEach((shipment) -> {
			if (peer.equals(shipment.target().peer) && shipment.isReceived()) {
				shipment.lane().sendings().unanswered(shipment);
			}
		});
	}

	/**
	 * This node has claimed shards: their actors may run. What was active under an
	 * earlier claim ends first.
	 * @param claims the claims
	 */
	public void own(Collection<Fence> claims) {
		claims.forEach((claim) -> own(claim, false));
	}

	/**
	 * This node has claimed a shard.
	 * @param claim the claim
	 * @param kept whether nobody else can have owned the shard since this node did, so
	 * that its activations stay
	 */
	public void own(Fence claim, boolean kept) {
		this.host.door(claim.shard()).own(claim, kept);
	}

	/**
	 * Begins to give a shard up to another node: stops admission, finishes the handlers
	 * that run and their writes, writes snapshots, hands timers over and ends every
	 * activation. What had no effect goes back to where it came from.
	 * @param shard the shard
	 * @param target the process that gets it
	 * @return completes when no activation is left
	 */
	public CompletionStage<Void> release(int shard, Transport.Peer target) {
		return this.host.door(shard).handOver(this.host.cluster().peers().of(target));
	}

	/**
	 * This node keeps a shard that it had begun to give up, or had given up.
	 * @param shard the shard
	 */
	public void resume(int shard) {
		Fence kept = this.host.door(shard).resume();
		if (kept != null) {
			CompletableFuture<Void> unused = wake(List.of(kept));
		}
	}

	/**
	 * Shards belong to somebody else, or may: every activation ends, and nothing more is
	 * written for it.
	 * @param shards the shards
	 * @return completes when no activation is left
	 */
	public CompletionStage<Void> drop(Collection<Integer> shards) {
		return CompletableFuture.allOf(shards.stream()
			.map((shard) -> this.host.door(shard).leave(Departure.SUPERSEDED))
			.toArray(CompletableFuture<?>[]::new));
	}

	/**
	 * The store has lost a shard: its actors refuse messages, until the shard is owned or
	 * dropped.
	 * @param shard the shard
	 * @param reason what happened, and what to do
	 */
	public void quarantine(int shard, String reason) {
		this.host.door(shard).quarantine(reason);
	}

	/**
	 * The node's lease is provable until then; from then on volatile actors end, nothing
	 * that they still do has an effect, and none begins.
	 * @param nanoTime by the node's monotonic clock; replaces what was said before
	 */
	public void provableUntil(long nanoTime) {
		Cancellable timer = this.leaseTimer;
		if (timer != null) {
			timer.cancel();
		}
		// Others may have run what ran here before, although nobody has noticed until now
		boolean lapsed = !this.host.isLeaseProvable();
		this.host.provableUntil(nanoTime);
		long left = nanoTime - this.host.scheduler().nanoTime();
		if (lapsed || left <= 0) {
			this.host.silenceVolatile();
		}
		if (left > 0) {
			this.leaseTimer = this.host.scheduler().schedule(left, () -> this.host.executeOwn(this::checkLease));
		}
	}

	private void checkLease() {
		if (!this.host.isLeaseProvable()) {
			this.host.silenceVolatile();
		}
	}

	/**
	 * Volatile actors of these shards do not begin: a former owner that cannot be reached
	 * may still run them.
	 * @param shards the shards; replaces what was said before
	 */
	public void holdVolatile(Set<Integer> shards) {
		for (int shard = 0; shard < this.host.shardCount(); shard++) {
			this.host.door(shard).holdVolatile(shards.contains(shard));
		}
	}

	/**
	 * Volatile actors of these shards do not begin yet, and their messages wait.
	 * @param shards the shards; replaces what was said before
	 */
	public void delayVolatile(Set<Integer> shards) {
		for (int shard = 0; shard < this.host.shardCount(); shard++) {
			this.host.door(shard).delayVolatile(shards.contains(shard));
		}
	}

	/**
	 * Whether the store can be reached: while not, no message is admitted to an actor
	 * that needs it.
	 * @param reachable whether it can
	 */
	public void storeReachable(boolean reachable) {
		this.host.storeReachable(reachable);
	}

	/**
	 * Lets shards do what they have to do by themselves. Everything is owned, and
	 * messages are admitted, before anything is woken: what wakes may send anywhere.
	 * @param claims the claims
	 * @return completes when what the shards have to do is known
	 */
	public CompletableFuture<Void> wake(Collection<Fence> claims) {
		List<CompletableFuture<Void>> started = new ArrayList<>();
		for (Fence claim : claims) {
			started.add(this.host.door(claim.shard())
				.opened(claim)
				.thenCompose((owned) -> owned ? start(claim) : CompletableFuture.completedFuture(null)));
		}
		return CompletableFuture.allOf(started.toArray(CompletableFuture<?>[]::new));
	}

	private CompletableFuture<Void> start(Fence claim) {
		return this.host.store()
			.wakeSet(claim)
			.thenAccept(this.host.mailboxes()::wake)
			.toCompletableFuture()
			.thenCombine(this.host.reminders().start(claim), (woken, announced) -> null);
	}

	/**
	 * Opens or closes the door for messages from outside handlers.
	 * @param admission whether they are taken
	 */
	public void admit(Admission admission) {
		this.host.admit(admission);
	}

	// ---- what the node uses

	/** Nothing is sent by itself any more. */
	public void stop() {
		this.host.reminders().stop();
	}

	/**
	 * Nothing goes on its way any more. Whoever waits for an answer of another node, for
	 * a message that waits here, or for a guaranteed tell of this process, learns what is
	 * known of it.
	 */
	public void close() {
		this.host.endSending();
	}

	/**
	 * The activations of this node.
	 * @return live
	 */
	public Activations activations() {
		return this.host.activations();
	}

	/**
	 * What happened between nodes.
	 * @return live counters
	 */
	public RoutingStatistics statistics() {
		return this.host.statistics();
	}

	/**
	 * Whether nothing is under way that was accepted: no message, write or guaranteed
	 * tell of this process.
	 * @return true when quiet now, and nothing ran while this was found out
	 */
	public boolean isQuiet() {
		long before = this.host.executed();
		return activations().isQuiet() && this.host.outbox().isEmpty() && this.host.isNothingOnTheWay()
				&& activations().isQuiet() && this.host.executed() == before;
	}

	/**
	 * The shard of an actor.
	 * @param actor the actor
	 * @return its number
	 */
	public int shard(ActorId actor) {
		return this.host.shard(actor);
	}

	/**
	 * How much the actors of a shard have to do. Counted in a cluster only, where shards
	 * move.
	 * @param shard the shard
	 * @return messages handled here since the node was started
	 */
	public long handled(int shard) {
		return this.host.handled(shard);
	}

	/**
	 * What this node owns of a shard.
	 * @param shard the shard
	 * @return what it claimed last, or {@code null} while it does not own the shard
	 */
	public @Nullable Fence owned(int shard) {
		return this.host.door(shard).owned();
	}

	/**
	 * Why messages to a shard wait on this node.
	 * @param shard the shard
	 * @return how many, and what for; {@code null} when none do
	 */
	public @Nullable String waiting(int shard) {
		return this.host.door(shard).lane().trouble();
	}

	/**
	 * Asks the store whether it works, once a second at most, without waiting for the
	 * answer.
	 */
	public void askStore() {
		this.host.storeHealth().ask();
	}

	/**
	 * The last error of the store.
	 * @return the error, or {@code null} when its last call worked, or failed some time
	 * ago and it works now
	 */
	public @Nullable Throwable storeError() {
		return this.host.storeHealth().error();
	}

	/**
	 * The actors of a type.
	 * @param type its name
	 * @param <M> the type of the messages
	 * @return the actors
	 */
	public <M> Actors<M> actors(String type) {
		return new RoutedActors<>(this.host, this.host.actorType(type));
	}

	/**
	 * A reference to an actor.
	 * @param actor the actor
	 * @return the reference
	 */
	public ActorRef<?> ref(ActorId actor) {
		return this.host.ref(actor);
	}

	/**
	 * This node's id.
	 * @return its name and incarnation
	 */
	public String node() {
		return this.host.node();
	}

	/**
	 * Whether messages were ever admitted.
	 * @return false until then
	 */
	public boolean hasStarted() {
		return this.host.admission() != Admission.NOT_STARTED;
	}

	/**
	 * Whether the node takes no more messages from outside handlers.
	 * @return true from then on
	 */
	public boolean isStopping() {
		return this.host.isStopping();
	}

	/** Whether messages from outside handlers are taken. */
	public enum Admission {

		/** Not yet. */
		NOT_STARTED,

		/** Yes; while the node has no shards, or no store, they wait. */
		OPEN,

		/** Not any more. */
		CLOSED

	}

	/** Hears what actors tell the application. */
	public interface Listener {

		/** An event was published. */
		void published(Object event);

		/** A message was dropped. */
		void undelivered(MessageUndelivered message);

	}

}
