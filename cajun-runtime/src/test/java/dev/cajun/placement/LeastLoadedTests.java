package dev.cajun.placement;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import dev.cajun.placement.PlacementStrategy.Candidate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class LeastLoadedTests {

	/** In one of some rounds: the processors are shared. */
	private static final Duration QUICK = Duration.ofMillis(100);

	private final LeastLoaded strategy = new LeastLoaded();

	@ParameterizedTest
	@CsvSource({ "1024, 1", "1024, 3", "1024, 4", "1024, 100", "16, 16", "3, 7", "10000, 999" })
	void noNodeHasMoreThanOneShardMoreThanAnother(int shards, int nodes) {
		int[] counts = new int[nodes];
		Arrays.stream(this.strategy.place(shards, candidates(nodes))).forEach((owner) -> counts[owner]++);

		assertThat(Arrays.stream(counts).max().orElseThrow() - Arrays.stream(counts).min().orElseThrow())
			.isLessThanOrEqualTo(1);
		assertThat(Arrays.stream(counts).sum()).isEqualTo(shards);
	}

	@Test
	void sameNodesHaveTheSameShards() {
		assertThat(this.strategy.place(1024, candidates(5))).isEqualTo(new LeastLoaded().place(1024, candidates(5)));
	}

	@ParameterizedTest
	@CsvSource({ "3", "9" })
	void nodeThatJoinsMovesNotMuchMoreThanItsShare(int nodes) {
		int[] before = this.strategy.place(1024, candidates(nodes));
		int[] after = this.strategy.place(1024, candidates(nodes + 1));

		long moved = IntStream.range(0, 1024).filter((shard) -> before[shard] != after[shard]).count();
		assertThat(moved).isBetween(1024L / (nodes + 1), 2 * 1024L / (nodes + 1));
	}

	@Test
	void placesTenThousandShardsOnAThousandNodesQuickly() {
		List<Candidate> candidates = candidates(1000);
		Duration best = Duration.ofDays(1);
		for (int round = 0; round < 50 && best.compareTo(QUICK) >= 0; round++) {
			long start = System.nanoTime();
			assertThat(this.strategy.place(10_000, candidates)).hasSize(10_000);
			Duration took = Duration.ofNanos(System.nanoTime() - start);
			best = (took.compareTo(best) < 0) ? took : best;
		}

		assertThat(best).isLessThan(QUICK);
	}

	/** In the order of their names, as they come. */
	static List<Candidate> candidates(int count) {
		return IntStream.rangeClosed(1, count).mapToObj((i) -> new Candidate("n%04d".formatted(i), "")).toList();
	}

}
