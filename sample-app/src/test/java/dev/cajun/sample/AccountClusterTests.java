package dev.cajun.sample;

import org.junit.jupiter.api.Test;

import dev.cajun.ActorRef;
import dev.cajun.sample.AccountCommand.AccountView;
import dev.cajun.sample.AccountCommand.Deposit;
import dev.cajun.sample.AccountCommand.GetAccount;
import dev.cajun.spring.test.ActorCluster;
import dev.cajun.spring.test.ActorClusterTest;
import dev.cajun.spring.test.ClusterNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What the documentation shows of the test kit. */
@ActorClusterTest(nodes = 3)
class AccountClusterTests {

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

}
