package dev.cajun.spring.test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.cajun.ActorRef;
import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import dev.cajun.AskOptions;
import dev.cajun.CajunException;
import dev.cajun.ClusterListener;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.NodeState;
import dev.cajun.spring.test.Bank.AccountMessage;
import dev.cajun.spring.test.Bank.Balance;
import dev.cajun.spring.test.Bank.Deposit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What a test may do to a cluster. */
@ActorClusterTest(nodes = 3, properties = "cajun.actor-defaults.ask-timeout=2s")
class ActorClusterTestTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final AskOptions ONCE = AskOptions.defaults().withIdempotencyKey("once");

	@BeforeEach
	void allNodesRunAndAgree(ActorCluster cluster) {
		assertThat(cluster.nodes()).hasSize(3).allSatisfy((node) -> {
			assertThat(node.isRunning()).isTrue();
			assertThat(node.bean(ClusterManagement.class).node().state()).isEqualTo(NodeState.UP);
			assertThat(node.bean(ClusterManagement.class).nodes()).hasSize(3);
		});
	}

	@Test
	void everyNodeSeesTheSameActor(ActorCluster cluster) {
		for (ClusterNode node : cluster.nodes()) {
			node.actors(AccountMessage.class).get("shared").call(new Deposit(1));
		}
		assertThat(balance(cluster.actors(AccountMessage.class).get("shared"))).isEqualTo(3);
		assertThat(cluster.nodes()).extracting(ClusterNode::name).containsExactly("node-1", "node-2", "node-3");
		assertThat(cluster.node(2).bean(String.class)).isEqualTo("of the test");
	}

	@Test
	void actorOfAKilledNodeLivesOnElsewhere(ActorCluster cluster) {
		ActorRef<AccountMessage> account = ownedBy(cluster, cluster.node(3));
		account.call(new Deposit(5));
		ActorRef<AccountMessage> seenByTheDead = cluster.node(3).actors(AccountMessage.class).get(account.id().key());
		cluster.node(3).kill();

		assertThat(cluster.node(3).isRunning()).isFalse();
		assertThatIllegalStateException().isThrownBy(() -> cluster.node(3).context()).withMessageContaining("node-3");
		assertThat(eventually(account)).isEqualTo(6);
		assertThatExceptionOfType(TimeoutException.class)
			.isThrownBy(() -> seenByTheDead.ask(new Deposit(1000)).get(1, TimeUnit.SECONDS));
		assertThat(balance(account)).isEqualTo(6);
	}

	@Test
	void nothingOfAPausedNodeIsStoredOnceOthersHaveItsActors(ActorCluster cluster) {
		ActorRef<AccountMessage> account = ownedBy(cluster, cluster.node(2));
		account.call(new Deposit(5));
		Actors<AccountMessage> there = cluster.node(2).actors(AccountMessage.class);
		cluster.node(2).pause();
		CompletableFuture<Long> unheard = there.get(account.id().key()).ask(new Deposit(100));

		assertThat(eventually(account)).isEqualTo(6);
		cluster.node(2).resume();
		cluster.awaitSettled();
		Awaitility.await().atMost(PATIENCE).until(unheard::isDone);
		assertThat(balance(account)).isIn(6L, 106L).isEqualTo(unheard.isCompletedExceptionally() ? 6L : 106L);
	}

	@Test
	void listenersHearOfEachChangeOnceAndHoldNothingUp(ActorCluster cluster) {
		Changes changes = cluster.node(1).bean(Changes.class);
		Changes slow = cluster.node(2).bean(Changes.class);
		ClusterNode node = cluster.node(3);
		String before = node.bean(ActorSystem.class).node();
		changes.heard.clear();
		slow.heard.clear();
		slow.free.acquireUninterruptibly();

		node.kill();
		cluster.awaitSettled();
		node.restart();
		cluster.awaitSettled();
		String after = node.bean(ActorSystem.class).node();
		Awaitility.await()
			.atMost(PATIENCE)
			.untilAsserted(() -> assertThat(changes.of(node)).containsExactly("gone " + before, "up " + after));
		assertThat(slow.heard).isEmpty();

		slow.free.release();
		Awaitility.await()
			.atMost(PATIENCE)
			.untilAsserted(() -> assertThat(slow.of(node)).containsExactly("gone " + before, "up " + after));
	}

	@Test
	void nodeThatRestartsComesBackUnderItsName(ActorCluster cluster) {
		ActorRef<AccountMessage> account = ownedBy(cluster, cluster.node(2));
		account.call(new Deposit(7));
		cluster.node(2).restart();

		cluster.awaitSettled();
		assertThat(balance(cluster.node(2).actors(AccountMessage.class).get(account.id().key()))).isEqualTo(7);
	}

	@Test
	void stoppedNodeGivesItsActorsAwayBefore(ActorCluster cluster) {
		ActorRef<AccountMessage> account = ownedBy(cluster, cluster.node(3));
		account.call(new Deposit(2));
		cluster.node(3).stop();

		assertThat(balance(account)).isEqualTo(2);
	}

	@Test
	void partitionedNodesDoNotHearOfEachOtherUntilHealed(ActorCluster cluster) {
		ActorRef<AccountMessage> account = ownedBy(cluster, cluster.node(1));
		ActorRef<AccountMessage> seenFromThree = cluster.node(3).actors(AccountMessage.class).get(account.id().key());
		assertThat(seenFromThree.call(new Deposit(1))).isEqualTo(1);
		cluster.partition(cluster.node(1));

		assertThatExceptionOfType(CajunException.class).isThrownBy(() -> seenFromThree.call(new Deposit(1), ONCE));
		cluster.heal();
		assertThat(eventually(seenFromThree)).isEqualTo(2);
	}

	@Test
	void nodeWithoutMetadataLosesItsActors(ActorCluster cluster) {
		ActorRef<AccountMessage> account = ownedBy(cluster, cluster.node(3));
		account.call(new Deposit(1));
		cluster.node(3).cutOffMetadata();

		Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> cluster.ownerOf(account) != cluster.node(3));
		assertThat(eventually(account)).isEqualTo(2);
	}

	@Test
	void nodeWithoutStoreRefusesAndRecovers(ActorCluster cluster) {
		ActorRef<AccountMessage> account = ownedBy(cluster, cluster.node(1));
		account.call(new Deposit(1));
		cluster.node(1).cutOffStore();

		assertThatExceptionOfType(CajunException.class).isThrownBy(() -> account.call(new Deposit(1), ONCE));
		cluster.heal();
		assertThat(eventually(account)).isEqualTo(2);
	}

	@Test
	void oneMoreNodeGetsItsShare(ActorCluster cluster) {
		try (ActorCluster another = ActorCluster.start(1, BankApplication.class)) {
			assertThat(another.node(1).bean(ClusterManagement.class).node().cluster())
				.isNotEqualTo(cluster.node(1).bean(ClusterManagement.class).node().cluster());
			ClusterNode second = another.add();
			Awaitility.await().atMost(PATIENCE).until(() -> second.bean(ClusterManagement.class).node().owned() > 16);
			another.awaitSettled();
		}
	}

	@Nested
	class NestedTests {

		@Test
		void shareTheCluster(ActorCluster cluster) {
			assertThat(cluster.actors(AccountMessage.class).get("nested").call(new Deposit(1))).isEqualTo(1);
		}

	}

	/** An account of which a node is the owner, new at each call. */
	private static ActorRef<AccountMessage> ownedBy(ActorCluster cluster, ClusterNode owner) {
		for (int i = 0; true; i++) {
			ActorRef<AccountMessage> account = cluster.actors(AccountMessage.class)
				.get(owner.name() + "-" + i + "-" + System.nanoTime());
			if (cluster.ownerOf(account) == owner) {
				return account;
			}
		}
	}

	private static long balance(ActorRef<AccountMessage> account) {
		return account.call(new Balance());
	}

	/** Deposits 1 exactly once, however often it takes. */
	private static long eventually(ActorRef<AccountMessage> account) {
		return Awaitility.await()
			.atMost(PATIENCE)
			.ignoreExceptions()
			.until(() -> account.call(new Deposit(1), ONCE), (answer) -> true);
	}

	@TestConfiguration
	static class MoreBeans {

		@Bean
		String greeting() {
			return "of the test";
		}

		@Bean
		Changes changes() {
			return new Changes();
		}

	}

	/** Nodes that come and go, as a listener hears of them, unless it is held. */
	static final class Changes implements ClusterListener {

		private final List<String> heard = new CopyOnWriteArrayList<>();

		private final Semaphore free = new Semaphore(1);

		@Override
		public void nodeUp(String node) {
			hear("up " + node);
		}

		@Override
		public void nodeGone(String node) {
			hear("gone " + node);
		}

		private void hear(String change) {
			this.free.acquireUninterruptibly();
			this.heard.add(change);
			this.free.release();
		}

		private List<String> of(ClusterNode node) {
			return this.heard.stream().filter((change) -> change.contains(" " + node.name() + "#")).toList();
		}

	}

}
