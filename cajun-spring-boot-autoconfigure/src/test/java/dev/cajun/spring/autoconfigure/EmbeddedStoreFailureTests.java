package dev.cajun.spring.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import dev.cajun.ActorSystem;
import dev.cajun.node.ClusterManagement;
import dev.cajun.spring.autoconfigure.Ping.Get;
import dev.cajun.spring.autoconfigure.Ping.Hit;
import dev.cajun.spring.autoconfigure.Ping.PingActor;
import dev.cajun.spring.autoconfigure.Ping.PingMessage;
import dev.cajun.spring.autoconfigure.Ping.PongActor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/** An embedded store that works, and what people read when it does not. */
@ExtendWith(OutputCaptureExtension.class)
class EmbeddedStoreFailureTests {

	@TempDir
	private Path directory;

	private ConfigurableApplicationContext start(String... properties) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("cajun.persistence.embedded.directory=" + this.directory.resolve("data"),
					"spring.application.name=shop", "cajun.cluster.shards=16", "spring.jmx.enabled=false")
			.run(Stream.of(properties).map((property) -> "--" + property).toArray(String[]::new));
	}

	@Test
	void keepsActorsOverARestart() {
		try (ConfigurableApplicationContext context = start()) {
			assertThat(context.getBean(ActorSystem.class).actors(PingMessage.class).get("a").call(new Hit()))
				.isEqualTo(1);
		}
		try (ConfigurableApplicationContext context = start("cajun.persistence.durability=fsync")) {
			assertThat(context.getBean(ActorSystem.class).actors(PingMessage.class).get("a").call(new Get()))
				.isEqualTo(1);
			assertThat(context.getBean(ClusterManagement.class).node().store())
				.contains(this.directory.resolve("data").toString());
		}
	}

	@Test
	void refusesASecondProcess(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start()) {
			assertThatException().isThrownBy(() -> start().close());
			assertThat(output).contains("APPLICATION FAILED TO START")
				.contains(this.directory.resolve("data").toString())
				.contains("Stop the other process, or give this one a directory of its own");
			assertThat(context.getBean(ActorSystem.class).actors(PingMessage.class).get("a").call(new Hit()))
				.isEqualTo(1);
		}
	}

	@Test
	void refusesTheStoreOfAnotherCluster(CapturedOutput output) {
		start().close();
		assertThatException().isThrownBy(() -> start("spring.application.name=other").close());
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("'shop'")
			.contains("'other'")
			.contains("cajun.cluster.name");
		start().close();
	}

	@Test
	void refusesAnotherNumberOfShards(CapturedOutput output) {
		start().close();
		assertThatException().isThrownBy(() -> start("cajun.cluster.shards=32").close());
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("was created with 16 shards")
			.contains("Set cajun.cluster.shards to 16");
		start().close();
	}

	@Test
	void refusesADirectoryItCannotUse(CapturedOutput output) throws IOException {
		Files.writeString(this.directory.resolve("data"), "a file");
		assertThatException().isThrownBy(() -> start().close());
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains(this.directory.resolve("data").toString())
			.contains("exists or can be created, is writable");
		assertThat(this.directory.resolve("data")).hasContent("a file");
	}

	@Test
	void refusesACorruptStore(CapturedOutput output) throws IOException {
		start().close();
		List<Path> files;
		try (Stream<Path> found = Files.walk(this.directory.resolve("data"))) {
			files = found.filter(Files::isRegularFile)
				.filter((file) -> file.getFileName().toString().endsWith(".db"))
				.toList();
		}
		assertThat(files).isNotEmpty();
		for (Path file : files) {
			Files.write(file, "This is not what was written.".repeat(500).getBytes(StandardCharsets.US_ASCII));
		}
		assertThatException().isThrownBy(() -> start().close());
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Nothing was changed and nothing was reset");
		assertThat(files.getFirst()).content().startsWith("This is not what was written.");
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(CajunAutoConfiguration.class)
	@Import({ PingActor.class, PongActor.class })
	static class Application {

	}

}
