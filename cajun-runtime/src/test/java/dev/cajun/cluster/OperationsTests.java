package dev.cajun.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import dev.cajun.cluster.OperationRefusedException.Status;
import dev.cajun.placement.BalanceSettings;
import dev.cajun.placement.NodeLoad;
import dev.cajun.placement.PlannedMove;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What operators do to a cluster, asked of whichever node. */
class OperationsTests {

	private static final int SHARDS = 32;

	@Test
	void drainedNodeHasNothingLeftAndIsPlannedAsItIsCarriedOut() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		String drained = ClusterTests.other(cluster);
		Map<Integer, String> planned = cluster.owners();
		for (PlannedMove move : cluster.node("n1").plane.drainPlan(drained)) {
			assertThat(planned.put(move.shard(), move.to())).isEqualTo(drained);
		}
		assertThat(cluster.node("n2").plane.drainPlan(drained)).isEqualTo(cluster.node("n3").plane.drainPlan(drained));
		done(cluster, "n1", new Operation.Drain(drained, false));

		cluster.await(() -> cluster.owners().equals(planned) && cluster.servesAll(), Duration.ofSeconds(2));
		assertThat(cluster.node(drained).plane.status().state()).isEqualTo(NodeRecord.State.DRAINING);
		assertThat(cluster.node(drained).shards.open()).isEmpty();
		cluster.advance(Duration.ofSeconds(1));
		assertThat(cluster.node(drained).events).containsOnlyOnce("drained " + drained);
	}

	@Test
	void drainIsIdempotentAndUndrainGivesEverythingBack() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, String> before = cluster.owners();
		done(cluster, "n1", new Operation.Drain("n2", false));
		assertThat(done(cluster, "n3", new Operation.Drain("n2", false))).contains("draining already");
		cluster.await(() -> !cluster.owners().containsValue("n2"), Duration.ofSeconds(2));
		done(cluster, "n2", new Operation.Undrain("n2"));

		cluster.await(() -> cluster.unsettled().isEmpty() && cluster.owners().equals(before), Duration.ofSeconds(4));
	}

	@Test
	void nextLeaderFinishesADrain() {
		SimCluster cluster = SimCluster.of(4, SHARDS);
		String drained = ClusterTests.other(cluster);
		done(cluster, drained, new Operation.Drain(drained, false));
		cluster.kill(cluster.leaderName());

		cluster.await(() -> !cluster.owners().containsValue(drained) && cluster.servesAll(), Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 })
	void drainOfANodeThatDiesHalfwayIsFinishedByTheNextLeader(long seed) {
		SimCluster cluster = new SimCluster(seed, 512);
		for (int i = 1; i <= 5; i++) {
			cluster.start("n" + i);
		}
		cluster.awaitSettled(Duration.ofSeconds(5));
		String drained = ClusterTests.other(cluster);
		int before = owned(cluster, drained);
		cluster.node(drained).shards.stuck(true);
		done(cluster, drained, new Operation.Drain(drained, false));
		cluster.advance(Duration.ofMillis(10 * seed));
		cluster.node(drained).shards.stuck(false);
		assertThat(owned(cluster, drained)).isEqualTo(before);
		cluster.kill(cluster.leaderName());
		cluster.await(() -> cluster.leader() != null && owned(cluster, drained) < before, Duration.ofSeconds(5));
		assertThat(owned(cluster, drained)).isPositive();
		cluster.kill(drained);

		cluster.await(() -> owned(cluster, drained) == 0 && cluster.servesAll(), Duration.ofSeconds(5));
		cluster.awaitSettled(Duration.ofSeconds(8));
	}

	private static int owned(SimCluster cluster, String node) {
		return (int) cluster.owners().values().stream().filter(node::equals).count();
	}

	@Test
	void drainEndsWithTheProcess() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, String> before = cluster.owners();
		done(cluster, "n1", new Operation.Drain("n2", false));
		cluster.stop("n2");
		cluster.start("n2");

		cluster.await(() -> cluster.unsettled().isEmpty() && cluster.owners().equals(before), Duration.ofSeconds(5));
	}

	@Test
	void unknownNodeCannotBeDrained() {
		SimCluster cluster = SimCluster.of(2, SHARDS);

		assertThat(refused(cluster, new Operation.Drain("n9", true)).status()).isEqualTo(Status.NOT_FOUND);
		assertThat(refused(cluster, new Operation.Undrain("n9")).status()).isEqualTo(Status.NOT_FOUND);
	}

	@Test
	void lastNodeCannotBeDrainedEvenByForce() {
		SimCluster cluster = SimCluster.of(1, SHARDS);

		assertThat(refused(cluster, new Operation.Drain("n1", true)))
			.satisfies((refused) -> assertThat(refused.status()).isEqualTo(Status.CONFLICT))
			.hasMessageContaining("last one");
	}

	@Test
	void drainThatLeavesTooFewNodesNeedsForce() {
		SimCluster cluster = new SimCluster(3, SHARDS, (settings) -> settings.withMinNodes(2));
		cluster.start("n1");
		cluster.start("n2");
		cluster.awaitSettled(Duration.ofSeconds(3));

		assertThat(refused(cluster, new Operation.Drain("n2", false))).hasMessageContaining("min-nodes (2)");
		done(cluster, "n1", new Operation.Drain("n2", true));
	}

	@Test
	void ofTwoDrainsThatLeaveNobodyOneIsRefused() {
		SimCluster cluster = SimCluster.of(2, SHARDS);
		CompletableFuture<String> first = cluster.node("n1").plane.operate(new Operation.Drain("n1", true))
			.toCompletableFuture();
		CompletableFuture<String> second = cluster.node("n2").plane.operate(new Operation.Drain("n2", true))
			.toCompletableFuture();
		cluster.await(() -> first.isDone() && second.isDone(), Duration.ofSeconds(2));

		assertThat(first.isCompletedExceptionally()).isNotEqualTo(second.isCompletedExceptionally());
		cluster.await(cluster::servesAll, Duration.ofSeconds(10));
	}

	@Test
	void migratedShardGoesToItsTargetAndStaysThereUntilUnpinned() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, String> before = cluster.owners();
		String source = before.get(7);
		String target = source.equals("n1") ? "n2" : "n1";
		done(cluster, "n3", new Operation.Migrate(7, target));
		cluster.await(() -> cluster.unsettled().isEmpty() && cluster.owners().get(7).equals(target),
				Duration.ofSeconds(1));
		cluster.start("n4");
		cluster.advance(Duration.ofSeconds(4));
		assertThat(cluster.owners()).containsEntry(7, target);
		assertThat(cluster.node("n2").plane.status().migrations())
			.anySatisfy((migration) -> assertThat(migration.phase()).isEqualTo(Migration.Phase.COMPLETED));

		done(cluster, "n1", new Operation.Migrate(7, null));
		cluster.await(() -> cluster.unsettled().isEmpty() && !cluster.owners().get(7).equals(target),
				Duration.ofSeconds(2));
	}

	@Test
	void oldMigrationsAreForgottenAndCountedAllTheSame() {
		SimCluster cluster = SimCluster.of(2, 128);
		for (int round = 0; round < 4; round++) {
			done(cluster, "n1", new Operation.Drain("n2", false));
			cluster.await(() -> owned(cluster, "n2") == 0, Duration.ofSeconds(5));
			done(cluster, "n1", new Operation.Undrain("n2"));
			cluster.await(() -> owned(cluster, "n2") > 0 && cluster.unsettled().isEmpty(), Duration.ofSeconds(5));
		}

		ClusterStatus status = cluster.node("n1").plane.status();
		assertThat(status.migrations()).hasSize(200);
		assertThat(status.migrationsEnded()).containsOnlyKeys(Migration.Phase.COMPLETED);
		assertThat(status.migrationsEnded().get(Migration.Phase.COMPLETED)).isGreaterThan(300);
	}

	@Test
	void migrationsThatCannotBeAreRefused() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		done(cluster, "n1", new Operation.Drain("n3", false));

		assertThat(refused(cluster, new Operation.Migrate(7, "n9")).status()).isEqualTo(Status.NOT_FOUND);
		assertThat(refused(cluster, new Operation.Migrate(99, "n1")).status()).isEqualTo(Status.NOT_FOUND);
		assertThat(refused(cluster, new Operation.Migrate(7, "n3")).status()).isEqualTo(Status.CONFLICT);
	}

	@Test
	void ofTwoMigrationsOfOneShardOneIsRefused() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		String source = cluster.owners().get(7);
		String[] others = cluster.live()
			.stream()
			.map((node) -> node.name)
			.filter((name) -> !name.equals(source))
			.toArray(String[]::new);
		cluster.node(source).shards.stuck(true);
		done(cluster, "n1", new Operation.Migrate(7, others[0]));
		cluster.advance(Duration.ofMillis(200));

		assertThat(refused(cluster, new Operation.Migrate(7, others[1]))).hasMessageContaining("on its way");
	}

	@Test
	void migrationSaysWhoWasLostMeanwhile() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		String source = cluster.owners().get(7);
		String target = source.equals("n1") ? "n2" : "n1";
		String third = source.equals("n3") ? "n2" : "n3";
		cluster.node(source).shards.stuck(true);
		done(cluster, third, new Operation.Migrate(7, target));
		cluster.advance(Duration.ofMillis(200));
		cluster.kill(target);
		cluster.await(() -> cluster.node(third).plane.status()
			.migrations()
			.stream()
			.anyMatch(
					(migration) -> migration.shard() == 7 && migration.failure().contains("Lost meanwhile: " + target)),
				Duration.ofSeconds(10));
	}

	@Test
	void sourceKeepsWhatItDoesNotGiveUpInTimeAndTheMigrationFailsInTheEnd() {
		SimCluster cluster = SimCluster.of(2, SHARDS);
		String source = cluster.owners().get(7);
		String target = source.equals("n1") ? "n2" : "n1";
		cluster.node(source).shards.stuck(true);
		done(cluster, "n1", new Operation.Migrate(7, target));
		cluster.advance(Duration.ofSeconds(6));
		assertThat(cluster.node(source).shards.open()).containsKey(7);
		assertThat(cluster.node("n1").plane.status().migrations()).anySatisfy((migration) -> {
			assertThat(migration.phase()).isEqualTo(Migration.Phase.ABORTED);
			assertThat(migration.failure()).contains("Node " + source + " keeps it", "in time");
		});

		assertThat(cluster.node("n1").plane.status().migrationsEnded()).containsKey(Migration.Phase.ABORTED);

		cluster.advance(Duration.ofSeconds(40));
		assertThat(cluster.settledTable().pins().get(7).node()).isEqualTo(source);
		assertThat(cluster.unsettled()).isEmpty();
	}

	@Test
	void leaderThatResignsLeavesItToAnotherAndNothingMoves() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		String leader = cluster.leaderName();
		Map<Integer, Long> before = cluster.epochs();
		done(cluster, ClusterTests.other(cluster), new Operation.Resign());
		cluster.await(() -> cluster.leader() != null && !cluster.leaderName().equals(leader), Duration.ofSeconds(2));

		cluster.awaitSettled(Duration.ofSeconds(1));
		assertThat(cluster.epochs()).isEqualTo(before);
		assertThat(cluster.node(leader).events.getLast()).isEqualTo("leader " + cluster.leaderName());
	}

	@Test
	void nobodyLeadsNobodyIsAsked() {
		SimCluster cluster = new SimCluster(3, SHARDS);
		cluster.start("n1");

		assertThat(refused(cluster, new Operation.Resign()).status()).isEqualTo(Status.UNAVAILABLE);
	}

	@Test
	void hotNodeIsBalancedByLoad() {
		SimCluster cluster = oftenBalanced();
		Map<Integer, Double> rates = hot(cluster);
		// Three sweeps
		work(cluster, rates, 0.1, Duration.ofSeconds(6));

		cluster.awaitSettled(Duration.ofSeconds(2));
		double total = rates.values().stream().mapToDouble(Double::doubleValue).sum();
		cluster.live()
			.forEach(
					(node) -> assertThat(score(node.name, cluster.owners(), rates, total)).isBetween(2 * 0.8, 2 * 1.2));
		assertThat(cluster.settledTable().pins().values()).isNotEmpty().noneMatch((pin) -> pin.byOperator());
	}

	@Test
	void balanceIsPlannedOnRequestAndMovesNothingUnlessItIsToBeCarriedOut() {
		SimCluster cluster = balanced(false);
		Map<Integer, Double> rates = hot(cluster);
		work(cluster, rates, 0.1, Duration.ofSeconds(3));
		Map<Integer, Long> before = cluster.epochs();
		String plan = done(cluster, "n2", new Operation.Rebalance(true));
		work(cluster, rates, 0.1, Duration.ofSeconds(3));
		assertThat(plan).contains("n1");
		assertThat(cluster.epochs()).isEqualTo(before);

		assertThat(done(cluster, "n3", new Operation.Rebalance(false))).isEqualTo(plan);
		work(cluster, rates, 0.1, Duration.ofSeconds(5));
		assertThat(cluster.epochs()).isNotEqualTo(before);
	}

	@Test
	void busyProcessorsOfTheHotNodeSkipTheSweepAndAreCounted() {
		SimCluster cluster = oftenBalanced();
		Map<Integer, Double> rates = hot(cluster);
		Map<Integer, String> before = cluster.owners();
		work(cluster, rates, 0.95, Duration.ofSeconds(2));
		long skipped = skipped(cluster);
		work(cluster, rates, 0.95, Duration.ofSeconds(6));

		assertThat(skipped(cluster)).isEqualTo(skipped + 3);
		assertThat(cluster.owners()).isEqualTo(before);
	}

	private static SimCluster oftenBalanced() {
		return balanced(true);
	}

	/** Balanced every two seconds, or whenever that is asked for. */
	private static SimCluster balanced(boolean byItself) {
		BalanceSettings balance = new BalanceSettings(byItself, Duration.ofSeconds(2), 0.2, 10, 0.8,
				Duration.ofMinutes(5), 1, 1, 1);
		SimCluster cluster = new SimCluster(3, SHARDS, (settings) -> settings.withBalance(balance));
		for (int i = 1; i <= 3; i++) {
			cluster.start("n" + i);
		}
		cluster.awaitSettled(Duration.ofSeconds(3));
		return cluster;
	}

	private static long skipped(SimCluster cluster) {
		return cluster.node(cluster.leaderName()).plane.status().sweepsSkipped();
	}

	/** What is at n1 has five times as much to do as the rest. */
	private static Map<Integer, Double> hot(SimCluster cluster) {
		Map<Integer, Double> rates = new TreeMap<>();
		cluster.owners().forEach((shard, owner) -> rates.put(shard, owner.equals("n1") ? 50.0 : 10.0));
		return rates;
	}

	private static void work(SimCluster cluster, Map<Integer, Double> rates, double cpu, Duration duration) {
		for (long millis = 0; millis < duration.toMillis(); millis += 500) {
			Map<Integer, String> owners = cluster.owners();
			cluster.live().forEach((node) -> node.load = load(node.name, owners, rates, cpu));
			cluster.advance(Duration.ofMillis(500));
		}
	}

	private static NodeLoad load(String name, Map<Integer, String> owners, Map<Integer, Double> rates, double cpu) {
		Map<Integer, Double> its = new TreeMap<>();
		rates.forEach((shard, rate) -> {
			if (owners.get(shard).equals(name)) {
				its.put(shard, rate);
			}
		});
		return new NodeLoad(0, its.values().stream().mapToDouble(Double::doubleValue).sum(), cpu, 0.1, its);
	}

	private static double score(String name, Map<Integer, String> owners, Map<Integer, Double> rates, double total) {
		double score = 0;
		for (Map.Entry<Integer, Double> rate : rates.entrySet()) {
			if (owners.get(rate.getKey()).equals(name)) {
				score += 3.0 / SHARDS + 3 * rate.getValue() / total;
			}
		}
		return score;
	}

	private static String done(SimCluster cluster, String asked, Operation operation) {
		CompletableFuture<String> answer = cluster.node(asked).plane.operate(operation).toCompletableFuture();
		cluster.await(answer::isDone, Duration.ofSeconds(6));
		return answer.join();
	}

	private static OperationRefusedException refused(SimCluster cluster, Operation operation) {
		CompletableFuture<String> answer = cluster.node("n1").plane.operate(operation).toCompletableFuture();
		cluster.await(answer::isDone, Duration.ofSeconds(6));
		return (OperationRefusedException) answer.exceptionNow();
	}

}
