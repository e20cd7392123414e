package dev.cajun.sample;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import dev.cajun.ActorRef;
import dev.cajun.cluster.Operation;
import dev.cajun.node.ClusterManagement;
import dev.cajun.sample.AccountCommand.AccountView;
import dev.cajun.sample.AccountCommand.Deposit;
import dev.cajun.sample.AccountCommand.GetAccount;
import dev.cajun.spring.test.ActorCluster;
import dev.cajun.spring.test.ActorClusterTest;
import dev.cajun.spring.test.ClusterNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What the documentation shows of the test kit, and more that becomes of an account. */
@ActorClusterTest(nodes = 3)
class AccountClusterTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	@Test
	void balanceSurvivesTheNode(ActorCluster cluster) {
		ActorRef<AccountCommand> alice = cluster.actors(AccountCommand.class).get("alice");
		alice.call(new Deposit(100));

		cluster.ownerOf(alice).kill();
		cluster.awaitSettled();

		ClusterNode survivor = cluster.nodes().stream().filter(ClusterNode::isRunning).findFirst().orElseThrow();
		AccountView view = survivor.actors(AccountCommand.class).get("alice").call(new GetAccount());
		assertThat(view.account().balance()).isEqualTo(100);
	}

	@Test
	void balanceGoesOnElsewhereWhenTheNodeIsDrainedAndStopped(ActorCluster cluster) {
		ActorRef<AccountCommand> bob = cluster.actors(AccountCommand.class).get("bob");
		for (int i = 0; i < 20; i++) {
			bob.call(new Deposit(1));
		}
		ClusterNode drained = cluster.ownerOf(bob);
		ClusterNode other = cluster.nodes().stream().filter((node) -> node != drained).findFirst().orElseThrow();

		assertThat(other.bean(ClusterManagement.class).operate(new Operation.Drain(drained.name(), false)))
			.succeedsWithin(PATIENCE);
		Awaitility.await().atMost(PATIENCE).until(() -> cluster.ownerOf(bob) != drained);
		drained.stop();
		ActorRef<AccountCommand> seenByAnother = other.actors(AccountCommand.class).get("bob");
		for (int i = 0; i < 5; i++) {
			seenByAnother.call(new Deposit(1));
		}
		assertThat(seenByAnother.call(new GetAccount()).account().balance()).isEqualTo(25);
	}

}
