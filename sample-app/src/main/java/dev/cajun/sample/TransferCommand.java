package dev.cajun.sample;

import dev.cajun.Request;

/** What a transfer understands. */
sealed interface TransferCommand {

	/**
	 * Starts the transfer unless it was started before; answers how it stands.
	 *
	 * @param order what to move
	 */
	record Start(Transfer.Order order) implements TransferCommand, Request<Transfer> {

	}

	/** Asks how the transfer stands. */
	record GetTransfer() implements TransferCommand, Request<Transfer> {

	}

	/** An account gave the money. */
	record Debited() implements TransferCommand {

	}

	/** An account did not give the money. */
	record DebitRefused() implements TransferCommand {

	}

	/** An account took the money. */
	record Credited() implements TransferCommand {

	}

	/** An account did not take the money. */
	record CreditRefused() implements TransferCommand {

	}

	/** It is time to give the money back once more. */
	record ReturnAgain() implements TransferCommand {

	}

}
