package dev.cajun.spring.autoconfigure;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.cajun.Actors;
import dev.cajun.kryo.KryoActorSerializer;
import dev.cajun.kryo.KryoIds;
import dev.cajun.serialization.ActorSerializer;
import dev.cajun.serialization.SerializationException;
import dev.cajun.spring.autoconfigure.Ping.Get;
import dev.cajun.spring.autoconfigure.Ping.Hit;
import dev.cajun.spring.autoconfigure.Ping.PingActor;
import dev.cajun.spring.autoconfigure.Ping.PingMessage;
import dev.cajun.spring.autoconfigure.Ping.PongActor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class KryoSerializationTests {

	@TempDir
	private Path directory;

	private ApplicationContextRunner runner(String format) {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class))
			.withUserConfiguration(PingActor.class, PongActor.class)
			.withPropertyValues("cajun.persistence.embedded.directory=" + this.directory.resolve("data"),
					"cajun.serialization.format=" + format);
	}

	@SuppressWarnings("unchecked")
	private long call(ApplicationContextRunner runner, String key, boolean hit) {
		long[] answer = new long[1];
		runner.run((context) -> {
			Actors<PingMessage> actors = (Actors<PingMessage>) context.getBean("pingActors");
			answer[0] = hit ? actors.get(key).call(new Hit()) : actors.get(key).call(new Get());
		});
		return answer[0];
	}

	@Test
	void readsWhatOtherFormatsWrote() {
		assertThat(call(runner("kryo"), "a", true)).isEqualTo(1);
		assertThat(call(runner("json"), "a", false)).isEqualTo(1);
		assertThat(call(runner("json"), "b", true)).isEqualTo(1);
		assertThat(call(runner("kryo"), "b", true)).isEqualTo(2);
		assertThat(call(runner("kryo"), "a", true)).isEqualTo(2);
	}

	@Test
	void writesKryo() {
		runner("kryo").run((context) -> assertThat(context).getBean(ActorSerializer.class)
			.isInstanceOf(KryoActorSerializer.class));
	}

	@Test
	void saysWhatToAddWhenTheModuleIsMissing() {
		ClassLoader without = new FilteredClassLoader("dev.cajun.kryo", "com.esotericsoftware");
		runner("kryo").withClassLoader(without)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(FailureAnalyzedException.class,
						(ex) -> assertThat(ex.analysis().getAction()).contains("'dev.cajun:cajun-kryo'")));
		runner("json").withClassLoader(without).run((context) -> assertThat(context).hasNotFailed());
	}

	private URLClassLoader pins(String lines) throws IOException {
		Path file = this.directory.resolve("classes").resolve(KryoIds.LOCATION);
		Files.createDirectories(file.getParent());
		Files.writeString(file, lines);
		return new URLClassLoader(new URL[] { this.directory.resolve("classes").toUri().toURL() },
				getClass().getClassLoader());
	}

	@Test
	void usesPinsOfTheClassPath() throws IOException {
		try (URLClassLoader loader = pins("Count=100\nHit=101\nGet=102\n")) {
			runner("kryo").withClassLoader(loader)
				.run((context) -> assertThat(context).getFailure()
					.isInstanceOf(SerializationException.class)
					.hasMessageContaining("[Fail, HitOther, HitPong, Publish]")
					.hasMessageContaining("Fail=103\nHitOther=104"));
			runner("json").withClassLoader(loader).run((context) -> assertThat(context).hasNotFailed());
		}
	}

	@Test
	void saysWhichPinsClash() throws IOException {
		try (URLClassLoader loader = pins("Count=100\nHit=100\n")) {
			runner("kryo").withClassLoader(loader)
				.run((context) -> assertThat(context).getFailure()
					.hasRootCauseInstanceOf(IllegalArgumentException.class)
					.cause()
					.hasStackTraceContaining("given to 'Count' and to 'Hit'"));
		}
	}

}
