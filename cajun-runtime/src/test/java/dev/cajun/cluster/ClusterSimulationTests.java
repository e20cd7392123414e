package dev.cajun.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;

import dev.cajun.Seeds;
import dev.cajun.metadata.FaultyMetadata;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clusters to which random things happen, one after the other and at once. Whatever
 * happens, what {@link SimCluster} checks after each step must hold; and when nothing
 * happens any more, within a bound, one live node leads, every shard is served by a node
 * that is up and by no other, everybody knows where, and nothing changes from then on.
 */
class ClusterSimulationTests {

	private static final int SHARDS = 16;

	private static final Duration BOUND = SimCluster.TTL.multipliedBy(5);

	@Test
	void everyShardHasOneOwnerWhateverHappens() {
		Seeds.run(getClass(), 800, (seed) -> new Run(seed).run());
	}

	private static final class Run {

		private final Random random;

		private final SimCluster cluster;

		private final List<String> story = new ArrayList<>();

		private final int names;

		private FaultyMetadata.@Nullable Backup backup;

		private Duration late = SimCluster.TTL;

		Run(long seed) {
			this.random = new Random(seed * 31 + 7);
			this.cluster = new SimCluster(seed, SHARDS);
			this.names = 3 + this.random.nextInt(3);
		}

		void run() {
			try {
				for (int i = 1; i <= this.names; i++) {
					this.cluster.start("n" + i);
				}
				this.cluster.advance(Duration.ofMillis(this.random.nextInt(4000)));
				int faults = 2 + this.random.nextInt(6);
				for (int i = 0; i < faults; i++) {
					fault();
					this.cluster
						.advance(Duration.ofMillis(10 + this.random.nextInt(this.random.nextBoolean() ? 500 : 12_000)));
				}
				heal();
				this.cluster.awaitSettled(BOUND);
				// What comes to rest late: pins, balance, rebalancing to those that came
				// back
				this.cluster.advance(this.late);
				this.cluster.awaitSettled(BOUND);
				Map<Integer, Long> epochs = this.cluster.epochs();
				String leader = String.valueOf(this.cluster.leader());
				this.cluster.advance(Duration.ofSeconds(10));
				assertThat(this.cluster.unsettled()).isEmpty();
				assertThat(this.cluster.epochs()).as("nothing moves when nothing happens").isEqualTo(epochs);
				assertThat(String.valueOf(this.cluster.leader())).isEqualTo(leader);
			}
			catch (AssertionError | RuntimeException ex) {
				throw new AssertionError(this.story + " at " + this.cluster.time.now() + ": " + ex.getMessage(), ex);
			}
		}

		private void fault() {
			List<SimCluster.SimNode> live = this.cluster.live();
			SimCluster.SimNode node = live.isEmpty() ? null : live.get(this.random.nextInt(live.size()));
			int kind = this.random.nextInt(21);
			String name = (node == null) ? "none" : node.name;
			this.story.add(kind + " " + name);
			if (node == null) {
				start();
				return;
			}
			switch (kind) {
				case 0 -> this.cluster.kill(name);
				case 1, 2 -> {
					if (!node.paused) {
						this.cluster.pause(name);
					}
				}
				case 3 -> live.stream().filter((other) -> other.paused).forEach((other) -> resume(other));
				case 4 -> this.cluster.metadata.cut(name);
				case 5 -> this.cluster.metadata.hold(name);
				case 6 -> live.forEach((other) -> this.cluster.metadata.mend(other.name));
				case 7 -> this.cluster.metadata.loseReplies(name, 1 + this.random.nextInt(4));
				case 8 -> this.cluster.metadata.loseRequests(name, 1 + this.random.nextInt(4));
				case 9 -> {
					this.cluster.metadata.deafen(name);
					// What it missed it sees when it reads again, and may lead.
					this.late = FaultyMetadata.REREAD.plus(SimCluster.TTL);
				}
				case 10 -> node.storeView.cut(true);
				case 11 -> live.forEach((other) -> other.storeView.cut(false));
				case 12 -> this.cluster.network.refuse(node.address);
				case 13 -> live.forEach((other) -> this.cluster.network.cut(node.address, other.address));
				case 14 -> this.cluster.network.heal();
				case 15 -> start();
				case 16 -> {
					this.cluster.metadata.pause();
					this.cluster.advance(Duration.ofMillis(this.random.nextInt(25_000)));
					this.cluster.metadata.resume();
				}
				case 17 -> {
					this.cluster.metadata.stop();
					this.cluster.advance(Duration.ofMillis(this.random.nextInt(25_000)));
					this.cluster.metadata.start();
				}
				case 18 -> {
					if (this.backup != null && this.random.nextBoolean()) {
						this.cluster.restore(this.backup);
					}
					else if (this.random.nextInt(3) == 0) {
						this.cluster.wipe();
					}
					else {
						this.backup = this.cluster.metadata.backup();
					}
				}
				case 19 -> node.shards.idle(true);
				default -> operate(live, node);
			}
		}

		private void operate(List<SimCluster.SimNode> live, SimCluster.SimNode node) {
			SimCluster.SimNode asked = live.get(this.random.nextInt(live.size()));
			Operation operation = switch (this.random.nextInt(4)) {
				case 0 -> new Operation.Drain(node.name, this.random.nextBoolean());
				case 1 -> new Operation.Undrain(node.name);
				case 2 -> new Operation.Migrate(this.random.nextInt(SHARDS), node.name);
				default -> new Operation.Resign();
			};
			var unused = asked.plane.operate(operation);
		}

		private void start() {
			for (int i = 1; i <= this.names + 1; i++) {
				String name = "n" + i;
				if (this.cluster.live().stream().noneMatch((node) -> node.name.equals(name))) {
					this.cluster.start(name);
					return;
				}
			}
		}

		private void resume(SimCluster.SimNode node) {
			this.cluster.resume(node.name);
		}

		private void heal() {
			// Also of nodes that were killed: who starts under their name goes that way.
			for (int i = 1; i <= this.names + 1; i++) {
				String name = "n" + i;
				this.cluster.metadata.mend(name);
				this.cluster.metadata.release(name);
				this.cluster.metadata.hear(name);
				this.cluster.metadata.loseReplies(name, 0);
				this.cluster.metadata.loseRequests(name, 0);
			}
			for (SimCluster.SimNode node : this.cluster.live()) {
				if (node.paused) {
					resume(node);
				}
				node.storeView.cut(false);
				node.shards.idle(false);
			}
			this.cluster.network.heal();
			this.cluster.advance(Duration.ofSeconds(1));
			if (this.cluster.live().isEmpty()) {
				start();
			}
			this.cluster.restartRefused();
			// A node that is drained stays so, which is for an operator to end.
			for (SimCluster.SimNode node : this.cluster.live()) {
				undrain(node.name);
			}
		}

		/** Who is told to ask again, because nobody leads yet, does so. */
		private void undrain(String name) {
			for (long i = 0; i < BOUND.toSeconds(); i++) {
				var answer = this.cluster.live().get(0).plane.operate(new Operation.Undrain(name));
				this.cluster.advance(Duration.ofSeconds(1));
				if (answer.toCompletableFuture().state() == Future.State.SUCCESS) {
					return;
				}
			}
			throw new AssertionError(name + " could not be undrained\n" + this.cluster.describe());
		}

	}

}
