package dev.cajun.activation;

/** How the activations of a shard leave this node. */
public enum Departure {

	/**
	 * The shard is handed to another node: snapshots are written, and timers go along.
	 */
	PLANNED,

	/** The shard belongs to somebody else: nothing more is written. */
	SUPERSEDED,

	/**
	 * A volatile actor may be active elsewhere: what its handler still does has no
	 * effect.
	 */
	SILENT

}
