package dev.cajun.spring.autoconfigure.metrics;

import java.util.Set;
import java.util.stream.Collectors;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.spring.Actor;
import dev.cajun.spring.autoconfigure.CajunAutoConfiguration;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class CajunMetricsAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class, MetricsAutoConfiguration.class,
				CajunMetricsAutoConfiguration.class))
		.withPropertyValues("cajun.persistence.store=memory")
		.withUserConfiguration(EchoActor.class);

	@Test
	void bindsEveryMeterOncePerType() {
		this.runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			Set<String> names = ours(registry);
			assertThat(names).contains("cajun.messages", "cajun.handler", "cajun.ask", "cajun.ask.failures",
					"cajun.commit", "cajun.commit.failures", "cajun.fenced", "cajun.load", "cajun.activations",
					"cajun.quarantined", "cajun.mailbox.refused", "cajun.mailbox.waiting", "cajun.mailbox.fullest",
					"cajun.cluster.invariant.violations", "cajun.shards.owned", "cajun.store.available",
					"cajun.cluster.rebalance.skipped");
			assertThat(registry.getMeters()).filteredOn((meter) -> meter.getId().getName().startsWith("cajun."))
				.allSatisfy((meter) -> assertThat(meter.getId().getDescription()).isNotBlank());
			assertThat(registry.get("cajun.shards.owned").gauge().value()).isEqualTo(1024);
			assertThat(registry.get("cajun.cluster.nodes").gauge().value()).isEqualTo(1);
			assertThat(registry.get("cajun.cluster.leader").gauge().value()).isEqualTo(1);
			assertThat(registry.get("cajun.cluster.state").tag("state", "up").gauge().value()).isEqualTo(1);
			assertThat(registry.get("cajun.cluster.state").gauges().stream().mapToDouble(Gauge::value).sum())
				.as("a node is in one state")
				.isEqualTo(1);
			assertThat(registry.get("cajun.cluster.state").gauges())
				.extracting((gauge) -> gauge.getId().getTag("state"))
				.as("dashboards and alerts name them")
				.containsExactlyInAnyOrder("new", "starting", "joining", "up", "draining", "stopping", "stopped",
						"failed");
			assertThat(names).as("what a node has only with others")
				.noneMatch((name) -> name.startsWith("cajun.routing") || name.startsWith("cajun.cluster.migrations")
						|| name.equals("cajun.metadata.available"));
		});
	}

	@Test
	void doesNotGrowWithActors() {
		this.runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			int before = registry.getMeters().size();
			Actors<Echo> actors = context.getBean(ActorSystem.class).actors(Echo.class);
			for (int i = 0; i < 10_000; i++) {
				assertThat(actors.get("a" + i).call(new Echo("x"))).isEqualTo("x");
			}
			assertThat(registry.getMeters()).hasSize(before);
			assertThat(
					registry.get("cajun.messages").tags("type", "echo", "outcome", "handled").functionCounter().count())
				.isEqualTo(10_000);
			assertThat(registry.get("cajun.activations").tags("type", "echo").gauge().value()).isEqualTo(10_000);
			assertThat(registry.get("cajun.ask").tags("type", "echo").functionTimer().count()).isEqualTo(10_000);
		});
	}

	@Test
	void staysAwayWithoutARegistry() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(NodeMeters.class));
	}

	@Test
	void staysAwayWithoutMicrometer() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class, CajunMetricsAutoConfiguration.class))
			.withPropertyValues("cajun.persistence.store=memory")
			.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("cajunNodeMeters"));
	}

	private static Set<String> ours(MeterRegistry registry) {
		return registry.getMeters()
			.stream()
			.map(Meter::getId)
			.map(Meter.Id::getName)
			.filter((name) -> name.startsWith("cajun."))
			.collect(Collectors.toSet());
	}

	record Echo(String text) implements Request<String> {

	}

	record None() {

	}

	@Actor("echo")
	static class EchoActor implements StatefulActor<None, Echo> {

		@Override
		public None initialState(ActorId id) {
			return new None();
		}

		@Override
		public None receive(None none, Echo echo, ActorContext<Echo> context) {
			context.reply(echo, echo.text());
			return none;
		}

	}

}
