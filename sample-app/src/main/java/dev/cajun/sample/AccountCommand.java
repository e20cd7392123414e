package dev.cajun.sample;

import dev.cajun.ActorRef;
import dev.cajun.Request;
import dev.cajun.sample.Account.Booking;

/** What an account understands. */
sealed interface AccountCommand {

	/**
	 * Adds money.
	 *
	 * @param amount positive
	 */
	record Deposit(long amount) implements AccountCommand, Request<Booking> {

		public Deposit {
			checkAmount(amount);
		}

	}

	/**
	 * Takes money.
	 *
	 * @param amount positive
	 */
	record Withdraw(long amount) implements AccountCommand, Request<Booking> {

		public Withdraw {
			checkAmount(amount);
		}

	}

	/** Asks how the account stands. */
	record GetAccount() implements AccountCommand, Request<AccountView> {

	}

	/**
	 * How an account stands.
	 *
	 * @param account the account
	 * @param node the node that it lives on
	 */
	record AccountView(Account account, String node) {

	}

	/**
	 * Takes money for a transfer, which is told {@link TransferCommand.Debited} or
	 * {@link TransferCommand.DebitRefused}.
	 *
	 * @param amount positive
	 * @param transfer whom to tell
	 */
	record Debit(long amount, ActorRef<TransferCommand> transfer) implements AccountCommand {

		public Debit {
			checkAmount(amount);
		}

	}

	/**
	 * Adds the money of a transfer, which is told {@link TransferCommand.Credited} or
	 * {@link TransferCommand.CreditRefused}.
	 *
	 * @param amount positive
	 * @param transfer whom to tell
	 */
	record Credit(long amount, ActorRef<TransferCommand> transfer) implements AccountCommand {

		public Credit {
			checkAmount(amount);
		}

	}

	private static void checkAmount(long amount) {
		if (amount <= 0) {
			throw new IllegalArgumentException("An amount must be positive, was " + amount);
		}
	}

}
