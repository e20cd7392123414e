package dev.cajun.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

import dev.cajun.placement.Node;
import dev.cajun.placement.Phase;
import dev.cajun.placement.Pin;
import dev.cajun.placement.PlacementTable;
import dev.cajun.placement.ShardPlacement;
import dev.cajun.placement.Situation;
import dev.cajun.placement.TableEdit;
import dev.cajun.placement.Targets;
import dev.cajun.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * What a leader has seen while it led, beyond the table: since when something is so, and
 * what nodes reported. Another leader begins without; it can only be slower for that.
 * <p>
 * Not thread-safe; takes time as an argument.
 */
final class LeaderFacts implements Situation {

	/** After so many failures a shard's waits get no longer. */
	private static final int MOST_DOUBLINGS = 4;

	/** How much longer than others an owner is waited for that says nothing. */
	private static final int UNHEARD = 6;

	/** An owner whose lease ended is given so long to be back, whatever the others do. */
	private static final Duration GRACE = Duration.ofSeconds(1);

	private final ClusterSettings settings;

	private final Predicate<Node> gone;

	/** Owners that are not there in this very incarnation, since when. */
	private final Map<String, Missing> missing = new HashMap<>();

	/** Shards on their way, since when. */
	private final Map<Integer, Since> since = new HashMap<>();

	private final Map<Integer, Failures> failures = new HashMap<>();

	private final Map<Integer, Long> claimed = new HashMap<>();

	private final Map<Integer, Long> released = new HashMap<>();

	private Set<String> names = Set.of();

	private boolean seen;

	private long lastChange;

	private long now;

	private ClusterView view = ClusterView.NONE;

	private TableEdit edit;

	private List<Targets.Eligible> eligible = List.of();

	private @Nullable Targets targets;

	private Map<Integer, Pin> pins = Map.of();

	/** When each process last reported something. */
	private final Map<String, Long> heard = new HashMap<>();

	/**
	 * Knows nothing yet.
	 * @param gone whether there is no such process any more, as far as is known
	 */
	LeaderFacts(ClusterSettings settings, PlacementTable table, Predicate<Node> gone) {
		this.settings = settings;
		this.gone = gone;
		this.edit = table.edit();
	}

	/** Looks at everything anew, before something is decided. */
	void observe(ClusterView seenView, PlacementTable table, TableEdit edited, long nanoTime) {
		this.now = nanoTime;
		this.view = seenView;
		this.edit = edited;
		this.eligible = findEligible();
		Set<String> present = new TreeSet<>();
		this.eligible.forEach((node) -> present.add(node.node().name()));
		if (!this.seen || !present.equals(this.names)) {
			this.seen = true;
			this.names = present;
			this.lastChange = nanoTime;
		}
		observeOwners(table);
		observeShards(table);
	}

	private List<Targets.Eligible> findEligible() {
		List<Targets.Eligible> found = new ArrayList<>();
		for (NodeRecord record : this.view.nodes().values()) {
			Node node = record.node();
			if (record.state() == NodeRecord.State.UP && this.edit.hasMember(node) && !this.edit.isDown(node)
					&& !this.edit.isDrained(node) && reachesStore(record)) {
				found.add(new Targets.Eligible(node, record.zone()));
			}
		}
		return found;
	}

	/** While half of the nodes do not reach it, that is no fault of one node. */
	private boolean reachesStore(NodeRecord record) {
		return record.storeReachable() || !this.view.storeIsReachable();
	}

	private void observeOwners(PlacementTable table) {
		Map<String, Node> owners = new HashMap<>();
		for (int shard = 0; shard < table.shards(); shard++) {
			Node owner = table.shard(shard).owner();
			if (owner != null) {
				owners.put(owner.id(), owner);
			}
		}
		this.missing.keySet().retainAll(owners.keySet());
		for (Node owner : owners.values()) {
			if (this.view.record(owner) != null) {
				this.missing.remove(owner.id());
			}
			else {
				this.missing.computeIfAbsent(owner.id(), (id) -> new Missing(owner, this.now));
			}
		}
		damp();
	}

	/** Owners that are not there in this very incarnation. */
	List<Node> missing() {
		return this.missing.values().stream().map((owner) -> owner.node).toList();
	}

	/**
	 * Many that lose their lease at once are rather the metadata's trouble than theirs,
	 * and will be back: all but those whose process is gone.
	 */
	private void damp() {
		long ttl = this.settings.leaseTtl().toNanos();
		List<Missing> lately = this.missing.values()
			.stream()
			.filter((owner) -> this.now - owner.since < ttl && !this.edit.isDown(owner.node)
					&& !this.gone.test(owner.node))
			.toList();
		Set<String> all = new HashSet<>(this.view.nodes().keySet());
		lately.forEach((owner) -> all.add(owner.node.name()));
		if (lately.size() >= 2 && 10 * lately.size() >= 4 * all.size()) {
			lately.forEach((owner) -> owner.damped = true);
		}
	}

	private void observeShards(PlacementTable table) {
		for (int shard = 0; shard < table.shards(); shard++) {
			ShardPlacement placement = table.shard(shard);
			if (placement.phase() == Phase.CLAIMING || placement.phase() == Phase.MOVING) {
				Since known = this.since.get(shard);
				if (known == null || !known.placement.equals(placement)) {
					this.since.put(shard, new Since(placement, this.now));
				}
			}
			else {
				this.since.remove(shard);
			}
		}
	}

	/** Where shards should be; placed anew only when that may have changed. */
	Targets targets(int shards) {
		Targets known = this.targets;
		if (known == null || !known.eligible().equals(this.eligible) || !this.edit.pins().equals(this.pins)) {
			this.pins = Map.copyOf(this.edit.pins());
			known = new Targets(this.settings.strategy(), shards, this.pins, this.eligible);
			this.targets = known;
		}
		return known;
	}

	/** The nodes that may have shards. */
	List<Targets.Eligible> eligible() {
		return this.eligible;
	}

	// ---- what nodes report

	void heard(String bootId, long nanoTime) {
		this.heard.put(bootId, nanoTime);
	}

	void claimReported(int shard, long epoch) {
		this.claimed.put(shard, epoch);
	}

	void releaseReported(int shard, long move) {
		this.released.put(shard, move);
	}

	/**
	 * A table was written: what failed is tried again later, what worked is forgotten.
	 */
	void wrote(PlacementTable before, PlacementTable after, long nanoTime) {
		for (int shard = 0; shard < after.shards(); shard++) {
			ShardPlacement was = before.shard(shard);
			ShardPlacement is = after.shard(shard);
			if (was.equals(is)) {
				continue;
			}
			boolean aborted = was.phase() == Phase.MOVING && is.phase() == Phase.OWNED;
			boolean notClaimed = was.phase() == Phase.CLAIMING && is.phase() == Phase.CLAIMING;
			if (aborted || notClaimed) {
				Failures known = this.failures.computeIfAbsent(shard, (number) -> new Failures());
				known.count++;
				known.notBefore = nanoTime
						+ Duration.ofSeconds(1).toNanos() * (1L << Math.min(known.count, MOST_DOUBLINGS));
			}
			else if (was.phase() == Phase.CLAIMING && is.phase() == Phase.OWNED) {
				this.failures.remove(shard);
			}
			if (is.phase() == Phase.OWNED) {
				this.claimed.remove(shard);
				this.released.remove(shard);
			}
		}
	}

	/** How often in a row a shard could not be moved or claimed. */
	int failures(int shard) {
		Failures known = this.failures.get(shard);
		return (known == null) ? 0 : known.count;
	}

	/** What failed does not count any more. */
	void forgive(int shard) {
		this.failures.remove(shard);
	}

	// ---- Situation

	@Override
	public boolean serves(Node owner) {
		NodeRecord record = this.view.nodes().get(owner.name());
		if (record == null || this.edit.isDown(owner) || !reachesStore(record)) {
			return false;
		}
		if (record.node().equals(owner)) {
			return true;
		}
		// It keeps what it had under a former incarnation, and joins again.
		return record.node().bootId().equals(owner.bootId()) && (record.state() == NodeRecord.State.DRAINING
				|| missingFor(owner) < 2 * this.settings.leaseTtl().toNanos());
	}

	private long missingFor(Node owner) {
		Missing known = this.missing.get(owner.id());
		return (known == null) ? 0 : this.now - known.since;
	}

	@Override
	public boolean awaited(Node owner) {
		NodeRecord record = this.view.nodes().get(owner.name());
		if (this.edit.isDown(owner) || (record != null && record.node().equals(owner))) {
			return false;
		}
		if (record != null) {
			return record.state() == NodeRecord.State.JOINING && missingFor(owner) < this.settings.leaseTtl().toNanos();
		}
		Missing known = this.missing.get(owner.id());
		if (known == null) {
			return false;
		}
		boolean damped = known.damped && !this.gone.test(owner);
		return this.now - known.since < (damped ? this.settings.leaseTtl() : GRACE).toNanos();
	}

	@Override
	public boolean released(int shard, long move) {
		return Long.valueOf(move).equals(this.released.get(shard));
	}

	@Override
	public boolean claimed(int shard, long epoch) {
		return Long.valueOf(epoch).equals(this.claimed.get(shard));
	}

	@Override
	public boolean overdue(int shard, ShardPlacement placement) {
		Since known = this.since.get(shard);
		if (known == null || !known.placement.equals(placement)) {
			return false;
		}
		long deadline = ClusterSettings.MOVE_DEADLINE.toNanos();
		if (placement.phase() == Phase.CLAIMING) {
			// Another node does no better when the store is down for all.
			if (!this.view.storeIsReachable() || this.eligible.size() < 2) {
				return false;
			}
			deadline <<= Math.min(failures(shard), MOST_DOUBLINGS);
			Long spoke = (placement.owner() == null) ? null : this.heard.get(placement.owner().bootId());
			if (spoke == null || spoke - known.since < 0) {
				// It may have claimed the shard long ago, and only this node does not
				// hear it.
				deadline *= UNHEARD;
			}
		}
		return this.now - known.since >= deadline;
	}

	@Override
	public boolean mayMove(int shard) {
		Failures known = this.failures.get(shard);
		return known == null || this.now - known.notBefore >= 0;
	}

	@Override
	public boolean draining(Node owner) {
		NodeRecord record = this.view.nodes().get(owner.name());
		return this.edit.isDrained(owner) || (record != null && record.node().bootId().equals(owner.bootId())
				&& record.state() == NodeRecord.State.DRAINING);
	}

	@Override
	public boolean settled() {
		return this.seen && this.now - this.lastChange >= Durations.nanos(this.settings.settleTime());
	}

	@Override
	public boolean complete() {
		return settled() && this.eligible.size() >= this.settings.minNodes();
	}

	@Override
	public int mostMoving() {
		return ClusterSettings.MOST_MOVING;
	}

	/** An owner that is not there. */
	private static final class Missing {

		private final Node node;

		private final long since;

		/** Whether its shards wait longer for it, because others are missing as well. */
		private boolean damped;

		Missing(Node node, long since) {
			this.node = node;
			this.since = since;
		}

	}

	private record Since(ShardPlacement placement, long since) {
	}

	private static final class Failures {

		private int count;

		private long notBefore;

	}

	/** The record of a node that may have shards, by name. */
	@Nullable Node eligible(String name) {
		return this.eligible.stream()
			.map(Targets.Eligible::node)
			.filter((node) -> node.name().equals(name))
			.findFirst()
			.orElse(null);
	}

}
