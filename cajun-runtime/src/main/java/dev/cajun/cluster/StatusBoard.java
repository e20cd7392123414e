package dev.cajun.cluster;

import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.cajun.placement.Node;
import org.jspecify.annotations.Nullable;

/**
 * Where this node's view of the cluster can be read.
 * <p>
 * Thread-safe to read; written in the event loop only.
 */
final class StatusBoard {

	private static final int MOST_NAMED = 20;

	private final Reading reading;

	private final RefusedWrites writes;

	private final Opening opening;

	private final Membership membership;

	private final Leader leader;

	private final ShardOwner owner;

	private final Migrations migrations;

	private volatile ClusterStatus status;

	StatusBoard(Node self, Reading reading, RefusedWrites writes, Opening opening, Membership membership, Leader leader,
			ShardOwner owner, Migrations migrations) {
		this.reading = reading;
		this.writes = writes;
		this.opening = opening;
		this.membership = membership;
		this.leader = leader;
		this.owner = owner;
		this.migrations = migrations;
		this.status = new ClusterStatus(self, null, "the node has not started", metadata(), false, false, null,
				Map.of(), null, 0, 0, List.of(), List.of(), Map.of(), Map.of(), 0);
	}

	ClusterStatus status() {
		return this.status;
	}

	/**
	 * Writes what is so now.
	 * @param storeTrouble why the store cannot be used; empty when it can
	 * @return whether what this node is at may have changed
	 */
	boolean publish(String storeTrouble) {
		ClusterView view = this.reading.view();
		NodeRecord record = view.record(this.membership.self());
		LeaderRecord leads = view.leader();
		ClusterStatus before = this.status;
		MetadataInfo metadata = metadata();
		ClusterStatus now = new ClusterStatus(this.membership.self(), (record == null) ? null : record.state(),
				trouble(record, leads, storeTrouble, metadata), metadata, this.membership.isProvable(),
				this.leader.leads(), (leads == null) ? null : leads.name(), view.nodes(), this.leader.table(view),
				view.tableRevision(), this.owner.fences().size(), List.copyOf(this.owner.lost()), this.migrations.all(),
				this.migrations.counts(), this.leader.leads() ? this.leader.balancer().loads() : Map.of(),
				this.leader.leads() ? this.leader.balancer().skipped() : 0);
		this.status = now;
		return before.state() != now.state() || (before.owned() == 0) != (now.owned() == 0);
	}

	private MetadataInfo metadata() {
		LeaseKeeper lease = this.membership.lease();
		String error = this.reading.trouble();
		if (error.isEmpty() && lease != null && !lease.isAnswered()) {
			error = "the metadata " + this.reading.description() + " has not answered for " + lease.age().toSeconds()
					+ " s";
		}
		if (error.isEmpty()) {
			error = this.writes.trouble();
		}
		return new MetadataInfo(this.reading.description(), error, (lease == null) ? null : lease.age());
	}

	private String trouble(@Nullable NodeRecord record, @Nullable LeaderRecord leads, String storeTrouble,
			MetadataInfo metadata) {
		String trouble = (this.opening.refusal() == null) ? this.reading.trouble() : "";
		if (trouble.isEmpty()) {
			trouble = this.opening.trouble();
		}
		if (trouble.isEmpty()) {
			trouble = storeTrouble;
		}
		if (!trouble.isEmpty()) {
			return trouble;
		}
		if (record == null || !this.membership.isRegistered()) {
			return this.membership.trouble();
		}
		if (record.state() == NodeRecord.State.JOINING) {
			return "the leader " + ((leads == null) ? "(none yet)" : leads.name())
					+ " has not reached this node at its advertised address " + record.node().address() + " yet";
		}
		if (!this.membership.isProvable()) {
			return "the lease cannot be proved: the metadata does not answer";
		}
		return metadata.error().isEmpty() ? lostShards() : metadata.error();
	}

	private String lostShards() {
		Set<Integer> lost = this.owner.lost();
		return lost.isEmpty() ? ""
				: "the store has lost the data of " + lost.size()
						+ " shards of this node, whose actors refuse messages: "
						+ lost.stream().sorted().limit(MOST_NAMED).toList();
	}

}
