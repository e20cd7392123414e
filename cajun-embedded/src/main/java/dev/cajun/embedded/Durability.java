package dev.cajun.embedded;

/** What an acknowledged write survives. */
public enum Durability {

	/**
	 * The death of the process at any moment. After a power loss or a crash of the
	 * operating system the store is consistent, but the last writes may be missing: at
	 * most those since the last checkpoint.
	 */
	ACK,

	/** A power loss too: every group of writes is forced to the disk. */
	FSYNC

}
