package dev.cajun.grpc;

import dev.cajun.transport.TransportException;

/** Nodes were to talk in plaintext where others may listen. */
public final class PlaintextRefusedException extends TransportException {

	private static final long serialVersionUID = 1L;

	private final String host;

	PlaintextRefusedException(String host) {
		super("Nodes would talk to each other in plaintext on " + host
				+ ", where others may listen: set cajun.transport.ssl.bundle, or cajun.transport.insecure to true if"
				+ " the network is trusted", null);
		this.host = host;
	}

	/**
	 * The address that was to be listened on.
	 * @return the host
	 */
	public String host() {
		return this.host;
	}

}
