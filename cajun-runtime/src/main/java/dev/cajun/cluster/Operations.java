package dev.cajun.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.cajun.cluster.OperationRefusedException.Status;
import dev.cajun.placement.Balance;
import dev.cajun.placement.Move;
import dev.cajun.placement.Node;
import dev.cajun.placement.Phase;
import dev.cajun.placement.Pin;
import dev.cajun.placement.PlacementTable;
import dev.cajun.placement.ShardPlacement;
import dev.cajun.placement.TableEdit;
import org.jspecify.annotations.Nullable;

/**
 * What operators want of the leader: checked against the table in the making, and
 * answered when that is written. Everything they can want is a change of the table, so
 * that the next leader finishes it.
 * <p>
 * Used in the event loop only.
 */
final class Operations {

	private final ClusterSettings settings;

	private final ArrayDeque<Wanted> waiting = new ArrayDeque<>();

	/** What is part of the table that is being written. */
	private final List<Runnable> answers = new ArrayList<>();

	private final List<Wanted> written = new ArrayList<>();

	Operations(ClusterSettings settings) {
		this.settings = settings;
	}

	void add(Operation operation, Consumer<ControlMessage.Answer> answer) {
		this.waiting.add(new Wanted(operation, answer));
	}

	/** Applies what waits to a table in the making. */
	void apply(TableEdit edit, PlacementTable table, ClusterView view, LeaderFacts facts, Balancer balancer, long now) {
		for (Wanted wanted = this.waiting.poll(); wanted != null; wanted = this.waiting.poll()) {
			Outcome outcome = switch (wanted.operation) {
				case Operation.Drain drain -> drain(drain, edit, view, facts);
				case Operation.Undrain undrain -> undrain(undrain, edit, view);
				case Operation.Migrate migrate -> migrate(migrate, edit, table, view, facts);
				case Operation.Rebalance rebalance -> rebalance(rebalance, edit, table, facts, balancer, now);
				case Operation.Resign resign -> new Outcome(Status.DONE, "another node leads");
			};
			Consumer<ControlMessage.Answer> answer = wanted.answer;
			this.answers.add(() -> answer.accept(new ControlMessage.Answer(0, outcome.status, outcome.text)));
			this.written.add(wanted);
		}
	}

	/** The table is written, or nothing had to be. */
	void done() {
		List<Runnable> all = List.copyOf(this.answers);
		this.answers.clear();
		this.written.clear();
		all.forEach(Runnable::run);
	}

	/** The table was not written: everything is looked at again. */
	void again() {
		this.answers.clear();
		List<Wanted> all = List.copyOf(this.written);
		this.written.clear();
		for (int i = all.size() - 1; i >= 0; i--) {
			this.waiting.addFirst(all.get(i));
		}
	}

	/** This node does not lead any more. */
	void fail() {
		again();
		for (Wanted wanted = this.waiting.poll(); wanted != null; wanted = this.waiting.poll()) {
			wanted.answer.accept(new ControlMessage.Answer(0, Status.UNAVAILABLE,
					"The leader has changed meanwhile. See what is so now, and ask again"));
		}
	}

	private Outcome drain(Operation.Drain drain, TableEdit edit, ClusterView view, LeaderFacts facts) {
		NodeRecord record = view.nodes().get(drain.node());
		if (record == null) {
			return unknown(drain.node(), view);
		}
		if (edit.isDrained(record.node())) {
			return new Outcome(Status.DONE, "Node " + drain.node() + " is draining already");
		}
		long staying = facts.eligible()
			.stream()
			.filter((node) -> !node.node().name().equals(drain.node()) && !edit.isDrained(node.node()))
			.count();
		if (staying == 0) {
			return new Outcome(Status.CONFLICT,
					"Node " + drain.node() + " is the last one that may have shards; start another one first");
		}
		if (staying < this.settings.minNodes() && !drain.force()) {
			return new Outcome(Status.CONFLICT,
					"Without node " + drain.node() + " only " + staying + " nodes would stay, fewer than min-nodes ("
							+ this.settings.minNodes() + "); force overrides this");
		}
		edit.drain(drain.node(), record.node().bootId());
		return new Outcome(Status.DONE, "Node " + drain.node() + " gives its shards to others");
	}

	private static Outcome undrain(Operation.Undrain undrain, TableEdit edit, ClusterView view) {
		if (!view.nodes().containsKey(undrain.node())) {
			return unknown(undrain.node(), view);
		}
		edit.undrain(undrain.node());
		return new Outcome(Status.DONE, "Node " + undrain.node() + " may have shards");
	}

	private static Outcome migrate(Operation.Migrate migrate, TableEdit edit, PlacementTable table, ClusterView view,
			LeaderFacts facts) {
		if (migrate.shard() < 0 || migrate.shard() >= table.shards()) {
			return new Outcome(Status.NOT_FOUND,
					"There is no shard " + migrate.shard() + "; there are " + table.shards());
		}
		String target = migrate.target();
		if (target == null) {
			edit.unpin(migrate.shard());
			return new Outcome(Status.DONE, "Shard " + migrate.shard() + " is not pinned any more");
		}
		NodeRecord record = view.nodes().get(target);
		if (record == null) {
			return unknown(target, view);
		}
		Node node = facts.eligible(target);
		if (node == null || edit.isDrained(node)) {
			return new Outcome(Status.CONFLICT, "Node " + target + " cannot have shards now: it is " + record.state()
					+ ", drained, or does not reach the store");
		}
		String elsewhere = onItsWayTo(edit.shard(migrate.shard()), edit.pins().get(migrate.shard()));
		if (elsewhere != null && !elsewhere.equals(target)) {
			return new Outcome(Status.CONFLICT,
					"Shard " + migrate.shard() + " is on its way to " + elsewhere + "; ask again when it is there");
		}
		edit.pin(migrate.shard(), new Pin(target, true));
		return new Outcome(Status.DONE, "Shard " + migrate.shard() + " goes to " + target + " and stays there");
	}

	/**
	 * Where a move that has begun takes a shard, or where an operator has just sent it.
	 */
	private static @Nullable String onItsWayTo(ShardPlacement placement, @Nullable Pin pin) {
		Move move = placement.move();
		if (move != null) {
			return move.target().name();
		}
		return (placement.phase() != Phase.OWNED && pin != null && pin.byOperator()) ? pin.node() : null;
	}

	private static Outcome rebalance(Operation.Rebalance rebalance, TableEdit edit, PlacementTable table,
			LeaderFacts facts, Balancer balancer, long now) {
		Balance.Sweep sweep = balancer.plan(table, facts, now);
		if (!rebalance.dryRun()) {
			balancer.carryOut(sweep, edit, now);
		}
		return new Outcome(Status.DONE, sweep.skipped().isEmpty() ? sweep.moves().toString() : sweep.skipped());
	}

	private static Outcome unknown(String node, ClusterView view) {
		return new Outcome(Status.NOT_FOUND, "There is no node '" + node + "'; there are " + view.nodes().keySet());
	}

	private record Wanted(Operation operation, Consumer<ControlMessage.Answer> answer) {
	}

	private record Outcome(Status status, String text) {
	}

}
