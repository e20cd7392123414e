package dev.cajun.activation;

import dev.cajun.ActorId;
import dev.cajun.time.VirtualTime;

/** Mailboxes of activations that nobody runs. */
final class Mailboxes {

	private static final VirtualTime TIME = new VirtualTime();

	private static final ActorId ID = new ActorId("a", "x");

	private static final Host HOST = BareHost.of((method, arguments) -> {
		if (method.equals("scheduler")) {
			return TIME;
		}
		throw new AssertionError("A mailbox needs no " + method);
	});

	private Mailboxes() {
	}

	static Mailbox mailbox() {
		return new Activation(null, ID, HOST);
	}

}
