package dev.cajun.sample;

/**
 * The state of an account. A value: an operation answers with another account, or with
 * this very one when it refuses, and then nothing is written.
 *
 * @param balance never negative
 * @param entries operations applied so far
 */
record Account(long balance, long entries) {

	static final Account EMPTY = new Account(0, 0);

	Booking deposit(long amount) {
		if (amount > Long.MAX_VALUE - this.balance) {
			return new Booking.Refused(this, Refusal.BALANCE_TOO_LARGE);
		}
		return new Booking.Done(new Account(this.balance + amount, this.entries + 1));
	}

	Booking withdraw(long amount) {
		if (amount > this.balance) {
			return new Booking.Refused(this, Refusal.FUNDS_MISSING);
		}
		return new Booking.Done(new Account(this.balance - amount, this.entries + 1));
	}

	/** Why an account does not do as asked. */
	enum Refusal {

		/** It holds less than the amount. */
		FUNDS_MISSING,

		/** Its balance would no longer be a number that it can hold. */
		BALANCE_TOO_LARGE

	}

	/**
	 * What became of an operation. A refusal is an answer like any other, not an error.
	 */
	sealed interface Booking {

		/**
		 * The account afterwards.
		 * @return the account, unchanged if the operation was refused
		 */
		Account account();

		record Done(Account account) implements Booking {

		}

		record Refused(Account account, Refusal why) implements Booking {

		}

	}

}
