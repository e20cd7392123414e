package dev.cajun.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

import dev.cajun.placement.Node;
import dev.cajun.placement.PlacementTable;
import dev.cajun.transport.Transport;
import dev.cajun.transport.Transport.Probe;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds nodes that are dead although their lease lives. Every node asks its two
 * neighbours, by name, whether they are there. Where a connection is refused or reset, or
 * another process answers, it asks up to three other nodes that are up to try as well;
 * when all of them are refused, the node is <em>agreed dead</em>. Silence never counts.
 * <p>
 * Used in the event loop only.
 */
final class FailureDetector {

	private static final Logger logger = LoggerFactory.getLogger(FailureDetector.class);

	private static final int NEIGHBOURS = 2;

	private static final int WITNESSES = 3;

	private final EventLoop loop;

	private final Transport transport;

	private final Links links;

	private final RandomGenerator random;

	private final Listener listener;

	/** What this node found last, by node id; only of members. */
	private final Map<String, Finding> findings = new HashMap<>();

	/** Inquiries under way, by the id of their question. */
	private final Map<Long, Inquiry> inquiries = new HashMap<>();

	/** Names to ask at once. */
	private final Set<String> hints = new HashSet<>();

	/**
	 * The members that say that they are there, by name, and which of them this node is.
	 */
	private NavigableMap<String, Node> up = new TreeMap<>();

	private String self = "";

	private long questions;

	private long nextRound;

	FailureDetector(EventLoop loop, Transport transport, Links links, RandomGenerator random, Listener listener) {
		this.loop = loop;
		this.transport = transport;
		this.links = links;
		this.random = random;
		this.listener = listener;
		this.nextRound = loop.nanoTime();
	}

	/** A link to a node is refused or reset. */
	void suspect(String name) {
		this.hints.add(name);
	}

	/**
	 * Asks the neighbours, if it is time, and those that are suspected.
	 * @param self this node, whose lease can be proved
	 */
	void advance(ClusterView view, Node self) {
		PlacementTable table = view.table();
		if (table == null) {
			return;
		}
		this.up = up(view, table);
		this.self = self.name();
		this.findings.keySet().removeIf((id) -> this.up.values().stream().noneMatch((node) -> node.id().equals(id)));
		if (this.loop.nanoTime() - this.nextRound >= 0) {
			this.nextRound = this.loop.nanoTime() + ClusterSettings.PROBE_INTERVAL.toNanos();
			neighbours(this.up, self.name()).forEach(this::probe);
		}
		for (String name : this.hints) {
			Node node = this.up.get(name);
			if (node != null && !node.equals(self)) {
				probe(node);
			}
		}
		this.hints.clear();
	}

	/** The members that say that they are there, by name. */
	private static NavigableMap<String, Node> up(ClusterView view, PlacementTable table) {
		NavigableMap<String, Node> up = new TreeMap<>();
		for (Node member : table.members()) {
			NodeRecord record = view.record(member);
			if (record != null && record.state() != NodeRecord.State.JOINING) {
				up.put(member.name(), member);
			}
		}
		return up;
	}

	/** Those behind this node in the order of names, and around. */
	private static List<Node> neighbours(NavigableMap<String, Node> up, String self) {
		List<Node> ring = new ArrayList<>(up.tailMap(self, false).values());
		ring.addAll(up.headMap(self, false).values());
		return ring.subList(0, Math.min(NEIGHBOURS, ring.size()));
	}

	private void probe(Node node) {
		Finding finding = this.findings.computeIfAbsent(node.id(), (id) -> new Finding());
		if (finding.asking) {
			return;
		}
		finding.asking = true;
		this.loop.when(this.transport.probe(node.address(), ClusterSettings.PROBE_TIMEOUT), (probe, error) -> {
			finding.asking = false;
			finding.gone = probe != null && isGone(probe, node);
			if (finding.gone && this.findings.get(node.id()) == finding && finding.inquiry == null) {
				logger.info("Node {} is not reached at {}: {}", node.id(), node.address(), probe);
				if (this.listener.mayJudge()) {
					inquire(node);
				}
			}
		});
	}

	/**
	 * Silence says nothing; another process at the address says that this one is gone.
	 */
	static boolean isGone(Probe probe, Node node) {
		return switch (probe) {
			case Probe.Refused refused -> true;
			case Probe.Silent silent -> false;
			case Probe.Reached reached -> !reached.bootId().equals(node.bootId());
		};
	}

	/** Asks others about a node that this one does not reach. */
	private void inquire(Node suspect) {
		Finding finding = this.findings.get(suspect.id());
		if (finding == null || finding.inquiry != null) {
			return;
		}
		List<Node> others = new ArrayList<>(this.up.values());
		others.removeIf((node) -> node.name().equals(this.self) || node.equals(suspect));
		boolean alone = others.isEmpty();
		others.removeIf((node) -> {
			Finding known = this.findings.get(node.id());
			return known != null && known.gone;
		});
		if (alone) {
			agreed(suspect);
			return;
		}
		if (others.isEmpty()) {
			// Everybody seems gone: that may well be this node's own trouble.
			return;
		}
		Inquiry inquiry = new Inquiry(suspect, ++this.questions);
		while (inquiry.open.size() < WITNESSES && !others.isEmpty()) {
			inquiry.open.add(others.remove(this.random.nextInt(others.size())).bootId());
		}
		finding.inquiry = inquiry;
		this.inquiries.put(inquiry.id, inquiry);
		for (Node witness : this.up.values()) {
			if (inquiry.open.contains(witness.bootId())) {
				this.links.send(witness, new ControlMessage.Witness(inquiry.id, suspect));
			}
		}
		this.loop.after(ClusterSettings.PROBE_TIMEOUT.plus(ClusterSettings.PROBE_INTERVAL),
				() -> end(inquiry, finding));
	}

	private void end(Inquiry inquiry, Finding finding) {
		this.inquiries.remove(inquiry.id);
		if (finding.inquiry == inquiry) {
			finding.inquiry = null;
		}
	}

	/** Another node asks about a third. */
	void witness(ControlMessage.Witness question, Transport.Peer from) {
		this.loop.when(this.transport.probe(question.suspect().address(), ClusterSettings.PROBE_TIMEOUT),
				(probe, error) -> this.links.send(from, new ControlMessage.Testimony(question.id(),
						probe != null && isGone(probe, question.suspect()))));
	}

	/** Another node answers. */
	void testimony(ControlMessage.Testimony answer, Transport.Peer from) {
		Inquiry inquiry = this.inquiries.get(answer.id());
		if (inquiry == null || !inquiry.open.remove(from.bootId())) {
			return;
		}
		Finding finding = this.findings.get(inquiry.suspect.id());
		if (!answer.gone()) {
			if (finding != null) {
				end(inquiry, finding);
			}
			this.inquiries.remove(answer.id());
		}
		else if (inquiry.open.isEmpty()) {
			this.inquiries.remove(answer.id());
			if (finding != null && finding.inquiry == inquiry) {
				finding.inquiry = null;
				if (finding.gone) {
					agreed(inquiry.suspect);
				}
			}
		}
	}

	private void agreed(Node node) {
		logger.warn("Node {} is agreed dead: no node that was asked reaches it at {}", node.id(), node.address());
		this.listener.agreedDead(node);
	}

	/** Hears of nodes that are dead. */
	interface Listener {

		/** Whether this node's word counts: its own lease can be proved. */
		boolean mayJudge();

		/** Nobody who was asked reaches a node. */
		void agreedDead(Node node);

	}

	/** What this node knows of another. */
	private static final class Finding {

		private boolean asking;

		private boolean gone;

		private @Nullable Inquiry inquiry;

	}

	/** A question to others that is not settled. */
	private static final class Inquiry {

		private final Node suspect;

		private final long id;

		/** Boot ids of those that have not answered. */
		private final Set<String> open = new HashSet<>();

		Inquiry(Node suspect, long id) {
			this.suspect = suspect;
			this.id = id;
		}

	}

}
