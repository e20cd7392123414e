package dev.cajun.sample;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.ActorSystem;
import dev.cajun.Delivery;
import dev.cajun.StatefulActor;
import dev.cajun.sample.Account.Booking;
import dev.cajun.sample.AccountCommand.AccountView;
import dev.cajun.sample.AccountCommand.Credit;
import dev.cajun.sample.AccountCommand.Debit;
import dev.cajun.sample.AccountCommand.Deposit;
import dev.cajun.sample.AccountCommand.GetAccount;
import dev.cajun.sample.AccountCommand.Withdraw;
import dev.cajun.sample.TransferCommand.CreditRefused;
import dev.cajun.sample.TransferCommand.Credited;
import dev.cajun.sample.TransferCommand.DebitRefused;
import dev.cajun.sample.TransferCommand.Debited;
import dev.cajun.spring.Actor;

/** An account: one bean for all of them, one message at a time for each. */
@Actor("account")
class AccountActor implements StatefulActor<Account, AccountCommand> {

	private final ActorSystem system;

	AccountActor(ActorSystem system) {
		this.system = system;
	}

	@Override
	public Account initialState(ActorId id) {
		return Account.EMPTY;
	}

	@Override
	public Account receive(Account account, AccountCommand command, ActorContext<AccountCommand> context) {
		return switch (command) {
			case Deposit deposit -> {
				Booking booking = account.deposit(deposit.amount());
				context.reply(deposit, booking);
				yield booking.account();
			}
			case Withdraw withdraw -> {
				Booking booking = account.withdraw(withdraw.amount());
				context.reply(withdraw, booking);
				yield booking.account();
			}
			case GetAccount get -> {
				context.reply(get, new AccountView(account, this.system.node()));
				yield account;
			}
			case Debit debit ->
				tell(debit.transfer(), account.withdraw(debit.amount()), new Debited(), new DebitRefused());
			case Credit credit ->
				tell(credit.transfer(), account.deposit(credit.amount()), new Credited(), new CreditRefused());
		};
	}

	/**
	 * Tells a transfer what became of its booking. The message is part of the account's
	 * own write: either both happen or neither, whatever crashes.
	 */
	@SuppressWarnings("FutureReturnValueIgnored")
	private static Account tell(ActorRef<TransferCommand> transfer, Booking booking, TransferCommand done,
			TransferCommand refused) {
		transfer.tell((booking instanceof Booking.Done) ? done : refused, Delivery.EXACTLY_ONCE);
		return booking.account();
	}

}
