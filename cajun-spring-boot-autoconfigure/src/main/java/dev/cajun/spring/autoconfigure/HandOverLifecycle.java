package dev.cajun.spring.autoconfigure;

import java.util.concurrent.CompletableFuture;

import dev.cajun.node.CajunNode;
import dev.cajun.node.NodeState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Hands the shards of a node of a cluster to the others when the application stops,
 * before the web server drains: readiness says that the node is going while HTTP still
 * answers, and calls follow the actors to where they are now. Does nothing in local mode.
 */
class HandOverLifecycle implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(HandOverLifecycle.class);

	private final NodeLifecycle node;

	private volatile boolean running;

	HandOverLifecycle(NodeLifecycle node) {
		this.node = node;
	}

	@Override
	public void start() {
		this.running = true;
	}

	@Override
	public void stop() {
		handOver().join();
	}

	@Override
	public void stop(Runnable callback) {
		CompletableFuture<Void> unused = handOver().thenRun(callback);
	}

	private CompletableFuture<Void> handOver() {
		this.running = false;
		CajunNode built = this.node.builtNode();
		if (built == null || !isMember(built.state())) {
			return CompletableFuture.completedFuture(null);
		}
		return built.handOver().exceptionally((error) -> {
			logger.warn("The node could not hand its shards over; the others take them when it has left", error);
			return null;
		});
	}

	private static boolean isMember(NodeState state) {
		return state == NodeState.JOINING || state == NodeState.UP || state == NodeState.DRAINING;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean isAutoStartup() {
		return this.node.isAutoStartup();
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public int getPhase() {
		return DEFAULT_PHASE;
	}

}
