package dev.cajun.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.cajun.metadata.Document;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A node that is cut off from what could tell it that its shards are another's. No fence
 * stops volatile actors, so it must know by itself; that no two nodes run them is checked
 * by {@link SimCluster} after every step.
 */
class VolatileActorsTests {

	private static final int SHARDS = 32;

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
