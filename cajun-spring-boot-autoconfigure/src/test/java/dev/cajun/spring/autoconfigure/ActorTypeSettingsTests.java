package dev.cajun.spring.autoconfigure;

import java.time.Duration;
import java.util.Map;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.FailurePolicy;
import dev.cajun.Persistence;
import dev.cajun.Placement;
import dev.cajun.ReadConsistency;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorSettings;
import dev.cajun.activation.RetrySettings;
import dev.cajun.spring.Actor;
import dev.cajun.spring.autoconfigure.Ping.Count;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ActorTypeSettingsTests {

	private static ActorSettings settings(Class<?> actor, Map<String, Object> properties,
			Map<String, Object> variables) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new MapPropertySource("test", properties));
		environment.getPropertySources()
			.addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", variables));
		ConfigurationPropertySources.attach(environment);
		CajunProperties bound = Binder.get(environment).bindOrCreate("cajun", CajunProperties.class);
		ActorTypeSettings settings = new ActorTypeSettings(bound.actorDefaults(), bound.actors(),
				environment::resolvePlaceholders);
		return settings
			.of(new ActorBean(actor.getAnnotation(Actor.class), "bean", actor, String.class, Count.class, null));
	}

	private static ActorSettings settings(Class<?> actor, Map<String, Object> properties) {
		return settings(actor, properties, Map.of());
	}

	@Test
	void startsFromTheDefaults() {
		assertThat(settings(Plain.class, Map.of())).isEqualTo(ActorSettings.defaults());
	}

	@Test
	void takesDefaultsFromProperties() {
		ActorSettings settings = settings(Plain.class,
				Map.of("cajun.actor-defaults.passivate-after", "7m", "cajun.actor-defaults.ask-timeout", "2s",
						"cajun.actor-defaults.slow-after", "4s", "cajun.actor-defaults.mailbox-capacity", "5",
						"cajun.actor-defaults.snapshot-every", "6", "cajun.actor-defaults.retry.max-attempts", "9",
						"cajun.actor-defaults.retry.delay", "1s"));
		assertThat(settings.passivateAfter()).isEqualTo(Duration.ofMinutes(7));
		assertThat(settings.askTimeout()).isEqualTo(Duration.ofSeconds(2));
		assertThat(settings.slowAfter()).isEqualTo(Duration.ofSeconds(4));
		assertThat(settings.mailboxCapacity()).isEqualTo(5);
		assertThat(settings.snapshotEvery()).isEqualTo(6);
		assertThat(settings.retry()).isEqualTo(new RetrySettings(9, Duration.ofSeconds(1), 2, Duration.ofSeconds(5)));
	}

	@Test
	void prefersTheAnnotation() {
		ActorSettings settings = settings(Annotated.class,
				Map.of("cajun.actor-defaults.passivate-after", "7m", "cajun.actor-defaults.mailbox-capacity", "5",
						"cajun.actor-defaults.snapshot-every", "6", "idle", "90s"));
		assertThat(settings.passivateAfter()).isEqualTo(Duration.ofSeconds(90));
		assertThat(settings.mailboxCapacity()).isEqualTo(11);
		assertThat(settings.snapshotEvery()).isEqualTo(12);
		assertThat(settings.persistence()).isEqualTo(Persistence.MESSAGES);
		assertThat(settings.onFailure()).isEqualTo(FailurePolicy.RETRY);
		assertThat(settings.placement()).isEqualTo(Placement.SINGLETON);
		assertThat(settings.readConsistency()).isEqualTo(ReadConsistency.LOCAL);
	}

	@Test
	void prefersThePropertiesOfTheType() {
		ActorSettings settings = settings(Annotated.class,
				Map.of("cajun.actors.my-type.passivate-after", "1h", "cajun.actors.my-type.mailbox-capacity", "1",
						"cajun.actors.my-type.snapshot-every", "2", "cajun.actors.my-type.persistence", "state",
						"cajun.actors.my-type.on-failure", "stop", "cajun.actors.my-type.placement", "sharded",
						"cajun.actors.my-type.read-consistency", "strong", "cajun.actors.my-type.ask-timeout", "3s",
						"cajun.actors.my-type.slow-after", "1m", "cajun.actors.my-type.retry.max-attempts", "4"));
		assertThat(settings).isEqualTo(
				new ActorSettings(Persistence.STATE, Duration.ofHours(1), 2, 1, ActorSettings.defaults().mailboxBytes(),
						FailurePolicy.STOP, new RetrySettings(4, Duration.ofMillis(100), 2, Duration.ofSeconds(5)),
						Placement.SHARDED, ReadConsistency.STRONG, Duration.ofSeconds(3), Duration.ofMinutes(1)));
	}

	@Test
	void takesEnvironmentVariablesWithoutDashes() {
		ActorSettings settings = settings(Annotated.class,
				Map.of("cajun.actors.my-type.passivate-after", "1h", "cajun.actors.my-type.snapshot-every", "2"),
				Map.of("CAJUN_ACTORS_MYTYPE_PASSIVATEAFTER", "2h"));
		assertThat(settings.passivateAfter()).isEqualTo(Duration.ofHours(2));
		assertThat(settings.snapshotEvery()).isEqualTo(2);
	}

	@Test
	void localActorsStoreNothing() {
		assertThat(settings(Local.class, Map.of()).persistence()).isEqualTo(Persistence.NONE);
		assertThatExceptionOfType(FailureAnalyzedException.class)
			.isThrownBy(() -> settings(Local.class, Map.of("cajun.actors.local.persistence", "state")))
			.withMessageContaining("placement LOCAL needs persistence NONE");
	}

	@Test
	void refusesADurationThatIsNone() {
		assertThatExceptionOfType(FailureAnalyzedException.class)
			.isThrownBy(() -> settings(BadDuration.class, Map.of()))
			.withMessageContaining("'soon'");
	}

	abstract static class Base implements StatefulActor<Count, String> {

		@Override
		public Count initialState(ActorId id) {
			return new Count(0);
		}

		@Override
		public Count receive(Count state, String message, ActorContext<String> context) {
			return state;
		}

	}

	@Actor("plain")
	static class Plain extends Base {

	}

	@Actor(value = "my-type", persistence = Persistence.MESSAGES, passivateAfter = "${idle:30s}", snapshotEvery = 12,
			mailboxCapacity = 11, onFailure = FailurePolicy.RETRY, placement = Placement.SINGLETON,
			readConsistency = ReadConsistency.LOCAL)
	static class Annotated extends Base {

	}

	@Actor(value = "local", placement = Placement.LOCAL)
	static class Local extends Base {

	}

	@Actor(value = "bad", passivateAfter = "soon")
	static class BadDuration extends Base {

	}

}
