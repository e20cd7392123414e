package dev.cajun.cluster;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

import dev.cajun.ClusterListener;
import dev.cajun.placement.Node;
import dev.cajun.placement.PlacementTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what has changed between two views. A loop of its own keeps the calls
 * in order and apart from the control plane.
 * <p>
 * Used in the event loop only.
 */
final class ClusterEvents {

	private static final Logger logger = LoggerFactory.getLogger(ClusterEvents.class);

	private final EventLoop calls;

	private final List<ClusterListener> listeners;

	private final Runnable stateChanged;

	private Map<String, Node> up = Map.of();

	private String leader = "";

	private boolean drained;

	ClusterEvents(EventLoop calls, List<ClusterListener> listeners, Runnable stateChanged) {
		this.calls = calls;
		this.listeners = List.copyOf(listeners);
		this.stateChanged = stateChanged;
	}

	void follow(ClusterView view) {
		PlacementTable table = view.table();
		if (table == null) {
			return;
		}
		Map<String, Node> now = new HashMap<>();
		for (Node member : table.members()) {
			NodeRecord record = view.record(member);
			if (record != null && record.state() != NodeRecord.State.JOINING) {
				now.put(member.id(), member);
			}
		}
		Map<String, Node> before = this.up;
		this.up = now;
		before.keySet().stream().filter((id) -> !now.containsKey(id)).sorted().forEach((id) -> {
			logger.info("Node {} is gone", id);
			tell((listener) -> listener.nodeGone(id));
		});
		now.keySet().stream().filter((id) -> !before.containsKey(id)).sorted().forEach((id) -> {
			logger.info("Node {} is up", id);
			tell((listener) -> listener.nodeUp(id));
		});
		LeaderRecord leads = view.leader();
		if (leads != null && !Objects.equals(leads.leader(), this.leader)) {
			this.leader = leads.leader();
			logger.info("Node {} leads", this.leader);
			tell((listener) -> listener.leaderChanged(leads.leader()));
		}
	}

	void stateChanged() {
		this.calls.execute(this.stateChanged);
	}

	/** Whether an operator drains this node, and nothing is left here. */
	void drained(boolean isDrained, Node self) {
		if (isDrained && !this.drained) {
			logger.info("Node {} is drained: nothing is left here", self.id());
			tell((listener) -> listener.drained(self.id()));
		}
		this.drained = isDrained;
	}

	void leaseLost(Node former, String reason) {
		tell((listener) -> listener.leaseLost(former.id(), reason));
	}

	private void tell(Consumer<ClusterListener> event) {
		for (ClusterListener listener : this.listeners) {
			this.calls.execute(() -> {
				try {
					event.accept(listener);
				}
				catch (RuntimeException ex) {
					logger.warn("A cluster listener failed", ex);
				}
			});
		}
	}

}
