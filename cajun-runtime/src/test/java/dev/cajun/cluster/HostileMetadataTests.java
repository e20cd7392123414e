package dev.cajun.cluster;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import dev.cajun.HostileBytes;
import dev.cajun.metadata.Document;
import dev.cajun.metadata.Transaction;
import dev.cajun.placement.PlacementDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Somebody wrote into the metadata what no node did: every shard is served on by whom it
 * was, the nodes say what is wrong, and go on when it is put right.
 */
class HostileMetadataTests {

	private static final int SHARDS = 16;

	private static final byte[] GARBAGE = "\0{\"garbage".getBytes(StandardCharsets.UTF_8);

	@ParameterizedTest
	@ValueSource(strings = { "placement", "leader", "nodes/zz" })
	void garbageMovesNothingAndIsNamedUntilItIsGone(String key) {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, String> owners = cluster.owners();
		Map<Integer, Long> epochs = cluster.epochs();
		Document before = cluster.metadata.documents().documents().get(key);
		put(cluster, key, GARBAGE);

		cluster.advance(Duration.ofSeconds(30));
		assertThat(cluster.servesAll()).isTrue();
		assertThat(cluster.live()).allSatisfy((node) -> {
			assertThat(node.refusal()).isNull();
			assertThat(node.plane.status().trouble()).contains(key);
		});

		if (before != null && !key.equals("leader")) {
			put(cluster, key, before.value());
		}
		else {
			commit(cluster, new Transaction.Delete(key));
		}
		cluster.awaitSettled(SimCluster.TTL.multipliedBy(2));
		assertThat(cluster.owners()).isEqualTo(owners);
		assertThat(cluster.epochs()).isEqualTo(epochs);
	}

	@Test
	void recordOfANodeThatIsGarbageComesRightByItself() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		String victim = cluster.leaderName().equals("n3") ? "n2" : "n3";
		put(cluster, "nodes/" + victim, GARBAGE);

		cluster.advance(Duration.ofSeconds(1));
		cluster.awaitSettled(SimCluster.TTL.multipliedBy(3));
		assertThat(cluster.servesAll()).isTrue();
	}

	@Test
	void recordUnderTheKeyOfAnotherNodeIsNotBelieved() {
		SimCluster cluster = SimCluster.of(3, SHARDS);
		Map<Integer, Long> epochs = cluster.epochs();
		Document record = Objects.requireNonNull(cluster.metadata.documents().documents().get("nodes/n2"));
		String draining = new String(record.value(), StandardCharsets.UTF_8).replace("\"UP\"", "\"DRAINING\"");
		put(cluster, "nodes/zz", draining.getBytes(StandardCharsets.UTF_8));

		cluster.advance(Duration.ofSeconds(30));
		assertThat(cluster.epochs()).isEqualTo(epochs);
		assertThat(cluster.node("n1").plane.status().trouble()).contains("nodes/zz");
		assertThat(Objects.requireNonNull(cluster.node("n1").plane.status().nodes().get("n2")).state())
			.isEqualTo(NodeRecord.State.UP);
	}

	@Test
	void whateverCannotBeReadMovesNothing() {
		HostileBytes.seeds(8).forEach((seed) -> {
			Random random = new Random(seed);
			SimCluster cluster = SimCluster.of(3, SHARDS);
			Map<Integer, Long> epochs = cluster.epochs();
			byte[] hostile = unreadable(cluster, "placement", random, PlacementDocument::read);
			byte[] table = Objects.requireNonNull(cluster.metadata.documents().documents().get("placement")).value();
			put(cluster, "nodes/zz", unreadable(cluster, "nodes/n1", random, NodeRecord::read));
			put(cluster, "placement", hostile);
			cluster.advance(Duration.ofSeconds(5));
			assertThat(cluster.servesAll()).as("Seed %d", seed).isTrue();

			put(cluster, "placement", table);
			commit(cluster, new Transaction.Delete("nodes/zz"));
			cluster.awaitSettled(SimCluster.TTL);
			assertThat(cluster.epochs()).as("Seed %d", seed).isEqualTo(epochs);
		});
	}

	private static byte[] unreadable(SimCluster cluster, String key, Random random, Consumer<byte[]> reader) {
		byte[] valid = Objects.requireNonNull(cluster.metadata.documents().documents().get(key)).value();
		while (true) {
			byte[] hostile = HostileBytes.mutated(List.of(valid), random);
			try {
				reader.accept(hostile);
			}
			catch (IllegalArgumentException ex) {
				return hostile;
			}
		}
	}

	private static void put(SimCluster cluster, String key, byte[] value) {
		commit(cluster, new Transaction.Put(key, value, 0));
	}

	private static void commit(SimCluster cluster, Transaction.Write write) {
		CompletionStage<?> done = cluster.metadata.direct().commit(new Transaction(List.of(), List.of(write)));
		cluster.await(() -> done.toCompletableFuture().isDone(), Duration.ofSeconds(1));
	}

}
