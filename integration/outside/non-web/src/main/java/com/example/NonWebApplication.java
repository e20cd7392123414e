package com.example;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.Actors;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.spring.Actor;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** No web server, no property: counts its starts and stays up. */
@SpringBootApplication
public class NonWebApplication {

	public static void main(String[] args) {
		SpringApplication.run(NonWebApplication.class, args);
	}

	@Bean
	ApplicationRunner count(Actors<CounterCommand> counters) {
		return (arguments) -> System.out.println("Start number " + counters.get("starts").call(new Increment()));
	}

}

@Actor("counter")
class CounterActor implements StatefulActor<Counter, CounterCommand> {

	@Override
	public Counter initialState(ActorId id) {
		return new Counter(0);
	}

	@Override
	public Counter receive(Counter counter, CounterCommand command, ActorContext<CounterCommand> context) {
		return switch (command) {
			case Increment increment -> {
				Counter next = new Counter(counter.value() + 1);
				context.reply(increment, next.value());
				yield next;
			}
		};
	}

}

record Counter(long value) {

}

sealed interface CounterCommand {

}

record Increment() implements CounterCommand, Request<Long> {

}
