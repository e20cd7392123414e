package dev.cajun.sample;

import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import dev.cajun.ActorId;
import dev.cajun.ActorQuarantinedException;
import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.AskOptions;
import dev.cajun.AskTimeoutException;
import dev.cajun.AskTimeoutException.Outcome;
import dev.cajun.CajunException;
import dev.cajun.HandlerException;
import dev.cajun.IdempotencyKeyReusedException;
import dev.cajun.MailboxFullException;
import dev.cajun.NotAMemberException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.StaleOwnerException;
import dev.cajun.StoreUnavailableException;
import dev.cajun.sample.AccountCommand.Deposit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/** The web slice without a node: what the runtime throws, as problem details. */
@WebMvcTest
class ProblemsTests {

	@Autowired
	private MockMvcTester mvc;

	@MockitoBean
	private Actors<AccountCommand> accounts;

	@MockitoBean
	private Actors<TransferCommand> transfers;

	private final ActorRef<AccountCommand> account = mock();

	@BeforeEach
	void reference() {
		given(this.accounts.get("alice")).willReturn(this.account);
	}

	@ParameterizedTest
	@MethodSource
	void areAnswered(CajunException thrown, HttpStatus status, String detail) {
		given(this.account.call(any(Deposit.class), any(AskOptions.class))).willThrow(thrown);
		MvcTestResult answer = deposit();
		assertThat(answer).hasStatus(status)
			.hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
			.bodyJson()
			.extractingPath("$.detail")
			.asString()
			.contains(detail)
			.doesNotContain("secret");
		if (status == HttpStatus.SERVICE_UNAVAILABLE) {
			assertThat(answer).hasHeader("Retry-After", "1");
		}
	}

	static Stream<Arguments> areAnswered() {
		return Stream.of(
				Arguments.of(new IdempotencyKeyReusedException("secret"), HttpStatus.UNPROCESSABLE_CONTENT,
						"Idempotency-Key"),
				Arguments.of(new MailboxFullException("secret"), HttpStatus.SERVICE_UNAVAILABLE, "Nothing was changed"),
				Arguments.of(new StoreUnavailableException("secret"), HttpStatus.SERVICE_UNAVAILABLE,
						"Nothing was changed"),
				Arguments.of(new ActorQuarantinedException("secret"), HttpStatus.SERVICE_UNAVAILABLE, "operator"),
				Arguments.of(new NotAMemberException("secret"), HttpStatus.SERVICE_UNAVAILABLE, "Nothing was changed"),
				Arguments.of(new StaleOwnerException("secret"), HttpStatus.SERVICE_UNAVAILABLE, "Nothing was changed"),
				Arguments.of(new AskTimeoutException("secret", Outcome.NOT_RUN, null), HttpStatus.GATEWAY_TIMEOUT,
						"Nothing was changed"),
				Arguments.of(new AskTimeoutException("secret", Outcome.UNKNOWN, null), HttpStatus.GATEWAY_TIMEOUT,
						"It may have been done"),
				Arguments.of(new OutcomeUnknownException("secret"), HttpStatus.GATEWAY_TIMEOUT,
						"It may have been done"),
				Arguments.of(new HandlerException(new ActorId("account", "alice"), "x.Y", "secret"),
						HttpStatus.INTERNAL_SERVER_ERROR, "log"));
	}

	@Test
	void passTheIdempotencyKeyOn() {
		AskOptions options = AskOptions.defaults().withIdempotencyKey("k1");
		given(this.account.call(new Deposit(10), options)).willReturn(new Account.Booking.Done(new Account(10, 1)));
		assertThat(deposit("Idempotency-Key", "k1")).hasStatusOk();
	}

	private MvcTestResult deposit(String... header) {
		MockMvcTester.MockMvcRequestBuilder request = this.mvc.post()
			.uri("/accounts/alice/deposits")
			.contentType(MediaType.APPLICATION_JSON)
			.content("{\"amount\":10}");
		return ((header.length > 0) ? request.header(header[0], header[1]) : request).exchange();
	}

}
