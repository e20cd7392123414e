package dev.cajun.cluster;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import dev.cajun.ClusterListener;
import dev.cajun.JoinRefusedException;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.placement.Node;
import dev.cajun.placement.NodeLoad;
import dev.cajun.placement.PlacementTable;
import dev.cajun.placement.Routes;
import dev.cajun.store.ActorStore;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreMeta;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control plane's work. Whatever happens, a listing, an answer, a message or a tick,
 * ends in one {@link #step}, in which every part looks at what there is and does what is
 * left to be done. So nothing hangs on a single event being heard.
 * <p>
 * Used in the event loop only, but for {@link #status()} and what completes.
 */
final class ControlLoop {

	private static final Logger logger = LoggerFactory.getLogger(ControlLoop.class);

	private final ClusterSettings settings;

	private final ActorStore store;

	private final LocalShards shards;

	private final EventLoop loop;

	private final Reading reading;

	private final Opening opening;

	private final Reporter reporter;

	private final Links links;

	private final Membership membership;

	private final Leadership leadership;

	private final Leader leader;

	private final FailureDetector detector;

	private final ShardOwner owner;

	private final StoreWatch storeWatch;

	private final Commands commands;

	private final Migrations migrations = new Migrations();

	private final OwnerHistory owners = new OwnerHistory();

	private final ClusterEvents events;

	private final CompletableFuture<Node> joined = new CompletableFuture<>();

	private final CompletableFuture<Void> attempted = new CompletableFuture<>();

	private final CompletableFuture<Void> drained = new CompletableFuture<>();

	private @Nullable PlacementTable routed;

	private boolean storeReachable = true;

	/** Until when the lease can be proved. */
	private long leaseUntil;

	/** Until when volatile actors may run, as they were told. */
	private long provableUntil;

	private boolean stepping;

	private boolean draining;

	private boolean stopped;

	private final StatusBoard board;

	ControlLoop(ClusterSettings settings, Node self, MetadataStore metadata, ActorStore store, Transport transport,
			LocalShards shards, Supplier<NodeLoad> load, EventLoop loop, EventLoop calls, RandomGenerator random,
			List<ClusterListener> listeners, Runnable stateChanged) {
		this.settings = settings;
		this.store = store;
		this.shards = shards;
		this.loop = loop;
		this.links = new Links(transport, self.bootId(),
				(message) -> loop.execute(() -> received(self.peer(), message)));
		this.reading = new Reading(loop, metadata, new Views());
		this.opening = new Opening(loop, store, settings, random, this::stepLater);
		this.reporter = new Reporter(loop, this.links, settings, load);
		RefusedWrites writes = new RefusedWrites(metadata, loop);
		this.membership = new Membership(loop, writes, settings, random, self, new Member());
		this.leadership = new Leadership(loop, writes, random, this::stepLater);
		this.leader = new Leader(loop, writes, transport, settings, this.leadership, this::stepLater,
				this.reading::read);
		this.detector = new FailureDetector(loop, transport, this.links, random,
				new Verdicts(this.reading, this.membership, this.leadership, this.leader, this.links, this::stepLater));
		this.owner = new ShardOwner(loop, store, shards, this::stepLater);
		this.storeWatch = new StoreWatch(loop, store, settings.leaseTtl(), this::stepLater);
		this.commands = new Commands(loop, this.links);
		this.events = new ClusterEvents(calls, listeners, stateChanged);
		this.board = new StatusBoard(self, this.reading, writes, this.opening, this.membership, this.leader, this.owner,
				this.migrations);
		this.leaseUntil = loop.nanoTime();
		this.provableUntil = this.leaseUntil;
		var unused = this.opening.attempted().whenComplete((done, error) -> {
			if (error == null) {
				this.attempted.complete(null);
			}
			else {
				this.joined.completeExceptionally(error);
				this.attempted.completeExceptionally(error);
			}
		});
	}

	/** Completes when the node is registered; fails when it is refused. */
	CompletableFuture<Node> joined() {
		return this.joined;
	}

	/**
	 * Completes when joining has come to anything: see {@link ControlPlane#attempted()}.
	 */
	CompletableFuture<Void> attempted() {
		return this.attempted;
	}

	/** Completes when nothing is left here that another node could take. */
	CompletableFuture<Void> drained() {
		return this.drained;
	}

	@Nullable JoinRefusedException refusal() {
		return this.opening.refusal();
	}

	ClusterStatus status() {
		return this.board.status();
	}

	void start() {
		this.shards.routes(Routes.none(this.settings.shards()));
		this.reading.start();
		tick();
	}

	void drain() {
		this.draining = true;
		this.membership.draining(true);
		step();
	}

	void leave(Runnable left) {
		this.stopped = true;
		this.drained.complete(null);
		this.leadership.lost();
		this.reading.close();
		this.membership.leave(() -> {
			this.loop.stop();
			left.run();
		});
	}

	void operate(Operation operation, CompletableFuture<String> answer) {
		this.commands.send(operation, this.reading.view().leaderNode(), answer);
	}

	void refresh(CompletableFuture<Void> done) {
		this.reading.refresh(done);
	}

	void fenced(Fence mine, long epoch, String ownerFound) {
		this.owner.fenced(mine, epoch, ownerFound);
		if (epoch >= mine.epoch()) {
			this.reading.read();
		}
	}

	void suspect(String name) {
		this.detector.suspect(name);
		step();
	}

	/** A message arrived from another node, or from this one. */
	void received(Transport.Peer from, ControlMessage message) {
		if (this.stopped) {
			return;
		}
		switch (message) {
			case ControlMessage.Witness witness -> this.detector.witness(witness, from(from));
			case ControlMessage.Testimony testimony -> this.detector.testimony(testimony, from);
			case ControlMessage.AgreedDead dead -> this.leader.agreedDead(dead.node());
			case ControlMessage.Report report -> this.leader.report(report, from.bootId());
			case ControlMessage.Load figures -> this.leader.load(figures.node(), figures.load());
			case ControlMessage.Command command -> this.leader.operate(command.operation(), (answer) -> this.links
				.send(from(from), new ControlMessage.Answer(command.id(), answer.status(), answer.text())));
			case ControlMessage.Answer answer -> this.commands.answered(answer);
		}
		step();
	}

	/** A message need not carry the address of its sender; its record does. */
	private Transport.Peer from(Transport.Peer peer) {
		NodeRecord record = this.reading.view().nodes().get(peer.node());
		return (record != null && record.node().bootId().equals(peer.bootId())) ? record.node().peer() : peer;
	}

	// ---- the loop

	private void tick() {
		if (!this.stopped) {
			step();
			this.loop.after(ClusterSettings.TICK, this::tick);
		}
	}

	/** One step for all that happens until it is this task's turn. */
	private void stepLater() {
		if (!this.stepping) {
			this.stepping = true;
			this.loop.execute(() -> {
				this.stepping = false;
				step();
			});
		}
	}

	private void step() {
		if (this.stopped) {
			return;
		}
		ClusterView view = this.reading.view();
		StoreMeta opened = this.opening.advance(view);
		if (opened != null) {
			this.storeWatch.advance();
			followStore();
			this.membership.advance(view);
			this.leadership.advance(view, this.membership);
			this.owner.publishClaims();
			PlacementTable table = this.leader.table(view);
			if (table != null && table.storeId().equals(opened.storeId()) && table.shards() == this.settings.shards()) {
				followTable(table);
			}
			tellProvable();
			if (this.membership.isProvable() && !this.membership.isDraining()) {
				this.detector.advance(view, this.membership.self());
			}
			this.leader.advance(view, this.membership, opened);
			if (table != null) {
				this.reporter.report(view.leaderNode(), this.owner.report(table));
			}
			this.events.follow(view);
			Node self = this.membership.self();
			this.events.drained(
					table != null && this.owner.count() == 0 && self.bootId().equals(table.drains().get(self.name())),
					self);
		}
		checkDrained();
		publish();
	}

	private void followStore() {
		boolean reachable = this.storeWatch.isReachable();
		if (reachable != this.storeReachable) {
			this.storeReachable = reachable;
			tellProvable();
			this.membership.storeReachable(reachable);
			this.shards.storeReachable(reachable);
		}
	}

	/**
	 * How long volatile actors may run. A node that does not reach the store loses its
	 * shards although its lease lives, so it stops them before it says so, and starts
	 * them again only when it sees that it says otherwise: whatever was taken from it, it
	 * sees by then as well.
	 */
	private void tellProvable() {
		boolean may = this.storeReachable && this.membership.isShownAsReaching(this.reading.view());
		long until = may ? this.leaseUntil : Math.min(this.leaseUntil, this.loop.nanoTime());
		if (may ? until != this.provableUntil : this.provableUntil - this.loop.nanoTime() > 0) {
			this.provableUntil = until;
			this.shards.provableUntil(until);
		}
	}

	private boolean isMember(Node node, PlacementTable table) {
		NodeRecord record = this.reading.view().nodes().get(node.name());
		return record != null && record.node().equals(node) && !table.downs().containsKey(node.id());
	}

	OwnerHistory owners() {
		return this.owners;
	}

	private void followTable(PlacementTable table) {
		Node self = this.membership.self();
		if (table.downs().containsKey(self.id())) {
			logger.warn("Node {} was agreed dead by others, and is not: it joins again", self.id());
			this.owner.dropAll();
			this.leadership.lost();
			this.membership.giveUpLease("other nodes agreed that it is dead");
		}
		this.owner.follow(table, this.membership.self());
		if (table != this.routed) {
			this.routed = table;
			this.shards.routes(table.routes());
			this.migrations.follow(table, this.loop.scheduler().now());
			this.owners.follow(table, (node) -> isMember(node, table), this.loop.scheduler().now());
		}
	}

	private void checkDrained() {
		if (this.draining && !this.drained.isDone()) {
			boolean others = this.reading.view()
				.nodes()
				.values()
				.stream()
				.anyMatch((record) -> record.state() == NodeRecord.State.UP
						&& !record.node().name().equals(this.settings.name()));
			if (this.owner.count() == 0 || !others) {
				this.drained.complete(null);
			}
		}
	}

	private void publish() {
		boolean changed = this.board
			.publish(this.storeReachable ? "" : "the store " + this.store.description() + " does not answer");
		if (changed) {
			this.events.stateChanged();
		}
	}

	private final class Views implements Reading.Listener {

		@Override
		public void changed() {
			step();
		}

		@Override
		public void historyChanged() {
			ControlLoop.this.leadership.lost();
			ControlLoop.this.membership.lost("the metadata's history has changed");
		}

		@Override
		public void failed() {
			ControlLoop.this.attempted.complete(null);
		}

		@Override
		public void recovered() {
			ControlLoop.this.membership.waitAnew();
		}

	}

	private final class Member implements Membership.Listener {

		@Override
		public void registered(Node self) {
			ControlLoop.this.joined.complete(self);
			ControlLoop.this.attempted.complete(null);
		}

		@Override
		public void provableUntil(long nanoTime) {
			ControlLoop.this.leaseUntil = nanoTime;
			tellProvable();
		}

		@Override
		public void notProvable() {
			ControlLoop.this.leaseUntil = ControlLoop.this.loop.nanoTime();
			tellProvable();
			stepLater();
		}

		@Override
		public void lost(Node former, String reason) {
			ControlLoop.this.leadership.lost();
			notProvable();
			ControlLoop.this.events.leaseLost(former, reason);
		}

		@Override
		public void refused(JoinRefusedException reason, boolean wasMember) {
			if (wasMember) {
				logger.error("{}", reason.getMessage());
			}
			else {
				ControlLoop.this.opening.refuse(reason);
			}
		}

		@Override
		public void outdated() {
			ControlLoop.this.reading.read();
		}

		@Override
		public void changed() {
			stepLater();
		}

	}

}
