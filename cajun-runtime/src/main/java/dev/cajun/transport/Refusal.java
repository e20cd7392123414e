package dev.cajun.transport;

/** Why a process refuses to be connected to. */
public enum Refusal {

	/** It belongs to another cluster. */
	OTHER_CLUSTER,

	/** It is another process than the one that was meant: that one is gone. */
	OTHER_PROCESS,

	/** It has given up whoever connects. */
	GIVEN_UP,

	/** It no longer knows what it received before, and cannot tell what comes twice. */
	FORGOTTEN,

	/**
	 * The two cannot agree on TLS: whoever connects speaks plaintext, shows no
	 * certificate, or one of the two does not trust the other's.
	 */
	TLS,

	/** It does not know the token of whoever connects. */
	TOKEN,

	/** It speaks no version of the protocol that whoever connects speaks. */
	PROTOCOL,

	/** It is starting, or closing, or has too many connections. */
	UNAVAILABLE;

	/** Whether no later attempt can do better, so that the link has ended. */
	boolean endsLink() {
		return this == OTHER_PROCESS || this == GIVEN_UP || this == FORGOTTEN;
	}

}
