package dev.cajun.sample;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

import dev.cajun.ActorQuarantinedException;
import dev.cajun.AskTimeoutException;
import dev.cajun.CajunException;
import dev.cajun.IdempotencyKeyReusedException;
import dev.cajun.MailboxFullException;
import dev.cajun.NotAMemberException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.StaleOwnerException;
import dev.cajun.StoreUnavailableException;

/** Every error as a problem detail (RFC 9457), in words that the page can show. */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {

	private static final Logger log = LoggerFactory.getLogger(Problems.class);

	private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

	@ExceptionHandler
	ResponseEntity<ProblemDetail> handle(CajunException ex) {
		return switch (ex) {
			case IdempotencyKeyReusedException reused -> answer(HttpStatus.UNPROCESSABLE_CONTENT,
					"This Idempotency-Key was used for something else. Nothing was changed");
			case MailboxFullException full -> tryAgain("Too much to do at the moment. Nothing was changed");
			case StoreUnavailableException down -> tryAgain("The store cannot be reached. Nothing was changed");
			case NotAMemberException away -> tryAgain("This node is starting or stopping. Nothing was changed");
			case StaleOwnerException moved -> tryAgain("The actor has moved. Nothing was changed");
			case ActorQuarantinedException quarantined -> {
				log.warn("Refused: {}", quarantined.getMessage());
				yield tryAgain("Out of order until an operator has looked at it. Nothing was changed");
			}
			case AskTimeoutException late when late.outcome() == AskTimeoutException.Outcome.NOT_RUN ->
				answer(HttpStatus.GATEWAY_TIMEOUT, "No answer in time. Nothing was changed");
			case AskTimeoutException late ->
				answer(HttpStatus.GATEWAY_TIMEOUT, "No answer in time. It may have been done all the same");
			case OutcomeUnknownException unknown ->
				answer(HttpStatus.GATEWAY_TIMEOUT, "The answer was lost. It may have been done all the same");
			default -> {
				log.error("Failed", ex);
				yield answer(HttpStatus.INTERNAL_SERVER_ERROR, "Something went wrong. The log has the details");
			}
		};
	}

	@Override
	protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(HttpMessageNotReadableException ex,
			HttpHeaders headers, HttpStatusCode status, WebRequest request) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status,
				"The body must be JSON with the expected fields only; amounts are whole numbers");
		return handleExceptionInternal(ex, problem, headers, status, request);
	}

	private static ResponseEntity<ProblemDetail> tryAgain(String detail) {
		return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
			.header(HttpHeaders.RETRY_AFTER, Long.toString(RETRY_AFTER.toSeconds()))
			.body(ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, detail));
	}

	private static ResponseEntity<ProblemDetail> answer(HttpStatus status, String detail) {
		return ResponseEntity.status(status).body(ProblemDetail.forStatusAndDetail(status, detail));
	}

}
