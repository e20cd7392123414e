package dev.cajun.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.cajun.placement.Node;
import dev.cajun.placement.Phase;
import dev.cajun.placement.ShardPlacement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever takes part in a migration dies in each of its phases, ten times each, at
 * another moment each time. {@link SimCluster} checks all the while that no two nodes own
 * a shard.
 */
class MigrationKillTests {

	private static final int SHARDS = 12;

	private static final int TIMES = 10;

	private static final Duration TICK = Duration.ofNanos(50_000);

	static Stream<Arguments> kills() {
		return Stream.of(Victim.values())
			.flatMap((victim) -> Stream.of(Phase.MOVING, Phase.CLAIMING, Phase.OWNED)
				.flatMap((phase) -> IntStream.range(0, TIMES).mapToObj((seed) -> Arguments.of(victim, phase, seed))));
	}

	@ParameterizedTest
	@MethodSource("kills")
	void shardIsServedAndGetsToItsTargetIfThatLives(Victim victim, Phase phase, int seed) {
		SimCluster cluster = new SimCluster(seed, SHARDS);
		List.of("n1", "n2", "n3", "n4").forEach(cluster::start);
		cluster.awaitSettled(Duration.ofSeconds(5));
		String leader = cluster.leaderName();
		int shard = cluster.owners()
			.entrySet()
			.stream()
			.filter((owner) -> !owner.getValue().equals(leader))
			.map(Map.Entry::getKey)
			.skip(seed % 3)
			.findFirst()
			.orElseThrow();
		String source = cluster.owners().get(shard);
		String target = Stream.of("n1", "n2", "n3", "n4")
			.filter((name) -> !name.equals(source) && !name.equals(leader))
			.findFirst()
			.orElseThrow();
		var unused = cluster.node(leader).plane.operate(new Operation.Migrate(shard, target));
		reach(cluster, shard, phase, target);
		// Somewhere within the phase
		cluster.time.advance(TICK.multipliedBy(seed));
		String dead = switch (victim) {
			case SOURCE -> source;
			case TARGET -> target;
			case LEADER -> leader;
		};
		cluster.kill(dead);

		cluster.await(cluster::servesAll, Duration.ofSeconds(5));
		cluster.awaitSettled(Duration.ofSeconds(15));
		if (victim == Victim.TARGET) {
			assertThat(cluster.owners().get(shard)).isNotEqualTo(target);
		}
		else {
			cluster.await(() -> cluster.owners().get(shard).equals(target), Duration.ofSeconds(5));
		}
	}

	private static void reach(SimCluster cluster, int shard, Phase phase, String target) {
		for (int i = 0; i < 100_000; i++) {
			ShardPlacement placement = cluster.settledTable().shard(shard);
			Node owner = placement.owner();
			boolean moved = owner != null && owner.name().equals(target);
			if (placement.phase() == phase && moved == (phase != Phase.MOVING)) {
				return;
			}
			cluster.time.advance(TICK);
		}
		throw new AssertionError("Shard " + shard + " does not become " + phase);
	}

	/** Who dies. */
	enum Victim {

		SOURCE, TARGET, LEADER

	}

}
