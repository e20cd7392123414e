package dev.cajun.spring.autoconfigure;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import dev.cajun.spring.autoconfigure.Ping.Hit;
import dev.cajun.spring.autoconfigure.Ping.PingActor;
import dev.cajun.spring.autoconfigure.Ping.PingMessage;
import dev.cajun.spring.autoconfigure.Ping.PongActor;
import dev.cajun.spring.autoconfigure.endpoint.ClusterEndpointAutoConfiguration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A number, a duration or a size that makes no sense is refused at the start, by its
 * name; no node runs with it, and none fails of it in some other way.
 */
class HostilePropertiesTests {

	private static final Map<String, List<String>> VALUES = Map.of("java.time.Duration",
			List.of("-1s", "0s", "9223372036854775807ns", "999999999d"), "org.springframework.util.unit.DataSize",
			List.of("-1B", "3GB", "8000000TB"), "java.lang.Integer", List.of("-1", "2147483647"), "java.lang.Double",
			List.of("-1", "NaN", "Infinity"), "java.lang.Long", List.of("-1", "9223372036854775807"));

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class, ClusterEndpointAutoConfiguration.class))
		.withUserConfiguration(PingActor.class, PongActor.class)
		.withPropertyValues("cajun.persistence.store=memory", "spring.application.name=hostile-properties");

	static Stream<Arguments> properties() {
		return JsonMapper.shared()
			.readTree(Path.of("target/classes/META-INF/spring-configuration-metadata.json"))
			.path("properties")
			.valueStream()
			.filter((property) -> property.path("name").asString().startsWith("cajun.")
					&& VALUES.containsKey(property.path("type").asString()))
			.map((property) -> Arguments.of(property.path("name").asString(), property.path("type").asString()));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("properties")
	void startsOrSaysWhichPropertyIsWrong(String name, String type) {
		String last = name.substring(name.lastIndexOf('.') + 1);
		for (String value : VALUES.getOrDefault(type, List.of())) {
			this.runner.withPropertyValues(name + "=" + value).run((context) -> {
				Throwable failure = context.getStartupFailure();
				if (failure == null) {
					assertThat(pings(context).get("a").call(new Hit())).as("%s=%s", name, value).isEqualTo(1);
				}
				else {
					assertThat(causes(failure)).as("%s=%s: %s", name, value, failure)
						.anyMatch((cause) -> cause instanceof BindException
								|| String.valueOf(cause.getMessage()).contains(last));
				}
			});
		}
	}

	private static Actors<PingMessage> pings(ApplicationContext context) {
		return context.getBean(ActorSystem.class).actors(PingMessage.class);
	}

	private static List<Throwable> causes(Throwable failure) {
		return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).toList();
	}

}
