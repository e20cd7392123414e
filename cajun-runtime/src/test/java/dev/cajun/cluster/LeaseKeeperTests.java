package dev.cajun.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.cajun.metadata.FaultyMetadata;
import dev.cajun.metadata.Lease;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.time.VirtualTime;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LeaseKeeperTests {

	private static final Duration TTL = Duration.ofSeconds(10);

	private final VirtualTime time = new VirtualTime();

	private final FaultyMetadata metadata = new FaultyMetadata(this.time);

	private final MetadataStore store = this.metadata.connect("n1");

	private final List<String> heard = new ArrayList<>();

	private final LeaseKeeper keeper = keep();

	private LeaseKeeper keep() {
		CompletableFuture<Lease> granted = this.store.grant(TTL).toCompletableFuture();
		for (int i = 0; i < 1000 && !granted.isDone(); i++) {
			this.time.advance(Duration.ofMillis(1));
		}
		Lease lease = granted.join();
		EventLoop loop = new EventLoop((task) -> this.time.schedule(0, task), this.time);
		return new LeaseKeeper(loop, this.store, lease, this.time.nanoTime(), new LeaseKeeper.Listener() {

			@Override
			public void provableUntil(long nanoTime) {
			}

			@Override
			public void notProvable() {
				LeaseKeeperTests.this.heard.add("not provable");
			}

			@Override
			public void lost(String reason) {
				LeaseKeeperTests.this.heard.add("lost: " + reason);
			}

		});
	}

	@Test
	void isKeptForAsLongAsTheStoreAnswers() {
		this.time.advance(Duration.ofMinutes(10));

		assertThat(this.keeper.isProvable()).isTrue();
		assertThat(this.heard).isEmpty();
	}

	@Test
	void isNotProvableBeforeItCanHaveEnded() {
		this.time.advance(Duration.ofSeconds(6));
		this.metadata.cut("n1");
		long provable = this.keeper.deadline();
		this.time.advance(Duration.ofNanos(provable - this.time.nanoTime()).plusMillis(1));

		assertThat(this.heard).containsExactly("not provable");
		assertThat(this.keeper.isProvable()).isFalse();
		// The store had the last renewal at 5 s or later, and lets it live for 10 s.
		assertThat(Duration.ofNanos(provable)).isBetween(Duration.ofSeconds(12), Duration.ofSeconds(15));
	}

	@Test
	void deadlineCountsFromTheSendingAndNotFromTheAnswer() {
		this.metadata.latency(() -> 700_000_000L);
		this.time.advance(Duration.ofSeconds(7));
		long before = this.keeper.deadline();
		for (int i = 0; i < 5000 && this.keeper.deadline() == before; i++) {
			this.time.advance(Duration.ofMillis(1));
		}
		// This is when the answer came: 0.7 s there, 0.7 s back.
		Duration left = Duration.ofNanos(this.keeper.deadline() - this.time.nanoTime());

		assertThat(left).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(9).minusMillis(1400));
	}

	@Test
	void isProvableAgainWhenTheStoreAnswersInTime() {
		this.metadata.stop();
		this.time.advance(Duration.ofSeconds(60));
		assertThat(this.heard).containsExactly("not provable");
		this.metadata.start();
		this.time.advance(Duration.ofSeconds(4));

		assertThat(this.keeper.isProvable()).isTrue();
		assertThat(this.heard).containsExactly("not provable");
	}

	@Test
	void isRenewedSoOftenThatAPauseOfFourFifthsOfItsTimeKeepsIt() {
		for (int i = 0; i < 200; i++) {
			this.time.advance(Duration.ofMillis(100));
			// The store lets it live for a second more than the deadline says.
			long left = this.keeper.deadline() + Duration.ofSeconds(1).toNanos() - this.time.nanoTime();
			assertThat(left).isGreaterThan(TTL.multipliedBy(8).dividedBy(10).toNanos());
		}
	}

	@Test
	void isLostWhenTheStoreKnowsItNoMore() {
		this.metadata.cut("n1");
		this.time.advance(Duration.ofSeconds(30));
		this.metadata.mend("n1");
		this.time.advance(Duration.ofSeconds(4));

		assertThat(this.heard).containsExactly("not provable", "lost: the lease has ended");
		assertThat(this.keeper.isProvable()).isFalse();
	}

	@Test
	void isLostWithTheHistory() {
		this.metadata.wipe();
		this.time.advance(Duration.ofSeconds(4));

		assertThat(this.heard).hasSize(1).first().asString().startsWith("lost");
	}

	@Test
	void isLostWhenItLivesInAnotherHistory() {
		this.metadata.restore(this.metadata.backup());
		this.time.advance(Duration.ofSeconds(4));

		assertThat(this.heard).containsExactly("lost: the metadata's history has changed");
		assertThat(this.keeper.isProvable()).isFalse();
	}

	@Test
	void nothingIsHeardOfOneThatWasStopped() {
		this.keeper.stop();
		this.time.advance(Duration.ofMinutes(1));

		assertThat(this.heard).isEmpty();
		assertThat(this.keeper.isProvable()).isFalse();
	}

}
