package dev.cajun.cluster;

import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

import dev.cajun.JoinRefusedException;
import dev.cajun.metadata.Document;
import dev.cajun.metadata.Lease;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.metadata.Transaction;
import dev.cajun.placement.Node;
import dev.cajun.placement.PlacementTable;
import dev.cajun.transport.Address;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's own record: brings it in, keeps it true and alive, and brings in another
 * incarnation when the lease was lost.
 * <p>
 * Used in the event loop only. {@link #advance} looks at what there is and takes the next
 * step, so that a call whose outcome is unknown needs no care of its own.
 */
final class Membership implements LeaseKeeper.Listener {

	private static final Logger logger = LoggerFactory.getLogger(Membership.class);

	/** What an old key of the same name is given beyond its time to live. */
	private static final Duration GRACE = Duration.ofSeconds(2);

	private static final Duration RETRY = Duration.ofMillis(500);

	private final EventLoop loop;

	private final MetadataStore metadata;

	private final ClusterSettings settings;

	private final RandomGenerator random;

	private final String bootId;

	private final Address address;

	private final Listener listener;

	/** This process in its present incarnation. */
	private Node self;

	private @Nullable LeaseKeeper lease;

	/** The revision from which on the record must be seen; 0 before it was written. */
	private long registered;

	/** Whether the record may be, or become, what this node does not know of. */
	private boolean unsure;

	private boolean busy;

	private long retryAt;

	/** Whether another process's record is in the way, and since when. */
	private boolean blocked;

	private long blockedSince;

	private long blockedBy;

	/** What showed the record until it was time to refuse; read once more before. */
	private @Nullable ClusterView doubted;

	/** Whether a record that says that the store is not reached is, or may get, there. */
	private boolean maySayCutOff;

	/** The revision from which on no record can say so, unless that is set. */
	private long saysReachingSince;

	private boolean everRegistered;

	private boolean storeReachable = true;

	private boolean draining;

	private boolean left;

	Membership(EventLoop loop, MetadataStore metadata, ClusterSettings settings, RandomGenerator random, Node self,
			Listener listener) {
		this.loop = loop;
		this.metadata = metadata;
		this.settings = settings;
		this.random = random;
		this.bootId = self.bootId();
		this.address = self.address();
		this.listener = listener;
		this.self = self;
		this.retryAt = loop.nanoTime();
	}

	Node self() {
		return this.self;
	}

	/** Whether the record was written under the present lease. */
	boolean isRegistered() {
		return this.registered > 0;
	}

	/**
	 * Whether the view shows that this node reaches the store, with everything that was
	 * done while the record said, or may have said, otherwise.
	 */
	boolean isShownAsReaching(ClusterView view) {
		NodeRecord record = view.record(this.self);
		return isRegistered() && record != null && record.storeReachable() && !this.maySayCutOff
				&& view.revision() >= this.saysReachingSince;
	}

	/** The lease under which this node is registered, or {@code null}. */
	@Nullable LeaseKeeper lease() {
		return isRegistered() ? this.lease : null;
	}

	boolean isProvable() {
		return isRegistered() && this.lease != null && this.lease.isProvable();
	}

	boolean isDraining() {
		return this.draining;
	}

	void storeReachable(boolean reachable) {
		this.storeReachable = reachable;
	}

	void draining(boolean drains) {
		this.draining = drains;
	}

	/** Why the node is not registered yet; empty when it is. */
	String trouble() {
		if (isRegistered()) {
			return "";
		}
		return this.blocked ? "a node of the same name is, or was until lately, part of the cluster"
				: "the node is not registered at " + this.metadata.description() + " yet";
	}

	/** Takes the next step. */
	void advance(ClusterView view) {
		if (this.busy || this.left || view.history() == 0) {
			return;
		}
		Document document = view.documents().get(NodeRecord.key(this.self.name()));
		NodeRecord record = view.nodes().get(this.self.name());
		if (isRegistered() && view.revision() >= this.registered) {
			if (record == null || !record.node().equals(this.self)) {
				lost("the node's record is gone");
			}
			else if (document != null) {
				update(view, record, document);
			}
		}
		else if (!isRegistered() && this.loop.nanoTime() - this.retryAt >= 0) {
			if (record != null && !record.node().bootId().equals(this.bootId)) {
				waitFor(view, record, document);
			}
			else if (this.lease == null) {
				this.blocked = false;
				grant();
			}
			else {
				register(this.lease, document);
			}
		}
	}

	@SuppressWarnings("ReferenceEquality") // Whatever is read again is another view
	private void waitFor(ClusterView view, NodeRecord other, @Nullable Document document) {
		long created = (document == null) ? 0 : document.createRevision();
		if (!this.blocked || this.blockedBy != created) {
			this.blocked = true;
			this.blockedSince = this.loop.nanoTime();
			this.blockedBy = created;
			this.doubted = null;
			logger.info("Node {} waits for the key of {} at {} to expire", this.self.id(), other.node().id(),
					other.node().address());
		}
		Duration patience = Duration.ofSeconds(Math.max(other.ttlSeconds(), this.settings.leaseTtl().toSeconds()))
			.plus(GRACE);
		if (this.loop.nanoTime() - this.blockedSince < patience.toNanos()) {
			return;
		}
		if (this.doubted == null || this.doubted == view) {
			this.doubted = view;
			this.listener.outdated();
		}
		else {
			this.doubted = null;
			this.blockedSince = this.loop.nanoTime();
			this.listener.refused(new JoinRefusedException(JoinRefusedException.Reason.NAME_IN_USE,
					"Node " + this.self.id() + " cannot join cluster '" + this.settings.cluster()
							+ "': there is a live node named '" + this.self.name() + "' at " + other.node().address()
							+ ". Give this one a name of its own (cajun.node.name), or stop the other"),
					this.everRegistered);
		}
	}

	/**
	 * The metadata has not answered for a while. When it starts again, it gives every
	 * lease its full time, so that a key that is still there says nothing of its node.
	 */
	void waitAnew() {
		this.blocked = false;
	}

	private void grant() {
		this.busy = true;
		long sent = this.loop.nanoTime();
		this.loop.when(this.metadata.grant(this.settings.leaseTtl()), (granted) -> {
			this.busy = false;
			if (this.left) {
				revoke(granted);
			}
			else {
				this.lease = new LeaseKeeper(this.loop, this.metadata, granted, sent, this);
				this.listener.changed();
			}
		}, this::failed);
	}

	private void revoke(Lease granted) {
		this.loop.when(this.metadata.revoke(granted.id()), (done) -> {
		}, (error) -> logger.debug("Lease {} was not revoked", granted.id(), error));
	}

	private void register(LeaseKeeper keeper, @Nullable Document old) {
		String key = NodeRecord.key(this.self.name());
		// A record of this very process, of a former incarnation, is replaced.
		Transaction.Condition free = (old == null) ? new Transaction.Absent(key)
				: new Transaction.WrittenAt(key, old.revision());
		byte[] value = record(NodeRecord.State.JOINING).write();
		this.busy = true;
		this.loop.when(this.metadata.commit(Transaction.when(free).then(new Transaction.Put(key, value, keeper.id()))),
				(result) -> {
					this.busy = false;
					Document found = result.found().get(key);
					boolean written = result.applied() || (found != null && Arrays.equals(found.value(), value));
					if (this.left || keeper != this.lease) {
						return;
					}
					if (written) {
						this.registered = result.revision();
						this.unsure = false;
						this.maySayCutOff = false;
						this.saysReachingSince = result.revision();
						this.everRegistered = true;
						logger.info("Node {} is registered in cluster '{}' at {}", this.self.id(),
								this.settings.cluster(), this.address);
						this.listener.registered(this.self);
						if (keeper.isProvable()) {
							this.listener.provableUntil(keeper.deadline());
						}
					}
					else {
						retryLater();
					}
					this.listener.changed();
				}, this::failed);
	}

	/**
	 * Writes what is not there yet. After a write of which nobody knows what became of
	 * it, the record is written in any case: then what is still on its way cannot take
	 * effect any more.
	 */
	private void update(ClusterView view, NodeRecord written, Document document) {
		NodeRecord wanted = record(state(view.table(), written));
		LeaseKeeper keeper = this.lease;
		if ((wanted.equals(written) && !this.unsure) || keeper == null || this.loop.nanoTime() - this.retryAt < 0) {
			return;
		}
		this.busy = true;
		this.unsure = true;
		this.maySayCutOff |= !wanted.storeReachable();
		this.loop
			.when(this.metadata.commit(Transaction.when(new Transaction.WrittenAt(document.key(), document.revision()))
				.then(new Transaction.Put(document.key(), wanted.write(), keeper.id()))), (result) -> {
					this.busy = false;
					if (result.applied() && keeper == this.lease) {
						this.registered = Math.max(this.registered, result.revision());
						this.unsure = false;
						if (this.maySayCutOff && wanted.storeReachable()) {
							this.maySayCutOff = false;
							this.saysReachingSince = result.revision();
						}
						logger.info("Node {} is {}", this.self.id(), wanted.state());
					}
					else {
						retryLater();
						this.listener.outdated();
					}
					this.listener.changed();
				}, this::failed);
	}

	private NodeRecord.State state(@Nullable PlacementTable table, NodeRecord written) {
		if (this.draining || (table != null && this.bootId.equals(table.drains().get(this.self.name())))) {
			return NodeRecord.State.DRAINING;
		}
		if (table == null) {
			return (written.state() == NodeRecord.State.DRAINING) ? NodeRecord.State.JOINING : written.state();
		}
		return table.hasMember(this.self) ? NodeRecord.State.UP : NodeRecord.State.JOINING;
	}

	private NodeRecord record(NodeRecord.State state) {
		return new NodeRecord(this.self, state, this.storeReachable, this.settings.zone(), this.settings.roles(),
				this.settings.version(), ClusterSettings.PROTOCOL, this.settings.leaseTtl().toSeconds());
	}

	private void failed(Throwable error) {
		this.busy = false;
		logger.debug("Node {} could not write its record: {}", this.self.id(), error.toString());
		retryLater();
	}

	private void retryLater() {
		this.retryAt = this.loop.nanoTime() + RETRY.toNanos();
	}

	// ---- the lease

	@Override
	public void provableUntil(long nanoTime) {
		if (isRegistered()) {
			this.listener.provableUntil(nanoTime);
		}
	}

	@Override
	public void notProvable() {
		this.listener.notProvable();
	}

	/** Begins another incarnation. */
	@Override
	public void lost(String reason) {
		LeaseKeeper keeper = this.lease;
		if (keeper != null) {
			keeper.stop();
		}
		boolean was = isRegistered();
		this.lease = null;
		this.registered = 0;
		this.unsure = false;
		if (was) {
			Node former = this.self;
			this.self = new Node(former.name(), HexFormat.of().toHexDigits(this.random.nextLong()), this.bootId,
					this.address);
			logger.warn("Node {} has lost its lease: {}. It joins again as {}", former.id(), reason, this.self.id());
			this.listener.lost(former, reason);
		}
		this.listener.changed();
	}

	/** The node was agreed dead: nobody needs to wait for its lease. */
	void giveUpLease(String reason) {
		LeaseKeeper keeper = this.lease;
		lost(reason);
		if (keeper != null) {
			this.loop.when(this.metadata.revoke(keeper.id()), (done) -> this.listener.changed(),
					(error) -> logger.debug("Lease {} was not revoked", keeper.id(), error));
		}
	}

	/** Leaves for good: the record and everything else bound to the lease goes. */
	void leave(Runnable done) {
		this.left = true;
		LeaseKeeper keeper = this.lease;
		if (keeper == null) {
			done.run();
			return;
		}
		keeper.stop();
		this.lease = null;
		this.registered = 0;
		this.listener.notProvable();
		this.loop.when(this.metadata.revoke(keeper.id()), (gone) -> done.run(), (error) -> {
			logger.info("Node {} left although {} did not end its lease; it ends by itself", this.self.id(),
					this.metadata.description(), error);
			done.run();
		});
	}

	/** Hears of this node's membership. */
	interface Listener {

		/** The node is part of the cluster, in this incarnation. */
		void registered(Node self);

		/** See {@link LeaseKeeper.Listener}. */
		void provableUntil(long nanoTime);

		/** See {@link LeaseKeeper.Listener}. */
		void notProvable();

		/** The incarnation has ended; another one is about to register. */
		void lost(Node former, String reason);

		/** The node's name is taken. */
		void refused(JoinRefusedException reason, boolean wasMember);

		/** What was read of the node's record is not what is there. */
		void outdated();

		/** Something may be done now. */
		void changed();

	}

}
