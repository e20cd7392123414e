package dev.cajun.cluster;

import dev.cajun.placement.Node;

/**
 * What follows from the agreement that a node is dead: the leader is told; and when it is
 * the leader that is dead, whoever holds the agreement takes its place.
 * <p>
 * Used in the event loop only.
 */
final class Verdicts implements FailureDetector.Listener {

	private final Reading reading;

	private final Membership membership;

	private final Leadership leadership;

	private final Leader leader;

	private final Links links;

	private final Runnable changed;

	Verdicts(Reading reading, Membership membership, Leadership leadership, Leader leader, Links links,
			Runnable changed) {
		this.reading = reading;
		this.membership = membership;
		this.leadership = leadership;
		this.leader = leader;
		this.links = links;
		this.changed = changed;
	}

	@Override
	public boolean mayJudge() {
		return this.membership.isProvable();
	}

	@Override
	public void agreedDead(Node node) {
		this.leader.agreedDead(node);
		LeaderRecord leads = this.reading.view().leader();
		if (leads == null || !this.membership.isProvable()) {
			return;
		}
		Node leaderNode = this.reading.view().leaderNode();
		if (leads.leader().equals(node.id())) {
			this.leadership.replace(leads, this.membership);
		}
		else if (leaderNode != null) {
			this.links.send(leaderNode, new ControlMessage.AgreedDead(node));
		}
		this.changed.run();
	}

}
