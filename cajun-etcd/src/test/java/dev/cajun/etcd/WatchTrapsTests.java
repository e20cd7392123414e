package dev.cajun.etcd;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.cajun.etcd.FakeEtcd.WatchFault;
import dev.cajun.metadata.Listing;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.grpc.Status;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Watches of jetcd die in silence, hang and skip (J1 to J7 in the decision record on
 * jetcd): whatever they do, what a listener knows equals what etcd holds within the
 * re-read interval.
 */
class WatchTrapsTests {

	private static final Duration REREAD = Duration.ofMillis(900);

	private static final Duration SOON = REREAD.plusSeconds(3);

	private final FakeEtcd etcd = new FakeEtcd();

	private final EtcdMetadataStore store = new EtcdMetadataStore(
			EtcdSettings.of("test", List.of(this.etcd.endpoint())).withWatches(REREAD, Duration.ofMillis(300)));

	private final Following following = new Following();

	@BeforeEach
	void put() {
		this.etcd.put("/cajun/test/a", "1");
	}

	@AfterEach
	void close() {
		this.store.close();
		this.etcd.close();
	}

	@Test
	void hearsOfChangesAtOnceWhenNothingIsWrong() {
		// Without reading again, only the watch can tell
		try (EtcdMetadataStore patient = new EtcdMetadataStore(EtcdSettings.of("test", List.of(this.etcd.endpoint()))
			.withWatches(Duration.ofMinutes(5), Duration.ofSeconds(30)))) {
			patient.watch("", this.following);
			this.following.expect(SOON, Map.of("a", "1"));
			for (int i = 2; i < 20; i++) {
				this.etcd.put("/cajun/test/a", "" + i);
				this.following.expect(SOON, Map.of("a", "" + i));
			}
		}
		assertThat(this.following.losses).hasValue(0);
		assertThat(this.following.thread.getName()).isEqualTo("cajun-etcd");
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
	void equalsEtcdThoughEveryWatchFails(WatchFault fault) {
		this.etcd.watchFault(fault);
		follow();
		this.etcd.put("/cajun/test/a", "2");
		this.etcd.put("/cajun/test/b", "1");
		this.following.expect(SOON, Map.of("a", "2", "b", "1"));
		this.etcd.put("/cajun/test/b", "2");
		this.following.expect(SOON, Map.of("a", "2", "b", "2"));
		assertThat(this.following.listings).extracting(Listing::history).containsOnly(1L);
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
	void hearsOfChangesAgainWhenWatchesAreWell(WatchFault fault) {
		this.etcd.watchFault(fault);
		follow();
		this.etcd.put("/cajun/test/a", "2");
		this.following.expect(SOON, Map.of("a", "2"));
		this.etcd.watchFault(WatchFault.NONE);
		Awaitility.await().atMost(SOON).until(() -> this.etcd.openStreams() == 1 && this.following.error == null);
		int losses = this.following.losses.get();
		for (int i = 3; i < 10; i++) {
			this.etcd.put("/cajun/test/a", "" + i);
			this.following.expect(SOON, Map.of("a", "" + i));
		}
		assertThat(this.following.losses).hasValueLessThanOrEqualTo(losses + 1);
	}

	@Test
	void tellsThatItCannotFollowFromEndOfWatchUntilItHasReadAgain() {
		this.etcd.watchFault(WatchFault.SILENT);
		follow();
		Awaitility.await().atMost(SOON).until(() -> this.following.losses.get() > 0);
		this.etcd.watchFault(WatchFault.NONE);
		Awaitility.await().atMost(SOON).until(() -> this.following.error == null && this.etcd.openStreams() == 1);
	}

	@Test
	void doesNotHammerEtcdWhoseWatchesFail() {
		this.etcd.watchFault(WatchFault.COMPLETED);
		follow();
		int before = this.etcd.countTransactions();
		long start = System.nanoTime();
		Awaitility.await().until(() -> System.nanoTime() - start > Duration.ofSeconds(2).toNanos());
		assertThat(this.etcd.countTransactions() - before).isBetween(2, 20);
	}

	@Test
	void startsEveryWatchRightAfterWhatItHasRead() {
		follow();
		Awaitility.await().atMost(SOON).until(() -> this.etcd.openStreams() == 1);
		for (int i = 0; i < 5; i++) {
			int streams = this.etcd.starts().size();
			this.etcd.put("/cajun/test/a", "x" + i);
			this.etcd.breakStreams(Status.UNAVAILABLE.withDescription("broken"));
			Awaitility.await().atMost(SOON).until(() -> this.etcd.starts().size() > streams);
			this.following.expect(SOON, Map.of("a", "x" + i));
		}
		assertThat(this.etcd.starts()).allMatch((start) -> start <= this.etcd.revision() + 1).isSorted();
	}

	/**
	 * Why a watch is never left to jetcd: it takes the server's revision at the time that
	 * a watch was created for the one that it has seen, and resumes there.
	 */
	@Test
	void jetcdSkipsWhatWasMissedWhenItResumesByItself() {
		for (int i = 0; i < 100; i++) {
			this.etcd.put("/cajun/test/a", "" + i);
		}
		this.etcd.watchFault(WatchFault.BROKEN);
		List<Throwable> errors = new ArrayList<>();
		try (Client client = Client.builder().endpoints(this.etcd.endpoint()).build();
				Watch.Watcher watcher = client.getWatchClient()
					.watch(ByteSequence.from("/cajun/test/", StandardCharsets.UTF_8),
							WatchOption.builder().isPrefix(true).withRevision(50).build(), (response) -> {
							}, errors::add)) {
			Awaitility.await().atMost(SOON).until(() -> this.etcd.starts().size() >= 2);
			assertThat(watcher.isClosed()).isFalse();
		}
		assertThat(this.etcd.starts().get(0)).isEqualTo(50);
		assertThat(this.etcd.starts().get(1)).as("change this test, and the record on jetcd, when jetcd was mended")
			.isEqualTo(this.etcd.revision());
	}

	@Test
	void findsOtherHistoryThatHasCaughtUp() {
		follow();
		Awaitility.await().atMost(SOON).until(() -> this.etcd.openStreams() == 1);
		for (int i = 0; i < 10; i++) {
			this.etcd.put("/cajun/test/b", "" + i);
		}
		this.following.expect(SOON, Map.of("a", "1", "b", "9"));
		this.etcd.restore(this.etcd.revision() + 5, "/cajun/test/b", "other", 4);
		this.etcd.breakStreams(Status.UNAVAILABLE.withDescription("broken"));
		this.following.expect(SOON, Map.of("b", "other"));
		assertThat(this.following.last().history()).isEqualTo(2);
	}

	@Test
	void findsOtherHistoryThatIsBehindWhatOnlyTheWatchHasTold() {
		follow();
		Awaitility.await().atMost(SOON).until(() -> this.etcd.openStreams() == 1);
		long read = this.etcd.revision();
		// Read again at once only when the stream breaks
		for (int i = 0; i < 10; i++) {
			this.etcd.put("/cajun/test/b", "" + i);
		}
		this.following.expect(SOON, Map.of("a", "1", "b", "9"));
		this.etcd.restore(read + 3, "/cajun/test/c", "other", read + 3);
		this.etcd.breakStreams(Status.UNAVAILABLE.withDescription("broken"));
		this.following.expect(SOON, Map.of("c", "other"));
		assertThat(this.following.last().history()).isEqualTo(2);
	}

	private void follow() {
		this.store.watch("", this.following);
		this.following.expect(SOON, Map.of("a", "1"));
	}

}
