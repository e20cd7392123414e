package dev.cajun.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import dev.cajun.RequiresEtcd;
import dev.cajun.metadata.Lease;
import dev.cajun.metadata.MetadataException;
import dev.cajun.metadata.Transaction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Three real members, of which one at a time is killed, frozen or cut off. */
@RequiresEtcd
class EtcdMembersIntegrationTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private static EtcdServer etcd;

	private static int clusters;

	private final EtcdMetadataStore store = new EtcdMetadataStore(
			EtcdSettings.of("members-" + ++clusters, etcd.endpoints())
				.withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(3))
				.withWatches(Duration.ofSeconds(30), Duration.ofSeconds(2)));

	private final Following following = new Following();

	@BeforeAll
	static void startEtcd() {
		etcd = EtcdServer.start(3, "--heartbeat-interval", "50", "--election-timeout", "500");
	}

	@AfterAll
	static void stopEtcd() {
		etcd.close();
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void outlivesDeathOfLeadingMember() {
		Lease lease = EtcdFaultsIntegrationTests.await(this.store.grant(Duration.ofSeconds(10)));
		put("nodes/a", "a", lease.id());
		this.store.watch("", this.following);
		this.following.expect(SOON, Map.of("nodes/a", "a"));
		EtcdServer.Member leader = etcd.leader();
		leader.kill();
		try {
			Awaitility.await().atMost(SOON).ignoreExceptions().until(() -> {
				EtcdFaultsIntegrationTests.await(this.store.keepAlive(lease.id()));
				return true;
			});
			putUntilApplied("b", "1");
			this.following.expect(SOON, Map.of("nodes/a", "a", "b", "1"));
			assertThat(this.following.last().history()).isEqualTo(1);
		}
		finally {
			leader.restart();
		}
	}

	/** A frozen member takes requests and answers none. */
	@Test
	void leavesFrozenMemberForOthers() {
		put("a", "0", 0);
		this.store.watch("", this.following);
		this.following.expect(SOON, Map.of("a", "0"));
		Lease lease = EtcdFaultsIntegrationTests.await(this.store.grant(Duration.ofSeconds(10)));
		EtcdServer.Member follower = etcd.member(0).equals(etcd.leader()) ? etcd.member(1) : etcd.member(0);
		follower.freeze();
		try {
			for (int i = 1; i <= 4; i++) {
				// Reads and keep-alives are tried at another member within their time
				assertThat(this.store.list("").toCompletableFuture()).succeedsWithin(Duration.ofSeconds(3));
				assertThat(this.store.keepAlive(lease.id()).toCompletableFuture())
					.succeedsWithin(Duration.ofSeconds(3));
			}
			putUntilApplied("a", "1");
			this.following.expect(SOON, Map.of("a", "1"));
		}
		finally {
			follower.thaw();
		}
	}

	@Test
	void worksWithOneAddressOfManyThatAnswers() {
		List<URI> endpoints = List.of(URI.create("http://127.0.0.1:" + EtcdServer.freePort()),
				URI.create("http://127.0.0.1:" + EtcdServer.freePort()), etcd.member(2).endpoint());
		try (EtcdMetadataStore one = new EtcdMetadataStore(EtcdSettings.of("addresses", endpoints))) {
			for (int i = 0; i < 5; i++) {
				EtcdFaultsIntegrationTests.await(one.commit(new Transaction(List.of(),
						List.of(new Transaction.Put("a", EtcdFaultsIntegrationTests.bytes("" + i), 0)))));
			}
			assertThat(EtcdFaultsIntegrationTests.await(one.list("")).documents()).hasSize(1);
		}
	}

	private void put(String key, String value, long lease) {
		EtcdFaultsIntegrationTests.await(this.store.commit(new Transaction(List.of(),
				List.of(new Transaction.Put(key, EtcdFaultsIntegrationTests.bytes(value), lease)))));
	}

	/** As the runtime does: what is unknown is read, and written again if need be. */
	private void putUntilApplied(String key, String value) {
		Awaitility.await().atMost(SOON).until(() -> {
			CompletableFuture<?> commit = this.store
				.commit(new Transaction(List.of(),
						List.of(new Transaction.Put(key, EtcdFaultsIntegrationTests.bytes(value), 0))))
				.toCompletableFuture();
			Awaitility.await().atMost(SOON).until(commit::isDone);
			if (commit.isCompletedExceptionally()) {
				assertThat(commit.exceptionNow()).isInstanceOf(MetadataException.class);
			}
			return !commit.isCompletedExceptionally();
		});
	}

}
