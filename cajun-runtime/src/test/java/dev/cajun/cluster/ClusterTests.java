package dev.cajun.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import dev.cajun.JoinRefusedException;
import dev.cajun.metadata.FaultyMetadata;
import dev.cajun.placement.PlacementTable;
import dev.cajun.placement.Rendezvous;
import dev.cajun.placement.Targets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ClusterTests {

	private static final int SHARDS = 32;

	// ---- joining and leaving

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 5 })
	void nodesFormAClusterInWhichEveryShardIsServed(int count) {
		SimCluster cluster = new SimCluster(1, SHARDS);
		for (int i = 1; i <= count; i++) {
			cluster.start("n" + i);
		}

		assertThat(cluster.awaitSettled(Duration.ofSeconds(3))).isGreaterThan(Duration.ofSeconds(1));
		assertThat(cluster.owners().values()).containsOnly(names(count));
	}

	@Test
	void nodeThatJoinsHasItsShareWithinTwoSecondsAndNothingElseMoves() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, String> before = cluster.owners();
		cluster.start("n4");

		assertThat(cluster.await(() -> cluster.unsettled().isEmpty() && cluster.owners().containsValue("n4")
				&& plannedFor(cluster, "n4"), Duration.ofSeconds(2)))
			.isPositive();

		cluster.owners().forEach((shard, owner) -> assertThat(owner).isIn(before.get(shard), "n4"));
		assertThat(cluster.node("n1").shards.releases() + cluster.node("n2").shards.releases()
				+ cluster.node("n3").shards.releases())
			.isEqualTo(cluster.owners().values().stream().filter("n4"::equals).count());
	}

	@Test
	void nodeThatComesAndGoesBeforeTheClusterHasSettledMovesNothing() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, Long> before = cluster.epochs();
		cluster.start("n4");
		cluster.advance(Duration.ofMillis(700));
		cluster.stop("n4");
		cluster.advance(Duration.ofSeconds(5));

		assertThat(cluster.epochs()).isEqualTo(before);
	}

	@Test
	void nodeThatStopsGivesItsShardsAwayAndHasThemAgainUnderItsName() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, String> before = cluster.owners();
		cluster.stop("n2");
		assertThat(cluster.owners()).doesNotContainValue("n2");
		cluster.awaitSettled(Duration.ofSeconds(2));
		cluster.start("n2");
		cluster.await(() -> cluster.unsettled().isEmpty() && cluster.owners().equals(before), Duration.ofSeconds(5));
	}

	@Test
	void leaderThatStopsLeavesItToAnother() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		String leader = cluster.leaderName();
		cluster.stop(leader);

		cluster.awaitSettled(Duration.ofSeconds(2));
		assertThat(cluster.leaderName()).isNotEqualTo(leader);
	}

	@Test
	void lastNodeStopsWithItsShardsAndHasThemAgain() {
		SimCluster cluster = SimCluster.of(1, SHARDS);
		Map<Integer, Long> before = cluster.epochs();
		cluster.stop("n1");
		cluster.start("n1");

		cluster.awaitSettled(Duration.ofSeconds(3));
		cluster.epochs().forEach((shard, epoch) -> assertThat(epoch).isGreaterThan(before.get(shard)));
	}

	@Test
	void nothingIsServedBeforeEnoughNodesAreThere() {
		SimCluster cluster = new SimCluster(1, SHARDS, (settings) -> settings.withMinNodes(3));
		cluster.start("n1");
		cluster.start("n2");
		cluster.advance(Duration.ofSeconds(10));
		assertThat(cluster.node("n1").shards.open()).isEmpty();

		cluster.start("n3");
		cluster.awaitSettled(Duration.ofSeconds(3));
	}

	@Test
	void liveNodeOfTheSameNameIsRefused() {
		SimCluster cluster = SimCluster.of(2, SHARDS);
		SimCluster.SimNode twin = cluster.twin("n1");

		cluster.await(() -> twin.refusal() != null, SimCluster.TTL.plusSeconds(3));

		assertThat(twin.refusal())
			.isInstanceOfSatisfying(JoinRefusedException.class,
					(refused) -> assertThat(refused.reason()).isEqualTo(JoinRefusedException.Reason.NAME_IN_USE))
			.hasMessageContaining("there is a live node named 'n1' at n1.test:7400")
			.hasMessageContaining("cajun.node.name");
		assertThat(cluster.unsettled()).isEmpty();
	}

	@Test
	void nodeThatWasKilledWaitsForItsOldKeyAndComesBack() {
		SimCluster cluster = SimCluster.of(1, SHARDS);
		cluster.kill("n1");
		cluster.start("n1");

		cluster.advance(Duration.ofSeconds(5));
		assertThat(cluster.node("n1").plane.status().trouble()).contains("same name");
		cluster.awaitSettled(SimCluster.TTL.plusSeconds(2));
	}

	@Test
	void nodeThatDoesNotHearThatItsOldKeyHasExpiredIsNotRefused() {
		SimCluster cluster = SimCluster.of(2, SHARDS);
		cluster.kill("n2");
		cluster.start("n2");
		cluster.advance(Duration.ofSeconds(1));
		cluster.metadata.deafen("n2");
		cluster.advance(SimCluster.TTL.plusSeconds(5));

		assertThat(cluster.node("n2").refusal()).isNull();
		cluster.metadata.hear("n2");
		cluster.awaitSettled(Duration.ofSeconds(35));
	}

	@Test
	void nodeIsNotRefusedBecauseMetadataThatStartsAgainProlongsItsOldKey() {
		SimCluster cluster = SimCluster.of(2, SHARDS);
		cluster.kill("n2");
		cluster.start("n2");
		cluster.advance(Duration.ofSeconds(1));
		cluster.metadata.stop();
		cluster.advance(Duration.ofSeconds(8));
		cluster.metadata.start();

		cluster.awaitSettled(SimCluster.TTL.plusSeconds(2));
	}

	@Test
	void nodeWithAnotherNumberOfShardsIsRefused() {
		SimCluster cluster = SimCluster.of(2, SHARDS);
		SimCluster.SimNode other = cluster.start("n3", (settings) -> settings.withShards(64));
		cluster.advance(Duration.ofSeconds(1));

		assertThat(other.refusal())
			.isInstanceOfSatisfying(JoinRefusedException.class,
					(refused) -> assertThat(refused.reason()).isEqualTo(JoinRefusedException.Reason.SHARDS))
			.hasMessageContaining("Set cajun.cluster.shards to 32, not 64");
	}

	@Test
	void nodeThatKnowsNoTokenOfTheClusterIsRefused() {
		SimCluster cluster = new SimCluster(1, SHARDS, (settings) -> settings.withTokens(Set.of("new", "old")));
		cluster.start("n1");
		cluster.awaitSettled(Duration.ofSeconds(3));
		SimCluster.SimNode stranger = cluster.start("n2", (settings) -> settings.withTokens(Set.of("x")));
		cluster.start("n3", (settings) -> settings.withTokens(Set.of("old")));
		cluster.advance(Duration.ofSeconds(1));

		assertThat(stranger.refusal()).isInstanceOfSatisfying(JoinRefusedException.class,
				(refused) -> assertThat(refused.reason()).isEqualTo(JoinRefusedException.Reason.TOKEN));
		assertThat(cluster.node("n3").refusal()).isNull();
	}

	@Test
	void nodeThatIsNotReachedAtItsAddressIsNotUpAndSaysWhich() {
		SimCluster cluster = SimCluster.of(2, SHARDS);
		cluster.start("n3");
		cluster.network.refuse(cluster.node("n3").address);
		cluster.advance(Duration.ofSeconds(5));

		ClusterStatus status = cluster.node("n3").plane.status();
		assertThat(status.state()).isEqualTo(NodeRecord.State.JOINING);
		assertThat(status.trouble()).contains(cluster.leaderName()).contains("n3.test:7400");
		assertThat(cluster.owners()).doesNotContainValue("n3");

		cluster.network.admit(cluster.node("n3").address);
		cluster.awaitSettled(Duration.ofSeconds(4));
	}

	@Test
	void storeThatLostEverythingIsNotServed() {
		SimCluster cluster = SimCluster.of(1, SHARDS);
		cluster.stop("n1");
		cluster.store.wipe();
		SimCluster.SimNode node = cluster.start("n1");
		cluster.advance(Duration.ofSeconds(3));

		assertThat(node.refusal())
			.isInstanceOfSatisfying(JoinRefusedException.class,
					(refused) -> assertThat(refused.reason()).isEqualTo(JoinRefusedException.Reason.STORE))
			.hasMessageContaining("Nothing is served");
	}

	@Test
	void shardOfWhichTheStoreHasNoTraceIsQuarantined() {
		SimCluster cluster = SimCluster.of(2, SHARDS);
		cluster.store.loseShards();
		String owner = "n1";
		cluster.kill(owner);
		cluster.await(() -> !cluster.node("n2").shards.quarantined().isEmpty(), Duration.ofSeconds(2));

		assertThat(cluster.node("n2").shards.quarantined().values())
			.allSatisfy((reason) -> assertThat(reason).contains("data is gone"));
		assertThat(cluster.node("n2").plane.status().lostShards()).isNotEmpty();
		assertThat(cluster.node("n2").plane.status().trouble()).contains("the store has lost the data of");
	}

	// ---- failures

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void killedNodeIsReplacedInLessThanASecondTheLeaderIncluded(boolean leader) {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		String victim = leader ? cluster.leaderName() : other(cluster);
		Map<Integer, String> before = cluster.owners();
		cluster.kill(victim);

		assertThat(cluster.await(cluster::servesAll, Duration.ofSeconds(1))).isLessThan(Duration.ofMillis(700));
		cluster.awaitSettled(Duration.ofSeconds(1));
		before.forEach((shard, owner) -> {
			if (!owner.equals(victim)) {
				assertThat(cluster.owners()).containsEntry(shard, owner);
			}
		});
	}

	@Test
	void oneOfTwoNodesIsReplacedInLessThanASecond() {
		SimCluster cluster = SimCluster.of(2, SHARDS);
		cluster.kill(cluster.leaderName());

		cluster.await(cluster::servesAll, Duration.ofSeconds(1));
	}

	@Test
	void lostHostIsReplacedWithinTheTimeToLiveAndTwoSeconds() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		String victim = other(cluster);
		isolate(cluster, victim);
		cluster.metadata.cut(victim);
		cluster.node(victim).storeView.cut(true);

		cluster.advance(SimCluster.TTL.minusSeconds(4));
		assertThat(cluster.owners()).containsValue(victim);
		cluster.await(() -> !cluster.owners().containsValue(victim) && servedByOthers(cluster, victim),
				Duration.ofSeconds(6));
	}

	/**
	 * Whom it could ask is gone as well, so nobody is agreed dead before a lease has
	 * ended; then nobody is waited for whose process is gone.
	 */
	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
	void survivorOfThreeServesEverythingWithinTheTimeToLiveAndTwoSeconds(long seed) {
		SimCluster cluster = new SimCluster(seed, SHARDS);
		for (String name : names(3)) {
			cluster.start(name);
			cluster.advance(Duration.ofMillis(cluster.random.nextInt(1500)));
		}
		cluster.await(() -> cluster.unsettled().isEmpty() && cluster.owners().values().containsAll(List.of(names(3))),
				Duration.ofSeconds(8));
		String survivor = names(3)[(int) (seed % 3)];
		for (String name : names(3)) {
			if (!name.equals(survivor)) {
				cluster.kill(name);
			}
		}
		cluster.advance(SimCluster.TTL.dividedBy(2));
		assertThat(cluster.owners().values()).as("nobody is agreed dead by one alone").contains(names(3));

		cluster.await(cluster::servesAll, SimCluster.TTL.dividedBy(2).plusSeconds(2));
	}

	@Test
	void pauseShorterThanTheTimeToLiveChangesNothing() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, Long> before = cluster.epochs();
		cluster.pause("n2");
		cluster.advance(SimCluster.TTL.multipliedBy(4).dividedBy(10));
		cluster.resume("n2");
		cluster.advance(Duration.ofSeconds(5));

		assertThat(cluster.epochs()).isEqualTo(before);
		assertThat(cluster.unsettled()).isEmpty();
	}

	@Test
	void longPauseIsFencedAndTheNodeJoinsAgain() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, String> before = cluster.owners();
		String incarnation = cluster.node("n2").plane.status().self().incarnation();
		cluster.pause("n2");
		cluster.advance(SimCluster.TTL.multipliedBy(3));
		assertThat(cluster.servesAll()).isTrue();
		cluster.resume("n2");

		cluster.await(() -> cluster.unsettled().isEmpty() && cluster.owners().equals(before), Duration.ofSeconds(8));
		assertThat(cluster.node("n2").plane.status().self().incarnation()).isNotEqualTo(incarnation);
		assertThat(cluster.node("n2").events).contains("lease lost");
	}

	@Test
	void cutLinksMoveNothing() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, Long> before = cluster.epochs();
		cluster.live().forEach((node) -> isolate(cluster, node.name));
		cluster.advance(Duration.ofSeconds(30));
		assertThat(cluster.epochs()).isEqualTo(before);
		cluster.network.heal();
		cluster.advance(Duration.ofSeconds(5));

		assertThat(cluster.epochs()).isEqualTo(before);
		assertThat(cluster.unsettled()).isEmpty();
	}

	@Test
	void nodeWhosePortRefusesEverybodyIsAgreedDeadAndJoinsAgain() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		String victim = other(cluster);
		cluster.network.refuse(cluster.node(victim).address);
		cluster.await(() -> servedByOthers(cluster, victim), Duration.ofSeconds(1));
		assertThat(cluster.node(victim).events).contains("lease lost");

		cluster.network.heal();
		cluster.awaitSettled(Duration.ofSeconds(8));
	}

	@Test
	void volatileActorsOfANodeAgreedDeadStartElsewhereOnlyWhenItsLeaseHasEnded() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		String victim = other(cluster);
		List<Integer> its = cluster.owners()
			.entrySet()
			.stream()
			.filter((owner) -> owner.getValue().equals(victim))
			.map(Map.Entry::getKey)
			.toList();
		// It does not hear that the others have given it up.
		cluster.metadata.cut(victim);
		cluster.network.refuse(cluster.node(victim).address);
		cluster.await(() -> servedByOthers(cluster, victim), Duration.ofSeconds(2));
		assertThat(its).allSatisfy((shard) -> assertThat(cluster.live())
			.noneMatch((node) -> !node.name.equals(victim) && node.shards.runsVolatile(shard)));

		cluster.advance(SimCluster.TTL.plusSeconds(1));
		assertThat(its).allSatisfy((shard) -> assertThat(cluster.live())
			.anyMatch((node) -> !node.name.equals(victim) && node.shards.runsVolatile(shard)));
	}

	@Test
	void volatileActorsRunOnWhileTheNodeSaysThatItLeaves() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		String leaving = other(cluster);
		Set<Integer> its = Set.copyOf(cluster.node(leaving).shards.open().keySet());
		assertThat(its).isNotEmpty();
		cluster.metadata.hold(leaving);
		var unused = cluster.node(leaving).plane.drain();
		cluster.advance(Duration.ofMillis(500));
		assertThat(its).allMatch(cluster.node(leaving).shards::runsVolatile);

		cluster.metadata.release(leaving);
		cluster.await(() -> servedByOthers(cluster, leaving), Duration.ofSeconds(3));
	}

	@Test
	void formerIncarnationRunsNoVolatileActors() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		String victim = other(cluster);
		cluster.forced();
		cluster.network.refuse(cluster.node(victim).address);
		String before = cluster.node(victim).plane.status().self().id();
		cluster.metadata.expireLeases();
		cluster.await(
				() -> !cluster.node(victim).plane.status().self().id().equals(before)
						&& cluster.node(victim).shards.isProvable() && !cluster.node(victim).shards.open().isEmpty(),
				Duration.ofSeconds(6));
		cluster.owners().forEach((shard, owner) -> {
			if (owner.equals(victim)) {
				assertThat(cluster.node(victim).shards.runsVolatile(shard)).isFalse();
			}
		});
	}

	// ---- the metadata

	@Test
	void metadataThatStandsStillIsShownBeforeTheLeaseCannotBeProved() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		assertThat(cluster.live()).allSatisfy((node) -> {
			MetadataInfo metadata = node.plane.status().metadata();
			assertThat(metadata.available()).isTrue();
			assertThat(metadata.leaseAge()).isLessThan(SimCluster.TTL.dividedBy(3));
		});
		cluster.metadata.pause();
		cluster.advance(SimCluster.TTL.dividedBy(2));
		assertThat(cluster.live()).allSatisfy((node) -> {
			assertThat(node.shards.isProvable()).isTrue();
			MetadataInfo metadata = node.plane.status().metadata();
			assertThat(metadata.error()).contains("has not answered for");
			assertThat(metadata.leaseAge()).isGreaterThan(SimCluster.TTL.dividedBy(3));
			assertThat(node.plane.status().trouble()).isEqualTo(metadata.error());
		});
		cluster.metadata.resume();
		cluster.awaitSettled(Duration.ofSeconds(5));
		assertThat(cluster.live()).allSatisfy((node) -> assertThat(node.plane.status().trouble()).isEmpty());
	}

	@Test
	void metadataWithoutSpaceCostsNothingAndIsShownAsSoonAsSomethingIsToBeWritten() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, Long> before = cluster.epochs();
		cluster.metadata.full(true);
		cluster.advance(Duration.ofSeconds(60));
		assertThat(cluster.servesAll()).isTrue();
		assertThat(cluster.epochs()).isEqualTo(before);
		assertThat(cluster.live()).allSatisfy((node) -> assertThat(node.shards.isProvable()).isTrue());

		String victim = other(cluster);
		cluster.kill(victim);
		cluster.advance(Duration.ofSeconds(5));
		SimCluster.SimNode leader = cluster.node(cluster.leaderName());
		assertThat(leader.plane.status().metadata().error()).contains("has no space");
		assertThat(leader.plane.status().trouble()).contains("has no space");
		cluster.metadata.full(false);
		cluster.awaitSettled(Duration.ofSeconds(5));
		cluster.advance(Duration.ofSeconds(3));
		assertThat(cluster.live()).allSatisfy((node) -> {
			assertThat(node.plane.status().metadata().error()).isEmpty();
			assertThat(node.plane.status().trouble()).isEmpty();
		});
	}

	@Test
	void metadataDownForAMinuteCostsNothing() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, Long> before = cluster.epochs();
		cluster.metadata.stop();
		cluster.advance(Duration.ofSeconds(60));
		assertThat(cluster.servesAll()).isTrue();
		assertThat(cluster.live()).allSatisfy((node) -> {
			assertThat(node.shards.isProvable()).isFalse();
			assertThat(node.plane.status().trouble()).isNotEmpty();
		});
		cluster.metadata.start();

		cluster.awaitSettled(Duration.ofSeconds(10));
		assertThat(cluster.epochs()).isEqualTo(before);
	}

	@Test
	void metadataThatStandsStillUntilEveryLeaseHasEndedMovesNothingToOtherNodes() {
		SimCluster cluster = SimCluster.of(5, SHARDS);
		Map<Integer, String> before = cluster.owners();
		cluster.metadata.pause();
		cluster.advance(SimCluster.TTL.plusSeconds(5));
		assertThat(cluster.servesAll()).isTrue();
		cluster.metadata.resume();

		cluster.awaitSettled(SimCluster.TTL);
		assertThat(cluster.owners()).isEqualTo(before);
		assertThat(cluster.live()).allSatisfy((node) -> assertThat(node.shards.kept()).isPositive());
	}

	@Test
	void nodeThatLostItsLeaseServesOnAndKeepsWhatItHas() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, String> before = cluster.owners();
		String victim = other(cluster);
		int fresh = cluster.node(victim).shards.fresh();
		cluster.metadata.cut(victim);
		cluster.advance(SimCluster.TTL.minusSeconds(3));
		cluster.metadata.mend(victim);
		cluster.awaitSettled(Duration.ofSeconds(5));
		assertThat(cluster.owners()).isEqualTo(before);
		assertThat(cluster.node(victim).shards.fresh()).isEqualTo(fresh);
	}

	@Test
	void wipedMetadataComesBackWithHigherEpochsAndTheSameShards() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, Long> before = cluster.epochs();
		cluster.wipe();

		cluster.await(() -> cluster.unsettled().isEmpty(), Duration.ofSeconds(12));
		cluster.epochs().forEach((shard, epoch) -> assertThat(epoch).isGreaterThan(before.get(shard)));
		assertThat(cluster.settledTable().shards()).isEqualTo(SHARDS);
	}

	@Test
	void metadataWipedBetweenTwoLivesOfTheClusterIsMadeFromTheStore() {
		SimCluster cluster = SimCluster.of(2, SHARDS);
		Map<Integer, Long> before = cluster.epochs();
		String storeId = cluster.settledTable().storeId();
		cluster.kill("n1");
		cluster.kill("n2");
		cluster.wipe();
		cluster.start("n1");
		cluster.start("n2");

		cluster.awaitSettled(Duration.ofSeconds(5));
		cluster.epochs().forEach((shard, epoch) -> assertThat(epoch).isGreaterThan(before.get(shard)));
		assertThat(cluster.settledTable().storeId()).isEqualTo(storeId);
	}

	@Test
	void restoredMetadataComesBackWithHigherEpochs() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		FaultyMetadata.Backup backup = cluster.metadata.backup();
		cluster.kill(cluster.leaderName());
		cluster.awaitSettled(Duration.ofSeconds(3));
		cluster.start("n7");
		cluster.awaitSettled(Duration.ofSeconds(5));
		Map<Integer, Long> before = cluster.epochs();
		cluster.restore(backup);

		cluster.await(() -> cluster.unsettled().isEmpty(), SimCluster.TTL.multipliedBy(3));
		cluster.epochs().forEach((shard, epoch) -> assertThat(epoch).isGreaterThanOrEqualTo(before.get(shard)));
	}

	@Test
	void missedChangesAreSeenWithinTheReReadPeriod() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		cluster.metadata.deafen("n3");
		cluster.start("n4");
		cluster.advance(Duration.ofSeconds(40));

		assertThat(cluster.unsettled()).isEmpty();
	}

	// ---- the store

	@Test
	void nodeThatDoesNotReachTheStoreTakesNoMessagesAndIsReplaced() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		String victim = other(cluster);
		cluster.node(victim).storeView.cut(true);
		cluster.await(() -> !cluster.node(victim).shards.isStoreReachable(), SimCluster.TTL.plusSeconds(3));
		cluster.await(() -> servedByOthers(cluster, victim), Duration.ofSeconds(2));
		cluster.node(victim).storeView.cut(false);

		cluster.awaitSettled(Duration.ofSeconds(8));
	}

	@Test
	void storeDownForAllMovesNothing() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, Long> before = cluster.epochs();
		cluster.store.down(true);
		cluster.advance(Duration.ofSeconds(30));
		cluster.store.down(false);
		cluster.awaitSettled(Duration.ofSeconds(8));

		assertThat(cluster.epochs()).isEqualTo(before);
	}

	// ---- helpers

	private static String[] names(int count) {
		String[] names = new String[count];
		for (int i = 0; i < count; i++) {
			names[i] = "n" + (i + 1);
		}
		return names;
	}

	private static boolean plannedFor(SimCluster cluster, String name) {
		PlacementTable table = cluster.settledTable();
		Map<Integer, String> wanted = new TreeMap<>();
		Targets targets = new Targets(new Rendezvous(), table.shards(), Map.of(),
				table.members().stream().map((node) -> new Targets.Eligible(node, "")).toList());
		for (int shard = 0; shard < table.shards(); shard++) {
			wanted.put(shard, Objects.requireNonNull(targets.target(shard)).name());
		}
		return wanted.containsValue(name) && wanted.equals(cluster.owners());
	}

	static String other(SimCluster cluster) {
		return cluster.live()
			.stream()
			.map((node) -> node.name)
			.filter((name) -> !name.equals(cluster.leaderName()))
			.findFirst()
			.orElseThrow();
	}

	private static boolean servedByOthers(SimCluster cluster, String victim) {
		for (int shard = 0; shard < cluster.shards; shard++) {
			int number = shard;
			if (cluster.live()
				.stream()
				.noneMatch((node) -> !node.name.equals(victim) && node.shards.open().containsKey(number)
						&& node.shards.open().get(number).equals(cluster.store.fence(number)))) {
				return false;
			}
		}
		return true;
	}

	private static void isolate(SimCluster cluster, String name) {
		for (SimCluster.SimNode node : cluster.live()) {
			if (!node.name.equals(name)) {
				cluster.network.cut(node.address, cluster.node(name).address);
			}
		}
	}

}
