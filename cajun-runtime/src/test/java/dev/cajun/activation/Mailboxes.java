package dev.cajun.activation;

import java.lang.reflect.Proxy;

import dev.cajun.ActorId;
import dev.cajun.time.VirtualTime;

/** Mailboxes of activations that nobody runs. */
final class Mailboxes {

	private static final VirtualTime TIME = new VirtualTime();

	private static final ActorId ID = new ActorId("a", "x");

	private static final Host HOST = (Host) Proxy.newProxyInstance(Host.class.getClassLoader(),
			new Class<?>[] { Host.class }, (proxy, method, arguments) -> {
				if (method.getName().equals("scheduler")) {
					return TIME;
				}
				throw new AssertionError("A mailbox needs no " + method.getName());
			});

	private Mailboxes() {
	}

	static Mailbox mailbox() {
		return new Activation(null, ID, HOST);
	}

}
