package dev.cajun.etcd;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import dev.cajun.etcd.FakeEtcd.KeepAlive;
import dev.cajun.etcd.FakeEtcd.Transactions;
import dev.cajun.metadata.MetadataException;
import dev.cajun.metadata.MetadataException.Kind;
import dev.cajun.metadata.Transaction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls of jetcd have no deadline and may never be answered (J9, J11, J14 and J15 in the
 * decision record on jetcd): ours always end, and say what is known.
 */
class CallTrapsTests {

	private static final Duration TIMEOUT = Duration.ofMillis(600);

	private final FakeEtcd etcd = new FakeEtcd();

	private final EtcdMetadataStore store = new EtcdMetadataStore(
			EtcdSettings.of("test", List.of(this.etcd.endpoint())).withTimeouts(Duration.ofSeconds(5), TIMEOUT));

	@AfterEach
	void close() {
		this.store.close();
		this.etcd.close();
	}

	@Test
	void readThatIsNotAnsweredIsSentAgainAndFailsInTime() {
		this.etcd.transactions(Transactions.IGNORED);
		assertFailsInTime(Kind.NOT_APPLIED, this.store.list(""));
		assertThat(this.etcd.countTransactions()).isBetween(2, 4);
	}

	@Test
	void readSucceedsWhenAnsweredWithinItsTime() {
		this.etcd.transactions(Transactions.IGNORED);
		CompletionStage<?> list = this.store.list("");
		Awaitility.await().atMost(TIMEOUT).until(() -> this.etcd.countTransactions() == 1);
		this.etcd.transactions(Transactions.ANSWERED);
		assertThat(list.toCompletableFuture()).succeedsWithin(TIMEOUT.multipliedBy(2));
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ANSWERED")
	void writeThatIsNotAnsweredIsSentOnceAndItsOutcomeUnknown(Transactions behaviour) {
		this.etcd.transactions(behaviour);
		assertFailsInTime(Kind.UNKNOWN,
				this.store.commit(new Transaction(List.of(), List.of(new Transaction.Put("a", new byte[] { 1 }, 0)))));
		assertThat(this.etcd.countTransactions()).isEqualTo(1);
		this.etcd.transactions(Transactions.ANSWERED);
		assertThat(this.store.list("").toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10))
			.satisfies((listing) -> assertThat(listing.documents())
				.hasSize((behaviour == Transactions.CARRIED_OUT_UNANSWERED) ? 1 : 0));
	}

	@ParameterizedTest
	@EnumSource(names = { "SILENT", "COMPLETED" })
	void keepAliveThatIsNotAnsweredFailsInTimeAndLeavesNoStream(KeepAlive behaviour) {
		this.etcd.keepAlive(behaviour);
		assertFailsInTime(Kind.UNKNOWN, this.store.keepAlive(7));
		Awaitility.await().atMost(TIMEOUT.multipliedBy(5)).until(() -> this.etcd.openKeepAliveStreams() == 0);
		this.etcd.keepAlive(KeepAlive.ANSWERED);
		assertThat(this.store.keepAlive(7).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10))
			.satisfies((lease) -> assertThat(lease.ttl()).isEqualTo(Duration.ofSeconds(10)));
	}

	@Test
	void keepAliveOfLeaseThatHasEndedIsNotFound() {
		this.etcd.keepAlive(KeepAlive.EXPIRED);
		assertFailsInTime(Kind.LEASE_NOT_FOUND, this.store.keepAlive(7));
	}

	@Test
	void keepAlivesLeaveNoStreamBehind() {
		for (int i = 0; i < 100; i++) {
			assertThat(this.store.keepAlive(7).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10));
		}
		Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> this.etcd.openKeepAliveStreams() == 0);
	}

	@Test
	void refusedConnectionMeansNothingWasDone() {
		this.etcd.close();
		assertFailsInTime(Kind.NOT_APPLIED,
				this.store.commit(new Transaction(List.of(), List.of(new Transaction.Put("a", new byte[] { 1 }, 0)))));
		assertFailsInTime(Kind.NOT_APPLIED, this.store.list(""));
		assertFailsInTime(Kind.NOT_APPLIED, this.store.grant(Duration.ofSeconds(10)));
	}

	@Test
	void answersAreGivenOnItsOwnThread() throws Exception {
		CompletableFuture<String> thread = new CompletableFuture<>();
		this.etcd.transactions(Transactions.IGNORED);
		CompletionStage<?> list = this.store.list("");
		list.whenComplete((listing, error) -> thread.complete(Thread.currentThread().getName()));
		this.etcd.transactions(Transactions.ANSWERED);
		assertThat(thread.get(10, TimeUnit.SECONDS)).isEqualTo("cajun-etcd");
	}

	@Test
	void messageNamesOperationAndEtcd() {
		this.etcd.close();
		Throwable failure = failure(this.store.list("nodes/"));
		assertThat(failure).hasMessageContaining("nodes/").hasMessageContaining(this.etcd.endpoint().toString());
	}

	@Test
	void closeEndsWhatIsUnderWay() {
		this.etcd.transactions(Transactions.IGNORED);
		CompletionStage<?> list = this.store.list("");
		Awaitility.await().atMost(TIMEOUT).until(() -> this.etcd.countTransactions() == 1);
		this.store.close();
		assertThat(((MetadataException) failure(list)).kind()).isEqualTo(Kind.CLOSED);
	}

	private void assertFailsInTime(Kind kind, CompletionStage<?> stage) {
		assertThat(((MetadataException) failure(stage)).kind()).isEqualTo(kind);
	}

	private static Throwable failure(CompletionStage<?> stage) {
		CompletableFuture<?> future = stage.toCompletableFuture();
		Awaitility.await().atMost(TIMEOUT.plusSeconds(2)).until(future::isDone);
		return future.exceptionNow();
	}

}
