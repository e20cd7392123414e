package dev.cajun.sample;

import java.util.List;

import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.AskOptions;
import dev.cajun.AskTimeoutException;
import dev.cajun.CajunException;
import dev.cajun.HandlerException;
import dev.cajun.MailboxFullException;
import dev.cajun.NotAMemberException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.StaleOwnerException;
import dev.cajun.StoreUnavailableException;
import dev.cajun.sample.Account.Booking;
import dev.cajun.sample.AccountCommand.Deposit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.Mockito;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;

/** Spring's retries of asks with an idempotency key, as the documentation has them. */
@SpringJUnitConfig
class RetriesTests {

	private static final Booking DONE = new Booking.Done(new Account(10, 1));

	@Autowired
	private Deposits deposits;

	@Autowired
	private ActorRef<AccountCommand> account;

	private static AskOptions key(String key) {
		return AskOptions.defaults().withIdempotencyKey(key);
	}

	static List<CajunException> failures() {
		return List.of(new MailboxFullException("full"), new StoreUnavailableException("away"),
				new StaleOwnerException("another"), new OutcomeUnknownException("its answer was lost"),
				new AskTimeoutException("slow", AskTimeoutException.Outcome.UNKNOWN, null),
				new NotAMemberException("no owner"));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void repeatsWithTheSameKeyWhatWasRefusedOrIsUnknown(CajunException failure) {
		AskOptions key = key(failure.toString());
		given(this.account.call(new Deposit(10), key)).willThrow(failure).willReturn(DONE);
		assertThat(this.deposits.deposit("alice", 10, failure.toString())).isEqualTo(DONE);
	}

	@Test
	void doesNotRepeatWhatTheHandlerRefused() {
		given(this.account.call(new Deposit(10), key("k2"))).willThrow(Mockito.mock(HandlerException.class));
		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> this.deposits.deposit("alice", 10, "k2"));
		then(this.account).should().call(new Deposit(10), key("k2"));
	}

	static class Deposits {

		private final Actors<AccountCommand> accounts;

		Deposits(Actors<AccountCommand> accounts) {
			this.accounts = accounts;
		}

		@Retryable(
				includes = { MailboxFullException.class, StoreUnavailableException.class, StaleOwnerException.class,
						AskTimeoutException.class, OutcomeUnknownException.class, NotAMemberException.class },
				maxRetries = 4, delay = 1, jitter = 1, multiplier = 2, maxDelay = 10)
		Booking deposit(String id, long amount, String key) {
			return this.accounts.get(id).call(new Deposit(amount), key(key));
		}

	}

	@Configuration
	@EnableResilientMethods
	static class Application {

		@Bean
		@SuppressWarnings("unchecked")
		ActorRef<AccountCommand> account() {
			return Mockito.mock(ActorRef.class);
		}

		@Bean
		@SuppressWarnings("unchecked")
		Deposits deposits(ActorRef<AccountCommand> account) {
			Actors<AccountCommand> accounts = Mockito.mock(Actors.class);
			given(accounts.get("alice")).willReturn(account);
			return new Deposits(accounts);
		}

	}

}
