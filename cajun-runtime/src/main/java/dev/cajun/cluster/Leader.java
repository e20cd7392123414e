package dev.cajun.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

import dev.cajun.metadata.Document;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.metadata.Transaction;
import dev.cajun.metadata.TransactionResult;
import dev.cajun.placement.Assignment;
import dev.cajun.placement.Down;
import dev.cajun.placement.Node;
import dev.cajun.placement.NodeLoad;
import dev.cajun.placement.Phase;
import dev.cajun.placement.Pin;
import dev.cajun.placement.PlacementDocument;
import dev.cajun.placement.PlacementTable;
import dev.cajun.placement.ShardPlacement;
import dev.cajun.placement.TableEdit;
import dev.cajun.store.StoreMeta;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the placement table while this node leads. Each write compares that the
 * leadership holds and that the table is the one from which it was made, so a leader that
 * was replaced without knowing it writes nothing. One write is under way at a time, and
 * takes everything along that has come up since the last.
 * <p>
 * Used in the event loop only.
 */
final class Leader {

	private static final Logger logger = LoggerFactory.getLogger(Leader.class);

	/** A claim of agreement older than this says nothing. */
	private static final Duration AGREEMENT_LASTS = Duration.ofSeconds(3);

	/** A transaction takes 64. */
	private static final int MOST_CONDITIONS = 60;

	/** A migration that failed so often is given up. */
	private static final int MOST_FAILURES = 3;

	private final EventLoop loop;

	private final MetadataStore metadata;

	private final ClusterSettings settings;

	private final Leadership leadership;

	private final Runnable changed;

	private final Runnable refresh;

	private final Operations operations;

	private @Nullable LeaderRecord lead;

	private @Nullable LeaderFacts facts;

	private Balancer balancer;

	/** What this node wrote last, which the watch may not have shown yet. */
	private @Nullable Written written;

	private boolean writing;

	private long nextWrite;

	private boolean timed;

	private final Map<Node, Long> agreedDead = new HashMap<>();

	private final Map<Integer, ControlMessage.Refused> refused = new HashMap<>();

	private final Newcomers newcomers;

	private final Absentees absentees;

	/** The highest epoch that this process ever saw, in whatever history. */
	private long highestEpoch;

	Leader(EventLoop loop, MetadataStore metadata, Transport transport, ClusterSettings settings, Leadership leadership,
			Runnable changed, Runnable refresh) {
		this.loop = loop;
		this.metadata = metadata;
		this.newcomers = new Newcomers(loop, transport, changed);
		this.absentees = new Absentees(loop, transport, changed);
		this.settings = settings;
		this.leadership = leadership;
		this.changed = changed;
		this.refresh = refresh;
		this.operations = new Operations(settings);
		this.balancer = new Balancer(settings.balance());
		this.nextWrite = loop.nanoTime();
	}

	boolean leads() {
		return this.lead != null;
	}

	/** The table as far as this node knows, its own writes included. */
	@Nullable PlacementTable table(ClusterView view) {
		Written mine = this.written;
		if (mine != null && mine.history == view.history() && mine.revision > view.tableRevision()
				&& mine.revision > view.revision()) {
			return mine.table;
		}
		return view.table();
	}

	private long tableRevision(ClusterView view) {
		Written mine = this.written;
		return (mine != null && table(view) == mine.table) ? mine.revision : view.tableRevision();
	}

	/** Does what is to be done, if this node leads and nothing is being written. */
	void advance(ClusterView view, Membership membership, StoreMeta meta) {
		PlacementTable table = table(view);
		if (table != null) {
			this.highestEpoch = Math.max(this.highestEpoch, table.epoch());
		}
		LeaderRecord held = this.leadership.held();
		if (held == null || !membership.isProvable()) {
			lead(null);
			return;
		}
		lead(held);
		NodeRecord own = view.record(membership.self());
		boolean othersAreUp = view.nodes()
			.values()
			.stream()
			.anyMatch((record) -> record.state() == NodeRecord.State.UP && !record.node().equals(membership.self()));
		if (own != null && own.state() == NodeRecord.State.JOINING && othersAreUp) {
			this.leadership.resign("it is not up itself, and another node is");
			return;
		}
		if (table != null && view.unreadable().isEmpty()) {
			this.newcomers.advance(view, table);
		}
		if (this.writing || !view.unreadable().isEmpty() || !isTime()) {
			return;
		}
		if (table == null) {
			PlacementTable first = PlacementTable.create(meta.storeId(), meta.shards(), ClusterSettings.PROTOCOL,
					this.settings.tokens(), this.highestEpoch);
			logger.info("The placement table is created for store {} with {} shards", meta.storeId(), meta.shards());
			write(first, first, held, new Transaction.Absent(ClusterView.TABLE_KEY), view);
			return;
		}
		LeaderFacts known = this.facts;
		if (known == null) {
			known = new LeaderFacts(this.settings, table, this.absentees::isGone);
			this.facts = known;
		}
		PlacementTable next = decide(table, view, known, membership.self());
		this.absentees.advance(known.missing());
		if (next != table) {
			write(table, next, held, new Transaction.WrittenAt(ClusterView.TABLE_KEY, tableRevision(view)), view);
		}
		else {
			this.operations.done();
		}
	}

	private void lead(@Nullable LeaderRecord held) {
		if (held != null ? !held.equals(this.lead) : this.lead != null) {
			this.lead = held;
			this.facts = null;
			this.written = null;
			this.balancer = new Balancer(this.settings.balance());
			this.newcomers.clear();
			this.absentees.clear();
			this.refused.clear();
			this.operations.fail();
		}
	}

	private boolean isTime() {
		long left = this.nextWrite - this.loop.nanoTime();
		if (left <= 0) {
			return true;
		}
		if (!this.timed) {
			this.timed = true;
			this.loop.after(Duration.ofNanos(left), () -> {
				this.timed = false;
				this.changed.run();
			});
		}
		return false;
	}

	// ---- decisions

	private PlacementTable decide(PlacementTable table, ClusterView view, LeaderFacts known, Node self) {
		long now = this.loop.nanoTime();
		TableEdit edit = table.edit();
		edit.tokens(this.settings.tokens());
		edit.raise(this.highestEpoch);
		decideMembers(edit, table, view, self);
		known.observe(view, table, edit, now);
		this.operations.apply(edit, table, view, known, this.balancer, now);
		this.balancer.sweep(edit, table, known, now);
		giveUpHopeless(edit, table, known);
		// Again, because a node may be drained by now.
		known.observe(view, table, edit, now);
		mintRefused(edit, known);
		Assignment.advance(edit, table, known.targets(table.shards()), known);
		return edit.build();
	}

	private void decideMembers(TableEdit edit, PlacementTable table, ClusterView view, Node self) {
		for (Node member : table.members()) {
			if (view.record(member) == null) {
				edit.dismiss(member);
			}
		}
		for (Node newcomer : this.newcomers.reached()) {
			if (view.record(newcomer) != null && !edit.isDown(newcomer)) {
				edit.admit(newcomer);
			}
		}
		for (Down down : table.downs().values()) {
			if (view.record(down.node()) == null) {
				edit.forget(down);
			}
		}
		long now = this.loop.nanoTime();
		this.agreedDead.values().removeIf((since) -> now - since > AGREEMENT_LASTS.toNanos());
		for (Iterator<Node> each = this.agreedDead.keySet().iterator(); each.hasNext();) {
			Node dead = each.next();
			if (!dead.equals(self) && view.record(dead) != null && !edit.isDown(dead)) {
				logger.warn("Node {} was agreed dead: its shards are given to others", dead.id());
				edit.down(dead);
				this.newcomers.forget(dead);
			}
			else if (dead.equals(self)) {
				each.remove();
			}
		}
		table.drains().forEach((name, bootId) -> {
			NodeRecord record = view.nodes().get(name);
			if (record == null || !record.node().bootId().equals(bootId)) {
				edit.undrain(name);
			}
		});
	}

	/** The table is older than the store: the next epochs exceed the store's. */
	private void mintRefused(TableEdit edit, LeaderFacts known) {
		List<ControlMessage.Refused> valid = new ArrayList<>();
		for (ControlMessage.Refused refusal : this.refused.values()) {
			ShardPlacement placement = edit.shard(refusal.shard());
			if (placement.epoch() == refusal.epoch() && placement.owner() != null) {
				valid.add(refusal);
				edit.raise(refusal.found());
			}
		}
		this.refused.clear();
		for (ControlMessage.Refused refusal : valid) {
			Node owner = edit.shard(refusal.shard()).owner();
			if (owner != null && known.serves(owner)) {
				logger.info("Shard {} is known to the store under epoch {}, and was given under {}: it is given anew",
						refusal.shard(), refusal.found(), refusal.epoch());
				edit.mint(refusal.shard(), owner);
			}
		}
	}

	/** An operator's wish that failed often enough does not stay. */
	private static void giveUpHopeless(TableEdit edit, PlacementTable table, LeaderFacts known) {
		table.pins().forEach((shard, pin) -> {
			ShardPlacement placement = table.shard(shard);
			Node owner = placement.owner();
			if (owner != null && placement.phase() == Phase.OWNED && !owner.name().equals(pin.node())
					&& known.failures(shard) >= MOST_FAILURES) {
				logger.warn("Shard {} could not be moved to {} in {} attempts; it stays on {}", shard, pin.node(),
						MOST_FAILURES, owner.name());
				known.forgive(shard);
				edit.pin(shard, new Pin(owner.name(), pin.byOperator()));
			}
		});
	}

	// ---- writing

	private void write(PlacementTable before, PlacementTable next, LeaderRecord held, Transaction.Condition unchanged,
			ClusterView view) {
		long history = view.history();
		byte[] bytes = PlacementDocument.write(next);
		List<Transaction.Condition> conditions = new ArrayList<>(held.holds());
		conditions.add(unchanged);
		conditions.addAll(stillCutOff(before, next, view));
		this.writing = true;
		this.nextWrite = this.loop.nanoTime() + ClusterSettings.writeInterval(bytes.length).toNanos();
		this.loop.when(
				this.metadata
					.commit(new Transaction(conditions, List.of(new Transaction.Put(ClusterView.TABLE_KEY, bytes, 0)))),
				(result) -> wrote(before, next, held, result, history), (error) -> {
					this.writing = false;
					this.nextWrite = this.loop.nanoTime() + ClusterSettings.WRITE_RETRY.toNanos();
					logger.debug("The placement table was not written, or nobody knows: {}", error.toString());
					this.operations.again();
					this.refresh.run();
				});
	}

	/**
	 * A node whose lease lives loses its shards only while it says that it does not reach
	 * the store: see {@link ControlLoop}.
	 */
	private static List<Transaction.Condition> stillCutOff(PlacementTable before, PlacementTable next,
			ClusterView view) {
		Set<String> names = new TreeSet<>();
		for (int shard = 0; shard < next.shards(); shard++) {
			Node owner = before.shard(shard).owner();
			NodeRecord record = (owner == null) ? null : view.record(owner);
			if (record != null && !record.storeReachable() && !record.node().equals(next.shard(shard).owner())) {
				names.add(record.node().name());
			}
		}
		List<Transaction.Condition> conditions = new ArrayList<>();
		for (String name : names) {
			Document document = view.documents().get(NodeRecord.key(name));
			if (document != null && conditions.size() < MOST_CONDITIONS) {
				conditions.add(new Transaction.WrittenAt(document.key(), document.revision()));
			}
		}
		return conditions;
	}

	private void wrote(PlacementTable before, PlacementTable next, LeaderRecord held, TransactionResult result,
			long history) {
		this.writing = false;
		if (result.applied() && held.equals(this.lead) && result.history() == history) {
			this.written = new Written(next, result.revision(), history);
			if (this.facts != null && before != next) {
				this.facts.wrote(before, next, this.loop.nanoTime());
			}
			this.operations.done();
		}
		else {
			this.operations.again();
			this.refresh.run();
		}
		this.changed.run();
	}

	// ---- what this node is told as the leader

	void agreedDead(Node node) {
		this.agreedDead.put(node, this.loop.nanoTime());
	}

	void report(ControlMessage.Report report, String bootId) {
		LeaderFacts known = this.facts;
		if (known != null) {
			known.heard(bootId, this.loop.nanoTime());
			report.claimed().forEach((each) -> known.claimReported(each.shard(), each.epoch()));
			report.released().forEach((each) -> known.releaseReported(each.shard(), each.move()));
			report.refused().forEach((each) -> this.refused.put(each.shard(), each));
		}
	}

	void load(String node, NodeLoad load) {
		this.balancer.load(node, load);
	}

	Balancer balancer() {
		return this.balancer;
	}

	void operate(Operation operation, Consumer<ControlMessage.Answer> answer) {
		if (this.lead == null) {
			answer.accept(new ControlMessage.Answer(0, OperationRefusedException.Status.UNAVAILABLE,
					"This node does not lead; ask again"));
		}
		else if (operation instanceof Operation.Resign) {
			this.leadership.resign("an operator asked for it");
			answer.accept(new ControlMessage.Answer(0, OperationRefusedException.Status.DONE, "another node leads"));
		}
		else {
			this.operations.add(operation, answer);
		}
	}

	private record Written(PlacementTable table, long revision, long history) {
	}

}
