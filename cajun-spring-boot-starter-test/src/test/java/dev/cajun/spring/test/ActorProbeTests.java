package dev.cajun.spring.test;

import dev.cajun.ActorId;
import dev.cajun.Actors;
import dev.cajun.HandlerException;
import dev.cajun.spring.Actor;
import dev.cajun.spring.test.Bank.AccountMessage;
import dev.cajun.spring.test.Bank.Check;
import dev.cajun.spring.test.Bank.Verify;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A probe in the place of an actor type. */
@ActorTest(excludeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Bank.FraudActor.class))
class ActorProbeTests {

	private final Actors<AccountMessage> accounts;

	private final ActorProbe<Check> fraud;

	ActorProbeTests(@Autowired Actors<AccountMessage> accounts, @Autowired ActorProbe<Check> fraud) {
		this.accounts = accounts;
		this.fraud = fraud;
	}

	@Test
	void standsInForAnActorType() {
		this.fraud.answer(Check.class, (check) -> check.text().equals("good"));
		assertThat(this.accounts.get("a").call(new Verify("good")).good()).isTrue();
		assertThat(this.accounts.get("a").call(new Verify("bad")).good()).isFalse();
		assertThat(this.fraud.expectMessage(Check.class).text()).isEqualTo("good");
		assertThat(this.fraud.messages("one")).hasSize(2);
		assertThat(this.fraud.ref("one").id()).isEqualTo(new ActorId("fraud", "one"));
	}

	@Test
	void failsRequestsWithoutAnAnswer() {
		assertThatExceptionOfType(HandlerException.class)
			.isThrownBy(() -> this.accounts.get("b").call(new Verify("good")));
		assertThat(this.fraud.messages()).hasSize(1);
	}

	@TestConfiguration
	static class Config {

		@Bean
		@Actor("fraud")
		ActorProbe<Check> fraud() {
			return new ActorProbe<>();
		}

	}

}
