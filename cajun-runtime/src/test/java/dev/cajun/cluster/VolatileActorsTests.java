package dev.cajun.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.cajun.metadata.Document;
import dev.cajun.metadata.Transaction;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A node that is cut off from what could tell it that its shards are another's. No fence
 * stops volatile actors, so it must know by itself; that no two nodes run them is checked
 * by {@link SimCluster} after every step.
 */
class VolatileActorsTests {

	private static final int SHARDS = 32;

	private static final Duration STEP = Duration.ofMillis(10);

	private final SimCluster cluster = SimCluster.of(3, SHARDS);

	private final String victim = ClusterTests.other(this.cluster);

	@Test
	void stayStoppedWhenANodeThatLostTheStoreDoesNotKnowThatItSaidSo() {
		List<Integer> its = shards();
		SimCluster.SimNode node = this.cluster.node(this.victim);
		node.shards.idle(true);
		this.cluster.metadata.deafen(this.victim);
		node.storeView.cut(true);
		// What it says of itself is written, and the answer gets lost.
		this.cluster.await(() -> {
			boolean soon = node.storeView.silentFor().compareTo(SimCluster.TTL.minusSeconds(3)) > 0;
			boolean said = saysThatItReachesNoStore();
			this.cluster.metadata.loseReplies(this.victim, soon && !said ? 3 : 0);
			return said;
		}, SimCluster.TTL.plusSeconds(3));
		this.cluster.await(() -> servedByOthers(its), Duration.ofSeconds(2));
		node.storeView.cut(false);

		this.cluster.await(node.shards::isStoreReachable, Duration.ofSeconds(4));
		this.cluster.advance(Duration.ofSeconds(1));
		this.cluster.metadata.hear(this.victim);
		this.cluster.awaitSettled(Duration.ofSeconds(40));
		assertRunEverywhere();
	}

	@Test
	void stayStoppedWhereTheLeaderDoesNotHearThatTheShardWasClaimed() {
		int shard = shards().getFirst();
		String leader = this.cluster.leaderName();
		SimCluster.SimNode target = this.cluster.node(third(leader));
		target.shards.idle(true);
		this.cluster.network.cut(target.address, this.cluster.node(leader).address);
		var unused = this.cluster.node(leader).plane.operate(new Operation.Migrate(shard, target.name));
		this.cluster.await(() -> target.shards.open().containsKey(shard), Duration.ofSeconds(2));
		// It reads once more, and so not again before the leader gives up waiting for it.
		this.cluster.advance(Duration.ofSeconds(2));
		this.cluster.metadata.direct()
			.commit(new Transaction(List.of(), List.of(new Transaction.Put("other", new byte[0], 0))))
			.toCompletableFuture()
			.join();
		this.cluster.advance(STEP);
		this.cluster.metadata.deafen(target.name);

		this.cluster.await(() -> !this.cluster.owners().get(shard).equals(target.name), Duration.ofSeconds(60));
		this.cluster.advance(Duration.ofSeconds(1));
		this.cluster.network.heal();
		this.cluster.metadata.hear(target.name);
		this.cluster.awaitSettled(Duration.ofSeconds(60));
		assertRunEverywhere();
	}

	@Test
	void runAgainSoonAfterTheStoreIsBack() {
		SimCluster.SimNode node = this.cluster.node(this.victim);
		node.storeView.cut(true);
		this.cluster.await(() -> !node.shards.isStoreReachable(), SimCluster.TTL.plusSeconds(3));
		assertThat(node.shards.isProvable()).isFalse();
		node.storeView.cut(false);

		this.cluster.await(node.shards::isProvable, Duration.ofSeconds(4));
		this.cluster.awaitSettled(Duration.ofSeconds(8));
		assertRunEverywhere();
	}

	private boolean saysThatItReachesNoStore() {
		Document document = this.cluster.metadata.documents().documents().get(NodeRecord.key(this.victim));
		return document != null && !NodeRecord.read(document.value()).storeReachable();
	}

	private List<Integer> shards() {
		return this.cluster.owners()
			.entrySet()
			.stream()
			.filter((owner) -> owner.getValue().equals(this.victim))
			.map(Map.Entry::getKey)
			.toList();
	}

	private String third(String leader) {
		return this.cluster.live()
			.stream()
			.map((node) -> node.name)
			.filter((name) -> !name.equals(leader) && !name.equals(this.victim))
			.findFirst()
			.orElseThrow();
	}

	private boolean servedByOthers(List<Integer> shards) {
		return shards.stream()
			.allMatch((shard) -> this.cluster.live()
				.stream()
				.anyMatch((node) -> !node.name.equals(this.victim) && node.shards.runsVolatile(shard)));
	}

	private void assertRunEverywhere() {
		this.cluster.advance(Duration.ofSeconds(1));
		this.cluster.owners()
			.forEach((shard, owner) -> assertThat(this.cluster.node(owner).shards.runsVolatile(shard)).isTrue());
	}

}
