package dev.cajun.spring.autoconfigure.grpc;

import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

import dev.cajun.transport.Refusal;
import dev.cajun.transport.Transport;
import dev.cajun.transport.TransportStatistics;
import dev.cajun.transport.TransportStatistics.BreakerState;
import dev.cajun.transport.TransportStatistics.Counts;
import dev.cajun.transport.TransportStatistics.LinkState;
import dev.cajun.transport.TransportStatistics.LinkStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Publishes what the transport counts by itself. Not tagged by peer: nodes may get a new
 * name at each start.
 */
class LinkMeters implements MeterBinder {

	private final Transport transport;

	LinkMeters(Transport transport) {
		this.transport = transport;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		for (LinkState state : LinkState.values()) {
			if (state != LinkState.CLOSED) {
				gauge(registry, "cajun.links", "Links to other nodes, by whether messages flow", "links",
						Tags.of("state", tag(state)), (statistics) -> count(statistics, state));
			}
		}
		Gauge.builder("cajun.links.plaintext", this.transport, (source) -> source.isPlaintext() ? 1 : 0)
			.description("Whether this node listens beyond the loopback address without encryption: 1 or 0")
			.register(registry);
		gauge(registry, "cajun.links.broken", "Links whose circuit breaker refuses messages", "links", Tags.empty(),
				(statistics) -> statistics.links()
					.stream()
					.filter((link) -> link.breaker() != BreakerState.CLOSED)
					.count());
		gauge(registry, "cajun.links.queued", "Messages to other nodes that are not acknowledged", "messages",
				Tags.empty(), (statistics) -> sum(statistics, LinkStatistics::queuedMessages));
		gauge(registry, "cajun.links.queued.size", "Size of messages to other nodes that are not acknowledged", "bytes",
				Tags.empty(), (statistics) -> sum(statistics, LinkStatistics::queuedBytes));
		counter(registry, "cajun.links.sent", "Messages sent to other nodes", "messages", Counts::sentMessages);
		counter(registry, "cajun.links.sent.size", "Size of what was sent to other nodes", "bytes", Counts::sentBytes);
		counter(registry, "cajun.links.sent.frames", "Frames, of one or more messages, sent to other nodes", "frames",
				Counts::sentFrames);
		counter(registry, "cajun.links.sent.again", "Messages sent once more after a reconnect", "messages",
				Counts::sentAgain);
		counter(registry, "cajun.links.received", "Messages received from other nodes", "messages",
				Counts::receivedMessages);
		counter(registry, "cajun.links.received.size", "Size of messages received from other nodes", "bytes",
				Counts::receivedBytes);
		counter(registry, "cajun.links.reconnects", "Connections to other nodes made anew", "connections",
				Counts::reconnects);
		counter(registry, "cajun.links.failures", "Attempts to connect to other nodes that failed", "attempts",
				Counts::failures);
		for (Refusal refusal : Refusal.values()) {
			FunctionCounter
				.builder("cajun.links.refused", this.transport,
						(source) -> source.statistics().refused().getOrDefault(refusal, 0L))
				.tags("reason", tag(refusal))
				.description("Connections from others that this node refused")
				.baseUnit("connections")
				.register(registry);
		}
	}

	private static String tag(Enum<?> value) {
		return value.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
	}

	private static long count(TransportStatistics statistics, LinkState state) {
		return statistics.links().stream().filter((link) -> link.state() == state).count();
	}

	private static long sum(TransportStatistics statistics, ToLongFunction<LinkStatistics> value) {
		return statistics.links().stream().mapToLong(value).sum();
	}

	private void gauge(MeterRegistry registry, String name, String description, String unit, Tags tags,
			ToDoubleFunction<TransportStatistics> value) {
		Gauge.builder(name, this.transport, (source) -> value.applyAsDouble(source.statistics()))
			.tags(tags)
			.description(description)
			.baseUnit(unit)
			.register(registry);
	}

	private void counter(MeterRegistry registry, String name, String description, String unit,
			ToDoubleFunction<Counts> count) {
		FunctionCounter.builder(name, this.transport, (source) -> count.applyAsDouble(source.statistics().total()))
			.description(description)
			.baseUnit(unit)
			.register(registry);
	}

}
