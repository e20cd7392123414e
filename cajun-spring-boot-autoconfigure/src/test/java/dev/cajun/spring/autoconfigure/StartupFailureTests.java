package dev.cajun.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.Actors;
import dev.cajun.Persistence;
import dev.cajun.StatefulActor;
import dev.cajun.spring.Actor;
import dev.cajun.spring.autoconfigure.Ping.Count;
import dev.cajun.spring.autoconfigure.Ping.PingActor;
import dev.cajun.spring.autoconfigure.Ping.PingMessage;
import dev.cajun.spring.autoconfigure.Ping.PongActor;
import dev.cajun.spring.autoconfigure.Ping.PongMessage;
import dev.cajun.store.InMemoryActorStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/** What people read when the application does not start, or starts with a warning. */
@ExtendWith(OutputCaptureExtension.class)
class StartupFailureTests {

	private ConfigurableApplicationContext start(Class<?> configuration, String... properties) {
		return new SpringApplicationBuilder(Application.class, configuration).web(WebApplicationType.NONE)
			.properties("cajun.persistence.store=memory", "spring.jmx.enabled=false")
			.properties(properties)
			.run();
	}

	private void fails(Class<?> configuration, String... properties) {
		assertThatException().isThrownBy(() -> start(configuration, properties).close());
	}

	@Test
	void explainsActorsOfUnknownMessages(CapturedOutput output) {
		fails(WantsUnknown.class);
		assertThat(output).contains("Parameter 0 of constructor in " + WantsUnknown.class.getName())
			.contains("required 'Actors<String>', and no actor type has messages of java.lang.String")
			.contains("- ping: messages " + PingMessage.class.getName() + ", @Qualifier(\"ping\"), bean '")
			.contains("- pong: messages " + PongMessage.class.getName())
			.contains("Use the message class of one of these types");
	}

	@Test
	void explainsActorsWhenThereAreNone(CapturedOutput output) {
		fails(WantsAlone.class);
		assertThat(output).contains("No bean carries @Actor").contains("Annotate the bean that handles these messages");
	}

	@Test
	void explainsSeveralTypesOfTheSameMessages(CapturedOutput output) {
		fails(WantsOneOfTwo.class);
		assertThat(output).contains("there are several with messages of " + PongMessage.class.getName())
			.contains("- other: ")
			.contains("- pong: ")
			.doesNotContain("- ping: ")
			.contains("@Qualifier(\"other\") Actors<PongMessage>");
	}

	@Test
	void refusesTwoBeansOfOneType(CapturedOutput output) {
		fails(Twice.class);
		assertThat(output).contains("Two beans declare the actor type 'pong'")
			.contains("bean 'one' (" + PongActor.class.getName() + ")")
			.contains("bean 'two' (" + PongActor.class.getName() + ")");
	}

	@Test
	void refusesTwoScannedClassesOfOneType(CapturedOutput output) {
		fails(ScannedTwice.class);
		assertThat(output).contains("Two beans declare the actor type 'twice'")
			.contains(ScannedTwice.One.class.getName())
			.contains(ScannedTwice.Two.class.getName());
	}

	@Test
	void refusesABeanThatIsNoActor(CapturedOutput output) {
		fails(NoActor.class);
		assertThat(output).contains("(" + NoActor.class.getName() + ") carries @Actor(\"none\") and is no actor")
			.contains("Implement dev.cajun.StatefulActor");
	}

	@Test
	void refusesAnUnresolvableMessageType(CapturedOutput output) {
		fails(Wildcards.class);
		assertThat(output).contains("The state type of the actor type 'wild' cannot be told from")
			.contains("StatefulActor<Account, AccountCommand>");
	}

	@Test
	void refusesATypeNameThatIsNone(CapturedOutput output) {
		fails(BadName.class);
		assertThat(output).contains("has the actor type 'Bad Name', which is not valid")
			.contains("Use lower-case letters");
	}

	@Test
	void refusesATypeThatCannotBeSerialized(CapturedOutput output) {
		fails(Unserializable.class);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains(Unserializable.Bad.class.getSimpleName())
			.contains("unserializable")
			.contains(Thread.class.getName())
			.contains("Messages, replies, events and states are best records");
	}

	@Test
	void saysWhichStatesAreMutable(CapturedOutput output) {
		start(Mutable.class).close();
		assertThat(output)
			.containsPattern("mutable +StartupFailureTests.Mutable +StartupFailureTests.Mutable.Bag \\(mutable\\)");
	}

	@Test
	void refusesAPersistenceThatDoesNotFit(CapturedOutput output) {
		fails(Misfit.class);
		assertThat(output).contains("The actor type 'misfit' of bean").contains("EventSourcedActor");
	}

	@Test
	void refusesSettingsOutOfRange(CapturedOutput output) {
		fails(Pings.class, "cajun.actors.ping.mailbox-capacity=0");
		assertThat(output).contains("The settings of the actor type 'ping' are not valid: mailbox-capacity must be 1");
	}

	@Test
	void refusesPropertiesOutOfRange(CapturedOutput output) {
		fails(Pings.class, "cajun.actor-defaults.passivate-after=0s");
		assertThat(output).contains("cajun.actor-defaults.passivate-after must be positive");
	}

	@Test
	void refusesClusteredModeWithoutEtcd(CapturedOutput output) {
		fails(PingsWithStore.class, "cajun.cluster.mode=clustered");
		assertThat(output).contains("'cajun.cluster.mode' is 'clustered', and nothing says where etcd is")
			.contains("Set 'cajun.etcd.endpoints'")
			.contains("set 'cajun.cluster.mode' to 'local'");
	}

	@Test
	void refusesAStoreOfOneMachineInACluster(CapturedOutput output) {
		fails(Pings.class, "cajun.cluster.mode=clustered", "cajun.persistence.store=embedded");
		assertThat(output).contains("'cajun.persistence.store' is 'embedded', and this node is one of a cluster")
			.contains("Set 'cajun.persistence.store' to 'redis'");
	}

	@Test
	void refusesALeaseThatIsTooShort(CapturedOutput output) {
		fails(Pings.class, "cajun.cluster.lease-ttl=2s");
		assertThat(output).contains("cajun.cluster.lease-ttl must be whole seconds, at least 3s");
	}

	@Test
	void refusesADrainTimeoutAboveThatOfTheContext(CapturedOutput output) {
		fails(Pings.class, "spring.lifecycle.timeout-per-shutdown-phase=10s");
		assertThat(output)
			.contains("'cajun.shutdown.drain-timeout' is 25s, which is not below "
					+ "'spring.lifecycle.timeout-per-shutdown-phase' (10s)")
			.contains("Set 'cajun.shutdown.drain-timeout' below 10s");
	}

	@Test
	void warnsOfSettingsForUnknownTypes(CapturedOutput output) {
		start(Pings.class, "cajun.actors.pign.passivate-after=1h", "cajun.actors.pong.passivate-after=1h").close();
		assertThat(output).contains("'cajun.actors.pign' names no actor type")
			.contains("The nearest type is 'ping'")
			.doesNotContain("'cajun.actors.pong' names");
	}

	@Test
	void warnsOfFieldsThatAreNotFinal(CapturedOutput output) {
		start(Forgetful.class).close();
		assertThat(output).contains("Actor type 'forgetful'").contains("fields that are not final: last, count.");
	}

	@Test
	void logsOneTable(CapturedOutput output) {
		start(Pings.class).close();
		assertThat(output).containsOnlyOnce("of cluster 'application' is UP")
			.containsPattern("type +handler +state +persistence +messages")
			.containsPattern("ping +Ping.PingActor ");
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(CajunAutoConfiguration.class)
	static class Application {

	}

	@Import({ PingActor.class, PongActor.class })
	static class Pings {

	}

	@Import({ PingActor.class, PongActor.class })
	static class WantsUnknown {

		WantsUnknown(Actors<String> actors) {
		}

	}

	static class WantsAlone {

		WantsAlone(Actors<String> actors) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WantsOneOfTwo {

		WantsOneOfTwo(Actors<PongMessage> actors) {
		}

		@Bean
		@Actor("pong")
		static StatefulActor<Count, PongMessage> pong(Actors<PingMessage> pings) {
			return new PongActor(pings);
		}

		@Bean
		@Actor("other")
		static StatefulActor<Count, PongMessage> other(Actors<PingMessage> pings) {
			return new PongActor(pings);
		}

		@Bean
		@Actor("ping")
		static StatefulActor<Count, PingMessage> ping(Actors<PongMessage> pongs) {
			return new PingActor(pongs);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Twice {

		@Bean
		PongActor one(Actors<PingMessage> pings) {
			return new PongActor(pings);
		}

		@Bean
		PongActor two(Actors<PingMessage> pings) {
			return new PongActor(pings);
		}

	}

	@ComponentScan(basePackageClasses = ScannedTwice.class, useDefaultFilters = false,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = ScannedTwice.Plain.class))
	static class ScannedTwice {

		abstract static class Plain implements StatefulActor<Count, PongMessage> {

			@Override
			public Count initialState(ActorId id) {
				return new Count(0);
			}

			@Override
			public Count receive(Count state, PongMessage message, ActorContext<PongMessage> context) {
				return state;
			}

		}

		@Actor("twice")
		static class One extends Plain {

		}

		@Actor("twice")
		static class Two extends Plain {

		}

	}

	@Actor("none")
	static class NoActor {

	}

	@Configuration(proxyBeanMethods = false)
	static class Wildcards {

		@Bean
		@Actor("wild")
		StatefulActor<?, ?> wild() {
			throw new UnsupportedOperationException();
		}

	}

	@Actor("unserializable")
	static class Unserializable implements StatefulActor<Count, Unserializable.Bad> {

		record Bad(Thread thread) {

		}

		@Override
		public Count initialState(ActorId id) {
			return new Count(0);
		}

		@Override
		public Count receive(Count state, Bad message, ActorContext<Bad> context) {
			return state;
		}

	}

	@Actor("mutable")
	static class Mutable implements StatefulActor<Mutable.Bag, PongMessage> {

		static class Bag {

			private final List<String> things = new ArrayList<>();

		}

		@Override
		public Bag initialState(ActorId id) {
			return new Bag();
		}

		@Override
		public Bag receive(Bag state, PongMessage message, ActorContext<PongMessage> context) {
			state.things.add("more");
			return state;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BadName {

		@Bean
		@Actor("Bad Name")
		StatefulActor<Count, PongMessage> bad() {
			throw new UnsupportedOperationException();
		}

	}

	@Actor(value = "misfit", persistence = Persistence.EVENTS)
	static class Misfit extends ScannedTwice.Plain {

	}

	@Actor("forgetful")
	static class Forgetful extends ScannedTwice.Plain {

		static int instances;

		private final String name = "fine";

		private String last = "";

		private int count;

		@Override
		public Count receive(Count state, PongMessage message, ActorContext<PongMessage> context) {
			this.last = this.name + instances;
			this.count++;
			return new Count(this.last.length() + this.count);
		}

	}

	@Import(Pings.class)
	static class PingsWithStore {

		@Bean
		InMemoryActorStore sharedStore() {
			return new InMemoryActorStore();
		}

	}

}
