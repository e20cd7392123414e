package dev.cajun.spring.autoconfigure.metrics;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

import dev.cajun.cluster.MetadataInfo;
import dev.cajun.cluster.Migration;
import dev.cajun.node.CajunNode;
import dev.cajun.routing.RoutingStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/** The meters that a node has only with others. */
record ClusterMeters(MeterRegistry registry, CajunNode node) {

	private static final String MESSAGES = "messages";

	private static final String MIGRATIONS = "migrations";

	void bind() {
		Gauge.builder("cajun.metadata.available", this.node, ClusterMeters::metadataAvailable)
			.description("Whether the cluster's metadata can be followed and answers: 1 or 0")
			.register(this.registry);
		migrations();
		routing("cajun.routing.sent", "Messages to actors given to links to other nodes", MESSAGES,
				RoutingStatistics::sent);
		routing("cajun.routing.received", "Messages to actors that came from other nodes", MESSAGES,
				RoutingStatistics::received);
		routing("cajun.routing.returned", "Messages that came back as their actor had moved, and were sent again",
				MESSAGES, RoutingStatistics::returned);
		routing("cajun.routing.unreadable", "Messages and answers of other nodes that could not be read", MESSAGES,
				RoutingStatistics::unreadable);
		routing("cajun.routing.answers.dropped",
				"Answers dropped as their caller's node took none for long, or is gone", "answers",
				RoutingStatistics::answersDropped);
		routing("cajun.routing.flushes.missed",
				"Moves at which the former owner did not say in time what it had not run", "flushes",
				RoutingStatistics::flushesMissed);
	}

	private void migrations() {
		for (Migration.Phase phase : Migration.Phase.values()) {
			if (phase.isEnd()) {
				FunctionCounter
					.builder("cajun.cluster.migrations", this.node,
							(source) -> source.management().migrationsEnded().getOrDefault(phase, 0L))
					.tags(Tags.of("outcome", phase.name().toLowerCase(Locale.ROOT)))
					.description("Moves of shards that have ended, as seen from this node")
					.baseUnit(MIGRATIONS)
					.register(this.registry);
			}
		}
		Gauge.builder("cajun.cluster.migrations.active", this.node, ClusterMeters::activeMigrations)
			.description("Shards on their way, as seen from this node")
			.baseUnit(MIGRATIONS)
			.register(this.registry);
	}

	private void routing(String name, String description, String unit, ToDoubleFunction<RoutingStatistics> count) {
		FunctionCounter.builder(name, this.node, (source) -> count.applyAsDouble(source.routing()))
			.description(description)
			.baseUnit(unit)
			.register(this.registry);
	}

	private static double activeMigrations(CajunNode node) {
		return node.management().migrations().stream().filter((migration) -> !migration.phase().isEnd()).count();
	}

	private static double metadataAvailable(CajunNode node) {
		MetadataInfo metadata = node.management().node().metadata();
		return (metadata != null && metadata.available()) ? 1 : 0;
	}

}
