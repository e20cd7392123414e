package dev.cajun.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Delivery;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.CajunNode;
import dev.cajun.store.FaultyStore;

/**
 * Accounts, and transfers between them. Nothing here guards against a message that
 * arrives twice: an account notes every change, so that it would show.
 */
final class Bank {

	static final long OPENING_BALANCE = 100;

	private final Supplier<CajunNode> node;

	private final Supplier<FaultyStore> store;

	Bank(Supplier<CajunNode> node, Supplier<FaultyStore> store) {
		this.node = node;
		this.store = store;
	}

	ActorDefinition accounts(ActorSettings settings) {
		return ActorDefinition.stateful("account", new AccountActor(), AccountCommand.class, Account.class, settings);
	}

	ActorDefinition transfers(ActorSettings settings) {
		return ActorDefinition.stateful("transfer", new TransferActor(), TransferCommand.class, Transfer.class,
				settings);
	}

	ActorRef<AccountCommand> account(String key) {
		return this.node.get().system().actors(AccountCommand.class).get(key);
	}

	ActorRef<TransferCommand> transfer(String key) {
		return this.node.get().system().actors(TransferCommand.class).get(key);
	}

	/** Part of the write of the handler that runs, so there is nothing to wait for. */
	private static <M> void tell(ActorRef<M> receiver, M message) {
		CompletableFuture<Void> unused = receiver.tell(message, Delivery.EXACTLY_ONCE);
	}

	sealed interface AccountCommand {

	}

	record Withdraw(String transfer, long amount) implements AccountCommand {

	}

	record Deposit(String transfer, long amount) implements AccountCommand {

	}

	record GetAccount() implements AccountCommand, Request<Account> {

	}

	record Account(long balance, List<String> changes) {

		Account change(String what, long amount) {
			List<String> changes = new ArrayList<>(this.changes);
			changes.add(what);
			return new Account(this.balance + amount, changes);
		}

	}

	sealed interface TransferCommand {

	}

	record Start(String from, String to, long amount) implements TransferCommand {

	}

	record Withdrawn() implements TransferCommand {

	}

	record NotCovered() implements TransferCommand {

	}

	record Deposited() implements TransferCommand {

	}

	record GetTransfer() implements TransferCommand, Request<Transfer> {

	}

	enum Status {

		NEW, WITHDRAWING, DEPOSITING, COMPLETED, REFUSED

	}

	record Transfer(Status status, String from, String to, long amount) {

		Transfer is(Status status) {
			return new Transfer(status, this.from, this.to, this.amount);
		}

	}

	private final class AccountActor implements StatefulActor<Account, AccountCommand> {

		@Override
		public Account initialState(ActorId id) {
			return new Account(OPENING_BALANCE, List.of());
		}

		@Override
		public Account receive(Account account, AccountCommand command, ActorContext<AccountCommand> context) {
			ActorId self = context.self().id();
			Bank.this.store.get().handlerBegins(self);
			try {
				return switch (command) {
					case Withdraw withdraw -> {
						boolean covered = withdraw.amount() <= account.balance();
						tell(transfer(withdraw.transfer()), covered ? new Withdrawn() : new NotCovered());
						yield covered ? account.change("-" + withdraw.transfer(), -withdraw.amount()) : account;
					}
					case Deposit deposit -> {
						tell(transfer(deposit.transfer()), new Deposited());
						yield account.change("+" + deposit.transfer(), deposit.amount());
					}
					case GetAccount get -> {
						context.reply(get, account);
						yield account;
					}
				};
			}
			finally {
				Bank.this.store.get().handlerEnds(self);
			}
		}

	}

	private final class TransferActor implements StatefulActor<Transfer, TransferCommand> {

		@Override
		public Transfer initialState(ActorId id) {
			return new Transfer(Status.NEW, "", "", 0);
		}

		@Override
		public Transfer receive(Transfer transfer, TransferCommand command, ActorContext<TransferCommand> context) {
			String self = context.self().id().key();
			return switch (command) {
				case Start start -> {
					if (transfer.status() != Status.NEW) {
						// Whoever started it died before it knew
						yield transfer;
					}
					tell(account(start.from()), new Withdraw(self, start.amount()));
					yield new Transfer(Status.WITHDRAWING, start.from(), start.to(), start.amount());
				}
				case Withdrawn withdrawn -> {
					tell(account(transfer.to()), new Deposit(self, transfer.amount()));
					yield transfer.is(Status.DEPOSITING);
				}
				case NotCovered refused -> transfer.is(Status.REFUSED);
				case Deposited deposited -> transfer.is(Status.COMPLETED);
				case GetTransfer get -> {
					context.reply(get, transfer);
					yield transfer;
				}
			};
		}

	}

}
