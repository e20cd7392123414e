package dev.cajun.cluster;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import dev.cajun.placement.Node;
import dev.cajun.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owners whose lease has ended: the leader asks at the address of each whether its
 * process is there. One that is not will not be back soon, however many leases have ended
 * at once.
 * <p>
 * Used in the event loop only.
 */
final class Absentees {

	private static final Logger logger = LoggerFactory.getLogger(Absentees.class);

	private static final Duration AGAIN = Duration.ofMillis(500);

	private final EventLoop loop;

	private final Transport transport;

	private final Runnable changed;

	/** Those that were asked, and what was found. */
	private final Map<Node, Asked> asked = new HashMap<>();

	Absentees(EventLoop loop, Transport transport, Runnable changed) {
		this.loop = loop;
		this.transport = transport;
		this.changed = changed;
	}

	/** Asks those that are missing, if it is time, and forgets the others. */
	void advance(Collection<Node> missing) {
		this.asked.keySet().retainAll(missing);
		for (Node node : missing) {
			Asked known = this.asked.computeIfAbsent(node, (any) -> new Asked(this.loop.nanoTime()));
			if (!known.gone && !known.asking && this.loop.nanoTime() - known.next >= 0) {
				ask(node, known);
			}
		}
	}

	private void ask(Node node, Asked known) {
		known.asking = true;
		this.loop.when(this.transport.probe(node.address(), ClusterSettings.PROBE_TIMEOUT), (found, error) -> {
			known.asking = false;
			known.next = this.loop.nanoTime() + AGAIN.toNanos();
			if (found != null && FailureDetector.isGone(found, node) && !known.gone) {
				known.gone = true;
				logger.info("Node {}, whose lease has ended, is not at {} any more: {}", node.id(), node.address(),
						found);
				this.changed.run();
			}
		});
	}

	/** Whether there is no such process any more. */
	boolean isGone(Node node) {
		Asked known = this.asked.get(node);
		return known != null && known.gone;
	}

	void clear() {
		this.asked.clear();
	}

	private static final class Asked {

		private boolean asking;

		private boolean gone;

		private long next;

		Asked(long now) {
			this.next = now;
		}

	}

}
