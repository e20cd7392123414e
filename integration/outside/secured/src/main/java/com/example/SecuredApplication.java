package com.example;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.Actors;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.spring.Actor;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application behind Spring Security, with people who may look and people who may act.
 */
@SpringBootApplication
public class SecuredApplication {

	public static void main(String[] args) {
		SpringApplication.run(SecuredApplication.class, args);
	}

	/** As weak as it gets: every request brings a password, and is to be quick. */
	@Bean
	PasswordEncoder passwords() {
		return new BCryptPasswordEncoder(4);
	}

	@Bean
	InMemoryUserDetailsManager users(PasswordEncoder passwords) {
		return new InMemoryUserDetailsManager(user("viewer", passwords, "VIEWER"),
				user("operator", passwords, "VIEWER", "OPERATOR"));
	}

	private static UserDetails user(String name, PasswordEncoder passwords, String... roles) {
		return User.withUsername(name).password(passwords.encode("secret-of-" + name)).roles(roles).build();
	}

	@Bean
	InMemoryAuditEventRepository auditEvents() {
		return new InMemoryAuditEventRepository();
	}

}

@RestController
class AccountController {

	private final Actors<AccountCommand> accounts;

	AccountController(Actors<AccountCommand> accounts) {
		this.accounts = accounts;
	}

	@PostMapping("/deposits")
	Balance deposit(@RequestParam String key, @RequestParam long amount) {
		return new Balance(this.accounts.get(key).call(new Deposit(amount)));
	}

	record Balance(long balance) {

	}

}

@Actor("account")
class AccountActor implements StatefulActor<Account, AccountCommand> {

	@Override
	public Account initialState(ActorId id) {
		return new Account(0);
	}

	@Override
	public Account receive(Account account, AccountCommand command, ActorContext<AccountCommand> context) {
		return switch (command) {
			case Deposit deposit -> {
				if (deposit.amount() <= 0) {
					throw new IllegalArgumentException("Not an amount");
				}
				Account updated = new Account(account.balance() + deposit.amount());
				context.reply(deposit, updated.balance());
				yield updated;
			}
		};
	}

}

record Account(long balance) {

}

sealed interface AccountCommand {

}

record Deposit(long amount) implements AccountCommand, Request<Long> {

}
