package dev.cajun.placement;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

import dev.cajun.HostileBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class PlacementDocumentTests {

	@Test
	void readsWhatItWrote() {
		List<Node> nodes = Nodes.nodes(3);
		TableEdit edit = Nodes.settled(32, nodes).edit();
		edit.announce(3, nodes.get(1), Move.Reason.MIGRATE);
		edit.mint(4, nodes.get(2));
		edit.pin(3, new Pin("n2", true));
		edit.pin(5, new Pin("n1", false));
		edit.down(nodes.get(0));
		edit.drain("n3", "boot-n3");
		edit.tokens(List.of("a", "b"));
		PlacementTable table = edit.build();

		PlacementTable read = PlacementDocument.read(PlacementDocument.write(table));

		assertThat(read).usingRecursiveComparison().isEqualTo(table);
	}

	@Test
	void readsShardThatNobodyEverOwned() {
		PlacementTable table = PlacementTable.create("store", 2, 1, List.of(), 41);

		PlacementTable read = PlacementDocument.read(PlacementDocument.write(table));

		assertThat(read.shard(1)).isEqualTo(ShardPlacement.UNOWNED);
		assertThat(read.epoch()).isEqualTo(41);
	}

	@Test
	void tenThousandShardsOnAThousandNodesFit() {
		TableEdit edit = Nodes.settled(10_000, Nodes.nodes(1000)).edit();
		edit.raise((1L << 53) - 2);
		for (int shard = 0; shard < 10_000; shard++) {
			edit.mint(shard, Objects.requireNonNull(edit.shard(shard).owner()));
		}

		assertThat(PlacementDocument.write(edit.build()).length).isLessThan(PlacementDocument.MAX_BYTES / 2);
	}

	@Test
	void refusesToWriteWhatEtcdWouldNotTake() {
		PlacementTable table = PlacementTable.create("s".repeat(PlacementDocument.MAX_BYTES), 1, 1, List.of(), 0);

		assertThatIllegalStateException().isThrownBy(() -> PlacementDocument.write(table))
			.withMessageContaining("too many shards or nodes");
	}

	@Test
	void refusesFormatOfNewerVersion() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> PlacementDocument.read("{\"format\":2}".getBytes(StandardCharsets.UTF_8)))
			.withMessageContaining("upgrade this node");
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1", "0", "3", "2147483647" })
	void refusesAnotherNumberOfShardsThanItHas(String shards) {
		String document = new String(PlacementDocument.write(PlacementTable.create("store", 2, 1, List.of(), 41)),
				StandardCharsets.UTF_8);
		byte[] wrong = document.replace("\"shards\":2", "\"shards\":" + shards).getBytes(StandardCharsets.UTF_8);

		assertThatIllegalArgumentException().isThrownBy(() -> PlacementDocument.read(wrong))
			.withMessageContaining("shards");
	}

	@Test
	void answersHostileDocumentsWithARefusalOrATable() {
		TableEdit edit = Nodes.settled(8, Nodes.nodes(3)).edit();
		edit.announce(3, Nodes.nodes(3).get(1), Move.Reason.MIGRATE);
		edit.pin(3, new Pin("n2", true));
		edit.down(Nodes.nodes(3).get(0));
		edit.drain("n3", "boot-n3");
		byte[] settled = PlacementDocument.write(Nodes.settled(8, Nodes.nodes(2)));

		HostileBytes.check(List.of(PlacementDocument.write(edit.build()), settled), 20_000,
				IllegalArgumentException.class, PlacementDocument::read);
	}

	@Test
	void refusesGarbage() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> PlacementDocument.read("{\"format\":1,".getBytes(StandardCharsets.UTF_8)));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> PlacementDocument.read("{\"format\":1}".getBytes(StandardCharsets.UTF_8)));
	}

}
