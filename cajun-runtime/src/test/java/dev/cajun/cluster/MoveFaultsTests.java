package dev.cajun.cluster;

import java.time.Duration;

import dev.cajun.placement.Phase;
import dev.cajun.placement.ShardPlacement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A shard moves while a node that has to do with it dies. */
class MoveFaultsTests {

	private static final int SHARDS = 8;

	private static final int MOVED = 3;

	private static final int ROUNDS = 10;

	@ParameterizedTest
	@CsvSource({ "SOURCE, ANNOUNCED", "SOURCE, RELEASING", "SOURCE, RELEASED", "SOURCE, MINTED", "SOURCE, CLAIMED",
			"TARGET, ANNOUNCED", "TARGET, RELEASING", "TARGET, RELEASED", "TARGET, MINTED", "TARGET, CLAIMED",
			"LEADER, ANNOUNCED", "LEADER, RELEASING", "LEADER, RELEASED", "LEADER, MINTED", "LEADER, CLAIMED" })
	void shardIsServedAgainInTimeAndByOneNode(Victim victim, Step step) {
		for (int round = 0; round < ROUNDS; round++) {
			SimCluster cluster = new SimCluster(1000 + round, SHARDS);
			for (int i = 1; i <= 4; i++) {
				cluster.start("n" + i);
			}
			cluster.awaitSettled(Duration.ofSeconds(4));
			String source = cluster.owners().get(MOVED);
			String leader = cluster.leaderName();
			String target = cluster.live()
				.stream()
				.map((node) -> node.name)
				.filter((name) -> !name.equals(source) && !name.equals(leader))
				.findFirst()
				.orElseThrow();
			String dies = switch (victim) {
				case SOURCE -> source;
				case TARGET -> target;
				case LEADER -> leader;
			};
			var unused = cluster.node("n1").plane.operate(new Operation.Migrate(MOVED, target));
			cluster.await(() -> reached(cluster, step, source, target), Duration.ofSeconds(2));
			cluster.kill(dies);

			cluster.await(cluster::servesAll, Duration.ofSeconds(2));
			cluster.awaitSettled(Duration.ofSeconds(8));
			if (!dies.equals(target)) {
				cluster.await(() -> cluster.owners().get(MOVED).equals(target), Duration.ofSeconds(2));
			}
			assertThat(cluster.store.fence(MOVED)).isNotNull();
		}
	}

	private static boolean reached(SimCluster cluster, Step step, String source, String target) {
		ShardPlacement placement = cluster.settledTable().shard(MOVED);
		boolean moving = placement.phase() == Phase.MOVING;
		boolean minted = placement.owner() != null && placement.owner().name().equals(target);
		boolean open = cluster.node(source).shards.open().containsKey(MOVED);
		return switch (step) {
			case ANNOUNCED -> moving || minted;
			case RELEASING -> minted || (moving && !open);
			case RELEASED -> minted || cluster.node(source).shards.hasReleased(MOVED);
			case MINTED -> minted;
			case CLAIMED -> minted && cluster.node(target).shards.open().containsKey(MOVED);
		};
	}

	enum Victim {

		SOURCE, TARGET, LEADER

	}

	enum Step {

		ANNOUNCED, RELEASING, RELEASED, MINTED, CLAIMED

	}

}
