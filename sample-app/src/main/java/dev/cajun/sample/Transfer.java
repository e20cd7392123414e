package dev.cajun.sample;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.cajun.ActorRef;

/**
 * The state of a transfer.
 *
 * @param phase what it is at
 * @param order what was ordered, {@code null} before anything was
 */
record Transfer(Phase phase, @Nullable Order order) {

	static final Transfer UNKNOWN = new Transfer(Phase.UNKNOWN, null);

	Transfer start(Order order) {
		return new Transfer(Phase.STARTED, order);
	}

	Transfer to(Phase next) {
		return new Transfer(next, this.order);
	}

	Order ordered() {
		return Objects.requireNonNull(this.order, "Nothing was ordered");
	}

	/**
	 * Money to move.
	 *
	 * @param from the account that gives it
	 * @param to the account that takes it
	 * @param amount positive
	 */
	record Order(ActorRef<AccountCommand> from, ActorRef<AccountCommand> to, long amount) {

	}

	/** What a transfer can be at. */
	enum Phase {

		/** Nobody has ordered it. */
		UNKNOWN,

		/** The first account was told to give the money. */
		STARTED,

		/** The first account gave it, the second was told to take it. */
		WITHDRAWN,

		/** The second account refused it, the first was told to take it back. */
		RETURNING,

		/** The first account, full by now, refused it too: it will be told again. */
		HELD,

		/** The second account has the money. */
		COMPLETED,

		/** The first account has the money. */
		REFUSED

	}

}
