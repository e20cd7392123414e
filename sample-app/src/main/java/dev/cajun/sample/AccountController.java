package dev.cajun.sample;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import dev.cajun.Actors;
import dev.cajun.AskOptions;
import dev.cajun.Request;
import dev.cajun.sample.Account.Booking;
import dev.cajun.sample.AccountCommand.AccountView;
import dev.cajun.sample.AccountCommand.Deposit;
import dev.cajun.sample.AccountCommand.GetAccount;
import dev.cajun.sample.AccountCommand.Withdraw;

/** Accounts over HTTP. */
@RestController
@RequestMapping("/accounts/{id}")
class AccountController {

	private final Actors<AccountCommand> accounts;

	AccountController(Actors<AccountCommand> accounts) {
		this.accounts = accounts;
	}

	@GetMapping
	AccountStatus get(@PathVariable String id) {
		AccountView view = Input.actor(this.accounts, id).call(new GetAccount());
		return new AccountStatus(id, view.account().balance(), view.account().entries(), view.node());
	}

	@PostMapping("/deposits")
	Receipt deposit(@PathVariable String id, @RequestBody AmountBody body,
			@RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key) {
		return book(id, new Deposit(Input.amount(body.amount())), key);
	}

	@PostMapping("/withdrawals")
	Receipt withdraw(@PathVariable String id, @RequestBody AmountBody body,
			@RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key) {
		return book(id, new Withdraw(Input.amount(body.amount())), key);
	}

	private Receipt book(String id, Request<Booking> operation, @Nullable String key) {
		AskOptions options = AskOptions.defaults().withIdempotencyKey(Input.idempotencyKey(key));
		Booking booking = Input.actor(this.accounts, id).call(operation, options);
		return switch (booking) {
			case Booking.Done done -> new Receipt(id, done.account().balance(), done.account().entries());
			case Booking.Refused refused -> throw switch (refused.why()) {
				case FUNDS_MISSING -> new ResponseStatusException(HttpStatus.CONFLICT,
						"The account '%s' has only %d".formatted(id, refused.account().balance()));
				case BALANCE_TOO_LARGE -> new ResponseStatusException(HttpStatus.BAD_REQUEST,
						"The account '%s' has %d and cannot hold that much more".formatted(id,
								refused.account().balance()));
			};
		};
	}

	record AmountBody(@Nullable Long amount) {

	}

	record Receipt(String id, long balance, long entries) {

	}

	record AccountStatus(String id, long balance, long entries, String node) {

	}

}
