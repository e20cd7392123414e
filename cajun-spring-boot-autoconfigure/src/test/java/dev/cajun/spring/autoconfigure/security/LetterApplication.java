package dev.cajun.spring.autoconfigure.security;

import java.util.ArrayList;
import java.util.List;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.spring.Actor;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** An application without web server, whose actors keep text. */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import(LetterApplication.LetterActor.class)
class LetterApplication {

	static ConfigurableApplicationContext start(List<String> properties) {
		List<String> all = new ArrayList<>(List.of("spring.main.web-application-type=none",
				"spring.main.banner-mode=off", "spring.docker.compose.enabled=false", "spring.jmx.enabled=false",
				"cajun.cluster.shards=32", "cajun.cluster.lease-ttl=3s", "cajun.transport.host=127.0.0.1"));
		all.addAll(properties);
		return new SpringApplicationBuilder(LetterApplication.class)
			.run(all.stream().map((property) -> "--" + property).toArray(String[]::new));
	}

	/** A message. */
	sealed interface LetterMessage {

	}

	/** Adds a line and answers how many there are. */
	record Write(String line) implements LetterMessage, Request<Integer> {

	}

	/** Asks how many lines there are. */
	record Count() implements LetterMessage, Request<Integer> {

	}

	/** Cannot be handled. */
	record Burn(String line) implements LetterMessage, Request<Integer> {

	}

	/** A state. */
	record Letter(int lines, String last) {

	}

	/** Keeps text. */
	@Actor("letter")
	static class LetterActor implements StatefulActor<Letter, LetterMessage> {

		@Override
		public Letter initialState(ActorId id) {
			return new Letter(0, "");
		}

		@Override
		public Letter receive(Letter letter, LetterMessage message, ActorContext<LetterMessage> context) {
			return switch (message) {
				case Write write -> {
					Letter next = new Letter(letter.lines() + 1, write.line());
					context.reply(write, next.lines());
					yield next;
				}
				case Count count -> {
					context.reply(count, letter.lines());
					yield letter;
				}
				case Burn burn -> throw new IllegalStateException("No fire here");
			};
		}

	}

}
