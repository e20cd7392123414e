package dev.cajun.spring.test;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.spring.test.Bank.AccountMessage;
import dev.cajun.spring.test.Bank.Deposit;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests that JUnit runs in parallel. */
class ParallelTests {

	/** Counted down by the first test of each class. */
	private static CountDownLatch classes = new CountDownLatch(2);

	@Test
	void clustersOfDifferentClassesRunAtOnceAndTestsOfOneClassInTurn() {
		classes = new CountDownLatch(2);
		LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
			.selectors(DiscoverySelectors.selectClass(One.class), DiscoverySelectors.selectClass(Other.class))
			.configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
			.configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
			.configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
			.configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "4")
			.build();
		SummaryGeneratingListener listener = new SummaryGeneratingListener();
		LauncherFactory.create().execute(request, listener);

		TestExecutionSummary summary = listener.getSummary();
		assertThat(summary.getFailures()).extracting(TestExecutionSummary.Failure::getException).isEmpty();
		assertThat(summary.getTestsSucceededCount()).isEqualTo(4);
	}

	/** Two tests, each of which breaks the cluster. */
	abstract static class Breaking {

		abstract AtomicInteger running();

		@Test
		void kills(ActorCluster cluster) throws Exception {
			alone(() -> {
				var account = cluster.actors(AccountMessage.class).get("killed");
				account.call(new Deposit(1));
				cluster.ownerOf(account).kill();
				cluster.awaitSettled();
			});
		}

		@Test
		void needsEveryNode(ActorCluster cluster) throws Exception {
			alone(() -> {
				for (int i = 0; i < 100; i++) {
					assertThat(cluster.nodes()).allMatch(ClusterNode::isRunning);
					for (ClusterNode node : cluster.nodes()) {
						node.actors(AccountMessage.class).get("needed").call(new Deposit(1));
					}
				}
			});
		}

		private void alone(Runnable test) throws InterruptedException {
			assertThat(running().incrementAndGet()).as("tests of this class that run").isEqualTo(1);
			try {
				classes.countDown();
				assertThat(classes.await(Duration.ofSeconds(60).toMillis(), TimeUnit.MILLISECONDS))
					.as("a test of the other class runs meanwhile")
					.isTrue();
				test.run();
			}
			finally {
				running().decrementAndGet();
			}
		}

	}

	/** One class. */
	@ActorClusterTest(nodes = 2, classes = BankApplication.class)
	static class One extends Breaking {

		private static final AtomicInteger running = new AtomicInteger();

		@Override
		AtomicInteger running() {
			return running;
		}

	}

	/** Another class. */
	@ActorClusterTest(nodes = 2, classes = BankApplication.class)
	static class Other extends Breaking {

		private static final AtomicInteger running = new AtomicInteger();

		@Override
		AtomicInteger running() {
			return running;
		}

	}

}
