package dev.cajun.spring.autoconfigure.endpoint;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.cajun.ActorId;
import dev.cajun.node.ActorTypeInfo;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.ClusterNodeInfo;
import dev.cajun.node.NodeInspection;
import dev.cajun.spring.autoconfigure.endpoint.ClusterQueries.WriteRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/** What a cluster of several nodes is asked, without one. */
class ClusterQueriesTests {

	private static final ActorId BULB = new ActorId("bulb", "a");

	private final ClusterManagement management = mock();

	private ClusterNodeInfo node(String name, boolean releases) {
		NodeInspection node = mock();
		given(node.release(BULB)).willReturn(CompletableFuture.completedFuture(releases));
		given(this.management.at(name)).willReturn(node);
		ClusterNodeInfo info = mock();
		given(info.name()).willReturn(name);
		return info;
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void actorThatEachNodeHasIsReleasedWhereverItHasStopped(boolean stopped) {
		List<ClusterNodeInfo> nodes = List.of(node("n1", false), node("n2", stopped));
		given(this.management.nodes()).willReturn(nodes);
		given(this.management.types())
			.willReturn(List.of(new ActorTypeInfo("bulb", "Bulb", List.of(), "State", false, "NONE", "LOCAL", 1)));
		Answer answer = new ClusterQueries(this.management).write(new String[] { "actors", "bulb", "a", "release" },
				new WriteRequest(null, null, null, null));
		assertThat(answer.status()).isEqualTo(stopped ? 200 : 409);
	}

}
