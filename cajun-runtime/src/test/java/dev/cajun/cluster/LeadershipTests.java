package dev.cajun.cluster;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import dev.cajun.metadata.Document;
import dev.cajun.metadata.Transaction;
import dev.cajun.placement.Pin;
import dev.cajun.placement.PlacementDocument;
import dev.cajun.placement.TableEdit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A leader that does not lead any more, and has not heard of it. */
class LeadershipTests {

	private static final byte[] OTHER = "n9#0 1".getBytes(StandardCharsets.UTF_8);

	private final SimCluster cluster = SimCluster.of(2, 8);

	private final String leader = this.cluster.leaderName();

	@Test
	void writesNothingAfterAnotherTookTheLeadUnderTheSameCreateRevision() {
		Document table = document(ClusterView.TABLE_KEY);
		Document lead = document(LeaderRecord.KEY);
		wantSomething();
		put(LeaderRecord.KEY, OTHER);
		assertThat(document(LeaderRecord.KEY).createRevision()).isEqualTo(lead.createRevision());
		this.cluster.metadata.release(this.leader);
		this.cluster.time.advance(Duration.ofSeconds(1));

		assertThat(document(ClusterView.TABLE_KEY).revision()).isEqualTo(table.revision());
	}

	@Test
	void writesNothingIntoAnotherHistoryInWhichEveryRevisionIsTheSame() {
		Document table = document(ClusterView.TABLE_KEY);
		Document lead = document(LeaderRecord.KEY);
		wantSomething();
		this.cluster.live().forEach((node) -> this.cluster.metadata.hold(node.name));
		this.cluster.wipe();
		passTo(lead.createRevision());
		put(LeaderRecord.KEY, OTHER);
		passTo(table.revision());
		put(ClusterView.TABLE_KEY, table.value());
		assertThat(document(LeaderRecord.KEY).createRevision()).isEqualTo(lead.createRevision());
		assertThat(document(ClusterView.TABLE_KEY).revision()).isEqualTo(table.revision());
		this.cluster.metadata.release(this.leader);
		this.cluster.time.advance(Duration.ofMillis(5));

		assertThat(document(ClusterView.TABLE_KEY).revision()).isEqualTo(table.revision());
	}

	@Test
	void writesNothingAfterItsDocumentWasDeletedAndPutAgain() {
		Document table = document(ClusterView.TABLE_KEY);
		Document lead = document(LeaderRecord.KEY);
		wantSomething();
		commit(new Transaction.Delete(LeaderRecord.KEY));
		put(LeaderRecord.KEY, lead.value());
		assertThat(document(LeaderRecord.KEY).createRevision()).isGreaterThan(lead.createRevision());
		this.cluster.metadata.release(this.leader);
		this.cluster.time.advance(Duration.ofMillis(5));

		assertThat(document(ClusterView.TABLE_KEY).revision()).isEqualTo(table.revision());
	}

	@Test
	void writesNothingOverATableThatItHasNotRead() {
		wantSomething();
		TableEdit edit = this.cluster.settledTable().edit();
		Pin pin = new Pin(this.cluster.owners().get(5), true);
		edit.pin(5, pin);
		put(ClusterView.TABLE_KEY, PlacementDocument.write(edit.build()));
		this.cluster.metadata.release(this.leader);
		this.cluster.time.advance(Duration.ofMillis(5));

		assertThat(this.cluster.settledTable().pins()).containsEntry(5, pin);
	}

	@Test
	void writesWhatIsWantedWhenItStillLeads() {
		Document table = document(ClusterView.TABLE_KEY);
		wantSomething();
		this.cluster.metadata.release(this.leader);
		this.cluster.time.advance(Duration.ofMillis(5));

		assertThat(document(ClusterView.TABLE_KEY).revision()).isGreaterThan(table.revision());
	}

	@Test
	void isGivenAwayThoughTheRequestGetsLost() {
		this.cluster.metadata.loseRequests(this.leader, 3);
		var unused = this.cluster.node(this.leader).plane.operate(new Operation.Resign());
		this.cluster.advance(Duration.ofMillis(500));
		assertThat(this.cluster.leaderName()).isEqualTo(this.leader);
		this.cluster.metadata.loseRequests(this.leader, 0);

		this.cluster.await(() -> this.cluster.leader() != null && !this.cluster.leaderName().equals(this.leader),
				Duration.ofSeconds(5));
		this.cluster.awaitSettled(Duration.ofSeconds(2));
	}

	/** The leader is about to write the table, and its request waits on the way. */
	private void wantSomething() {
		this.cluster.metadata.hold(this.leader);
		var unused = this.cluster.node(this.leader).plane
			.operate(new Operation.Migrate(3, ClusterTests.other(this.cluster)));
		this.cluster.time.advance(Duration.ofMillis(200));
	}

	private Document document(String key) {
		return Objects.requireNonNull(this.cluster.metadata.documents().documents().get(key));
	}

	private void put(String key, byte[] value) {
		commit(new Transaction.Put(key, value, 0));
	}

	private void commit(Transaction.Write write) {
		this.cluster.metadata.direct().commit(new Transaction(List.of(), List.of(write))).toCompletableFuture().join();
	}

	/** The next write has this revision. */
	private void passTo(long revision) {
		while (this.cluster.metadata.documents().revision() < revision - 1) {
			put("filler", OTHER);
		}
	}

}
