package dev.cajun.placement;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AssignmentTests {

	private static final int SHARDS = 64;

	private final Facts facts = new Facts();

	private final List<Node> three = Nodes.nodes(3);

	private PlacementTable table = Nodes.settled(SHARDS, this.three);

	private Targets targets = Nodes.targets(SHARDS, Map.of(), this.three);

	@Test
	void changesNothingWhenEverythingIsWhereItShouldBe() {
		assertThat(advance()).isSameAs(this.table);
	}

	@Test
	void givesFirstShardsOnlyWhenEnoughNodesAreThere() {
		this.table = PlacementTable.create("store", SHARDS, 1, List.of(), 0);
		this.facts.complete = false;
		assertThat(advance()).isSameAs(this.table);

		this.facts.complete = true;
		this.table = advance();

		assertThat(all()).allSatisfy((shard) -> {
			assertThat(shard.phase()).isEqualTo(Phase.CLAIMING);
			assertThat(shard.epoch()).isEqualTo(1);
		});
	}

	@Test
	void claimedShardIsOwned() {
		mintAll();
		this.facts.claims.add(this.table.shard(3).epoch() + ":3");

		this.table = advance();

		assertThat(this.table.shard(3).phase()).isEqualTo(Phase.OWNED);
		assertThat(this.table.shard(4).phase()).isEqualTo(Phase.CLAIMING);
	}

	@Test
	void shardThatIsNotClaimedInTimeGoesToAnotherNodeUnderANewEpoch() {
		mintAll();
		ShardPlacement before = this.table.shard(5);
		this.facts.overdue.add(5);

		this.table = advance();

		assertThat(this.table.shard(5).epoch()).isGreaterThan(before.epoch());
		assertThat(this.table.shard(5).owner()).isNotEqualTo(before.owner());
	}

	@Test
	void newNodeGetsItsShardsByAnnouncedMoves() {
		this.targets = Nodes.targets(SHARDS, Map.of(), Nodes.nodes(4));

		this.table = advance();

		assertThat(moving()).isNotEmpty().allSatisfy((shard) -> {
			assertThat(Objects.requireNonNull(shard.move()).target().name()).isEqualTo("n4");
			assertThat(shard.move().reason()).isEqualTo(Move.Reason.MEMBERSHIP);
			assertThat(this.three).contains(shard.owner());
		});
	}

	@Test
	void nothingMovesToANewNodeBeforeTheClusterIsSettled() {
		this.targets = Nodes.targets(SHARDS, Map.of(), Nodes.nodes(4));
		this.facts.settled = false;

		assertThat(advance()).isSameAs(this.table);
	}

	@Test
	void neverMoreShardsMoveThanAllowed() {
		this.targets = Nodes.targets(SHARDS, Map.of(), Nodes.nodes(4));
		this.facts.mostMoving = 3;

		this.table = advance();
		assertThat(moving()).hasSize(3);
		this.table = advance();
		assertThat(moving()).hasSize(3);
	}

	@Test
	void releasedShardIsMintedForItsTarget() {
		announceToFourth();
		int shard = firstMoving();
		Move move = Objects.requireNonNull(this.table.shard(shard).move());
		long epoch = this.table.shard(shard).epoch();
		this.facts.releases.add(move.number());

		this.table = advance();

		assertThat(this.table.shard(shard).phase()).isEqualTo(Phase.CLAIMING);
		assertThat(this.table.shard(shard).owner()).isEqualTo(move.target());
		assertThat(this.table.shard(shard).epoch()).isGreaterThan(epoch);
	}

	@Test
	void sourceKeepsItsShardWhenTheTargetIsGone() {
		announceToFourth();
		int shard = firstMoving();
		Node source = this.table.shard(shard).owner();
		long epoch = this.table.shard(shard).epoch();
		this.targets = Nodes.targets(SHARDS, Map.of(), this.three);

		this.table = advance();

		assertThat(this.table.shard(shard)).isEqualTo(new ShardPlacement(Phase.OWNED, source, epoch, true, null));
	}

	@Test
	void sourceKeepsItsShardAfterTheDeadlineAndTriesNotAtOnceAgain() {
		announceToFourth();
		int shard = firstMoving();
		this.facts.overdue.add(shard);
		this.facts.resting.add(shard);

		this.table = advance();
		assertThat(this.table.shard(shard).phase()).isEqualTo(Phase.OWNED);
		this.table = advance();
		assertThat(this.table.shard(shard).phase()).isEqualTo(Phase.OWNED);
		this.facts.resting.clear();
		this.facts.overdue.clear();
		this.table = advance();
		assertThat(this.table.shard(shard).phase()).isEqualTo(Phase.MOVING);
	}

	@Test
	void targetGetsTheShardWhenItsSourceDiesBeforeItReleasedIt() {
		announceToFourth();
		int shard = firstMoving();
		Node source = Objects.requireNonNull(this.table.shard(shard).owner());
		this.facts.gone.add(source);

		this.table = advance();

		assertThat(Objects.requireNonNull(this.table.shard(shard).owner()).name()).isEqualTo("n4");
		assertThat(this.table.shard(shard).phase()).isEqualTo(Phase.CLAIMING);
	}

	@Test
	void shardsOfANodeThatIsGoneGoToOthers() {
		Node gone = this.three.get(0);
		this.facts.gone.add(gone);
		this.targets = Nodes.targets(SHARDS, Map.of(), this.three.subList(1, 3));

		this.table = advance();

		assertThat(all()).allSatisfy((shard) -> assertThat(shard.owner()).isNotEqualTo(gone));
	}

	@Test
	void shardsOfANodeThatMayBeBackSoonStay() {
		this.facts.gone.add(this.three.get(0));
		this.facts.awaited.add(this.three.get(0));
		this.targets = Nodes.targets(SHARDS, Map.of(), this.three.subList(1, 3));

		assertThat(advance()).isSameAs(this.table);
	}

	@Test
	void nodeThatIsBackUnderItsNameHasItsShardsAtOnceUnderNewEpochs() {
		Node before = this.three.get(0);
		Node back = Nodes.again(before);
		List<Node> nodes = new ArrayList<>(this.three);
		nodes.set(0, back);
		this.facts.gone.add(before);
		this.facts.awaited.add(before);
		this.facts.settled = false;
		this.targets = Nodes.targets(SHARDS, Map.of(), nodes);
		PlacementTable old = this.table;

		this.table = advance();

		for (int shard = 0; shard < SHARDS; shard++) {
			boolean its = before.equals(old.shard(shard).owner());
			assertThat(this.table.shard(shard).owner()).isEqualTo(its ? back : old.shard(shard).owner());
			assertThat(this.table.shard(shard).epoch() > old.shard(shard).epoch()).isEqualTo(its);
		}
	}

	@Test
	void processThatStillServesUnderItsFormerIncarnationIsGivenItsShardsAnewAndNothingMoves() {
		Node before = this.three.get(0);
		Node back = Nodes.again(before);
		this.targets = Nodes.targets(SHARDS, Map.of(), List.of(back, this.three.get(1), this.three.get(2)));

		this.table = advance();

		assertThat(moving()).isEmpty();
		assertThat(all()).noneSatisfy((shard) -> assertThat(shard.owner()).isEqualTo(before));
		assertThat(all()).anySatisfy((shard) -> assertThat(shard.owner()).isEqualTo(back));
	}

	@Test
	void drainedNodeGivesEverythingAwayEvenBeforeTheClusterIsSettled() {
		Node drained = this.three.get(1);
		this.facts.draining.add(drained);
		this.facts.settled = false;
		this.targets = Nodes.targets(SHARDS, Map.of(), List.of(this.three.get(0), this.three.get(2)));

		this.table = advance();

		assertThat(moving()).hasSize((int) all().stream().filter((shard) -> drained.equals(shard.owner())).count())
			.allSatisfy(
					(shard) -> assertThat(Objects.requireNonNull(shard.move()).reason()).isEqualTo(Move.Reason.DRAIN));
	}

	@Test
	void shardIsNotAnnouncedInTheTableThatClaimsIt() {
		mintAll();
		Node drained = this.three.get(1);
		this.facts.draining.add(drained);
		this.facts.allClaimed = true;
		this.targets = Nodes.targets(SHARDS, Map.of(), List.of(this.three.get(0), this.three.get(2)));

		this.table = advance();
		assertThat(all()).allSatisfy((shard) -> assertThat(shard.phase()).isEqualTo(Phase.OWNED));
		this.table = advance();
		assertThat(moving()).isNotEmpty();
	}

	@Test
	void nothingHappensWhileNoNodeMayHaveShards() {
		this.facts.gone.addAll(this.three);
		this.targets = Nodes.targets(SHARDS, Map.of(), List.of());

		assertThat(advance()).isSameAs(this.table);
	}

	private PlacementTable advance() {
		TableEdit edit = this.table.edit();
		Assignment.advance(edit, this.table, this.targets, this.facts);
		return edit.build();
	}

	private void mintAll() {
		TableEdit edit = this.table.edit();
		for (int shard = 0; shard < SHARDS; shard++) {
			edit.mint(shard, Objects.requireNonNull(this.targets.target(shard)));
		}
		this.table = edit.build();
	}

	private void announceToFourth() {
		this.targets = Nodes.targets(SHARDS, Map.of(), Nodes.nodes(4));
		this.table = advance();
	}

	private int firstMoving() {
		for (int shard = 0; shard < SHARDS; shard++) {
			if (this.table.shard(shard).phase() == Phase.MOVING) {
				return shard;
			}
		}
		throw new AssertionError("Nothing moves");
	}

	private List<ShardPlacement> all() {
		List<ShardPlacement> all = new ArrayList<>();
		for (int shard = 0; shard < SHARDS; shard++) {
			all.add(this.table.shard(shard));
		}
		return all;
	}

	private List<ShardPlacement> moving() {
		return all().stream().filter((shard) -> shard.phase() == Phase.MOVING).toList();
	}

	/** What the leader knows, as a test says. */
	private static final class Facts implements Situation {

		private final Set<Node> gone = new HashSet<>();

		private final Set<Node> awaited = new HashSet<>();

		private final Set<Node> draining = new HashSet<>();

		private final Set<Long> releases = new HashSet<>();

		private final Set<String> claims = new HashSet<>();

		private final Set<Integer> overdue = new HashSet<>();

		private final Set<Integer> resting = new HashSet<>();

		private boolean settled = true;

		private boolean complete = true;

		private boolean allClaimed;

		private int mostMoving = 1000;

		@Override
		public boolean serves(Node owner) {
			return !this.gone.contains(owner);
		}

		@Override
		public boolean awaited(Node owner) {
			return this.awaited.contains(owner);
		}

		@Override
		public boolean released(int shard, long move) {
			return this.releases.contains(move);
		}

		@Override
		public boolean claimed(int shard, long epoch) {
			return this.allClaimed || this.claims.contains(epoch + ":" + shard);
		}

		@Override
		public boolean overdue(int shard, ShardPlacement placement) {
			return this.overdue.contains(shard);
		}

		@Override
		public boolean mayMove(int shard) {
			return !this.resting.contains(shard);
		}

		@Override
		public boolean draining(Node owner) {
			return this.draining.contains(owner);
		}

		@Override
		public boolean settled() {
			return this.settled;
		}

		@Override
		public boolean complete() {
			return this.complete;
		}

		@Override
		public int mostMoving() {
			return this.mostMoving;
		}

	}

}
