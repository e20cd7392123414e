package dev.cajun.activation;

import java.util.function.Consumer;

import dev.cajun.ActorId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way out of a persistent actor's guaranteed tells. What comes back becomes an order
 * to the activation, so that the window is touched only by whoever holds the right to
 * run.
 */
record OutboundPort(Activation activation) implements Outbound.Port {

	private static final Logger logger = LoggerFactory.getLogger(OutboundPort.class);

	@Override
	public void send(ActorId receiver, NumberedTell tell) {
		this.activation.host().send(receiver, tell);
	}

	@Override
	public NumberedTell.Sender answers(Outbound window, int round) {
		return new NumberedTell.Sender() {

			@Override
			public void handled(long number) {
				order((activation) -> activation.ledger().acknowledged(window.receiver(), number));
			}

			@Override
			public void refused(long number, Refusal refusal) {
				order((activation) -> {
					if (activation.ledger().outbox.get(window.receiver()) == window) {
						window.refused(round);
					}
				});
			}

		};
	}

	@Override
	public void sendAllLater(Outbound window, long delayNanos) {
		this.activation.host().scheduler().schedule(delayNanos, () -> order((activation) -> {
			if (activation.ledger().outbox.get(window.receiver()) == window) {
				window.sendAll();
			}
		}));
	}

	/** An activation that has ended sends everything again when there is a next one. */
	private void order(Consumer<Activation> order) {
		Control control = new Control(order);
		if (!this.activation.offerUnbounded(control)) {
			this.activation.host().deliverIfActive(this.activation.id(), control);
		}
	}

	@Override
	public void unreadable(ActorId receiver, Outbound.Pending tell, RuntimeException error) {
		this.activation.note(error);
		logger.error("Actor {} cannot read its stored tell {} to {}; it is kept and tried again", this.activation.id(),
				tell.number(), receiver, error);
	}

}
