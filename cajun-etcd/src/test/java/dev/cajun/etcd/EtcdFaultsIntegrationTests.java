package dev.cajun.etcd;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

import dev.cajun.RequiresEtcd;
import dev.cajun.metadata.Lease;
import dev.cajun.metadata.Listing;
import dev.cajun.metadata.MetadataException;
import dev.cajun.metadata.MetadataException.Kind;
import dev.cajun.metadata.Transaction;
import dev.cajun.metadata.TransactionResult;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A real etcd that is frozen, killed, cut off, compacted, wiped and restored. */
@RequiresEtcd
class EtcdFaultsIntegrationTests {

	private static final Duration SOON = Duration.ofSeconds(15);

	private static final Duration REQUEST_TIMEOUT = Duration.ofMillis(1500);

	private static EtcdServer etcd;

	private static int clusters;

	private final List<AutoCloseable> open = new ArrayList<>();

	private final String cluster = "faults-" + ++clusters;

	private final EtcdMetadataStore store = store(etcd.endpoints());

	private final Following following = new Following();

	@BeforeAll
	static void startEtcd() {
		etcd = EtcdServer.start("--heartbeat-interval", "50", "--election-timeout", "500");
	}

	@AfterAll
	static void stopEtcd() {
		etcd.close();
	}

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable one : this.open) {
			one.close();
		}
	}

	private EtcdMetadataStore store(List<URI> endpoints) {
		EtcdMetadataStore one = new EtcdMetadataStore(EtcdSettings.of(this.cluster, endpoints)
			.withTimeouts(Duration.ofSeconds(5), REQUEST_TIMEOUT)
			.withWatches(Duration.ofSeconds(30), Duration.ofSeconds(2)));
		this.open.add(one);
		return one;
	}

	@Test
	void frozenEtcdFailsCallsInTimeAndIsFollowedAgainWhenItGoesOn() {
		put("a", "1");
		this.store.watch("", this.following);
		this.following.expect(SOON, Map.of("a", "1"));
		etcd.member().freeze();
		try {
			assertThat(kindOf(this.store.list(""))).isEqualTo(Kind.NOT_APPLIED);
			assertThat(kindOf(send("a", "2"))).isEqualTo(Kind.UNKNOWN);
			Awaitility.await().atMost(SOON).until(() -> this.following.error != null);
		}
		finally {
			etcd.member().thaw();
		}
		Awaitility.await().atMost(SOON).until(() -> this.following.error == null);
		put("a", "3");
		this.following.expect(SOON, Map.of("a", "3"));
		assertThat(this.following.last().history()).isEqualTo(1);
	}

	@Test
	void etcdWithoutSpaceRefusesWritesAndKeepsLeasesAlive() {
		try (EtcdServer full = EtcdServer.start("--quota-backend-bytes", "" + (4 << 20))) {
			EtcdMetadataStore one = store(full.endpoints());
			Lease lease = await(one.grant(Duration.ofSeconds(3)));
			Transaction mebibyte = new Transaction(List.of(),
					List.of(new Transaction.Put("filler", new byte[1 << 20], 0)));
			Awaitility.await().atMost(SOON).until(() -> !isDone(one.commit(mebibyte)));
			assertThat(one.commit(mebibyte)).failsWithin(SOON)
				.withThrowableThat()
				.withMessageContaining("database space exceeded")
				.withMessageContaining("disarm its alarm");
			assertThat(kindOf(one.grant(Duration.ofSeconds(3)))).isEqualTo(Kind.NOT_APPLIED);
			assertThat(await(one.keepAlive(lease.id())).id()).isEqualTo(lease.id());
			long revision = await(one.list("")).revision();

			full.ctl("compact", "" + revision);
			full.ctl("defrag");
			full.ctl("alarm", "disarm");
			Awaitility.await().atMost(SOON).until(() -> isDone(one.grant(Duration.ofSeconds(3))));
		}
	}

	@Test
	void killedEtcdKeepsHistoryAndGivesLeasesTheirFullTime() {
		Lease lease = await(this.store.grant(Duration.ofSeconds(3)));
		await(this.store.commit(new Transaction(List.of(), List
			.of(new Transaction.Put("nodes/a", bytes("a"), lease.id()), new Transaction.Put("b", bytes("b"), 0)))));
		this.store.watch("", this.following);
		this.following.expect(SOON, Map.of("nodes/a", "a", "b", "b"));
		etcd.member().kill();
		// What was sent before the connection was seen to be gone has an unknown outcome
		Awaitility.await().atMost(SOON).until(() -> kindOf(send("b", "c")) == Kind.NOT_APPLIED);
		// Nothing ends while nobody counts
		long down = System.nanoTime();
		Awaitility.await().until(() -> System.nanoTime() - down > Duration.ofSeconds(5).toNanos());
		etcd.member().restart();
		// The connection is tried for every second, however long it was gone
		assertThat(Awaitility.await()
			.atMost(Duration.ofMillis(2500))
			.ignoreExceptions()
			.until(() -> this.store.keepAlive(lease.id()).toCompletableFuture().join(), (kept) -> true)
			.history()).isEqualTo(1);
		Awaitility.await().atMost(SOON).until(() -> this.following.error == null);
		assertThat(this.following.texts()).isEqualTo(Map.of("nodes/a", "a", "b", "b"));
		put("b", "d");
		this.following.expect(SOON, Map.of("nodes/a", "a", "b", "d"));
		this.following.expect(SOON, Map.of("b", "d"));
		assertThat(this.following.listings).extracting(Listing::history).containsOnly(1L);
	}

	@Test
	void equalsEtcdAfterCompactionWhileItWasCutOff() {
		put("a", "1");
		try (TcpProxy proxy = new TcpProxy(etcd.member().endpoint())) {
			EtcdMetadataStore behind = store(List.of(proxy.endpoint()));
			behind.watch("", this.following);
			this.following.expect(SOON, Map.of("a", "1"));
			proxy.cut();
			CompletableFuture
				.allOf(IntStream.range(0, 1000)
					.mapToObj((i) -> send("k" + i % 10, "" + i).toCompletableFuture())
					.toArray(CompletableFuture[]::new))
				.join();
			await(this.store.commit(new Transaction(List.of(), List.of(new Transaction.Delete("a")))));
			etcd.ctl("compact", "" + etcd.revision());
			proxy.mend();
			Listing now = await(this.store.list(""));
			assertThat(now.documents()).hasSize(10);
			Awaitility.await()
				.atMost(SOON)
				.until(() -> this.following.last().documents().keySet().equals(now.documents().keySet()));
			put("k3", "after");
			Awaitility.await().atMost(SOON).until(() -> this.following.texts().get("k3").equals("after"));
			assertThat(this.following.last().history()).isEqualTo(1);
		}
	}

	@Test
	void connectsAsSoonAsEtcdIsThere() {
		etcd.member().kill();
		this.store.watch("", this.following);
		Awaitility.await().atMost(SOON).until(() -> this.following.error != null);
		assertThat(kindOf(this.store.list(""))).isEqualTo(Kind.NOT_APPLIED);
		etcd.member().restart();
		Awaitility.await().atMost(SOON).until(() -> this.following.error == null);
		put("a", "1");
		this.following.expect(SOON, Map.of("a", "1"));
	}

	@Test
	void wipedEtcdIsAnotherHistory() {
		Lease lease = await(this.store.grant(Duration.ofSeconds(60)));
		put("a", "1");
		put("a", "2");
		this.store.watch("", this.following);
		this.following.expect(SOON, Map.of("a", "2"));
		long before = this.following.last().revision();
		etcd.member().kill();
		etcd.member().wipe();
		etcd.member().restart();
		this.following.expect(SOON, Map.of());
		assertThat(this.following.last().history()).isEqualTo(2);
		assertThat(this.following.last().revision()).isLessThan(before);
		assertThat(kindOf(this.store.keepAlive(lease.id()))).isEqualTo(Kind.LEASE_NOT_FOUND);
		assertThat(put("a", "3").history()).isEqualTo(2);
		this.following.expect(SOON, Map.of("a", "3"));
		assertThat(this.following.last().history()).isEqualTo(2);
	}

	@Test
	void restoredEtcdIsAnotherHistoryEvenWhenItHasCaughtUp(@TempDir Path directory) {
		put("a", "1");
		Path snapshot = directory.resolve("backup");
		etcd.ctl("snapshot", "save", snapshot.toString());
		put("a", "2");
		try (TcpProxy proxy = new TcpProxy(etcd.member().endpoint())) {
			EtcdMetadataStore behind = store(List.of(proxy.endpoint()));
			behind.watch("", this.following);
			this.following.expect(SOON, Map.of("a", "2"));
			proxy.cut();
			etcd.member().kill();
			etcd.member().restore(snapshot);
			etcd.member().restart();
			Following fresh = new Following();
			this.store.watch("", fresh);
			fresh.expect(SOON, Map.of("a", "1"));
			// More than were written after the snapshot
			for (int i = 0; i < 10; i++) {
				put("b", "" + i);
			}
			assertThat(await(this.store.list("")).revision()).isGreaterThan(this.following.last().revision());
			proxy.mend();
			this.following.expect(SOON, Map.of("a", "1", "b", "9"));
			assertThat(this.following.last().history()).isEqualTo(2);
			put("b", "x");
			this.following.expect(SOON, Map.of("a", "1", "b", "x"));
		}
	}

	private CompletionStage<TransactionResult> send(String key, String value) {
		return this.store.commit(new Transaction(List.of(), List.of(new Transaction.Put(key, bytes(value), 0))));
	}

	private TransactionResult put(String key, String value) {
		return await(send(key, value));
	}

	static <T> T await(CompletionStage<T> stage) {
		CompletableFuture<T> future = stage.toCompletableFuture();
		assertThat(future).succeedsWithin(SOON);
		return future.resultNow();
	}

	private static boolean isDone(CompletionStage<?> stage) {
		CompletableFuture<?> future = stage.toCompletableFuture();
		Awaitility.await().atMost(SOON).until(future::isDone);
		return !future.isCompletedExceptionally();
	}

	static Kind kindOf(CompletionStage<?> stage) {
		CompletableFuture<?> future = stage.toCompletableFuture();
		Awaitility.await().atMost(SOON).until(future::isDone);
		return ((MetadataException) future.exceptionNow()).kind();
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
