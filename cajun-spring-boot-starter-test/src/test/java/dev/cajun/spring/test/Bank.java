package dev.cajun.spring.test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.AskOptions;
import dev.cajun.AskTimeoutException;
import dev.cajun.ReplyTo;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.spring.Actor;
import org.jspecify.annotations.Nullable;

/** The actors of an application to test the tests with. */
final class Bank {

	private Bank() {
	}

	record Account(long balance, @Nullable ActorRef<Notice> watcher) {

		Account plus(long amount) {
			return new Account(this.balance + amount, this.watcher);
		}

	}

	sealed interface AccountMessage {

	}

	record Deposit(long amount) implements AccountMessage, Request<Long> {

		Deposit {
			if (amount <= 0) {
				throw new IllegalArgumentException("amount");
			}
		}

	}

	record Balance() implements AccountMessage, Request<Long> {

	}

	record Watch(ActorRef<Notice> watcher) implements AccountMessage, Request<Void> {

	}

	record PayLater(long amount, Duration delay) implements AccountMessage, Request<Void> {

	}

	record Tick(long amount, int times) implements AccountMessage {

	}

	record Verify(String text) implements AccountMessage, Request<Verdict> {

	}

	record Never() implements AccountMessage, Request<Long> {

	}

	record CallSilent(ActorRef<AccountMessage> silent) implements AccountMessage, Request<Boolean> {

	}

	record Verdict(boolean good, Optional<String> reason, List<Instant> seen, Map<String, Duration> ages) {

	}

	record Notice(ActorId account, long balance) {

	}

	record Check(String text) implements Request<Boolean> {

	}

	@Actor(value = "account", passivateAfter = "5m")
	static class AccountActor implements StatefulActor<Account, AccountMessage> {

		private final Actors<Check> fraud;

		AccountActor(Actors<Check> fraud) {
			this.fraud = fraud;
		}

		@Override
		public Account initialState(ActorId id) {
			return new Account(0, null);
		}

		@Override
		public Account receive(Account account, AccountMessage message, ActorContext<AccountMessage> context) {
			return switch (message) {
				case Deposit deposit -> {
					Account updated = account.plus(deposit.amount());
					if (updated.watcher() != null) {
						updated.watcher().tell(new Notice(context.self().id(), updated.balance()));
					}
					context.reply(deposit, updated.balance());
					yield updated;
				}
				case Balance balance -> {
					context.reply(balance, account.balance());
					yield account;
				}
				case Watch watch -> {
					context.reply(watch);
					yield new Account(account.balance(), watch.watcher());
				}
				case PayLater later -> {
					context.remind("pay", later.delay(), new Tick(later.amount(), 1));
					context.schedule("tick", Duration.ofSeconds(1), new Tick(1, 3));
					context.reply(later);
					yield account;
				}
				case Tick tick -> {
					if (tick.times() > 1) {
						context.schedule("tick", Duration.ofSeconds(1), new Tick(tick.amount(), tick.times() - 1));
					}
					yield account.plus(tick.amount());
				}
				case Never never -> {
					ReplyTo<Long> unused = context.replyTo(never);
					yield account;
				}
				case CallSilent call -> {
					try {
						call.silent().call(new Never(), AskOptions.defaults().withTimeout(Duration.ofSeconds(2)));
						context.reply(call, true);
					}
					catch (AskTimeoutException ex) {
						context.reply(call, false);
					}
					yield account;
				}
				case Verify verify -> {
					boolean good = this.fraud.get("one").call(new Check(verify.text()));
					context.reply(verify, new Verdict(good, Optional.empty(), List.of(), Map.of()));
					yield account;
				}
			};
		}

	}

	@Actor("fraud")
	static class FraudActor implements StatefulActor<Integer, Check> {

		@Override
		public Integer initialState(ActorId id) {
			return 0;
		}

		@Override
		public Integer receive(Integer state, Check check, ActorContext<Check> context) {
			context.reply(check, check.text().isEmpty());
			return state + 1;
		}

	}

}
