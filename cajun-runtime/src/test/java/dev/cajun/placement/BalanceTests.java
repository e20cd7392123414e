package dev.cajun.placement;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class BalanceTests {

	private static final int SHARDS = 300;

	private final PlacementTable table = Nodes.settled(SHARDS, Nodes.nodes(3));

	private final BalanceSettings settings = BalanceSettings.DEFAULTS;

	@Test
	void idleClusterStays() {
		Map<String, NodeLoad> loads = Map.of("n1", NodeLoad.NONE, "n2", NodeLoad.NONE, "n3", NodeLoad.NONE);

		assertThat(plan(loads)).isEqualTo(new Balance.Sweep(List.of(), "no node has anything to do"));
	}

	@Test
	void hotNodeGivesToColdOnesUntilTheyAreCloseEnough() {
		Map<Integer, Double> rates = rates(Map.of("n1", 6.0, "n2", 1.0, "n3", 1.0));
		Map<Integer, String> owners = owners();
		Set<Integer> moved = new HashSet<>();
		for (int sweep = 0; sweep < 3; sweep++) {
			BalanceSettings more = settings(0.2, 20);
			PlacementTable now = table(owners);
			Balance.Sweep sweepPlan = Balance.plan(now, loads(owners, rates), more, moved::contains);
			for (PlannedMove move : sweepPlan.moves()) {
				assertThat(owners.get(move.shard())).isEqualTo(move.from());
				owners.put(move.shard(), move.to());
				assertThat(moved.add(move.shard())).isTrue();
			}
		}

		Map<String, Double> perNode = new TreeMap<>();
		owners.forEach((shard, owner) -> perNode.merge(owner,
				1.0 / (SHARDS / 3.0)
						+ rates.get(shard) / (rates.values().stream().mapToDouble(Double::doubleValue).sum() / 3),
				Double::sum));
		assertThat(perNode.values()).allSatisfy((score) -> assertThat(score).isBetween(2 * 0.8, 2 * 1.2));
	}

	@Test
	void noMoreMovesThanAllowed() {
		Map<Integer, Double> rates = rates(Map.of("n1", 9.0, "n2", 1.0, "n3", 1.0));

		assertThat(plan(loads(owners(), rates)).moves()).hasSize(10);
	}

	@Test
	void littleImbalanceStays() {
		Map<String, NodeLoad> loads = Map.of("n1", new NodeLoad(0, 109, 0, 0, Map.of()), "n2",
				new NodeLoad(0, 100, 0, 0, Map.of()), "n3", new NodeLoad(0, 91, 0, 0, Map.of()));
		BalanceSettings byMessages = new BalanceSettings(true, Duration.ofSeconds(2), 0.2, 10, 0.8, Duration.ZERO, 0, 0,
				1);

		assertThat(Balance.plan(this.table, loads, byMessages, (shard) -> false).moves()).isEmpty();
	}

	@Test
	void busyProcessorsSkipTheSweep() {
		Map<String, NodeLoad> loads = new HashMap<>(loads(owners(), rates(Map.of("n1", 9.0, "n2", 1.0, "n3", 1.0))));
		NodeLoad hot = Objects.requireNonNull(loads.get("n1"));
		loads.put("n1", new NodeLoad(hot.activations(), hot.messagesPerSecond(), 0.95, 0, hot.shards()));

		Balance.Sweep sweep = plan(loads);

		assertThat(sweep.moves()).isEmpty();
		assertThat(sweep.skipped()).contains("n1").contains("95 %");
	}

	@Test
	void busyProcessorsOfAColdNodeDoNotMatter() {
		Map<String, NodeLoad> loads = new HashMap<>(loads(owners(), rates(Map.of("n1", 9.0, "n2", 1.0, "n3", 1.0))));
		NodeLoad cold = Objects.requireNonNull(loads.get("n2"));
		loads.put("n2", new NodeLoad(cold.activations(), cold.messagesPerSecond(), 0.95, 0, cold.shards()));

		assertThat(plan(loads).moves()).isNotEmpty();
	}

	@Test
	void fixedShardsStay() {
		Map<String, NodeLoad> loads = loads(owners(), rates(Map.of("n1", 9.0, "n2", 1.0, "n3", 1.0)));

		assertThat(Balance.plan(this.table, loads, this.settings, (shard) -> true).moves()).isEmpty();
	}

	@Test
	void oneHotShardIsNotSentToAndFro() {
		Map<Integer, Double> rates = new HashMap<>();
		owners().forEach((shard, owner) -> rates.put(shard, 0.0));
		rates.put(0, 1000.0);

		assertThat(plan(loads(owners(), rates)).moves()).extracting(PlannedMove::shard).doesNotContain(0);
	}

	@Test
	void sameFiguresGiveTheSamePlan() {
		Map<String, NodeLoad> loads = loads(owners(), rates(Map.of("n1", 1.0, "n2", 4.0, "n3", 2.0)));

		assertThat(plan(loads)).isEqualTo(plan(new TreeMap<>(loads)));
	}

	@Test
	void loneNodeKeepsEverything() {
		assertThat(plan(Map.of("n1", NodeLoad.NONE)).skipped()).contains("fewer than two");
	}

	@Test
	void refusesSettingsOutOfRange() {
		assertThatIllegalArgumentException().isThrownBy(() -> settings(0, 1)).withMessageContaining("imbalance");
		assertThatIllegalArgumentException().isThrownBy(() -> settings(1, 0)).withMessageContaining("max-moves");
	}

	private static BalanceSettings settings(double imbalance, int maxMoves) {
		return new BalanceSettings(true, Duration.ofSeconds(2), imbalance, maxMoves, 0.8, Duration.ZERO, 1, 0, 1);
	}

	private Balance.Sweep plan(Map<String, NodeLoad> loads) {
		return Balance.plan(this.table, loads, this.settings, (shard) -> false);
	}

	private Map<Integer, String> owners() {
		Map<Integer, String> owners = new TreeMap<>();
		for (int shard = 0; shard < SHARDS; shard++) {
			owners.put(shard, Objects.requireNonNull(this.table.shard(shard).owner()).name());
		}
		return owners;
	}

	private Map<Integer, Double> rates(Map<String, Double> perShard) {
		Map<Integer, Double> rates = new TreeMap<>();
		owners().forEach((shard, owner) -> rates.put(shard, Objects.requireNonNull(perShard.get(owner))));
		return rates;
	}

	private static Map<String, NodeLoad> loads(Map<Integer, String> owners, Map<Integer, Double> rates) {
		Map<String, Map<Integer, Double>> shards = new TreeMap<>();
		owners.forEach((shard, owner) -> shards.computeIfAbsent(owner, (name) -> new TreeMap<>())
			.put(shard, Objects.requireNonNull(rates.get(shard))));
		Map<String, NodeLoad> loads = new TreeMap<>();
		shards.forEach((owner, its) -> loads.put(owner,
				new NodeLoad(0, its.values().stream().mapToDouble(Double::doubleValue).sum(), 0.1, 0.1, its)));
		return loads;
	}

	private static PlacementTable table(Map<Integer, String> owners) {
		TableEdit edit = PlacementTable.create("store", SHARDS, 1, List.of(), 0).edit();
		owners.forEach((shard, owner) -> edit.mint(shard, Nodes.node(owner)));
		return edit.build();
	}

}
