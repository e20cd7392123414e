package dev.cajun.placement;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TableEditTests {

	private final List<Node> nodes = Nodes.nodes(2);

	private final PlacementTable table = Nodes.settled(4, this.nodes);

	@Test
	void givesTheSameTableWhenNothingChanged() {
		TableEdit edit = this.table.edit();
		edit.admit(this.nodes.get(0));
		edit.dismiss(Nodes.node("other"));
		edit.unpin(1);
		edit.undrain("n1");
		edit.raise(0);

		assertThat(edit.build()).isSameAs(this.table);
	}

	@Test
	void epochsGrowAndOneServesAllShardsOfATable() {
		TableEdit edit = this.table.edit();
		edit.mint(0, this.nodes.get(0));
		edit.mint(1, this.nodes.get(1));

		assertThat(edit.shard(0).epoch()).isEqualTo(this.table.epoch() + 1).isEqualTo(edit.shard(1).epoch());
		assertThat(edit.build().epoch()).isEqualTo(this.table.epoch() + 1);
	}

	@Test
	void shardMintedTwiceInOneTableGetsTwoEpochs() {
		TableEdit edit = this.table.edit();
		edit.mint(0, this.nodes.get(0));
		long first = edit.shard(0).epoch();
		edit.mint(0, this.nodes.get(1));

		assertThat(edit.shard(0).epoch()).isGreaterThan(first);
	}

	@Test
	void raisedCounterIsExceeded() {
		TableEdit edit = this.table.edit();
		edit.mint(1, this.nodes.get(0));
		edit.raise(500);
		edit.mint(0, this.nodes.get(0));

		assertThat(edit.shard(0).epoch()).isEqualTo(501);
		assertThat(edit.build().epoch()).isEqualTo(501);
	}

	@Test
	void notesWhatWasTakenFromANodeAgreedDead() {
		Node dead = this.nodes.get(0);
		TableEdit edit = this.table.edit();
		edit.down(dead);
		for (int shard = 0; shard < 4; shard++) {
			if (dead.equals(edit.shard(shard).owner())) {
				edit.mint(shard, this.nodes.get(1));
			}
		}
		PlacementTable next = edit.build();

		Down down = next.downs().get(dead.id());
		assertThat(down).isNotNull();
		assertThat(down.shards()).isNotEmpty()
			.allSatisfy((shard) -> assertThat(this.table.shard(shard).owner()).isEqualTo(dead));
		assertThat(next.hasMember(dead)).isFalse();
		TableEdit later = next.edit();
		later.forget(down);
		assertThat(later.build().downs()).isEmpty();
	}

	@Test
	void everyMoveHasANumberOfItsOwn() {
		TableEdit edit = this.table.edit();
		for (int shard = 0; shard < 4; shard++) {
			edit.announce(shard, this.nodes.get(0), Move.Reason.DRAIN);
		}

		assertThat(edit.build().moves()).isEqualTo(4);
		assertThat(IntStream.range(0, 4).mapToObj((shard) -> edit.shard(shard).move())).doesNotHaveDuplicates()
			.doesNotContainNull();
	}

}
