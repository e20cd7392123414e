package dev.cajun.cluster;

import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

import dev.cajun.metadata.MetadataStore;
import dev.cajun.metadata.Transaction;
import dev.cajun.metadata.TransactionResult;
import dev.cajun.placement.Node;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node leads. It takes the lead when nobody has it, or from a leader that
 * was agreed dead, and holds it as long as the document says so.
 * <p>
 * Used in the event loop only.
 */
final class Leadership {

	private static final Logger logger = LoggerFactory.getLogger(Leadership.class);

	/** Who resigned lets others go first for so long. */
	private static final Duration ABSTINENCE = Duration.ofSeconds(2);

	private static final Duration RETRY = Duration.ofMillis(200);

	private final EventLoop loop;

	private final MetadataStore metadata;

	private final RandomGenerator random;

	private final Runnable changed;

	/** What this node wrote when it last took the lead. */
	private byte @Nullable [] claim;

	/** The leadership as this node knows that it has it. */
	private @Nullable LeaderRecord held;

	/** The revision from which on the document must say so. */
	private long since;

	private boolean busy;

	private long notBefore;

	private boolean abstains;

	Leadership(EventLoop loop, MetadataStore metadata, RandomGenerator random, Runnable changed) {
		this.loop = loop;
		this.metadata = metadata;
		this.random = random;
		this.changed = changed;
		this.notBefore = loop.nanoTime();
	}

	/** The leadership that this node has, or {@code null}. */
	@Nullable LeaderRecord held() {
		return this.held;
	}

	/** Follows the document, and takes the lead when nobody has it. */
	void advance(ClusterView view, Membership membership) {
		follow(view);
		LeaderRecord written = view.leader();
		if (this.held == null && !this.busy && view.revision() >= this.since && written != null
				&& written.leader().equals(membership.self().id())) {
			// It was given away or taken twice, and the request or the answer got lost.
			giveAway(written);
		}
		LeaseKeeper lease = membership.lease();
		if (this.held == null && view.leader() == null && view.history() > 0 && lease != null && membership.isProvable()
				&& mayLead(view, membership.self())) {
			byte[] value = LeaderRecord.value(membership.self(), term());
			take(Transaction.when(new Transaction.Absent(LeaderRecord.KEY)), value, lease.id(), 0);
		}
	}

	/** Whoever is up leads; in a cluster that begins, whoever comes first. */
	private boolean mayLead(ClusterView view, Node self) {
		NodeRecord record = view.record(self);
		if (record == null || (this.abstains && this.loop.nanoTime() - this.notBefore < 0)) {
			return false;
		}
		return record.state() == NodeRecord.State.UP
				|| view.nodes().values().stream().noneMatch((other) -> other.state() == NodeRecord.State.UP);
	}

	private void follow(ClusterView view) {
		LeaderRecord written = view.leader();
		byte[] mine = this.claim;
		if (mine == null || (this.held != null && view.revision() < this.since)) {
			return;
		}
		if (written != null && written.hasValue(mine)) {
			if (this.held == null) {
				// The answer got lost, and the lead was taken all the same.
				hold(written, view.revision());
			}
		}
		else if (this.held != null) {
			logger.info("This node does not lead any more: {} does", (written == null) ? "nobody" : written.leader());
			this.held = null;
			this.claim = null;
		}
	}

	private void hold(LeaderRecord record, long revision) {
		this.held = record;
		this.since = revision;
		this.abstains = false;
		logger.info("This node leads: {}", record);
	}

	/** Takes the lead from a node that was agreed dead. */
	void replace(LeaderRecord dead, Membership membership) {
		LeaseKeeper lease = membership.lease();
		if (lease != null && membership.isProvable()) {
			byte[] value = LeaderRecord.value(membership.self(), term());
			Transaction transaction = new Transaction(dead.holds(), List.of());
			take(transaction, value, lease.id(), dead.createRevision());
		}
	}

	private void take(Transaction when, byte[] value, long lease, long createRevision) {
		if (this.busy || (!this.abstains && this.loop.nanoTime() - this.notBefore < 0)) {
			return;
		}
		this.busy = true;
		this.claim = value;
		this.loop.when(this.metadata.commit(when.then(new Transaction.Put(LeaderRecord.KEY, value, lease))),
				(result) -> taken(result, value, createRevision), (error) -> {
					this.busy = false;
					retryLater();
					logger.debug("The lead was not taken, or nobody knows: {}", error.toString());
				});
	}

	private void taken(TransactionResult result, byte[] value, long createRevision) {
		this.busy = false;
		if (result.applied() && Arrays.equals(this.claim, value)) {
			if (this.held == null) {
				hold(new LeaderRecord(LeaderRecord.idIn(value),
						(createRevision == 0) ? result.revision() : createRevision, value), result.revision());
			}
		}
		else {
			retryLater();
		}
		this.changed.run();
	}

	private void retryLater() {
		this.notBefore = this.loop.nanoTime() + RETRY.toNanos();
	}

	/** Gives the lead away. */
	void resign(String reason) {
		LeaderRecord record = this.held;
		if (record == null) {
			return;
		}
		logger.info("This node gives the lead away: {}", reason);
		this.held = null;
		this.claim = null;
		abstain();
		giveAway(record);
	}

	private void abstain() {
		this.abstains = true;
		this.notBefore = this.loop.nanoTime() + ABSTINENCE.toNanos();
	}

	private void giveAway(LeaderRecord record) {
		this.busy = true;
		this.loop.when(
				this.metadata
					.commit(new Transaction(record.holds(), List.of(new Transaction.Delete(LeaderRecord.KEY)))),
				(result) -> {
					this.busy = false;
					this.since = result.revision();
					// From now on, however long the request took: others must hear of it.
					abstain();
					this.changed.run();
				}, (error) -> {
					this.busy = false;
					logger.debug("The lead was not given away, or nobody knows: {}", error.toString());
				});
	}

	/** The lease is lost, and with it the lead. */
	void lost() {
		this.held = null;
		this.claim = null;
		this.since = 0;
	}

	private String term() {
		return HexFormat.of().toHexDigits(this.random.nextLong());
	}

}
