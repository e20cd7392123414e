package dev.cajun.metadata;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

import dev.cajun.metadata.MetadataException.Kind;
import dev.cajun.metadata.Transaction.Absent;
import dev.cajun.metadata.Transaction.Put;
import dev.cajun.time.VirtualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The faults that the tests of clusters rely on: each does what it says, and a store
 * without any keeps the contract.
 */
class FaultyMetadataTests {

	private static final Duration TTL = Duration.ofSeconds(10);

	private final VirtualTime time = new VirtualTime();

	private final FaultyMetadata metadata = new FaultyMetadata(this.time);

	private final MetadataStore a = this.metadata.connect("a");

	private final MetadataStore b = this.metadata.connect("b");

	@Nested
	class WithLatency extends MetadataStoreContract {

		private final VirtualTime time = new VirtualTime();

		private final FaultyMetadata metadata = new FaultyMetadata(this.time);

		{
			this.metadata.latency(() -> 1_000_000);
		}

		@Override
		protected MetadataStore connect() {
			return this.metadata.connect("node");
		}

		@Override
		protected void pass(Duration atMost, BooleanSupplier until) {
			VirtualSteps.pass(this.time, atMost, until);
		}

		@Override
		protected void elapse(Duration duration) {
			this.time.advance(duration);
		}

	}

	@Test
	void cutNodeHearsNothingUntilMended() {
		Following following = new Following();
		this.a.watch("", following);
		await(put(this.b, "k", "1"));
		this.metadata.cut("a");
		await(put(this.b, "k", "2"));
		assertFails(Kind.UNKNOWN, put(this.a, "k", "3"));
		assertFails(Kind.NOT_APPLIED, this.a.list(""));
		this.time.advance(FaultyMetadata.SILENCE.plus(FaultyMetadata.REQUEST_TIMEOUT));
		assertThat(following.error).isNotNull();
		assertThat(following.text("k")).isEqualTo("1");
		this.metadata.mend("a");
		this.time.advance(FaultyMetadata.REQUEST_TIMEOUT.plus(FaultyMetadata.RETRY));
		assertThat(following.error).isNull();
		assertThat(following.text("k")).isEqualTo("2");
	}

	@Test
	void lostRequestIsNotCarriedOut() {
		this.metadata.loseRequests("a", 1);
		assertFails(Kind.UNKNOWN, put(this.a, "k", "1"));
		assertThat(this.metadata.documents().documents()).isEmpty();
		await(put(this.a, "k", "1"));
	}

	@Test
	void lostReplyWasCarriedOut() {
		this.metadata.loseReplies("a", 1);
		Transaction create = Transaction.when(new Absent("k")).then(new Put("k", bytes("1"), 0));
		assertFails(Kind.UNKNOWN, this.a.commit(create));
		assertThat(this.metadata.documents().documents()).containsOnlyKeys("k");
		assertThat(await(this.a.commit(create)).applied()).isFalse();
	}

	@Test
	void heldRequestIsCarriedOutAfterItsCallerGaveUp() {
		this.metadata.hold("a");
		assertFails(Kind.UNKNOWN, put(this.a, "k", "1"));
		assertThat(this.metadata.documents().documents()).isEmpty();
		this.metadata.release("a");
		this.time.advance(Duration.ZERO);
		assertThat(this.metadata.documents().documents()).containsOnlyKeys("k");
	}

	@Test
	void deafWatchIsRightWithinRereadPeriod() {
		Following following = new Following();
		this.a.watch("", following);
		this.time.advance(Duration.ofSeconds(1));
		this.metadata.deafen("a");
		await(put(this.b, "k", "1"));
		this.time.advance(FaultyMetadata.REREAD.minusSeconds(2));
		assertThat(following.last().documents()).isEmpty();
		this.time.advance(Duration.ofSeconds(2));
		assertThat(following.text("k")).isEqualTo("1");
		assertThat(following.error).isNull();
	}

	@Test
	void pausedServerEndsOverdueLeasesWhenItGoesOn() {
		Lease lease = await(this.a.grant(TTL));
		await(this.a.commit(Transaction.when(new Absent("n")).then(new Put("n", bytes("n"), lease.id()))));
		this.metadata.pause();
		CompletionStage<Lease> kept = this.a.keepAlive(lease.id());
		this.time.advance(TTL.multipliedBy(2));
		assertThat(kindOf(kept)).isEqualTo(Kind.UNKNOWN);
		assertThat(this.metadata.documents().documents()).containsOnlyKeys("n");
		this.metadata.resume();
		assertThat(this.metadata.documents().documents()).isEmpty();
		assertFails(Kind.LEASE_NOT_FOUND, this.a.keepAlive(lease.id()));
	}

	@Test
	void restartedServerGivesLeasesTheirFullTime() {
		Lease lease = await(this.a.grant(TTL));
		await(this.a.commit(Transaction.when(new Absent("n")).then(new Put("n", bytes("n"), lease.id()))));
		this.time.advance(TTL.minusSeconds(1));
		this.metadata.stop();
		assertFails(Kind.NOT_APPLIED, put(this.a, "k", "1"));
		this.time.advance(TTL);
		this.metadata.start();
		this.time.advance(TTL.minusSeconds(1));
		assertThat(await(this.a.list("")).documents()).containsOnlyKeys("n");
		assertThat(await(this.a.list("")).history()).isEqualTo(1);
		this.time.advance(Duration.ofSeconds(1));
		assertThat(await(this.a.list("")).documents()).isEmpty();
	}

	@Test
	void allLeasesEndAtOnce() {
		for (MetadataStore store : List.of(this.a, this.b)) {
			Lease lease = await(store.grant(TTL));
			await(store.commit(Transaction.when(new Absent(store.description()))
				.then(new Put(store.description(), bytes("n"), lease.id()))));
		}
		Following following = new Following();
		this.a.watch("", following);
		this.time.advance(Duration.ZERO);
		assertThat(following.last().documents()).hasSize(2);
		this.metadata.expireLeases();
		this.time.advance(Duration.ZERO);
		assertThat(following.last().documents()).isEmpty();
	}

	@Test
	void wipeIsAnotherHistory() {
		Following following = new Following();
		this.a.watch("", following);
		Lease lease = await(this.a.grant(TTL));
		await(put(this.a, "k", "1"));
		this.metadata.wipe();
		this.time.advance(Duration.ZERO);
		assertThat(following.last().history()).isEqualTo(2);
		assertThat(following.last().documents()).isEmpty();
		assertFails(Kind.LEASE_NOT_FOUND, this.a.keepAlive(lease.id()));
		assertThat(await(put(this.a, "k", "2")).history()).isEqualTo(2);
		// b never saw the first one
		assertThat(await(this.b.list("")).history()).isEqualTo(1);
	}

	@Test
	void restoreBringsBackOldDocumentsAndRevisions() {
		Following following = new Following();
		this.a.watch("", following);
		Lease lease = await(this.a.grant(TTL));
		long old = await(put(this.a, "k", "1")).revision();
		FaultyMetadata.Backup backup = this.metadata.backup();
		await(put(this.a, "l", "2"));
		Lease forgotten = await(this.a.grant(TTL));
		this.metadata.restore(backup);
		this.time.advance(Duration.ZERO);
		assertThat(following.last().history()).isEqualTo(2);
		assertThat(following.last().revision()).isEqualTo(old);
		assertThat(following.last().documents()).containsOnlyKeys("k");
		assertThat(await(this.a.keepAlive(lease.id())).history()).isEqualTo(2);
		assertFails(Kind.LEASE_NOT_FOUND, this.a.keepAlive(forgotten.id()));
	}

	private static CompletionStage<TransactionResult> put(MetadataStore store, String key, String value) {
		return store.commit(new Transaction(List.of(), List.of(new Put(key, bytes(value), 0))));
	}

	private <T> T await(CompletionStage<T> stage) {
		VirtualSteps.pass(this.time, Duration.ofSeconds(10), stage.toCompletableFuture()::isDone);
		return stage.toCompletableFuture().join();
	}

	private void assertFails(Kind kind, CompletionStage<?> stage) {
		VirtualSteps.pass(this.time, FaultyMetadata.REQUEST_TIMEOUT.plusSeconds(1),
				stage.toCompletableFuture()::isDone);
		assertThat(kindOf(stage)).isEqualTo(kind);
	}

	private static Kind kindOf(CompletionStage<?> stage) {
		CompletableFuture<?> future = stage.toCompletableFuture();
		return ((MetadataException) future.exceptionNow()).kind();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static final class Following implements MetadataStore.Listener {

		private final List<Listing> listings = new ArrayList<>();

		private @Nullable Throwable error;

		@Override
		public void changed(Listing listing) {
			this.listings.add(listing);
		}

		@Override
		public void followed(@Nullable Throwable error) {
			this.error = error;
		}

		Listing last() {
			return this.listings.getLast();
		}

		String text(String key) {
			return new String(last().documents().get(key).value(), StandardCharsets.UTF_8);
		}

	}

}
