package dev.cajun.spring.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.HandlerException;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.spring.Actor;
import dev.cajun.spring.test.Bank.AccountMessage;
import dev.cajun.spring.test.Bank.Check;
import dev.cajun.spring.test.Bank.Verify;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Messages from node to node, and what a tracing system sees of them. */
@ActorClusterTest(nodes = 2, properties = "management.tracing.sampling.probability=1.0")
class TracingTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	@BeforeEach
	void forget(ActorCluster cluster) {
		cluster.nodes().forEach((node) -> node.bean(Spans.class).exporter.reset());
	}

	@Test
	void askThatCausesAnotherIsOneTraceThatSpansNodes(ActorCluster cluster) {
		ClusterNode caller = cluster.ownerOf(cluster.actors(Check.class).get("one"));
		ClusterNode other = other(cluster, caller);
		String account = ownedBy(cluster, AccountMessage.class, other);
		assertThat(caller.actors(AccountMessage.class).get(account).call(new Verify("")).good()).isTrue();

		SpanData asked = span(caller, "ask account Verify");
		SpanData handled = span(other, "handle account Verify");
		SpanData askedOn = span(other, "ask fraud Check");
		SpanData handledOn = span(caller, "handle fraud Check");
		assertThat(asked.getParentSpanContext().isValid()).isFalse();
		assertChild(handled, asked);
		assertChild(askedOn, handled);
		assertChild(handledOn, askedOn);
		assertThat(asked.getKind()).isEqualTo(SpanKind.CLIENT);
		assertThat(handled.getKind()).isEqualTo(SpanKind.SERVER);
		assertThat(handled.getAttributes().asMap().toString()).contains("actor").contains(account);
	}

	@Test
	void tellThatLeavesAfterTheWriteBelongsToTheTraceOfItsHandler(ActorCluster cluster) {
		String first = ownedBy(cluster, HopMessage.class, cluster.node(1));
		String second = ownedBy(cluster, HopMessage.class, cluster.node(2));
		String context = cluster.node(1).actors(HopMessage.class).get(first).call(new Pass(second));

		SpanData passed = span(cluster.node(1), "handle hop Pass");
		SpanData told = span(cluster.node(1), "tell hop Mark");
		SpanData marked = span(cluster.node(2), "handle hop Mark");
		assertChild(told, passed);
		assertChild(marked, told);
		assertThat(context).as("what the handler's log lines have")
			.contains(passed.getTraceId())
			.doesNotContain("trace:");
	}

	@Test
	void logOfARemoteHandlerHasTheTraceOfItsCaller(ActorCluster cluster) {
		String remote = ownedBy(cluster, HopMessage.class, cluster.node(2));
		String context = cluster.node(1).actors(HopMessage.class).get(remote).call(new Pass(remote));

		SpanData asked = span(cluster.node(1), "ask hop Pass");
		assertThat(context).contains("traceId=" + asked.getTraceId()).doesNotContain("trace:");
	}

	@Test
	void failureIsSeenOnBothSides(ActorCluster cluster) {
		String remote = ownedBy(cluster, HopMessage.class, cluster.node(2));
		ActorRef<HopMessage> actor = cluster.node(1).actors(HopMessage.class).get(remote);
		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> actor.call(new Stumble()));

		for (SpanData span : List.of(span(cluster.node(1), "ask hop Stumble"),
				span(cluster.node(2), "handle hop Stumble"))) {
			assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
		}
	}

	@Test
	void metersOfMessagesHaveNoTagPerActor(ActorCluster cluster) {
		Actors<HopMessage> hops = cluster.node(1).actors(HopMessage.class);
		hops.get("a").call(new Pass("b"));
		MeterRegistry registry = cluster.node(1).bean(MeterRegistry.class);
		int before = registry.getMeters().size();
		for (int i = 0; i < 200; i++) {
			hops.get("many" + i).call(new Pass("many" + (i + 1)));
		}
		assertThat(registry.getMeters()).hasSizeLessThan(before + 20)
			.allSatisfy((meter) -> assertThat(meter.getId().getTags()).extracting(Tag::getKey).doesNotContain("actor"));
	}

	private static void assertChild(SpanData child, SpanData parent) {
		assertThat(child.getTraceId()).as(child.getName()).isEqualTo(parent.getTraceId());
		assertThat(child.getParentSpanId()).as(child.getName()).isEqualTo(parent.getSpanId());
	}

	/** The only span of its name at a node, once it has ended. */
	private static SpanData span(ClusterNode node, String name) {
		List<SpanData> found = new ArrayList<>();
		Awaitility.await().atMost(PATIENCE).until(() -> {
			found.clear();
			node.bean(Spans.class).exporter.getFinishedSpanItems()
				.stream()
				.filter((span) -> span.getName().equals(name))
				.forEach(found::add);
			return !found.isEmpty();
		});
		assertThat(found).as(name).hasSize(1);
		return found.getFirst();
	}

	private static ClusterNode other(ActorCluster cluster, ClusterNode node) {
		return cluster.nodes().stream().filter((one) -> !one.equals(node)).findFirst().orElseThrow();
	}

	private static <M> String ownedBy(ActorCluster cluster, Class<M> type, ClusterNode node) {
		for (int i = 0; true; i++) {
			ActorRef<M> actor = cluster.actors(type).get("k" + i);
			if (cluster.ownerOf(actor).equals(node)) {
				return actor.id().key();
			}
		}
	}

	/** A message. */
	sealed interface HopMessage {

	}

	/** Tells the next, and answers what a log line would have. */
	record Pass(String next) implements HopMessage, Request<String> {

	}

	/** Is told. */
	record Mark() implements HopMessage {

	}

	/** Cannot be handled. */
	record Stumble() implements HopMessage, Request<String> {

	}

	/** Counts. */
	static class HopActor implements StatefulActor<Integer, HopMessage> {

		private final Actors<HopMessage> hops;

		HopActor(Actors<HopMessage> hops) {
			this.hops = hops;
		}

		@Override
		public Integer initialState(ActorId id) {
			return 0;
		}

		@Override
		public Integer receive(Integer count, HopMessage message, ActorContext<HopMessage> context) {
			return switch (message) {
				case Pass pass -> {
					this.hops.get(pass.next()).tell(new Mark());
					Map<String, String> diagnostic = MDC.getCopyOfContextMap();
					context.reply(pass, String.valueOf(diagnostic));
					yield count + 1;
				}
				case Mark mark -> count + 1;
				case Stumble stumble -> throw new IllegalStateException("stumbled");
			};
		}

	}

	/** What a node has recorded. */
	record Spans(InMemorySpanExporter exporter) {

	}

	@TestConfiguration
	static class Tracing {

		@Bean
		Spans spans() {
			return new Spans(InMemorySpanExporter.create());
		}

		@Bean
		SpanProcessor spanProcessor(Spans spans) {
			return SimpleSpanProcessor.create(spans.exporter());
		}

		@Bean
		@Actor("hop")
		HopActor hop(Actors<HopMessage> hops) {
			return new HopActor(hops);
		}

	}

}
