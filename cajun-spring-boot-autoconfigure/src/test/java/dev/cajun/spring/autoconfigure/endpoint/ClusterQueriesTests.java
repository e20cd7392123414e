package dev.cajun.spring.autoconfigure.endpoint;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.node.ActorTypeInfo;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.ClusterNodeInfo;
import dev.cajun.node.NodeInspection;
import dev.cajun.spring.autoconfigure.endpoint.ClusterQueries.WriteRequest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/** What a cluster of several nodes is asked, without one. */
class ClusterQueriesTests {

	private static final ActorId BULB = new ActorId("bulb", "a");

	private final ClusterManagement management = mock();

	private ClusterNodeInfo node(String name, CompletableFuture<Boolean> released) {
		NodeInspection node = mock();
		given(node.release(BULB)).willReturn(released);
		given(this.management.at(name)).willReturn(node);
		ClusterNodeInfo info = mock();
		given(info.name()).willReturn(name);
		return info;
	}

	private int release(ClusterNodeInfo... nodes) {
		given(this.management.nodes()).willReturn(List.of(nodes));
		given(this.management.types())
			.willReturn(List.of(new ActorTypeInfo("bulb", "Bulb", List.of(), "State", false, "NONE", "LOCAL", 1)));
		return new ClusterQueries(this.management)
			.write(new String[] { "actors", "bulb", "a", "release" }, new WriteRequest(null, null, null, null))
			.status();
	}

	private static CompletableFuture<Boolean> answers(boolean released) {
		return CompletableFuture.completedFuture(released);
	}

	@Test
	void actorThatEachNodeHasIsReleasedWhereverItHasStopped() {
		assertThat(release(node("n1", answers(false)), node("n2", answers(true)))).isEqualTo(200);
		assertThat(release(node("n1", answers(false)), node("n2", answers(false)))).isEqualTo(409);
	}

	@Test
	void nodeThatDoesNotAnswerMayHaveIt() {
		CompletableFuture<Boolean> none = CompletableFuture.failedFuture(new CajunException("as the test wants"));
		assertThat(release(node("n1", answers(false)), node("n2", none))).isEqualTo(503);
		assertThat(release(node("n1", answers(true)), node("n2", none))).isEqualTo(200);
	}

}
