package dev.cajun.routing;

import java.util.ArrayList;
import java.util.List;

import dev.cajun.placement.Node;
import dev.cajun.placement.Route;
import dev.cajun.placement.Routes;
import dev.cajun.time.VirtualTime;
import dev.cajun.transport.Address;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * What a node knows of the others while the placement table changes. The control plane
 * brings one table after the other; any thread looks nodes and their links up.
 */
@Param(name = "node", gen = IntGen.class, conf = "1:2")
@Param(name = "nodes", gen = IntGen.class, conf = "0:3")
public class PeersLincheckTests {

	private static final NodeHost HOST = LoneHost.create(new VirtualTime(), Runnable::run);

	private final Peers peers = new Peers(HOST, new LoneHost.Nowhere(), 2);

	private static Node node(int number) {
		return new Node("n" + number, "0", "boot" + number, new Address("n" + number, 1));
	}

	/** A table with a node for each bit. */
	@Operation(nonParallelGroup = "control plane")
	public int changed(@Param(name = "nodes") int nodes) {
		List<Node> members = new ArrayList<>();
		for (int number = 1; number <= 2; number++) {
			if ((nodes & number) != 0) {
				members.add(node(number));
			}
		}
		List<PeerLink> gone = this.peers.changed(new Routes(new Route[2], members));
		gone.forEach(this.peers::forget);
		return gone.size();
	}

	@Operation
	public boolean isMember(@Param(name = "node") int node) {
		return this.peers.isMember("boot" + node);
	}

	@Operation
	public boolean isKnown(@Param(name = "node") int node) {
		return this.peers.node("n" + node + "#0") != null;
	}

	/** There is one link to a process at a time, whoever asks. */
	@Operation
	public boolean isSameLink(@Param(name = "node") int node) {
		PeerLink link = this.peers.of(node(node).peer());
		return link.process().equals("boot" + node) && !link.doomed;
	}

	@Test
	void isLinearizableInEveryInterleaving() {
		new ModelCheckingOptions().iterations(3)
			.invocationsPerIteration(250)
			.threads(2)
			.actorsPerThread(3)
			.actorsBefore(2)
			.actorsAfter(2)
			.check(getClass());
	}

}
