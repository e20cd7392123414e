package dev.cajun.spring.autoconfigure.metrics;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import dev.cajun.activation.TypeStatistics;
import dev.cajun.node.CajunNode;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.MailboxDepths;
import dev.cajun.node.NodeState;
import dev.cajun.spring.ApplicationNode;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Publishes what the runtime counts by itself, so that no message pays for a meter.
 */
class NodeMeters implements MeterBinder {

	private static final String MESSAGES = "messages";

	private static final String ASKS = "asks";

	private static final String ACTIVATIONS = "activations";

	private final ApplicationNode node;

	NodeMeters(ApplicationNode node) {
		this.node = node;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		CajunNode node = this.node.node();
		node.statistics().forEach((type, statistics) -> new TypeMeters(registry, node, type, statistics).bind());
		Gauge.builder("cajun.shards.owned", node, (source) -> source.management().node().owned())
			.description("Shards that this node serves")
			.baseUnit("shards")
			.register(registry);
		for (NodeState state : NodeState.values()) {
			Gauge.builder("cajun.cluster.state", node, (source) -> (source.state() == state) ? 1 : 0)
				.tags("state", state.name().toLowerCase(Locale.ROOT))
				.description("State of this node: 1 for the one it is in, 0 for the others")
				.register(registry);
		}
		Gauge.builder("cajun.cluster.nodes", node, NodeMeters::nodesUp)
			.description("Nodes of the cluster that take messages, as seen from this node")
			.baseUnit("nodes")
			.register(registry);
		FunctionCounter
			.builder("cajun.cluster.rebalance.skipped", node, (source) -> source.management().sweepsSkipped())
			.description("Sweeps of the balance by load that found that nothing may be moved now, on the leader")
			.baseUnit("sweeps")
			.register(registry);
		FunctionCounter
			.builder("cajun.cluster.invariant.violations", node,
					(source) -> source.statistics().values().stream().mapToLong(TypeStatistics::violations).sum())
			.description("Errors of the runtime itself that ended an activation: each is a defect to report")
			.baseUnit("violations")
			.register(registry);
		Gauge.builder("cajun.cluster.leader", node, NodeMeters::leads)
			.description("Whether this node leads the cluster: 1 or 0")
			.register(registry);
		if (node.management().node().mode().equals("clustered")) {
			new ClusterMeters(registry, node).bind();
		}
		Gauge.builder("cajun.store.available", node, (source) -> source.management().node().storeAvailable() ? 1 : 0)
			.description("Whether the last call of the store worked: 1 or 0")
			.register(registry);
	}

	private static double nodesUp(CajunNode node) {
		return node.management().nodes().stream().filter((other) -> other.state().equals(NodeState.UP.name())).count();
	}

	private static double leads(CajunNode node) {
		ClusterManagement management = node.management();
		String self = management.node().node();
		return management.nodes().stream().anyMatch((other) -> other.id().equals(self) && other.leader()) ? 1 : 0;
	}

	private record TypeMeters(MeterRegistry registry, CajunNode node, String type, TypeStatistics statistics) {

		void bind() {
			messages();
			mailboxes();
			asks();
			store();
			activations();
		}

		private void messages() {
			message("handled", TypeStatistics::handled);
			message("failed", TypeStatistics::failed);
			message("refused", TypeStatistics::refused);
			message("expired", TypeStatistics::expired);
			message("undelivered", TypeStatistics::undelivered);
			message("duplicate", TypeStatistics::duplicates);
			FunctionTimer
				.builder("cajun.handler", this.statistics, (source) -> source.handled() + source.failed(),
						TypeStatistics::handlerNanos, TimeUnit.NANOSECONDS)
				.tags(tags())
				.description("Time that handlers took for a message")
				.register(this.registry);
			Gauge
				.builder("cajun.handlers.slow", this.node,
						(source) -> source.management().slowHandlers().getOrDefault(this.type, 0))
				.tags(tags())
				.description("Handlers that have been at one message for longer than slow-after")
				.register(this.registry);
			counter("cajun.mailbox.refused", "Messages refused because a mailbox, or the node, was full", MESSAGES,
					tags(), TypeStatistics::refused);
		}

		private void mailboxes() {
			mailbox("cajun.mailbox.waiting", "Messages that wait or are in hand, in all mailboxes of this node",
					MailboxDepths::waiting);
			mailbox("cajun.mailbox.fullest", "Messages that wait or are in hand, in the fullest mailbox of this node",
					MailboxDepths::fullest);
		}

		private void mailbox(String name, String description, ToDoubleFunction<MailboxDepths> depth) {
			Gauge.builder(name, this.node, (source) -> {
				MailboxDepths depths = source.management().mailboxes().get(this.type);
				return (depths == null) ? 0 : depth.applyAsDouble(depths);
			}).tags(tags()).description(description).baseUnit(MESSAGES).register(this.registry);
		}

		private void message(String outcome, ToDoubleFunction<TypeStatistics> count) {
			counter("cajun.messages", "Messages by what became of them", MESSAGES, tags().and("outcome", outcome),
					count);
		}

		private void asks() {
			FunctionTimer
				.builder("cajun.ask", this.statistics, TypeStatistics::asks, TypeStatistics::askNanos,
						TimeUnit.NANOSECONDS)
				.tags(tags())
				.description("Time from an ask on this node to its answer")
				.register(this.registry);
			String description = "Asks of this node that were not answered";
			counter("cajun.ask.failures", description, ASKS, tags().and("reason", "error"), TypeStatistics::asksFailed);
			counter("cajun.ask.failures", description, ASKS, tags().and("reason", "timeout"),
					TypeStatistics::asksTimedOut);
		}

		private void store() {
			FunctionTimer
				.builder("cajun.commit", this.statistics, TypeStatistics::commits, TypeStatistics::commitNanos,
						TimeUnit.NANOSECONDS)
				.tags(tags())
				.description("Time that the store took for a commit")
				.register(this.registry);
			counter("cajun.commit.failures", "Commits that the store failed or refused", "commits", tags(),
					TypeStatistics::commitsFailed);
			counter("cajun.commit.unknown", "Commits whose outcome was unknown at first", "commits", tags(),
					TypeStatistics::unknown);
			counter("cajun.fenced", "Store calls refused because another node owns the shard", "calls", tags(),
					TypeStatistics::fenced);
			FunctionTimer
				.builder("cajun.load", this.statistics, TypeStatistics::loads, TypeStatistics::loadNanos,
						TimeUnit.NANOSECONDS)
				.tags(tags())
				.description("Time that it took to read an actor from the store")
				.register(this.registry);
		}

		private void activations() {
			gauge("cajun.activations", "Actors that are active", ACTIVATIONS, TypeStatistics::active);
			gauge("cajun.quarantined", "Actors that refuse messages until they are released", "actors",
					TypeStatistics::quarantined);
			counter("cajun.activations.begun", "Activations begun", ACTIVATIONS, tags(), TypeStatistics::activated);
			counter("cajun.activations.ended", "Activations ended", ACTIVATIONS, tags(), TypeStatistics::ended);
		}

		private Tags tags() {
			return Tags.of("type", this.type);
		}

		private void gauge(String name, String description, String unit, ToDoubleFunction<TypeStatistics> value) {
			Gauge.builder(name, this.statistics, value)
				.tags(tags())
				.description(description)
				.baseUnit(unit)
				.register(this.registry);
		}

		private void counter(String name, String description, String unit, Tags tags,
				ToDoubleFunction<TypeStatistics> count) {
			FunctionCounter.builder(name, this.statistics, count)
				.tags(tags)
				.description(description)
				.baseUnit(unit)
				.register(this.registry);
		}

	}

}
