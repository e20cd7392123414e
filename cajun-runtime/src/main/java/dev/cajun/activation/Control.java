package dev.cajun.activation;

import java.util.function.Consumer;

/**
 * Something that an activation does to itself, in turn with its messages: never shown to
 * a handler, never refused for a full mailbox. It may meet an activation without a
 * ledger.
 */
final class Control extends Envelope {

	private final Consumer<Activation> action;

	Control(Consumer<Activation> action) {
		super(null, 0);
		this.action = action;
	}

	void run(Activation activation) {
		this.action.accept(activation);
	}

	@Override
	void refuse(Activation receiver, Refusal refusal) {
		// An activation that ends needs no orders.
	}

	@Override
	void handBack(Activation receiver) {
		// As above.
	}

}
