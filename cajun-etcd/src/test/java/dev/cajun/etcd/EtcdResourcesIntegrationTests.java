package dev.cajun.etcd;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.cajun.RequiresEtcd;
import dev.cajun.metadata.Lease;
import dev.cajun.metadata.Transaction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a store costs etcd and its own process, and what etcd with its defaults grants.
 */
@RequiresEtcd
class EtcdResourcesIntegrationTests {

	private static final Duration SOON = Duration.ofSeconds(15);

	private static EtcdServer etcd;

	@BeforeAll
	static void startEtcd() {
		etcd = EtcdServer.start();
	}

	@AfterAll
	static void stopEtcd() {
		etcd.close();
	}

	@Test
	void keepAlivesLeaveNothingBehindInEtcd() {
		try (EtcdMetadataStore store = new EtcdMetadataStore(EtcdSettings.of("streams", etcd.endpoints()))) {
			Lease lease = EtcdFaultsIntegrationTests.await(store.grant(Duration.ofSeconds(60)));
			EtcdFaultsIntegrationTests.await(store.keepAlive(lease.id()));
			double before = etcd.metric("go_goroutines");
			for (int i = 0; i < 500; i++) {
				EtcdFaultsIntegrationTests.await(store.keepAlive(lease.id()));
			}
			Awaitility.await().atMost(SOON).until(() -> etcd.metric("go_goroutines") <= before + 10);
		}
	}

	@Test
	void rereadingLeavesNothingBehindInEtcd() {
		EtcdSettings settings = EtcdSettings.of("watches", etcd.endpoints())
			.withWatches(Duration.ofMillis(20), Duration.ofSeconds(10));
		try (EtcdMetadataStore store = new EtcdMetadataStore(settings)) {
			Following following = new Following();
			store.watch("", following);
			following.expect(SOON, Map.of());
			double before = etcd.metric("go_goroutines");
			for (int i = 0; i < 100; i++) {
				EtcdFaultsIntegrationTests.await(store.commit(new Transaction(List.of(),
						List.of(new Transaction.Put("a", EtcdFaultsIntegrationTests.bytes("" + i), 0)))));
				following.expect(SOON, Map.of("a", "" + i));
			}
			assertThat(following.losses).hasValue(0);
			Awaitility.await().atMost(SOON).until(() -> etcd.metric("go_goroutines") <= before + 10);
			Awaitility.await().atMost(SOON).until(() -> etcd.metric("etcd_debugging_mvcc_watcher_total") <= 2);
		}
	}

	@Test
	void leasesLastTwoSecondsAtLeast() {
		try (EtcdMetadataStore store = new EtcdMetadataStore(EtcdSettings.of("leases", etcd.endpoints()))) {
			Lease lease = EtcdFaultsIntegrationTests.await(store.grant(Duration.ofSeconds(1)));
			assertThat(lease.ttl()).isEqualTo(Duration.ofSeconds(2));
			Lease longer = EtcdFaultsIntegrationTests.await(store.grant(Duration.ofMillis(9001)));
			assertThat(longer.ttl()).isEqualTo(Duration.ofSeconds(10));
		}
	}

	@Test
	void closedStoreLeavesNoThread() {
		Set<Thread> before = threads();
		EtcdMetadataStore store = new EtcdMetadataStore(EtcdSettings.of("threads", etcd.endpoints()));
		Lease lease = EtcdFaultsIntegrationTests.await(store.grant(Duration.ofSeconds(60)));
		EtcdFaultsIntegrationTests.await(store.keepAlive(lease.id()));
		Following following = new Following();
		store.watch("", following);
		following.expect(SOON, Map.of());
		store.close();
		Awaitility.await().atMost(SOON).untilAsserted(() -> {
			Set<Thread> left = threads();
			left.removeAll(before);
			left.removeIf((thread) -> thread.getName().startsWith("awaitility"));
			assertThat(left).isEmpty();
		});
	}

	@Test
	void closesFromListener() {
		EtcdMetadataStore store = new EtcdMetadataStore(EtcdSettings.of("listener", etcd.endpoints()));
		store.watch("", (listing) -> store.close());
		Awaitility.await()
			.atMost(SOON)
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().equals("cajun-etcd")));
	}

	private static Set<Thread> threads() {
		return new HashSet<>(Thread.getAllStackTraces().keySet());
	}

}
