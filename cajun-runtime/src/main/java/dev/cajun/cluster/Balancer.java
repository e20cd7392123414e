package dev.cajun.cluster;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.cajun.placement.Balance;
import dev.cajun.placement.BalanceSettings;
import dev.cajun.placement.NodeLoad;
import dev.cajun.placement.Phase;
import dev.cajun.placement.Pin;
import dev.cajun.placement.PlacementTable;
import dev.cajun.placement.PlannedMove;
import dev.cajun.placement.TableEdit;
import dev.cajun.placement.Targets;
import dev.cajun.time.Durations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the leader balance the cluster by load from time to time: never while anything
 * moves or the set of nodes has just changed.
 * <p>
 * Used in the event loop only.
 */
final class Balancer {

	private static final Logger logger = LoggerFactory.getLogger(Balancer.class);

	private final BalanceSettings settings;

	private final Map<String, NodeLoad> loads = new HashMap<>();

	/** When each shard that was moved may move again. */
	private final Map<Integer, Long> cooling = new HashMap<>();

	private long nextSweep;

	private boolean started;

	private long skipped;

	Balancer(BalanceSettings settings) {
		this.settings = settings;
	}

	void load(String node, NodeLoad load) {
		this.loads.put(node, load);
	}

	/** What each node said last. */
	Map<String, NodeLoad> loads() {
		return new TreeMap<>(this.loads);
	}

	/** How many sweeps found nothing that may be done now. */
	long skipped() {
		return this.skipped;
	}

	/** Pins what should move, if it is time. */
	void sweep(TableEdit edit, PlacementTable table, LeaderFacts facts, long now) {
		if (!this.started || now - this.nextSweep >= 0) {
			boolean first = !this.started;
			this.started = true;
			this.nextSweep = now + Durations.nanos(this.settings.interval());
			if (!first && this.settings.enabled() && facts.settled()) {
				Balance.Sweep sweep = plan(table, facts, now);
				if (!sweep.skipped().isEmpty()) {
					this.skipped++;
					logger.debug("Nothing is balanced: {}", sweep.skipped());
				}
				carryOut(sweep, edit, now);
			}
		}
	}

	/** What a sweep would do now. */
	Balance.Sweep plan(PlacementTable table, LeaderFacts facts, long now) {
		Map<String, NodeLoad> known = new TreeMap<>();
		for (Targets.Eligible node : facts.eligible()) {
			NodeLoad load = this.loads.get(node.node().name());
			if (load == null) {
				return new Balance.Sweep(List.of(), "the load of " + node.node().name() + " is not known");
			}
			known.put(node.node().name(), load);
		}
		for (int shard = 0; shard < table.shards(); shard++) {
			if (table.shard(shard).phase() != Phase.OWNED) {
				return new Balance.Sweep(List.of(), "shards are on their way");
			}
		}
		return Balance.plan(table, known, this.settings, (shard) -> {
			Pin pin = table.pins().get(shard);
			Long until = this.cooling.get(shard);
			return (pin != null && pin.byOperator()) || (until != null && now - until < 0);
		});
	}

	/** Pins the shards of a plan to where they should be. */
	void carryOut(Balance.Sweep sweep, TableEdit edit, long now) {
		for (PlannedMove move : sweep.moves()) {
			edit.pin(move.shard(), new Pin(move.to(), false));
			this.cooling.put(move.shard(), now + Durations.nanos(this.settings.cooldown()));
		}
		if (!sweep.moves().isEmpty()) {
			logger.info("{} shards move for the sake of balance", sweep.moves().size());
		}
	}

}
