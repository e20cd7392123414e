package dev.cajun.placement;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

import dev.cajun.placement.PlacementStrategy.Candidate;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ZoneSpreadTests {

	private static final int SHARDS = 3000;

	private static final Candidate A1 = new Candidate("n1", "a");

	private static final Candidate A2 = new Candidate("n2", "a");

	private static final Candidate A3 = new Candidate("n3", "a");

	private static final Candidate B4 = new Candidate("n4", "b");

	private static final Candidate C5 = new Candidate("n5", "c");

	private static final Candidate C6 = new Candidate("n6", "c");

	@Test
	void everyZoneHasTheSameShareHoweverManyNodesItHas() {
		Map<String, Integer> shares = new TreeMap<>();
		owners(A1, A2, A3, B4, C5, C6).forEach((owner) -> shares.merge(owner.zone(), 1, Integer::sum));

		assertThat(shares).containsOnlyKeys("a", "b", "c");
		assertThat(shares.values()).allSatisfy((share) -> assertThat(share).isBetween(900, 1100));
	}

	@Test
	void nodesOfAZoneShareItEvenly() {
		Map<String, Integer> shares = new TreeMap<>();
		owners(A1, A2, A3, B4, C5, C6).forEach((owner) -> shares.merge(owner.name(), 1, Integer::sum));

		assertThat(List.of(shares.get("n1"), shares.get("n2"), shares.get("n3")))
			.allSatisfy((share) -> assertThat(share).isBetween(270, 400));
	}

	@Test
	void shardsOfALostNodeStayInItsZoneAndNothingElseMoves() {
		List<Candidate> before = owners(A1, A2, A3, B4, C5, C6);
		List<Candidate> after = owners(A1, A3, B4, C5, C6);

		IntStream.range(0, SHARDS).forEach((shard) -> {
			if (before.get(shard).equals(A2)) {
				assertThat(after.get(shard).zone()).isEqualTo("a");
			}
			else {
				assertThat(after.get(shard)).isEqualTo(before.get(shard));
			}
		});
	}

	@Test
	void shardsOfALostZoneGoToTheOthersAndNothingElseMoves() {
		List<Candidate> before = owners(A1, A2, A3, B4, C5, C6);
		List<Candidate> after = owners(A1, A2, A3, C5, C6);

		IntStream.range(0, SHARDS)
			.filter((shard) -> !before.get(shard).equals(B4))
			.forEach((shard) -> assertThat(after.get(shard)).isEqualTo(before.get(shard)));
		assertThat(after).doesNotContain(B4);
	}

	@Test
	void nodesWithoutAZoneAreOneTogether() {
		List<Candidate> owners = owners(new Candidate("n1", ""), new Candidate("n2", ""), new Candidate("n3", ""));

		assertThat(owners).extracting(Candidate::name).contains("n1", "n2", "n3");
	}

	private static List<Candidate> owners(Candidate... candidates) {
		int[] owners = new ZoneSpread().place(SHARDS, List.of(candidates));
		return IntStream.of(owners).mapToObj((owner) -> candidates[owner]).toList();
	}

}
