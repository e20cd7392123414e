package dev.cajun.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.AskOptions;
import dev.cajun.CajunException;
import dev.cajun.Request;
import dev.cajun.sample.AccountCommand.Deposit;
import dev.cajun.sample.AccountCommand.GetAccount;
import dev.cajun.sample.Transfer.Order;
import dev.cajun.sample.Transfer.Phase;
import dev.cajun.sample.TransferCommand.GetTransfer;
import dev.cajun.sample.TransferCommand.Start;
import dev.cajun.spring.test.ActorCluster;
import dev.cajun.spring.test.ActorClusterTest;
import dev.cajun.spring.test.ClusterNode;

import static org.assertj.core.api.Assertions.assertThat;

/** The sample on three nodes that fail. */
@ActorClusterTest(nodes = 3)
class TransferClusterTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@Test
	void killedNodeCostsNoMoney(ActorCluster cluster) {
		transferWhile(cluster, "killed", cluster.node(3)::kill);
	}

	@Test
	void pausedNodeCostsNoMoney(ActorCluster cluster) {
		ClusterNode paused = cluster.node(2);
		transferWhile(cluster, "paused", paused::pause);
		paused.resume();
		cluster.awaitSettled();
		assertThat(money(paused.actors(AccountCommand.class), "paused")).isEqualTo(1000);
	}

	@Test
	void restartedNodeCostsNoMoney(ActorCluster cluster) {
		transferWhile(cluster, "restarted", cluster.node(2)::restart);
		cluster.awaitSettled();
		assertThat(money(cluster.node(2).actors(AccountCommand.class), "restarted")).isEqualTo(1000);
	}

	@Test
	void cutOffNodeCostsNoMoney(ActorCluster cluster) {
		transferWhile(cluster, "cut-off", () -> {
			cluster.partition(cluster.node(2));
			var unused = CompletableFuture.runAsync(cluster::heal,
					CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));
		});
		cluster.awaitSettled();
		assertThat(money(cluster.node(2).actors(AccountCommand.class), "cut-off")).isEqualTo(1000);
	}

	/** Ten accounts of 100, and forty transfers among them while something happens. */
	private static void transferWhile(ActorCluster cluster, String name, Runnable fault) {
		Actors<AccountCommand> accounts = cluster.actors(AccountCommand.class);
		Actors<TransferCommand> transfers = cluster.actors(TransferCommand.class);
		for (int i = 0; i < 10; i++) {
			accounts.get(name + i).call(new Deposit(100));
		}
		List<ActorRef<TransferCommand>> started = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			if (i == 20) {
				fault.run();
			}
			Order order = new Order(accounts.get(name + i % 10), accounts.get(name + (i * 7 + 3) % 10), 5);
			ActorRef<TransferCommand> transfer = transfers.get(name + i);
			insist(transfer, new Start(order));
			started.add(transfer);
		}
		for (ActorRef<TransferCommand> transfer : started) {
			patiently().until(() -> insist(transfer, new GetTransfer()).phase() == Phase.COMPLETED);
		}
		assertThat(money(accounts, name)).isEqualTo(1000);
	}

	private static long money(Actors<AccountCommand> accounts, String name) {
		long sum = 0;
		for (int i = 0; i < 10; i++) {
			sum += insist(accounts.get(name + i), new GetAccount()).account().balance();
		}
		return sum;
	}

	/** Asks until there is an answer; with a key, so that a repetition does no harm. */
	private static <M, R> R insist(ActorRef<M> actor, Request<R> request) {
		AskOptions options = AskOptions.defaults()
			.withIdempotencyKey(request.getClass().getSimpleName() + "-" + System.nanoTime());
		return patiently().ignoreExceptionsInstanceOf(CajunException.class)
			.until(() -> actor.call(request, options), (answer) -> true);
	}

	private static ConditionFactory patiently() {
		return Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10));
	}

}
