package dev.cajun.spring.autoconfigure;

import java.util.List;

import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import dev.cajun.spring.autoconfigure.Ping.PingActor;
import dev.cajun.spring.autoconfigure.Ping.PingMessage;
import dev.cajun.spring.autoconfigure.Ping.PongActor;
import org.junit.jupiter.api.Test;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;

class AheadOfTimeTests {

	@Test
	void generatesAContextWithoutActorsBeans() throws Exception {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.register(CajunAutoConfiguration.class, PingActor.class, PongActor.class, Consumer.class);
		InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get(AheadOfTimeTests.class)), files);
		new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		generation.writeGeneratedContent();
		List<String> sources = files.getGeneratedFiles(Kind.SOURCE).keySet().stream().toList();
		assertThat(sources).isNotEmpty();
		StringBuilder text = new StringBuilder();
		for (String source : sources) {
			text.append(files.getGeneratedFileContent(Kind.SOURCE, source));
		}
		assertThat(text.toString()).contains("cajunActorsBeanRegistrar")
			.contains("\"ping\"")
			.doesNotContain("\"pingActors\"")
			.doesNotContain("\"pongActors\"");
	}

	static class Consumer {

		Consumer(Actors<PingMessage> pings, ActorSystem system) {
		}

	}

}
