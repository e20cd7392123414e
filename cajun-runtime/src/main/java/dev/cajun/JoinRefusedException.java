package dev.cajun;

/** A node may not be part of the cluster as it is configured. */
public class JoinRefusedException extends CajunException {

	private static final long serialVersionUID = 1L;

	private final Reason reason;

	/**
	 * Creates the exception.
	 * @param reason why
	 * @param message names the node and the cluster, what differs, and what to change
	 */
	public JoinRefusedException(Reason reason, String message) {
		super(message);
		this.reason = reason;
	}

	/**
	 * Why the node may not join.
	 * @return the reason
	 */
	public Reason reason() {
		return this.reason;
	}

	/** Why a node may not join. */
	public enum Reason {

		/** A live node has its name. */
		NAME_IN_USE,

		/** The cluster has another number of shards. */
		SHARDS,

		/** It knows none of the cluster's tokens. */
		TOKEN,

		/** It does not speak the cluster's protocol. */
		PROTOCOL,

		/** The store it reaches is not the cluster's, or has lost the cluster's state. */
		STORE

	}

}
