package dev.cajun.node;

/** What a node is at. */
public enum NodeState {

	/** Built, not started. */
	NEW,

	/**
	 * Opening the store and claiming its shards, or waiting for a store that is away;
	 * messages are not taken yet.
	 */
	STARTING,

	/**
	 * Part of a cluster, or waiting for what it needs to become that; it has no shards
	 * yet. Messages wait.
	 */
	JOINING,

	/** Taking messages. */
	UP,

	/** Giving its shards to other nodes; messages follow them. */
	DRAINING,

	/** Finishing what was accepted; messages from outside are refused. */
	STOPPING,

	/** Everything is written and released. */
	STOPPED,

	/** Start failed; the cause was thrown and logged. */
	FAILED

}
